#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The hook and the notification: what they are told, and that nothing waits for them."""
import os
import pathlib
import shutil
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
import cases  # noqa: E402  (desk adds its folder)

NOTIFY_SEND = '#!/bin/sh\nfor word in "$@"; do printf "%s\\n" "$word"; done >>"$0.said"\n'


class Case(unittest.TestCase):
    def start(self, ini, fds=(), **environment):
        self.desk = desk.Desk(ini.replace('@', self.folder), environment=environment, fds=fds)
        self.addCleanup(self.finish)

    def setUp(self):
        self.folder = os.path.join(os.environ.get('TMPDIR', '/tmp'), f'wr-messenger-{os.getpid()}')
        os.makedirs(self.folder, exist_ok=True)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def finish(self):
        with self.desk:
            pass

    def reset(self, task='', whole=1, cause=2):
        self.desk.command(f'begin {cause} {task}')
        self.desk.command(f'end {whole}')

    def said(self, name, lines=1, seconds=10):
        """The content of a file once it has so many lines."""
        path = os.path.join(self.folder, name)
        deadline = time.monotonic() + seconds
        while True:
            try:
                with open(path, encoding='utf-8') as file:
                    text = file.read()
            except FileNotFoundError:
                text = ''
            if text.count('\n') >= lines:
                return text
            self.assertLess(time.monotonic(), deadline, f'{name}: {text!r}\n{self.desk.log()}')
            time.sleep(0.01)

    def variables(self, name='env'):
        return dict(line.split('=', 1) for line in self.said(name, 15).splitlines())


class Hook(Case):
    ENV = 'hook=env | grep ^WESTON_ROBUST_ >@/env.part; echo END= >>@/env.part; mv @/env.part @/env\n'

    def test_recovered(self):
        self.start(self.ENV)
        self.reset('bad-game', cause=1)
        told = {k[14:].lower(): v for k, v in self.variables().items() if k != 'END'}
        self.assertEqual(told, {
            'event': 'recovered', 'state': 'running', 'incident': '1', 'cause': 'guilty',
            'step': 'context', 'attempts': '1', 'guilty_task': 'bad-game', 'simulated': '0',
            'surfaces_restored': '7', 'surfaces_lost': '0', 'wait_ms': '1.500',
            'rebuilt_ms': '20.000', 'first_frame_ms': '78.100', 'untold': '0'})

    def test_unfinished(self):
        self.start(self.ENV)
        self.reset(whole=0)
        told = self.variables()
        self.assertEqual(told['WESTON_ROBUST_EVENT'], 'unfinished')
        self.assertEqual(told['WESTON_ROBUST_FIRST_FRAME_MS'], '0.000')

    def test_failed(self):
        self.start(self.ENV)
        self.desk.command('exhausted')
        told = self.variables()
        self.assertEqual((told['WESTON_ROBUST_EVENT'], told['WESTON_ROBUST_STATE']),
                         ('failed', 'failed'))

    def test_hostile_task(self):
        self.start(self.ENV)
        self.reset('$(touch @/owned)`touch @/owned`;"\'\x1b[31m'.replace('@', self.folder))
        self.assertIn('$(touch', self.variables()['WESTON_ROBUST_GUILTY_TASK'])
        self.assertNotIn('\x1b', self.variables()['WESTON_ROBUST_GUILTY_TASK'])
        self.assertFalse(os.path.exists(os.path.join(self.folder, 'owned')))

    def test_inherits_nothing(self):
        leak = os.open('/dev/null', os.O_RDONLY)
        self.addCleanup(os.close, leak)
        # By the shell itself: one that has just forked may have all signals blocked for a moment.
        self.start('hook=ls -l /proc/$$/fd >@/part; while read -r line; do case $line in '
                   'Sig*) echo "$line" >>@/part;; esac; done </proc/$$/status; '
                   'cut -d" " -f6 /proc/$$/stat >>@/part; echo $$ >>@/part; mv @/part @/fds\n',
                   fds=(leak,))
        self.reset()
        text = self.said('fds', 7)
        numbers = [int(line.split()[8]) for line in text.splitlines() if ' -> ' in line]
        # The shell's own redirection may be there as well.
        self.assertLessEqual({0, 1, 2}, set(numbers))
        self.assertLessEqual(set(numbers), {0, 1, 2, 10, 255})
        self.assertIn(' 0 -> /dev/null', text)
        for word in ('SigBlk', 'SigIgn'):
            line = [line for line in text.splitlines() if line.startswith(word)][0]
            # 32 and 33 are the C library's own.
            self.assertEqual(int(line.split()[1], 16) & ~0x180000000, 0, line)
        session, pid = text.split()[-2:]
        self.assertEqual(session, pid)

    def test_one_at_a_time_and_the_last_one_after_it(self):
        self.start('hook=echo $WESTON_ROBUST_INCIDENT $WESTON_ROBUST_UNTOLD >>@/log; '
                   'while [ ! -e @/go ]; do sleep 0.02; done\n')
        self.reset()
        self.said('log')
        for _ in range(5):
            self.reset()
        time.sleep(0.2)
        self.assertEqual(self.said('log'), '1 0\n')
        open(os.path.join(self.folder, 'go'), 'w', encoding='utf-8').close()
        self.assertEqual(self.said('log', 2), '1 0\n6 4\n')

    def test_nothing_waits_for_it(self):
        self.start('hook=sleep 30\n')
        self.reset()
        with wire.Client(self.desk.path) as client:
            begin = time.monotonic()
            for _ in range(20):
                self.reset()
                client.sync()
            self.assertLess(time.monotonic() - begin, 3)

    def test_starting_it_takes_no_time(self):
        self.start('hook=true\n')
        times = []
        for _ in range(21):
            begin = time.monotonic()
            self.reset()
            times.append((time.monotonic() - begin) * 1000)
            time.sleep(0.02)
        times.sort()
        print(f'(median {times[10]:.1f} ms, longest {times[20]:.1f} ms) ', end='')
        self.assertLess(times[10], 50)

    def test_failure_is_logged(self):
        self.start('hook=exit 3\n')
        self.reset()
        self.desk.wait_log('the hook failed')

    def test_no_children_are_left(self):
        self.start('hook=true\n')
        for _ in range(30):
            self.reset()
            time.sleep(0.01)
        deadline = time.monotonic() + 5
        while True:
            path = f'/proc/{self.desk.process.pid}/task/{self.desk.process.pid}/children'
            with open(path, encoding='ascii') as file:
                children = file.read().split()
            if not children:
                break
            self.assertLess(time.monotonic(), deadline, children)
            time.sleep(0.02)

    def test_ends_with_a_hook_that_runs(self):
        self.start('hook=sleep 2\n')
        self.reset()
        self.assertEqual(self.desk.stop(), 0)


class Notice(Case):
    def setUp(self):
        super().setUp()
        self.tool = os.path.join(self.folder, 'notify-send')
        with open(self.tool, 'w', encoding='utf-8') as file:
            file.write(NOTIFY_SEND)
        os.chmod(self.tool, 0o755)
        self.path = self.folder + ':' + os.environ['PATH']

    def notice(self, task='', whole=1):
        self.start('notify=true\n', PATH=self.path)
        self.reset(task, whole)
        words = self.said('notify-send.said', 6).splitlines()
        self.assertEqual(words[-3:-1], ['--', 'Graphics reset'])
        return words[-1]

    def test_names_the_guilty_program(self):
        self.assertIn('"bad-game" was the cause', self.notice('bad-game'))

    def test_without_a_name(self):
        text = self.notice()
        self.assertIn('desktop restored', text)
        self.assertNotIn('cause', text)

    def test_markup_is_no_markup(self):
        self.assertIn('"&lt;b&gt;&amp;?x" was', self.notice('<b>&\tx'))

    def test_when_it_did_not_help(self):
        self.assertIn('could not be restored', self.notice(whole=0))

    def test_without_notify_send(self):
        self.start('notify=true\n', PATH='/nonexistent')
        self.reset()
        self.desk.wait_log('can not start notify-send')
        self.assertTrue(self.desk.alive())


class LastResort(Case):
    def test_exit(self):
        self.start('last-resort=exit\n')
        self.desk.command('exhausted')
        self.assertEqual(self.desk.process.wait(5), 75)

    def test_stay(self):
        self.start('last-resort=stay\nexit-status=9\n')
        self.desk.command('exhausted')
        self.desk.wait_log('the last frame stays up')
        self.assertTrue(self.desk.alive())


if __name__ == '__main__':
    cases.main(__name__)
