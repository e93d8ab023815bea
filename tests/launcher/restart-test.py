#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""weston-robust --restart=N: when weston is started again, how, and how often."""

import os
import pty
import signal
import time

import launcher

QUICK = '--restart-pause=0'


class Restarts(launcher.LauncherCase):
    def test_status_75_starts_again(self):
        done = self.call('--restart=3', QUICK, '--debug', FAKE_ENDS='75 75 0')
        self.assertEqual(done.returncode, 0, done.stderr)
        starts = self.starts()
        self.assertEqual(len(starts), 3)
        self.assertEqual(starts[0].arguments,
                         ['--debug', '--modules=gpu-recovery.so', '--renderer=gl',
                          '--gpu-recovery-last-resort=exit', '--gpu-recovery-exit-status=75'])
        self.assertEqual(starts[1].arguments, starts[0].arguments)
        self.assertEqual([line.endswith(f'({n} of 3)')
                          for n, line in enumerate(done.stderr.splitlines(), 1)], [True, True])

    def test_other_statuses_do_not(self):
        for ends, status in [('0', 0), ('1', 1), ('74', 74), ('kill-SEGV', -signal.SIGSEGV),
                             ('kill-KILL', -signal.SIGKILL)]:
            with self.subTest(ends=ends):
                self.assertEqual(self.call('--restart=3', QUICK, FAKE_ENDS=ends).returncode,
                                 status)
                self.assertEqual(len(self.starts()), 1)
                os.remove(self.log)

    def test_no_more_than_n_times(self):
        done = self.call('--restart=2', QUICK, FAKE_ENDS='75 75 75 75 75')
        self.assertEqual(done.returncode, 75)
        self.assertEqual(len(self.starts()), 3)
        self.assertIn('done 2 times in the last 600 s', done.stderr)

    def test_old_restarts_are_forgotten(self):
        done = self.call('--restart=1', '--restart-pause=1', '--restart-window=1',
                         FAKE_ENDS='75 75 75 0')
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(len(self.starts()), 4)

    def test_pause(self):
        before = time.monotonic()
        self.assertEqual(self.call('--restart=1', '--restart-pause=2', FAKE_ENDS='75 0').returncode,
                         0)
        self.assertGreaterEqual(time.monotonic() - before, 2)

    def test_another_status_of_the_user(self):
        done = self.call('--restart=1', QUICK, '--gpu-recovery-exit-status=80', FAKE_ENDS='80 75')
        self.assertEqual(done.returncode, 75)
        start = self.starts()[0]
        self.assertEqual(start.last('--gpu-recovery-exit-status'), '80')
        self.assertEqual(len([a for a in start.arguments if 'exit-status' in a]), 1)


class Software(launcher.LauncherCase):
    def test_pixman_from_the_second_start(self):
        done = self.call('--restart=2', QUICK, '--restart-software', '--use-gl', '--', 'app',
                         FAKE_ENDS='75 75 0')
        self.assertEqual(done.returncode, 0, done.stderr)
        first, *others = self.starts()
        self.assertIsNone(first.last('--renderer'))
        for start in others:
            self.assertEqual(start.last('--renderer'), 'pixman')
            self.assertNotIn('--use-gl', start.arguments)
            self.assertEqual(start.arguments[-2:], ['--', 'app'])
            self.assertNotIn('LIBGL_ALWAYS_SOFTWARE', start.environment)

    def test_pixman_wins_over_the_users_renderer(self):
        self.call('--restart=1', QUICK, '--restart-software=pixman', '--renderer=gl',
                  FAKE_ENDS='75 0')
        self.assertEqual(self.starts()[1].last('--renderer'), 'pixman')

    def test_gl_on_a_software_driver(self):
        self.call('--restart=1', QUICK, '--restart-software=gl', FAKE_ENDS='75 0')
        first, second = self.starts()
        self.assertNotIn('LIBGL_ALWAYS_SOFTWARE', first.environment)
        self.assertEqual(second.environment['LIBGL_ALWAYS_SOFTWARE'], '1')
        self.assertEqual(second.environment['GBM_ALWAYS_SOFTWARE'], '1')
        self.assertEqual(second.last('--renderer'), 'gl')


class Signals(launcher.LauncherCase):
    def test_they_go_on_to_weston(self):
        process = self.start('--restart=1', QUICK, FAKE_ENDS='wait')
        expected = []
        for name in ['HUP', 'USR1', 'USR2', 'INT', 'TERM']:
            expected.append(name)
            process.send_signal(getattr(signal, 'SIG' + name))
            self.wait_until(lambda: self.starts()[0].signals == expected)
        self.assertEqual(process.wait(launcher.TIMEOUT), 0)
        self.assertEqual(len(self.starts()), 1)

    def test_one_that_comes_in_the_pause_ends(self):
        process = self.start_pausing()
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(5), -signal.SIGTERM)
        self.assertEqual(len(self.starts()), 1)

    def start_pausing(self):
        process = launcher.subprocess.Popen(
            self.command('--restart=1', '--restart-pause=60'), text=True,
            env={**self.env, 'FAKE_ENDS': '75'}, stderr=launcher.subprocess.PIPE)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.addCleanup(process.stderr.close)
        self.assertIn('starting weston again', process.stderr.readline())
        return process

    def test_weston_does_not_outlive_the_launcher(self):
        process = self.start('--restart=1', QUICK, FAKE_ENDS='wait')
        process.kill()
        process.wait()
        self.wait_until(lambda: self.starts()[0].signals == ['TERM'])

    def test_the_terminals_interrupt_comes_once(self):
        weston = os.path.join(self.bin, 'weston')
        os.remove(weston)
        os.symlink(os.path.join(launcher.HERE, 'count-interrupts.py'), weston)
        pid, terminal = pty.fork()
        if pid == 0:
            os.environ.clear()
            os.environ.update(self.env)
            os.execv(self.launcher, self.command('--restart=1', QUICK))
        self.addCleanup(os.close, terminal)
        self.wait_until(lambda: self.starts() and self.starts()[0].ready)
        os.write(terminal, b'\x03')
        self.wait_until(lambda: self.starts()[0].signals)
        time.sleep(0.6)
        self.assertEqual(self.starts()[0].signals, ['INT'])
        os.kill(pid, signal.SIGTERM)
        self.assertEqual(os.waitpid(pid, 0)[1], 0)

    def test_the_service_manager_finds_weston(self):
        process = self.start('--restart=1', QUICK, FAKE_ENDS='wait', WATCHDOG_PID='1',
                             LISTEN_PID='1')
        self.assertEqual(self.starts()[0].environment['WATCHDOG_PID'], '1')
        process.terminate()
        process.wait()
        os.remove(self.log)
        shell = ['sh', '-c', 'export WATCHDOG_PID=$$ LISTEN_PID=$$; exec "$@"', 'sh']
        done = launcher.subprocess.run(shell + self.command('--restart=1', QUICK), check=False,
                                       env={**self.env, 'FAKE_ENDS': '0'})
        self.assertEqual(done.returncode, 0)
        start, = self.starts()
        self.assertEqual(start.environment['WATCHDOG_PID'], str(start.pid))
        self.assertEqual(start.environment['LISTEN_PID'], str(start.pid))
        self.assertNotEqual(start.parent, os.getpid())


if __name__ == '__main__':
    launcher.main(__name__)
