#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The operator's interface: who may use it, what it tells, and what it refuses."""
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
import cases  # noqa: E402  (desk adds its folder)

RECOVERY = 'weston_gpu_recovery_v1'
OPERATOR = 'weston_gpu_recovery_operator_v1'
REQUEST = {name: wire.enum(OPERATOR, 'request', name) for name in
           ('get_status', 'get_counters', 'get_history', 'get_config', 'simulate', 'reload',
            'trace')}
REASON = {name: wire.enum(OPERATOR, 'reason', name) for name in
          ('not_permitted', 'revoked', 'busy', 'not_recording', 'no_file', 'broken_file',
           'too_small')}
SIMULATE, TRACE = 1, 2
SECRET = 'a-guilty-task'



def stranger(path, number):
    """What a client sees, and what it gets if it tries all the same."""
    with wire.Client(path) as client:
        said = ['offered' if client.offered(OPERATOR) else 'hidden']
        try:
            made = client.bind_name(number, OPERATOR)
            made.request('get_history', 32)
            client.sync()
            said.append(f'answered {made.events}')
        except wire.ProtocolError as error:
            said.append(f'error {error.interface}')
    return '\n'.join(said)


class Case(unittest.TestCase):
    ini = 'operator=true\n'

    def setUp(self):
        self.desk = desk.Desk(self.ini)
        self.addCleanup(self.finish)
        self.clients = []
        self.client = self.connect()
        self.operator = self.client.bind(OPERATOR) if self.client.offered(OPERATOR) else None
        self.client.sync()

    def connect(self):
        client = wire.Client(self.desk.path)
        self.clients.append(client)
        return client

    def finish(self):
        for client in self.clients:
            client.close()
        with self.desk:
            pass

    def ask(self, name, *arguments):
        """The events that answer a request."""
        before = len(self.operator.events)
        self.operator.request(name, *arguments)
        self.client.sync()
        return self.operator.events[before:]

    def reload(self, ini):
        self.desk.write_ini(ini)
        return self.ask('reload')


class Answers(Case):
    def test_permissions_at_bind(self):
        self.assertEqual(self.operator.events, [('permissions', (0,))])

    def test_status(self):
        infos = dict(arguments for _, arguments in self.ask('get_status'))
        self.assertEqual(infos['state'], 'running')
        self.assertEqual(infos['renderer-version'], '0.0.fake')
        self.assertEqual(infos['gl-renderer'], 'a fake GPU')
        self.assertEqual(infos['pid'], str(self.desk.process.pid))
        self.assertEqual(infos['config-file'], self.desk.ini_path)
        self.assertEqual(infos['trace-bytes-max'], '0')

    def test_a_driver_with_an_endless_name(self):
        self.desk.command('status gl_renderer ' + 'x' * 3000)
        infos = dict(arguments for _, arguments in self.ask('get_status'))
        self.assertEqual(set(infos['gl-renderer']), {'x'})
        self.assertGreater(len(infos['gl-renderer']), 500)

    def test_counters_of_64_bits(self):
        counters = {name: hi << 32 | lo
                    for _, (name, hi, lo) in self.ask('get_counters')}
        self.assertEqual(counters['frames'], 41)
        self.assertEqual(counters['uploaded-bytes'], 0x123456789a)

    def test_history(self):
        for number in range(40):
            self.desk.command(f'begin {1 + number % 4} {SECRET}{number}')
            self.desk.command(f'end {number % 2}')
            self.client.sync()
        events = self.ask('get_history', 1000)
        incidents = [arguments for name, arguments in events if name == 'incident']
        self.assertEqual([i[1] for i in incidents], list(range(9, 41)))
        self.assertEqual([n for n, _ in events[:5]],
                         ['incident', 'incident_times', 'incident_contents', 'incident_task',
                          'incident_done'])
        self.assertEqual([a for n, a in events if n == 'incident_task'][-1], (SECRET + '39',))
        self.assertEqual([n for n, _ in self.ask('get_history', 2)].count('incident'), 2)
        self.assertEqual(self.ask('get_history', 0), [])

    def test_an_open_incident(self):
        self.desk.command('begin 2')
        (_, incident), (_, times), *_ = self.ask('get_history', 1)
        self.assertEqual(incident[3], wire.enum(OPERATOR, 'result', 'open'))
        self.assertEqual(times[2:], (0, 0, 0))

    def test_incident_is_told_when_it_ends(self):
        self.desk.command(f'begin 1 {SECRET}')
        self.client.sync()
        self.assertEqual(self.operator.named('incident'), [])
        self.desk.command('end 1')
        self.client.sync()
        self.assertEqual(len(self.operator.named('incident_done')), 1)
        self.assertEqual(self.operator.named('incident_task'), [(SECRET,)])
        self.assertEqual(self.operator.named('incident_contents'), [(7, 0, 0x12, 0x34567890)])

    def test_a_task_with_a_strange_name(self):
        self.desk.command('begin 1 evil\x1b[31m\t<b>')
        self.desk.command('end 1')
        self.client.sync()
        self.assertEqual(self.operator.named('incident_task'), [('evil?[31m?<b>',)])

    def test_config(self):
        self.reload('operator=true\nidle-poll=2s\nmax-resets=lots\n')
        events = self.ask('get_config')
        settings = {a[0]: a[1:] for n, a in events if n == 'config'}
        self.assertEqual(settings['idle-poll'], ('2s', wire.enum(OPERATOR, 'source', 'file')))
        self.assertEqual(settings['max-resets'], ('5', wire.enum(OPERATOR, 'source', 'default')))
        problems = [a for n, a in events if n == 'problem']
        self.assertEqual([p[:2] for p in problems], [(6, 'max-resets')])


class Reload(Case):
    def test_changes_are_counted_and_used(self):
        self.assertEqual(self.reload('operator=true\nmax-resets=8\nidle-poll=3s\n'),
                         [('reloaded', (2, 0))])
        self.assertEqual(self.desk.config()['max_resets'], 8)
        self.assertEqual(self.reload('operator=true\n'), [('reloaded', (2, 0))])
        self.assertEqual(self.desk.config()['max_resets'], 5)

    def test_problems_follow(self):
        events = self.reload('operator=true\nnonsense=1\nidle-poll=x\n')
        self.assertEqual(events[0], ('reloaded', (0, 2)))
        self.assertEqual([a[:2] for n, a in events[1:]], [(5, 'nonsense'), (6, 'idle-poll')])

    def test_missing_and_broken(self):
        self.assertEqual(self.reload('max-resets\n'),
                         [('refused', (REQUEST['reload'], REASON['broken_file']))])
        os.unlink(self.desk.ini_path)
        self.assertEqual(self.ask('reload'),
                         [('refused', (REQUEST['reload'], REASON['no_file']))])
        self.assertEqual(self.desk.config()['configured'], 1)

    def test_a_broken_file_is_not_even_shown(self):
        self.reload('operator=true\nmax-resets=9\nthis is no key\n')
        settings = {a[0]: a[1] for n, a in self.ask('get_config') if n == 'config'}
        self.assertEqual(settings['max-resets'], '5')

    def test_too_often(self):
        for _ in range(100):
            self.operator.request('reload')
        self.client.sync()
        self.assertLess(len(self.operator.named('reloaded')), 20)
        self.assertIn((REQUEST['reload'], REASON['busy']), self.operator.named('refused'))

    def test_permission_to_simulate_is_told(self):
        self.reload('operator=true\noperator-simulate=true\n')
        self.assertEqual(self.operator.named('permissions'), [(0,), (SIMULATE,)])

    def test_revoked(self):
        self.assertIn('revoked', [n for n, _ in self.reload('operator=false\n')])
        self.assertFalse(self.client.offered(OPERATOR))
        self.assertFalse(self.connect().offered(OPERATOR))
        for name, arguments in (('get_status', ()), ('get_counters', ()), ('get_history', (5,)),
                                ('get_config', ()), ('simulate', (1,)), ('reload', ())):
            self.assertEqual(self.ask(name, *arguments),
                             [('refused', (REQUEST[name], REASON['revoked']))])
        fd = os.memfd_create('trace')
        self.assertEqual(self.ask('trace', fd),
                         [('refused', (REQUEST['trace'], REASON['revoked']))])
        os.close(fd)
        self.desk.command(f'begin 1 {SECRET}')
        self.desk.command('end 1')
        self.client.sync()
        self.assertEqual(self.operator.named('incident'), [])
        self.operator.request('destroy')
        self.client.sync()

    def test_bind_that_was_under_way(self):
        number = [n for n, (name, _) in self.client.globals.items() if name == OPERATOR][0]
        other = self.connect()
        self.reload('operator=false\n')
        late = other.bind_name(number, OPERATOR)
        late.request('get_history', 32)
        other.sync()
        self.assertEqual(late.names(), ['revoked', 'refused'])

    def test_given_back(self):
        self.reload('operator=false\n')
        self.desk.write_ini('operator=true\n')
        os.kill(self.desk.process.pid, 1)
        self.desk.wait_log('1 settings have changed')
        self.client.wait(lambda: self.client.offered(OPERATOR))
        again = self.client.bind(OPERATOR)
        self.client.sync()
        self.assertEqual(again.names(), ['permissions'])

    def test_off_and_on_many_times(self):
        for number in range(30):
            self.desk.write_ini(f'operator={"true" if number % 2 else "false"}\n')
            os.kill(self.desk.process.pid, 1)
            self.client.wait(lambda: self.client.offered(OPERATOR) == bool(number % 2))
        self.assertTrue(self.desk.alive())


class Simulate(Case):
    ini = 'operator=true\noperator-simulate=true\n'

    def test_each_cause(self):
        recovery = self.client.bind(RECOVERY)
        for cause in range(1, 5):
            self.assertEqual(self.ask('simulate', cause)[0], ('simulated', (cause,)))
            self.client.wait(lambda: len(self.operator.named('incident_done')) == cause)
        self.client.wait(lambda: len(recovery.named('recovered')) == 4)
        self.assertEqual([i[4] for i in self.operator.named('incident')], [1] * 4)

    def test_no_such_cause(self):
        for cause in (0, 5, 0xffffffff):
            client = self.connect()
            operator = client.bind(OPERATOR)
            with self.assertRaises(wire.ProtocolError) as caught:
                operator.request('simulate', cause)
                client.sync()
            self.assertEqual((caught.exception.interface, caught.exception.code), (OPERATOR, 0))

    def test_refused_by_the_renderer(self):
        self.desk.command('refuse 1')
        self.assertEqual(self.ask('simulate', 1),
                         [('refused', (REQUEST['simulate'], REASON['busy']))])

    def test_not_permitted(self):
        self.reload('operator=true\n')
        self.assertEqual(self.ask('simulate', 1),
                         [('refused', (REQUEST['simulate'], REASON['not_permitted']))])

    def test_too_many_objects(self):
        for _ in range(15):
            self.client.bind(OPERATOR)
        self.client.sync()
        with self.assertRaises(wire.ProtocolError) as caught:
            self.client.bind(OPERATOR)
            self.client.sync()
        self.assertEqual((caught.exception.interface, caught.exception.code), (OPERATOR, 2))


class Traces(Case):
    ini = 'operator=true\ntrace=on-demand\n'

    def memory(self, size):
        fd = os.memfd_create('trace')
        self.addCleanup(os.close, fd)
        os.ftruncate(fd, size)
        return fd

    def test_off(self):
        self.assertEqual(self.operator.named('permissions'), [(TRACE,)])
        self.reload('operator=true\n')
        self.assertEqual(self.operator.named('permissions'), [(TRACE,), (0,)])
        self.assertEqual(self.ask('trace', self.memory(65536)),
                         [('refused', (REQUEST['trace'], REASON['not_recording']))])

    def test_written(self):
        self.desk.command(f'begin 1 {SECRET}')
        self.desk.command('end 1')
        most = int(dict(a for n, a in self.ask('get_status') if n == 'info')['trace-bytes-max'])
        fd = self.memory(most)
        (name, (hi, lo)), = self.ask('trace', fd)
        self.assertEqual((name, hi), ('traced', 0))
        self.assertGreater(lo, 100)
        written = os.pread(fd, most, 0)
        self.assertEqual(written[lo:], bytes(most - lo))
        self.assertNotEqual(written[:lo].strip(b'\0'), b'')

    def test_too_small(self):
        self.assertEqual(self.ask('trace', self.memory(16)),
                         [('refused', (REQUEST['trace'], REASON['too_small']))])

    def test_frames_are_listened_to_only_while_recording(self):
        self.assertEqual(self.desk.config()['frames'], 1)
        self.reload('operator=true\n')
        self.assertEqual(self.desk.config()['frames'], 0)

    def wrong_file(self, fd):
        client = self.connect()
        operator = client.bind(OPERATOR)
        with self.assertRaises(wire.ProtocolError) as caught:
            operator.request('trace', fd)
            client.sync()
        self.assertEqual((caught.exception.interface, caught.exception.code), (OPERATOR, 1))

    def test_other_files(self):
        read_end, write_end = os.pipe()
        null = os.open('/dev/null', os.O_RDWR)
        only_read = os.open(f'/proc/self/fd/{self.memory(1 << 21)}', os.O_RDONLY)
        try:
            for fd in (read_end, write_end, null, only_read):
                self.wrong_file(fd)
        finally:
            for fd in (read_end, write_end, null, only_read):
                os.close(fd)

    def test_no_descriptor_is_kept(self):
        before = self.desk.fds()
        fd = self.memory(1 << 21)
        for _ in range(40):
            self.operator.request('trace', fd)
        self.client.sync()
        self.assertEqual(self.desk.fds(), before)


class Strangers(Case):
    def setUp(self):
        super().setUp()
        self.desk.command(f'begin 1 {SECRET}')
        self.desk.command('end 1')
        os.chmod(self.desk.dir, 0o711)
        os.chmod(self.desk.path, 0o666)

    def number(self):
        return [n for n, (name, _) in self.client.globals.items() if name == OPERATOR][0]

    def program(self, *wrapper):
        """A stranger that is another program, started by @wrapper."""
        done = subprocess.run(
            [*wrapper, sys.executable, __file__, '--stranger', self.desk.path,
             str(self.number())], capture_output=True, text=True, check=False, timeout=20)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def user(self, uid):
        """A stranger that is this program, run by another user."""
        if os.geteuid() != 0:
            self.skipTest('needs root, to become somebody else')
        number = self.number()
        read_end, write_end = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                os.setgid(uid)
                os.setuid(uid)
                os.write(write_end, stranger(self.desk.path, number).encode())
            finally:
                os._exit(0)
        os.close(write_end)
        with open(read_end, encoding='utf-8') as pipe:
            said = pipe.read()
        os.waitpid(child, 0)
        return said

    def expect_hidden(self, said):
        self.assertEqual(said.splitlines(), ['hidden', 'error wl_registry'])
        self.assertNotIn(SECRET, said)

    def unshare(self, *flags):
        if not shutil.which('unshare') or subprocess.run(
                ['unshare', *flags, 'true'], capture_output=True, check=False).returncode:
            self.skipTest(f'unshare {" ".join(flags)} does not work here')
        return ('unshare', *flags)

    def test_the_same_user_may(self):
        said = self.program()
        self.assertIn('offered', said)
        self.assertIn(SECRET, said)

    def test_other_user_namespace(self):
        self.expect_hidden(self.program(*self.unshare('--user', '--map-current-user')))

    def test_other_process_namespace(self):
        self.expect_hidden(self.program(*self.unshare('--user', '--map-root-user', '--pid',
                                                      '--fork')))

    def test_other_user(self):
        self.expect_hidden(self.user(65534))

    def test_other_user_who_is_named(self):
        self.reload('operator=true\noperator-uids=65533, 65534\n')
        self.assertIn('offered', self.user(65534))

    def test_named_no_more(self):
        self.reload('operator=true\noperator-uids=65534\n')
        self.reload('operator=true\n')
        self.expect_hidden(self.user(65534))


if __name__ == '__main__':
    if sys.argv[1:2] == ['--stranger']:
        print(stranger(sys.argv[2], int(sys.argv[3])))
        sys.exit()
    cases.main(__name__)
