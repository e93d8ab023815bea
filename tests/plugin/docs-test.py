#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Manuals, example, help and completions tell what the programs do, all of it, and nothing else."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import cases  # noqa: E402  (desk adds its folder)

TOP = desk.TOP
COMMANDS = {'status', 'watch', 'history', 'stats', 'simulate', 'reload', 'trace', 'doctor'}
CAUSES = {'guilty', 'innocent', 'unknown', 'purged'}


def text_of(path):
    return (TOP / path).read_text(encoding='utf-8')


def section(text, heading):
    """The part of a manual under a heading."""
    return re.search(rf'^#+ {heading}\n(.*?)(?=^# |\Z)', text, re.M | re.S).group(1)


class Keys(unittest.TestCase):
    """The settings: in the code, which the plugin itself lists, in the example and the manual."""

    @classmethod
    def setUpClass(cls):
        with desk.Desk('operator=true\n') as one:
            status = json.loads(one.ctl('--json', 'status').stdout)
        cls.code = {key: entry['value'] for key, entry in status['settings'].items()}
        cls.code['operator'] = 'false'
        example = text_of('weston.ini.example').split('[gpu-recovery]\n')[1]
        cls.example = dict(re.findall(r'^#?([a-z-]+)=(.*)$', example, re.M))
        cls.manual = {}
        keys = section(text_of('doc/man/weston-robust.ini.5.scd'), 'KEYS')
        for line in re.findall(r'^\*[a-z-]+\*=_.*$', keys, re.M):
            for key, default in re.findall(r'\*([a-z-]+)\*=_\w+_ \(([^)]*)\)', line):
                cls.manual[key] = '' if default == 'empty' else default

    def test_there_are_some(self):
        self.assertGreater(len(self.code), 25)

    def test_example(self):
        self.assertEqual(self.example, self.code)

    def test_manual(self):
        self.assertEqual(self.manual, self.code)

    def test_example_is_taken_whole(self):
        ini = text_of('weston.ini.example').split('[gpu-recovery]\n')[1]
        with desk.Desk(re.sub(r'^#([a-z-]+=)', r'\1', ini, flags=re.M)) as one:
            self.assertNotIn('weston.ini:', one.log())

    def test_kiosk_example(self):
        ini = text_of('data/kiosk.ini')
        keys = set(re.findall(r'^#?([a-z-]+)=', ini.split('[gpu-recovery]\n')[1], re.M))
        self.assertLessEqual(keys, set(self.code))


class Command(unittest.TestCase):
    manual = text_of('doc/man/weston-robustctl.1.scd')

    @classmethod
    def setUpClass(cls):
        cls.help = subprocess.run([desk.Build().ctl, '--help'], capture_output=True, text=True,
                                  check=True).stdout
        with desk.Desk('operator=true\n') as one:
            cls.status = json.loads(one.ctl('--json', 'status').stdout)

    def options(self):
        return set(re.findall(r'^  (--[a-z-]+)', self.help, re.M))

    def test_commands(self):
        listed = self.help.split('commands:\n')[1].split('\n\n')[0]
        self.assertEqual(set(re.findall(r'^  (\w+)', listed, re.M)), COMMANDS)
        self.assertEqual(set(re.findall(r'^\*(\w+)\*', section(self.manual, 'COMMANDS'), re.M)),
                         COMMANDS)

    def test_options(self):
        self.assertEqual(set(re.findall(r'^\*(--[a-z-]+)\*', section(self.manual, 'OPTIONS'),
                                        re.M)), self.options())

    def test_exit_statuses(self):
        listed = self.help.split('exit status:\n')[1]
        self.assertEqual(re.findall(r'^  (\d) ', listed, re.M),
                         re.findall(r'^\*(\d)\*$', section(self.manual, 'EXIT STATUS'), re.M))

    def test_counters(self):
        told = set(re.findall(r'\*([a-z-]+)\*', section(self.manual, 'COUNTERS')))
        self.assertEqual(told, {key.replace('_', '-') for key in self.status['counters']})

    def test_members_of_status(self):
        told = section(self.manual, 'STATUS')
        for key in self.status:
            if key in ('schema', 'command', 'counters', 'last_incident'):
                continue
            plain = key.replace('_', '-')
            self.assertTrue(f'*{plain}*' in told or f'_{key}_' in told, key)

    def test_trial_of_bash_completion(self):
        script = str(TOP / 'completions' / 'weston-robustctl.bash')
        words = {'': COMMANDS, 's': {'status', 'stats', 'simulate'}, 'simulate ': CAUSES,
                 'simulate g': {'guilty'}, '--': self.options(), '--json --li': {'--limit'},
                 '--limit ': set(), 'status ': set(), '--display x simulate ': CAUSES,
                 '--timeout 5 d': {'doctor'}}
        for line, want in words.items():
            run = (f'. {script}; COMP_WORDS=(weston-robustctl {line.rsplit(" ", 1)[0] if " " in line else ""}'
                   f' "{line.rsplit(" ", 1)[-1]}"); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1));'
                   ' _weston_robustctl; printf "%s\\n" "${COMPREPLY[@]}"')
            done = subprocess.run(['bash', '-c', run], capture_output=True, text=True, check=True)
            self.assertEqual(set(done.stdout.split()), want, line)

    def test_zsh_completion(self):
        path = TOP / 'completions' / '_weston-robustctl'
        text = path.read_text(encoding='utf-8')
        self.assertEqual(set(re.findall(r"^\t\t'([a-z]+):", text, re.M)), COMMANDS)
        self.assertEqual(set(re.findall(r"'(--[a-z-]+)\[", text)), self.options())
        if not shutil.which('zsh'):
            self.skipTest('zsh is missing')
        subprocess.run(['zsh', '-n', str(path)], check=True)


class Records(unittest.TestCase):
    manual = text_of('doc/man/weston-robust.7.scd')

    def test_keys_of_the_line_after_a_reset(self):
        source = text_of('libweston-robust/core/history.c')
        form = re.search(r'"GPU reset: .*?attempts', source, re.S).group(0)
        keys = re.findall(r'(\w+)=', form) + ['attempts', 'task']
        told = section(self.manual, 'RECORDS')
        listed = re.findall(r'\*([a-z_]+)\*', re.sub(r'(?m)^\t.*$', '', told))
        self.assertEqual([k for k in listed if k not in ('gpu', 'recovery')], keys)

    def test_environment_of_hooks(self):
        source = text_of('compositor/messenger.c')
        names = set(re.findall(r'WESTON_ROBUST_[A-Z_]+=', source))
        names = {name[:-1] for name in names if '%s' not in name}
        names |= {f'WESTON_ROBUST_{name}_MS' for name in
                  re.findall(r'add_ms\(environment, "(\w+)"', source)}
        told = set(re.findall(r'\*(WESTON_ROBUST_[A-Z_]+)\*', section(self.manual, 'HOOKS')))
        self.assertEqual(told, names)


class Manuals(unittest.TestCase):
    def test_scdoc_takes_them(self):
        if not shutil.which('scdoc'):
            self.skipTest('scdoc is missing')
        pages = sorted((TOP / 'doc' / 'man').glob('weston-robust*.scd'))
        self.assertGreaterEqual(len(pages), 4)
        for page in pages:
            with open(page, encoding='utf-8') as file:
                done = subprocess.run(['scdoc'], stdin=file, capture_output=True, text=True,
                                      check=False)
            self.assertEqual(done.returncode, 0, f'{page.name}: {done.stderr}')
            if shutil.which('groff'):
                done = subprocess.run(['groff', '-man', '-ww', '-z', '-Tutf8', '-'],
                                      input=done.stdout, capture_output=True, text=True,
                                      check=False, env=dict(os.environ, LC_ALL='C.UTF-8'))
                self.assertEqual(done.returncode, 0, done.stderr)

    def test_pages_that_are_referred_to(self):
        own = {path.stem for path in (TOP / 'doc' / 'man').glob('weston-robust*.scd')}
        for path in (TOP / 'doc' / 'man').glob('weston-robust*.scd'):
            for name, number in re.findall(r'\*(weston-robust[a-z.]*)\*\((\d)\)',
                                           path.read_text(encoding='utf-8')):
                self.assertIn(f'{name}.{number}', own, path.name)


class Xml(unittest.TestCase):
    def test_every_message_and_value_is_described(self):
        import xml.etree.ElementTree as tree
        root = tree.parse(TOP / 'protocol' / 'weston-gpu-recovery-v1.xml').getroot()
        for kind in ('interface', 'request', 'event'):
            for node in root.iter(kind):
                text = node.find('description')
                self.assertIsNotNone(text, node.get('name'))
                self.assertTrue(text.get('summary'), node.get('name'))
        for node in root.iter('entry'):
            enum_has_text = node.get('summary') or node.get('name').startswith('get_') or \
                node.get('name') in ('simulate', 'reload', 'trace')
            self.assertTrue(enum_has_text, node.get('name'))

    def test_the_scanner_is_strict(self):
        if not shutil.which('wayland-scanner'):
            self.skipTest('wayland-scanner is missing')
        done = subprocess.run(['wayland-scanner', '--strict', 'client-header',
                               TOP / 'protocol' / 'weston-gpu-recovery-v1.xml', '/dev/null'],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.stderr, '')


if __name__ == '__main__':
    cases.main(__name__)
