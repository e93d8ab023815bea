#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/upstream-suite: with a made-up source package, and without any."""
import json
import os
import pathlib
import subprocess
import tempfile
import unittest

import cases

MESON = """
project('weston', version: '14.0.2')
configure_file(output: 'unused', configuration: {})
subdir('tests')
"""
MESON_TESTS = """
configure_file(output: 'test-config.h', configuration: {
    'WESTON_MODULE_MAP': '"gl-renderer.so=/stock.so;test-plugin.so=/plugin.so;"'})
foreach name : ['blending', 'surface', 'crashing', 'plain']
    test(name, find_program('fake-test'), args: name, suite: 'weston')
endforeach
"""

# Says what upstream's tests say. Its GL cases pass where the module map leads to a renderer.
FAKE_TEST = r"""#!/usr/bin/env python3
import os, sys
name = sys.argv[1]
modules = os.environ.get('WESTON_MODULE_MAP', 'gl-renderer.so=/stock.so')
gl = '/dev/null' not in modules
fault = os.environ.get('WR_FAULT', '')
if name == 'plain':
    sys.exit(0)
print('1..3')
print('ok 1 - pixman')
bad = (name == 'surface' and 'interval=5 ' in fault)
print(('ok' if gl and not bad else 'not ok') + ' 2 - gl')
if name == 'crashing' and 'interval=2 ' in fault:
    os.abort()
print('ok 3 - drm # SKIP no device')
sys.exit(0 if gl and not bad else 1)
"""


class UpstreamSuite(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.base = pathlib.Path(self.dir.name).resolve()
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ('WESTON_MODULE_MAP', 'LD_PRELOAD', 'WR_FAULT')}
        build = self.base / 'ours'
        for path in ('libweston-robust/gl-renderer.so', 'tests/fault/libfault-gl.so'):
            (build / path).parent.mkdir(parents=True, exist_ok=True)
            (build / path).touch()
        self.env['WR_BUILD_DIR'] = str(build)

    def call(self, *args, path=None):
        env = dict(self.env, PATH=f'{path}:{self.env["PATH"]}') if path else self.env
        done = subprocess.run([cases.TOOLS / 'upstream-suite', '--work', self.base / 'work', *args],
                              text=True, capture_output=True, env=env, check=False)
        return done.returncode, done.stdout + done.stderr

    def source(self):
        source = self.base / 'source'
        (source / 'tests').mkdir(parents=True)
        (source / 'meson.build').write_text(MESON, encoding='utf-8')
        (source / 'meson_options.txt').write_text("option('tests', type: 'boolean')\n",
                                                  encoding='utf-8')
        (source / 'tests/meson.build').write_text(MESON_TESTS, encoding='utf-8')
        script = source / 'tests/fake-test'
        script.write_text(FAKE_TEST, encoding='utf-8')
        script.chmod(0o755)
        return source

    def run_suite(self, *args):
        report = self.base / 'report.json'
        code, output = self.call('--source', self.source(), '--json', report, *args)
        self.assertTrue(report.exists(), output)
        return code, output, json.loads(report.read_text(encoding='utf-8'))

    def test_table(self):
        code, output, report = self.run_suite()
        self.assertEqual(code, 1, output)
        self.assertEqual(set(report['cases']), {'blending/gl', 'surface/gl', 'crashing/gl'})
        self.assertEqual(report['cases']['blending/gl'],
                         {'stock': 'PASS', 'ours': 'PASS', '/2': 'PASS', '/5': 'PASS',
                          '/20': 'PASS'})
        self.assertEqual(report['cases']['surface/gl']['/5'], 'FAIL')
        self.assertEqual(report['all']['/2']['crashing: the program'], 'FAIL')
        self.assertRegex(output, r'surface/gl +PASS +PASS +PASS +FAIL +PASS')
        self.assertIn('/5: 2 of 3 GL tests that pass on stock', output)
        self.assertEqual(output.splitlines()[-1], '14 passed, 1 failed, 0 skipped')

    def test_all_pass(self):
        code, output, _ = self.run_suite('--columns', 'ours,/20')
        self.assertEqual(code, 0, output)
        self.assertEqual(output.splitlines()[-1], '9 passed, 0 failed, 0 skipped')

    def test_only_some_tests(self):
        code, output, report = self.run_suite('--columns', 'ours', 'blending')
        self.assertEqual(code, 0, output)
        self.assertEqual(set(report['cases']), {'blending/gl'})

    def test_no_gl_test_is_no_success(self):
        code, output, _ = self.run_suite('--columns', 'ours', 'plain')
        self.assertEqual(code, 1, output)

    def stand_in(self, name, text):
        folder = self.base / 'bin'
        folder.mkdir(exist_ok=True)
        (folder / name).write_text('#!/bin/sh\n' + text, encoding='utf-8')
        (folder / name).chmod(0o755)
        return folder

    def test_no_source_package(self):
        self.stand_in('dpkg-query', 'echo weston 14.0.2-1')
        path = self.stand_in('apt-get', """case "$*" in
indextargets*) echo 'http://mirror.invalid/debian|trixie|main|Debian' ;;
*update*) exit 0 ;;
*) echo 'E: Failed to fetch http://mirror.invalid/x  404 [IP: 192.0.2.1 80]'; exit 100 ;;
esac
""")
        code, output = self.call(path=path)
        self.assertEqual(code, 77, output)
        self.assertIn('skipped: Debian\'s source package weston 14.0.2-1 cannot be fetched', output)
        self.assertNotIn('invalid', output)
        self.assertNotIn('192.0.2.1', output)

    def test_no_weston(self):
        path = self.stand_in('dpkg-query', 'exit 1')
        code, output = self.call(path=path)
        self.assertEqual(code, 77, output)
        self.assertIn('skipped: weston 14.0.2 is not installed', output)


if __name__ == '__main__':
    cases.main(__name__)
