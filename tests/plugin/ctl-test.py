#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""weston-robustctl against the plugin: all states and errors, its JSON, its exit statuses."""
import json
import os
import pathlib
import select
import socket
import subprocess
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import schema  # noqa: E402
import cases  # noqa: E402  (desk adds its folder)

OK, NOT_WELL, USAGE, NO_COMPOSITOR, NOT_ALLOWED = range(5)
COMMANDS = ('status', 'watch', 'history', 'stats', 'simulate', 'reload', 'trace', 'doctor')
STATES = ('running', 'waiting', 'rebuilding', 'backoff', 'software', 'failed')
OPERATOR = 'operator=true\noperator-simulate=true\n'


class Case(unittest.TestCase):
    ini = OPERATOR

    def setUp(self):
        self.desk = desk.Desk(self.ini)
        self.addCleanup(self.finish)

    def finish(self):
        with self.desk:
            pass

    def ctl(self, *arguments, expect=OK):
        done = self.desk.ctl(*arguments)
        self.assertEqual(done.returncode, expect, f'{arguments}: {done.stdout}{done.stderr}')
        return done.stdout

    def json(self, *arguments, expect=OK, name=None):
        """The command's JSON, which has to be as the schema wants it."""
        value = json.loads(self.ctl('--json', *arguments, expect=expect))
        schema.Schema().check(value)
        schema.Schema().check(value, name or arguments[0])
        return value

    def reset(self, cause=2, task='', whole=1):
        self.desk.command(f'begin {cause} {task}')
        self.desk.command(f'end {whole}')


class Status(Case):
    def test_well(self):
        text = self.ctl('status')
        self.assertTrue(text.startswith('The desktop is well'), text)
        self.assertIn('a fake GPU', text)
        self.assertIn('operator=true', text)
        self.assertNotIn('max-resets', text)

    def test_each_state(self):
        for number, name in enumerate(STATES):
            self.desk.command(f'state {number}')
            well = name == 'running'
            status = self.json('status', expect=OK if well else NOT_WELL)
            self.assertEqual((status['state'], status['well']), (name, well))
            self.assertIn(name, self.ctl('status', expect=OK if well else NOT_WELL))

    def test_json(self):
        self.reset(1, 'bad-game')
        status = self.json('status')
        self.assertEqual(status['last_incident']['guilty_task'], 'bad-game')
        self.assertEqual(status['last_incident']['first_frame_ms'], 78.1)
        self.assertEqual(status['last_incident']['bytes_restored'], 0x1234567890)
        self.assertEqual(status['counters']['resets'], 1)
        self.assertEqual(status['permissions'], ['simulate'])
        self.assertEqual(status['steps_possible'], ['context', 'display', 'software'])
        self.assertEqual(status['settings']['operator'], {'value': 'true', 'source': 'file'})
        self.assertEqual(status['pid'], self.desk.process.pid)

    def test_problems(self):
        self.desk.write_ini(OPERATOR + 'nonsense=1\n')
        self.assertEqual(self.json('reload', expect=NOT_WELL)['problems'][0]['key'], 'nonsense')
        self.assertEqual(self.json('status')['problems'][0]['line'], 6)
        self.assertIn('nonsense: there is no such key', self.ctl('status'))

    def test_hostile_names(self):
        self.desk.command('status gl_renderer "\\\x01\xff')
        self.reset(1, '\x1b[2J"quoted\\"')
        task = self.json('status')['last_incident']['guilty_task']
        self.assertEqual(task, '?[2J"quoted\\"')
        self.assertNotIn('\x1b', self.ctl('history'))


class Past(Case):
    def test_history(self):
        self.assertIn('never reset', self.ctl('history'))
        self.assertEqual(self.json('history')['incidents'], [])
        for number in range(5):
            self.reset(1 + number % 4, f'task{number}', number % 2)
        incidents = self.json('history')['incidents']
        self.assertEqual([i['id'] for i in incidents], [1, 2, 3, 4, 5])
        self.assertEqual([i['cause'] for i in incidents],
                         ['guilty', 'innocent', 'unknown', 'purged', 'guilty'])
        self.assertEqual([i['result'] for i in incidents][:2], ['unfinished', 'recovered'])
        self.assertIsNone(incidents[0]['first_frame_ms'])
        self.assertEqual(len(self.json('history', '--limit', '2')['incidents']), 2)
        text = self.ctl('history', '--limit', '1')
        self.assertIn('reset 5, cause guilty: no whole frame', text)
        self.assertIn('caused by "task4"', text)

    def test_wall_clock(self):
        before = time.time()
        self.reset()
        when = self.json('history')['incidents'][0]['detected_at']
        seconds = time.mktime(time.strptime(when[:19], '%Y-%m-%dT%H:%M:%S')) - time.timezone
        self.assertLess(abs(seconds - before), 5, when)

    def test_stats(self):
        counters = self.json('stats')['counters']
        self.assertEqual(counters['uploaded_bytes'], 0x123456789a)
        self.assertRegex(self.ctl('stats'), r'uploaded-bytes +78187493530\n')


class Simulate(Case):
    def test_each_cause(self):
        for cause in ('guilty', 'innocent', 'unknown', 'purged'):
            incident = self.json('simulate', cause)['incident']
            self.assertEqual((incident['cause'], incident['simulated']), (cause, True))

    def test_text(self):
        self.assertIn('whole again after 78.1 ms', self.ctl('simulate', 'innocent'))

    def test_without_waiting(self):
        self.assertIsNone(self.json('simulate', 'innocent', '--no-wait')['incident'])

    def test_busy(self):
        self.desk.command('refuse 1')
        self.assertIn('under way', self.json('simulate', 'guilty', expect=NOT_WELL,
                                             name='error')['error']['message'])

    def test_that_does_not_come_back(self):
        self.desk.command('whole 0')
        told = self.json('simulate', 'guilty', expect=NOT_WELL)
        self.assertEqual(told['incident']['result'], 'unfinished')

    def test_not_permitted(self):
        self.desk.write_ini('operator=true\n')
        self.ctl('reload')
        error = self.json('simulate', 'guilty', expect=NOT_ALLOWED, name='error')['error']
        self.assertIn('operator-simulate=true', error['message'])


class Reload(Case):
    def test_changes(self):
        self.desk.write_ini(OPERATOR + 'max-resets=2\n')
        self.assertEqual(self.json('reload')['changed'], 1)
        self.assertIn('0 settings', self.ctl('reload'))

    def test_broken_and_missing(self):
        self.desk.write_ini('x\n')
        self.assertIn('malformed', self.json('reload', expect=NOT_WELL, name='error')
                      ['error']['message'])
        os.unlink(self.desk.ini_path)
        self.json('reload', expect=NOT_WELL, name='error')

    def test_that_ends_our_own_rights(self):
        self.desk.write_ini('operator=false\n')
        self.ctl('reload')
        self.ctl('reload', expect=NOT_ALLOWED)


class Trace(Case):
    ini = 'operator=true\ntrace=on-demand\n'

    def test_file(self):
        self.reset()
        path = os.path.join(self.desk.dir, 'out.pftrace')
        told = self.json('trace', path)
        self.assertEqual(told['bytes'], os.path.getsize(path))
        self.assertGreater(told['bytes'], 100)

    def test_stdout(self):
        done = subprocess.run([self.desk.build.ctl, 'trace', '-'], env=self.desk.env,
                              capture_output=True, check=False)
        self.assertEqual(done.returncode, OK)
        self.assertGreater(len(done.stdout), 100)

    def test_where_nobody_may_write(self):
        self.json('trace', '/nonexistent/x', expect=NOT_WELL, name='error')

    def test_off(self):
        self.desk.write_ini('operator=true\n')
        self.ctl('reload')
        self.json('trace', '/dev/null', expect=NOT_WELL, name='error')


class Doctor(Case):
    def findings(self, expect=OK):
        return {f['name']: f['verdict'] for f in self.json('doctor', expect=expect)['findings']}

    def test_well(self):
        self.desk.write_ini('operator=true\n')
        self.ctl('reload')
        found = self.findings()
        self.assertEqual(found.pop('versions'), 'note')  # the fake has another
        self.assertEqual(set(found.values()), {'good'})
        self.assertIn('in order', self.ctl('doctor'))

    def test_what_is_wrong(self):
        cases_ = (('state 4', 'state', 'bad'), ('state 5', 'state', 'bad'),
                  ('state 1', 'state', 'note'), ('state 0', 'state', 'good'),
                  ('status notification 0', 'detection', 'bad'),
                  ('status canary 1', 'detection', 'note'),
                  ('status gl_renderer llvmpipe', 'driver', 'note'),
                  ('status reduced 1', 'reduced', 'note'), ('status rungs 1', 'software', 'note'))
        for command, name, verdict in cases_:
            self.desk.command(command)
            value = json.loads(self.desk.ctl('--json', 'doctor').stdout)
            schema.Schema().check(value)
            found = {f['name']: f for f in value['findings']}
            self.assertEqual(found[name]['verdict'], verdict, command)
            if verdict != 'good' and command != 'status canary 1':
                self.assertTrue(found[name]['advice'], command)

    def test_settings(self):
        self.desk.write_ini(OPERATOR + 'enabled=false\nidle-poll=0\nnotify=true\nbad=1\n')
        self.ctl('reload', expect=NOT_WELL)
        self.desk.env['PATH'] = self.desk.dir
        found = self.findings(expect=NOT_WELL)
        self.assertEqual((found['ladder'], found['settings'], found['idle-poll'], found['notify'],
                          found['simulate']), ('bad', 'bad', 'note', 'note', 'note'))

    def test_past(self):
        self.reset(1, 'bad-game')
        self.desk.ctl('doctor')
        text = self.ctl('doctor')
        self.assertIn('caused by "bad-game"', text)


class Watch(Case):
    def start(self, *arguments):
        watcher = subprocess.Popen([self.desk.build.ctl, 'watch', *arguments], env=self.desk.env,
                                   stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(watcher.stdout.close)
        self.addCleanup(watcher.stderr.close)
        self.addCleanup(watcher.kill)
        self.assertTrue(select.select([watcher.stdout], [], [], 10)[0])
        return watcher

    def test_lines(self):
        watcher = self.start('--json', '--limit', '2')
        for number in range(2):
            self.desk.command(f'state {number + 1}')
            self.reset(1 + number, whole=1 - number)
        lines = [json.loads(line) for line in watcher.communicate(timeout=10)[0].splitlines()]
        for line in lines:
            schema.Schema().check(line)
        self.assertEqual([line['event'] for line in lines],
                         ['state', 'state', 'reset-began', 'recovered', 'incident', 'state',
                          'reset-began', 'unfinished', 'incident'])
        self.assertEqual(watcher.returncode, OK)

    def test_text(self):
        watcher = self.start('--limit', '1')
        self.reset()
        text = watcher.communicate(timeout=10)[0]
        self.assertIn('GPU reset, cause innocent: generation 1 is lost', text)
        self.assertIn('whole again after 78.1 ms', text)

    def test_without_the_operator(self):
        self.desk.write_ini('operator=false\n')
        self.ctl('reload')
        watcher = self.start('--json', '--limit', '1')
        self.reset()
        out = watcher.communicate(timeout=10)[0]
        self.assertEqual([json.loads(line)['event'] for line in out.splitlines()],
                         ['state', 'reset-began', 'recovered'])

    def test_interrupted(self):
        watcher = self.start()
        watcher.terminate()
        self.assertEqual(watcher.wait(10), OK)

    def test_the_compositor_goes(self):
        watcher = self.start()
        self.desk.command('quit')
        self.assertEqual(watcher.wait(10), NO_COMPOSITOR)


class Refused(Case):
    ini = ''

    def test_without_operator(self):
        for command in COMMANDS:
            arguments = {'simulate': ('guilty',), 'trace': ('/dev/null',)}.get(command, ())
            if command in ('status', 'watch'):
                continue
            self.json(command, *arguments, expect=NOT_ALLOWED, name='error')
        status = self.json('status')
        self.assertFalse(status['operator'])
        self.assertNotIn('counters', status)
        self.assertIn('operator=true', self.ctl('status'))


class Alone(unittest.TestCase):
    """Without a compositor that answers."""

    def run_ctl(self, *arguments, env=None):
        return subprocess.run([desk.Build().ctl, *arguments], capture_output=True, text=True,
                              env=env, timeout=20, check=False)

    def test_no_compositor(self):
        with tempfile.TemporaryDirectory() as folder:
            env = {'XDG_RUNTIME_DIR': folder, 'WAYLAND_DISPLAY': 'nobody'}
            for command in ('status', 'watch', 'history', 'doctor'):
                done = self.run_ctl('--json', command, env=env)
                self.assertEqual(done.returncode, NO_COMPOSITOR)
                schema.Schema().check(json.loads(done.stdout), 'error')
                self.assertIn('nobody', done.stderr)

    def test_silent_compositor(self):
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as server:
            server.bind(os.path.join(folder, 'mute'))
            server.listen()
            begin = time.monotonic()
            done = self.run_ctl('--display', 'mute', '--timeout', '1', 'status',
                                env={'XDG_RUNTIME_DIR': folder})
            self.assertEqual(done.returncode, NO_COMPOSITOR)
            self.assertIn('did not answer', done.stderr)
            self.assertLess(time.monotonic() - begin, 5)

    def test_usage(self):
        for arguments in ((), ('nonsense',), ('simulate',), ('simulate', 'x'), ('status', 'x'),
                          ('trace',), ('--nonsense', 'status'), ('--timeout', 'x', 'status'),
                          ('--limit', '0', 'history'), ('--limit', '-1', 'history')):
            done = self.run_ctl(*arguments)
            self.assertEqual(done.returncode, USAGE, arguments)
            self.assertIn('weston-robustctl', done.stderr)

    def test_help(self):
        general = self.run_ctl('--help')
        self.assertEqual(general.returncode, OK)
        for command in COMMANDS:
            self.assertRegex(general.stdout, rf'\n  {command}\b')
            done = self.run_ctl(command, '--help')
            self.assertEqual(done.returncode, OK)
            self.assertRegex(done.stdout, rf'usage: weston-robustctl \[OPTION\]\.\.\. {command}')
            self.assertEqual(self.run_ctl('--help', command).stdout, done.stdout)

    def test_version(self):
        self.assertRegex(self.run_ctl('--version').stdout, r'^weston-robustctl \d+\.\d+\.\d+\n$')


class Schema(unittest.TestCase):
    """The checker itself must see what is wrong."""

    good = {'schema': 1, 'command': 'trace', 'file': 'x', 'bytes': 5}

    def test_good(self):
        schema.Schema().check(self.good)

    def test_bad(self):
        for change in ({'bytes': -1}, {'bytes': 1.5}, {'bytes': True}, {'file': None},
                       {'more': 1}, {'schema': 2}, {'command': 'stats'}):
            with self.assertRaises(schema.Mismatch, msg=str(change)):
                schema.Schema().check(dict(self.good, **change))
        with self.assertRaises(schema.Mismatch):
            schema.Schema().check({'schema': 1, 'command': 'trace', 'file': 'x'})

    def test_unknown_words_are_errors(self):
        with self.assertRaises(AttributeError):
            schema.Schema({'uniqueItems': True}).check([])


if __name__ == '__main__':
    cases.main(__name__)
