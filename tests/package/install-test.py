#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What `meson install` puts where, and whether systemd, pkg-config and a shell can read it."""

import configparser
import hashlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest

BUILD = os.path.abspath(os.environ.get('WR_BUILD_DIR', 'build'))


def output(*words, **env):
    done = subprocess.run(words, text=True, capture_output=True, check=False,
                          env={**os.environ, **env})
    if done.returncode:
        raise AssertionError(f'{words}: {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout + done.stderr


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dir = tempfile.mkdtemp(prefix='wr-install-')
        cls.addClassCleanup(shutil.rmtree, cls.dir)
        output('meson', 'install', '-C', BUILD, '--no-rebuild', '--quiet', '--destdir', cls.dir)
        found = [os.path.join(folder, name)
                 for folder, _, names in os.walk(cls.dir) for name in names]
        launcher, = [path for path in found if path.endswith('/bin/weston-robust')]
        cls.prefix = os.path.dirname(os.path.dirname(launcher))
        cls.real_prefix = cls.prefix.removeprefix(cls.dir)
        cls.files = {os.path.relpath(path, cls.prefix): path for path in found}

    def one(self, pattern):
        found = [path for name, path in self.files.items() if re.fullmatch(pattern, name)]
        self.assertEqual(len(found), 1, f'{pattern}: {sorted(self.files)}')
        return found[0]

    def read(self, pattern):
        with open(self.one(pattern), encoding='utf-8') as file:
            return file.read()

    def unit(self, text):
        """systemd's keys may stand more than once; here the values of each, as a list."""
        keys = {}
        text = text.replace('\\\n', ' ')
        for line in text.splitlines():
            if '=' in line and not line.startswith('#'):
                key, _, value = line.partition('=')
                keys.setdefault(key, []).append(value)
        return keys

    def check_map(self, text):
        """The paths of a module map lead to what was installed."""
        entries = dict(entry.split('=', 1) for entry in text.split(';'))
        for name, path in entries.items():
            self.assertTrue(path.startswith(self.real_prefix + '/'), path)
            self.assertTrue(os.path.exists(self.dir + path), path)
            self.assertEqual(os.path.basename(path), name)
        return entries

    def test_files(self):
        for pattern in [r'bin/weston-robust', r'bin/weston-robustctl',
                        r'lib.*/weston-robust/gl-renderer\.so',
                        r'lib.*/weston-robust/gpu-recovery\.so',
                        r'include/weston-robust/weston-robust-api\.h',
                        r'share/weston-robust/protocols/weston-gpu-recovery-v1\.xml',
                        r'share/weston-robust/weston\.ini\.example',
                        r'share/weston-robust/kiosk\.ini']:
            with self.subTest(pattern=pattern):
                self.one(pattern)

    @unittest.skipUnless(shutil.which('scdoc'), 'scdoc is not installed')
    def test_manuals(self):
        for page in ['weston-robust.1', 'weston-robustctl.1', 'weston-robust.ini.5']:
            path = self.one(rf'share/man/man{page[-1]}/{re.escape(page)}')
            if shutil.which('man'):
                self.assertEqual(output('man', '--warnings', '-l', path, MANPAGER='cat',
                                        PAGER='cat').count('warning:'), 0, page)

    def test_no_test_is_installed(self):
        for name in self.files:
            self.assertNotRegex(name, r'test|fault|fake|scene|wr-')

    def test_the_launcher_knows_where_the_modules_are(self):
        module = os.path.dirname(self.one(r'lib.*/weston-robust/gl-renderer\.so'))
        done = subprocess.run([self.one('bin/weston-robust'), '--check', '--json'], text=True,
                              capture_output=True, check=False)
        self.assertIn(f'"{module.removeprefix(self.dir)}/gl-renderer.so"', done.stdout)

    def test_unit(self):
        unit = self.unit(self.read(r'lib/systemd/system/weston-robust@\.service'))
        module_map, = [value.split('=', 1)[1] for value in unit['Environment']
                       if value.startswith('WESTON_MODULE_MAP=')]
        self.assertEqual(set(self.check_map(module_map)), {'gl-renderer.so', 'gpu-recovery.so'})
        self.assertIn('gpu-recovery.so', unit['ExecStart'][0])
        self.assertIn('--gpu-recovery-exit-status=' + unit['RestartForceExitStatus'][0],
                      unit['ExecStart'][0].split())

    def test_drop_in(self):
        unit = self.unit(self.read(r'share/weston-robust/systemd/weston\.service\.d/.*\.conf'))
        self.check_map(unit['Environment'][0].split('=', 1)[1])

    @unittest.skipUnless(shutil.which('systemd-analyze'), 'systemd-analyze is not installed')
    def test_systemd_reads_them(self):
        folder = os.path.join(self.dir, 'units')
        os.mkdir(folder)
        shutil.copy(self.one(r'lib/systemd/system/weston-robust@\.service'),
                    os.path.join(folder, 'weston-robust@kiosk.service'))
        shutil.copytree(os.path.dirname(self.one(r'share/weston-robust/systemd/.*\.conf')),
                        os.path.join(folder, 'weston.service.d'))
        with open(os.path.join(folder, 'weston.service'), 'w', encoding='utf-8') as file:
            file.write('[Service]\nExecStart=/bin/true\n')
        for name in ['weston-robust@kiosk.service', 'weston.service']:
            said = output('systemd-analyze', 'verify', '--man=no', os.path.join(folder, name),
                          SYSTEMD_UNIT_PATH=folder + ':')
            # Whether weston is where systemd looks is not the unit's business.
            lines = [line for line in said.splitlines() if 'weston' in line
                     and 'is not executable' not in line]
            self.assertEqual(lines, [])

    def test_session_entry(self):
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str
        parser.read_string(self.read(r'share/wayland-sessions/weston-robust\.desktop'))
        entry = parser['Desktop Entry']
        # Display managers differ in how they split this: nothing may need quotes.
        self.assertNotRegex(entry['Exec'], r'["\'\\;$`()<>~|&*?#%]')
        program, module_map, weston, modules = shlex.split(entry['Exec'])
        self.assertEqual((program, weston), ('env', 'weston'))
        self.check_map(module_map.removeprefix('WESTON_MODULE_MAP='))
        self.assertTrue(os.path.exists(self.dir + modules.removeprefix('--modules=')))

    @unittest.skipUnless(shutil.which('pkg-config'), 'pkg-config is not installed')
    def test_pkg_config(self):
        path = os.path.dirname(self.one(r'.*/pkgconfig/weston-robust\.pc'))
        def ask(*words):
            return output('pkg-config', *words, 'weston-robust', PKG_CONFIG_PATH=path).strip()
        modules = ask('--variable=moduledir')
        self.assertTrue(os.path.exists(f'{self.dir}{modules}/gl-renderer.so'), modules)
        protocols = ask('--variable=protocolsdir')
        self.assertTrue(os.path.exists(f'{self.dir}{protocols}/weston-gpu-recovery-v1.xml'))
        api = ask('--variable=api')
        self.assertIn(f'"{api}"', self.read(r'include/weston-robust/weston-robust-api\.h'))
        self.assertIn('libweston-14', ask('--print-requires'))
        self.assertEqual(ask('--variable=weston_version'), '14.0.2')

    def test_yocto_recipe(self):
        top = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
        with open(os.path.join(top, 'doc', 'yocto', 'recipes-graphics', 'weston-robust',
                               'weston-robust_git.bb'), encoding='utf-8') as file:
            recipe = file.read()
        with open(os.path.join(top, 'LICENSE'), 'rb') as file:
            licence = hashlib.md5(file.read()).hexdigest()
        self.assertIn('md5=' + licence, recipe)
        # Bitbake can't be asked here; at least it moves files that are there.
        self.one(r'share/weston-robust/systemd/weston\.service\.d/50-weston-robust\.conf')
        self.one(r'lib/systemd/system/weston-robust@\.service')
        with open(os.path.join(top, 'meson.options'), encoding='utf-8') as file:
            known = set(re.findall(r"option\('([a-z-]+)'", file.read()))
        self.assertLessEqual(set(re.findall(r'-D([a-z-]+)=', recipe)), known)

    def test_kiosk_example(self):
        parser = configparser.ConfigParser(strict=True)
        parser.read_string(self.read(r'share/weston-robust/kiosk\.ini'))
        self.assertEqual(parser['core']['shell'], 'kiosk-shell.so')
        self.assertEqual(parser['gpu-recovery']['operator-simulate'], 'true')


if __name__ == '__main__':
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Install))
    bad = len({getattr(test, 'test_case', test) for test, _ in outcome.failures + outcome.errors})
    for test, reason in outcome.skipped:
        print(f'skipped: {test.id().rpartition(".")[2]}: {reason}')
    print(f'{outcome.testsRun - bad - len(outcome.skipped)} passed, {bad} failed, '
          f'{len(outcome.skipped)} skipped')
    sys.exit(1 if bad or not outcome.testsRun else 0)
