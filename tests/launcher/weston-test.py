#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""weston-robust with the real weston: what is loaded, and the last step of the ladder."""

import json
import os
import re
import shutil
import signal
import subprocess
import unittest

import launcher

HEADLESS = ['--backend=headless', '--shell=kiosk', '--idle-time=0', '--socket=wl']
OPERATOR = '[gpu-recovery]\noperator=true\noperator-simulate=true\n'


@unittest.skipUnless(shutil.which('weston'), 'weston is not installed')
class WestonCase(launcher.LauncherCase):
    def setUp(self):
        super().setUp()
        os.remove(os.path.join(self.bin, 'weston'))
        self.runtime = os.path.join(self.dir, 'runtime')
        os.mkdir(self.runtime, 0o700)
        self.env['XDG_RUNTIME_DIR'] = self.runtime
        self.weston_log = os.path.join(self.dir, 'weston.log')
        self.write_ini(OPERATOR)

    def run_weston(self, *words, preload=None, **env):
        # Weston itself is never sanitized; the run-time insists on being first.
        libraries = [os.environ.get('WR_SANITIZER_PRELOAD'), preload]
        env['LD_PRELOAD'] = ':'.join(filter(None, libraries))
        # It leaks its configuration, which is not ours to tell.
        env['ASAN_OPTIONS'] = os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'
        with open(self.weston_log, 'w', encoding='utf-8') as log:
            process = subprocess.Popen(self.command(*HEADLESS, *words), env={**self.env, **env},
                                       stdout=log, stderr=log, start_new_session=True)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.wait_for('launched|Loading module .*gpu-recovery')
        self.wait_until(lambda: os.path.exists(os.path.join(self.runtime, 'wl')))
        return process

    def text(self):
        with open(self.weston_log, encoding='utf-8', errors='replace') as file:
            return file.read()

    def wait_for(self, pattern, seconds=30):
        self.wait_until(lambda: re.search(pattern, self.text()), seconds)

    def control(self, *words):
        tool = os.path.join(self.build, 'ctl', 'weston-robustctl')
        done = subprocess.run([tool, '--json', *words], text=True, capture_output=True,
                              env={**self.env, 'WAYLAND_DISPLAY': 'wl'}, check=False, timeout=60)
        return done.returncode, json.loads(done.stdout)

    def end(self, process, status=0):
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(20), status, self.text()[-2000:])


class Loading(WestonCase):
    def test_renderer_plugin_and_a_reset(self):
        process = self.run_weston()
        self.assertIn(f"Loading module '{self.renderer}'", self.text())
        self.assertIn(f"Loading module '{self.plugin}'", self.text())
        status, answer = self.control('simulate', 'innocent')
        self.assertEqual(status, 0, answer)
        self.assertEqual(self.control('status')[1]['generation'], 2)
        self.end(process)

    def test_modules_of_weston_ini_and_of_the_command_line(self):
        for name in ['first.so', 'second.so']:
            os.symlink('/nonexistent', os.path.join(self.dir, name))
        self.write_ini('[core]\nmodules=systemd-notify.so,gpu-recovery.so\n' + OPERATOR)
        process = self.run_weston('--modules=screen-share.so')
        self.wait_for('screen-share.so')
        for name in ['systemd-notify.so', 'gpu-recovery.so', 'screen-share.so']:
            self.assertRegex(self.text(), rf"Loading module '\S*{name}'")
        self.assertEqual(self.control('status')[0], 0)
        self.end(process)

    def test_another_renderer_is_the_users_choice(self):
        process = self.run_weston('--renderer=pixman')
        self.assertIn('Using Pixman renderer', self.text())
        self.assertNotIn(self.renderer, self.text())
        self.end(process)


class LastResort(WestonCase):
    """After a loss no context can be made any more, in this process."""

    def lose(self, *words):
        control = os.path.join(self.dir, 'fault')
        process = self.run_weston(
            '--gpu-recovery-ladder=context', '--gpu-recovery-give-up-after=2', *words,
            preload=os.path.join(self.build, 'tests', 'fault', 'libfault-gl.so'),
            WR_FAULT_CONTROL=control)
        tool = os.path.join(self.build, 'tests', 'fault', 'wr-fault')
        subprocess.run([tool, control, 'schedule', 'at=now mode=lost+create-fails:-1 queries=1'],
                       env=self.env, check=True, timeout=20)
        return process

    def test_without_the_option_weston_stays(self):
        process = self.lose()
        self.wait_for('the last frame stays up')
        self.assertIsNone(process.poll())
        self.end(process)

    def test_weston_starts_again_in_software(self):
        process = self.lose('--restart=2', '--restart-software', '--restart-pause=0')
        self.wait_for('starting weston again with the pixman renderer')
        self.wait_for('Using Pixman renderer')
        self.assertIn('weston ends with status 75', self.text())
        self.end(process)


if __name__ == '__main__':
    launcher.main(__name__)
