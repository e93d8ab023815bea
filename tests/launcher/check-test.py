#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""weston-robust --check: the report, and what it says of drivers that are not as they should be."""

import json
import os
import re

import launcher

RUNGS = ['context', 'display', 'software']
STATUS = {'well': 0, 'weaker': 1, 'unable': 3}


class CheckCase(launcher.LauncherCase):
    def check(self, **env):
        done = self.call('--check', '--json', **env)
        report = json.loads(done.stdout)
        self.assertEqual(done.returncode, STATUS[report['verdict']], done.stderr)
        self.assertEqual(done.stderr, '')
        return report

    def surfaceless(self, report):
        found = [p for p in report['platforms'] if p['platform'] == 'surfaceless']
        self.assertEqual(len(found), 1)
        return found[0]

    def check_with(self, folder, library, **env):
        libraries = [os.environ.get('WR_SANITIZER_PRELOAD'),
                     os.path.join(self.build, 'tests', folder, library)]
        return self.check(LD_PRELOAD=':'.join(filter(None, libraries)), **env)

    def bad_driver(self, plan):
        return self.check_with('launcher', 'libbad-driver.so', BAD_DRIVER=plan)

    def fault(self, schedule):
        return self.check_with('fault', 'libfault-gl.so', WR_FAULT=schedule)


class Report(CheckCase):
    def test_all_members_of_the_manual_are_there(self):
        report = self.check()
        self.assertEqual(report['schema'], 1)
        self.assertRegex(report['version'], r'^\d+\.\d+\.\d+$')
        self.assertEqual(report['built_for'], '14.0.2')
        for part in ['weston', 'libweston', 'renderer', 'plugin']:
            self.assertEqual(set(report[part]), {'usable', 'path', 'version', 'problem'})
            self.assertTrue(report[part]['usable'], report[part])
            self.assertTrue(os.path.exists(report[part]['path']))
        self.assertEqual(set(report['kernel_events']), {'readable', 'problem'})
        self.assertEqual(report['kernel_events']['readable'],
                         report['kernel_events']['problem'] is None)
        self.assertIsInstance(report['gpus'], list)

    def test_members_of_a_platform(self):
        platform = self.surfaceless(self.check())
        self.assertTrue(platform['usable'], platform)
        manual = os.path.join(launcher.HERE, '..', '..', 'doc', 'man', 'weston-robust.1.scd')
        with open(manual, encoding='utf-8') as file:
            told = set(re.findall(r'_([a-z_]+)_', file.read()))
        self.assertLessEqual(set(platform), told)
        self.assertLessEqual({key for rung in platform['rungs'].values() for key in rung}, told)

    def test_every_step_works_here(self):
        platform = self.surfaceless(self.check())
        self.assertEqual(list(platform['rungs']), RUNGS)
        for name, rung in platform['rungs'].items():
            self.assertTrue(rung['possible'] and rung['works'], (name, rung))
            self.assertIsNone(rung['why'])
        self.assertRegex(platform['rungs']['software']['gl_renderer'], 'llvmpipe|softpipe')
        self.assertTrue(platform['notification'])
        self.assertFalse(platform['canary'])
        self.assertTrue(platform['extensions']['EGL_EXT_create_context_robustness'])

    def test_text_and_json_agree(self):
        report = self.check()
        done = self.call('--check')
        self.assertEqual(done.returncode, STATUS[report['verdict']])
        for word in [report['built_for'], report['renderer']['path'],
                     self.surfaceless(report)['gl_renderer'], *report['remarks']]:
            self.assertIn(word, done.stdout)
        self.assertEqual(len(re.findall(r'step \w+ +yes', done.stdout)),
                         3 * len(report['platforms']))

    def test_nothing_is_started(self):
        self.check()
        self.assertEqual(self.starts(), [])


class Findings(CheckCase):
    def remarks(self, report, verdict, pattern):
        self.assertEqual(report['verdict'], verdict, report['remarks'])
        self.assertRegex('\n'.join(report['remarks']), pattern)

    def test_another_weston(self):
        report = self.check(FAKE_VERSION='weston 13.0.0')
        self.assertFalse(report['weston']['usable'])
        self.assertEqual(report['weston']['version'], '13.0.0')
        self.remarks(report, 'unable', 'is weston 13.0.0')

    def test_no_plugin(self):
        os.remove(self.plugin)
        report = self.check()
        self.assertFalse(report['plugin']['usable'])
        self.remarks(report, 'weaker', "the plugin can't be loaded")

    def test_no_renderer(self):
        os.remove(self.renderer)
        self.remarks(self.check(), 'unable', "the renderer can't be loaded")

    def test_a_driver_that_tells_nothing(self):
        report = self.fault('hide-robustness=1')
        platform = self.surfaceless(report)
        self.assertFalse(platform['notification'])
        self.assertTrue(platform['canary'])
        self.assertFalse(platform['extensions']['EGL_EXT_create_context_robustness'])
        self.remarks(report, 'weaker', 'does not tell of resets')

    def test_a_driver_whose_contexts_draw_nothing(self):
        report = self.fault('at=call call=eglDestroyContext mode=zombie:-1 queries=0')
        platform = self.surfaceless(report)
        self.assertTrue(platform['usable'])
        self.assertFalse(platform['rungs']['context']['works'])
        self.assertTrue(platform['rungs']['context']['why'])
        self.remarks(report, 'weaker', 'the step context does not work')

    def test_no_driver(self):
        empty = os.path.join(self.dir, 'empty')
        os.mkdir(empty)
        report = self.check(__EGL_VENDOR_LIBRARY_DIRS=empty)
        self.assertFalse(self.surfaceless(report)['usable'])
        self.remarks(report, 'unable', 'EGL can draw on no platform')

    def test_a_driver_that_crashes_at_once(self):
        report = self.bad_driver('eglInitialize:1:crash')
        self.assertRegex(self.surfaceless(report)['problem'],
                         # AddressSanitizer turns the one into the other.
                         r'^opening EGL: the driver crashed \((Segmentation fault|Aborted)\)$')
        self.remarks(report, 'unable', 'the driver crashed')

    def test_a_driver_that_crashes_on_the_ladder(self):
        report = self.bad_driver('eglInitialize:2:crash')
        rungs = self.surfaceless(report)['rungs']
        self.assertTrue(rungs['context']['works'])
        self.assertFalse(rungs['display']['works'])
        self.assertRegex(rungs['display']['why'], 'the rung display: the driver crashed')
        self.assertFalse(rungs['software']['works'])
        self.remarks(report, 'weaker', 'the step display does not work')

    def test_a_driver_that_ends_the_process(self):
        report = self.bad_driver('eglCreateContext:2:exit')
        self.assertIn('status 17', self.surfaceless(report)['rungs']['context']['why'])

    def test_a_driver_that_hangs(self):
        report = self.bad_driver('eglCreateContext:1:hang')
        self.assertIn('did not come back within', self.surfaceless(report)['problem'])

    def test_a_display_server_that_is_not_there(self):
        report = self.check(WAYLAND_DISPLAY='nobody')
        wayland = [p for p in report['platforms'] if p['platform'] == 'wayland'][0]
        self.assertFalse(wayland['usable'])
        self.assertTrue(wayland['problem'])
        self.remarks(report, 'weaker', 'wayland: ')


if __name__ == '__main__':
    launcher.main(__name__)
