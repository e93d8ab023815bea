#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The public protocol, on the bare wire, against the plugin in a compositor whose renderer's side is
a fake: every state, every event, every misuse."""
import os
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
import cases  # noqa: E402  (desk adds its folder)

RECOVERY = 'weston_gpu_recovery_v1'
SURFACE = 'weston_gpu_recovery_surface_v1'
OPERATOR = 'weston_gpu_recovery_operator_v1'
GUILTY, INNOCENT, UNKNOWN, PURGED = 1, 2, 3, 4
RUNNING, WAITING, REBUILDING, BACKOFF, SOFTWARE, FAILED = range(6)


class Case(unittest.TestCase):
    ini = ''

    def setUp(self):
        self.desk = desk.Desk(self.ini)
        self.client = wire.Client(self.desk.path)
        self.addCleanup(self.finish)

    def finish(self):
        self.client.close()
        with self.desk:
            pass

    def surface(self):
        if not hasattr(self, 'compositor'):
            self.compositor = self.client.bind('wl_compositor', 4)
        return self.compositor.request('create_surface')

    def show(self, surface, buffer, size=16):
        surface.request('attach', buffer, 0, 0)
        surface.request('damage', 0, 0, size, size)
        surface.request('commit')

    def expect_error(self, interface, code, action):
        with self.assertRaises(wire.ProtocolError) as caught:
            action()
            self.client.sync()
        self.assertEqual(caught.exception.interface, interface)
        self.assertEqual(caught.exception.code, wire.enum(interface, 'error', code))
        self.assertTrue(self.desk.alive())


class News(Case):
    def test_state_at_bind(self):
        recovery = self.client.bind(RECOVERY)
        self.client.sync()
        self.assertEqual(recovery.events, [('state', (RUNNING, 0, 1))])

    def test_each_state_is_told(self):
        recovery = self.client.bind(RECOVERY)
        for state in (WAITING, REBUILDING, BACKOFF, SOFTWARE, RUNNING, FAILED):
            self.desk.command(f'state {state}')
        self.client.sync()
        self.assertEqual([s for s, _, _ in recovery.named('state')],
                         [RUNNING, WAITING, REBUILDING, BACKOFF, SOFTWARE, RUNNING, FAILED])

    def test_generation_beyond_32_bits(self):
        self.desk.command(f'status generation {0x500000007}')
        recovery = self.client.bind(RECOVERY)
        self.desk.command(f'state {WAITING}')
        self.client.sync()
        self.assertEqual(recovery.events[-1], ('state', (WAITING, 5, 7)))

    def test_a_recovery_in_order(self):
        recovery = self.client.bind(RECOVERY)
        self.client.sync()
        for command in (f'begin {INNOCENT}', f'state {WAITING}', f'state {REBUILDING}',
                        f'state {RUNNING}', 'end 1'):
            self.desk.command(command)
        self.client.sync()
        self.assertEqual(recovery.names(), ['state', 'reset_began', 'state', 'state', 'state',
                                            'recovered'])
        self.assertEqual(recovery.named('reset_began'), [(INNOCENT, 0, 1)])
        self.assertEqual(recovery.named('recovered'), [(0, 2, 1500, 20000, 78100, 7, 0)])

    def test_an_unfinished_recovery(self):
        recovery = self.client.bind(RECOVERY)
        self.desk.command(f'begin {GUILTY}')
        self.desk.command('end 0')
        self.client.sync()
        self.assertEqual(recovery.names(), ['state', 'reset_began', 'unfinished'])

    def test_bind_during_a_recovery(self):
        self.desk.command(f'begin {PURGED}')
        self.desk.command(f'state {WAITING}')
        recovery = self.client.bind(RECOVERY)
        self.client.sync()
        self.assertEqual(recovery.events,
                         [('state', (WAITING, 0, 1)), ('reset_began', (PURGED, 0, 1))])

    def test_bind_after_a_recovery(self):
        self.desk.command(f'begin {UNKNOWN}')
        self.desk.command('end 1')
        recovery = self.client.bind(RECOVERY)
        self.client.sync()
        self.assertEqual(recovery.names(), ['state'])

    def test_two_objects_and_destroy(self):
        first, second = self.client.bind(RECOVERY), self.client.bind(RECOVERY)
        first.request('destroy')
        self.desk.command(f'begin {GUILTY}')
        self.client.sync()
        self.assertEqual(first.names(), ['state'])
        self.assertEqual(second.names(), ['state', 'reset_began'])

    def test_too_many_objects(self):
        for _ in range(16):
            self.client.bind(RECOVERY)
        self.client.sync()
        self.expect_error(RECOVERY, 'too_many_objects', lambda: self.client.bind(RECOVERY))

    def test_another_client_has_its_own_limit(self):
        for _ in range(16):
            self.client.bind(RECOVERY)
        self.client.sync()
        with wire.Client(self.desk.path) as other:
            other.bind(RECOVERY)
            other.sync()

    def test_client_that_dies_with_objects(self):
        other = wire.Client(self.desk.path)
        compositor = other.bind('wl_compositor', 4)
        recovery = other.bind(RECOVERY)
        for _ in range(5):
            recovery.request('get_surface', compositor.request('create_surface'))
        other.sync()
        other.close()
        self.desk.command(f'begin {GUILTY}')
        self.client.sync()

    def test_operator_is_not_offered_unless_allowed(self):
        self.assertTrue(self.client.offered(RECOVERY))
        self.assertFalse(self.client.offered(OPERATOR))


class Surfaces(Case):
    def setUp(self):
        super().setUp()
        self.recovery = self.client.bind(RECOVERY)

    def watched(self):
        surface = self.surface()
        watch = self.recovery.request('get_surface', surface)
        self.client.sync()
        return surface, watch

    def test_each_reason(self):
        surface, watch = self.watched()
        for why in range(5):
            self.desk.command(f'lose 0 {why}')
        self.client.sync()
        self.assertEqual(watch.events, [('content_lost', (why, 0, 1)) for why in range(5)])

    def test_only_its_surface(self):
        _, first = self.watched()
        _, second = self.watched()
        self.desk.command('lose 1 2')
        self.client.sync()
        self.assertEqual(first.events, [])
        self.assertEqual(second.named('content_lost'), [(2, 0, 1)])

    def test_told_to_an_object_that_comes_later(self):
        surface = self.surface()
        self.client.sync()
        self.desk.command('lose 0 1')
        watch = self.recovery.request('get_surface', surface)
        self.client.sync()
        self.assertEqual(watch.named('content_lost'), [(1, 0, 1)])

    def late_object_after(self, *steps):
        """Whether an object made after these steps is told of a loss before them."""
        surface = self.surface()
        buffer = self.client.shm_buffer()
        # Nothing draws here and takes this damage away: that of the next commit is larger.
        self.show(surface, buffer, size=8)
        self.client.sync()
        self.desk.command('lose 0 0')
        for step in steps:
            step(surface, buffer)
        self.client.sync()
        watch = self.recovery.request('get_surface', surface)
        self.client.sync()
        return watch.names() == ['content_lost']

    def test_a_new_buffer_ends_it(self):
        self.assertFalse(self.late_object_after(
            lambda surface, _: self.show(surface, self.client.shm_buffer())))

    def test_the_same_buffer_ends_it(self):
        self.assertFalse(self.late_object_after(self.show))

    def test_an_empty_commit_does_not_end_it(self):
        self.assertTrue(self.late_object_after(lambda surface, _: surface.request('commit')))

    def test_a_frame_callback_does_not_end_it(self):
        def wait_frame(surface, _):
            surface.request('frame')
            surface.request('commit')
        self.assertTrue(self.late_object_after(wait_frame))

    def test_an_object_made_anew_after_a_new_buffer(self):
        surface, watch = self.watched()
        self.desk.command('lose 0 0')
        self.show(surface, self.client.shm_buffer())
        watch.request('destroy')
        again = self.recovery.request('get_surface', surface)
        self.client.sync()
        self.assertEqual(again.events, [])

    def test_an_object_made_anew_while_it_is_lost(self):
        surface, watch = self.watched()
        self.desk.command('lose 0 0')
        watch.request('destroy')
        again = self.recovery.request('get_surface', surface)
        self.client.sync()
        self.assertEqual(again.names(), ['content_lost'])

    def test_lost_again_is_told_again(self):
        surface, watch = self.watched()
        self.desk.command('lose 0 0')
        self.show(surface, self.client.shm_buffer())
        self.client.sync()
        self.desk.command('lose 0 3')
        self.client.sync()
        self.assertEqual([e[0] for e in watch.named('content_lost')], [0, 3])

    def test_second_object_of_a_surface(self):
        surface, _ = self.watched()
        self.expect_error(RECOVERY, 'already_constructed',
                          lambda: self.recovery.request('get_surface', surface))

    def test_another_object_after_destroy(self):
        surface, watch = self.watched()
        watch.request('destroy')
        again = self.recovery.request('get_surface', surface)
        self.client.sync()
        self.desk.command('lose 0 0')
        self.client.sync()
        self.assertEqual(watch.events, [])
        self.assertEqual(again.names(), ['content_lost'])

    def test_object_outlives_its_surface(self):
        surface, watch = self.watched()
        surface.request('destroy')
        self.client.sync()
        watch.request('destroy')
        self.client.sync()
        self.assertEqual(watch.events, [])

    def test_object_outlives_the_global_object(self):
        _, watch = self.watched()
        self.recovery.request('destroy')
        self.desk.command('lose 0 0')
        self.client.sync()
        self.assertEqual(watch.names(), ['content_lost'])

    def test_lost_surface_is_destroyed(self):
        surface = self.surface()
        self.client.sync()
        self.desk.command('lose 0 0')
        surface.request('destroy')
        self.client.sync()

    def test_not_a_surface(self):
        # libwayland finds the wrong type of an object before the plugin sees the request.
        with self.assertRaises(wire.ProtocolError) as caught:
            self.recovery.request('get_surface', self.recovery)
            self.client.sync()
        self.assertEqual(caught.exception.interface, 'wl_display')
        self.assertTrue(self.desk.alive())

    def test_shutdown_with_objects_and_losses(self):
        self.watched()
        self.desk.command('lose 0 0')
        self.client.sync()
        self.assertEqual(self.desk.stop(), 0)


class SilentClient(Case):
    """One that never reads: it is thrown out, nothing waits for it, and nothing grows."""

    def recoveries(self, count, reader):
        """So many resets, of which another client reads the news."""
        for number in range(count):
            self.desk.command(f'begin {INNOCENT}')
            self.desk.command('end 1')
            if number % 50 == 49:
                reader.sync()

    def test_is_disconnected_and_costs_nothing(self):
        for _ in range(16):
            self.client.bind(RECOVERY)
        self.client.sync()
        with wire.Client(self.desk.path) as other:
            watcher = other.bind(RECOVERY)
            other.sync()
            # The kernel takes some hundred KiB, and libwayland 4 KiB more.
            rounds = 0
            while True:
                self.recoveries(100, other)
                rounds += 100
                if self.client_is_gone():
                    break
                self.assertLess(rounds, 3000, 'it is still connected')
            memory, fds = self.desk.memory_kib(), self.desk.fds()
            self.recoveries(1000, other)
            # ASan keeps what is freed for a while.
            if not os.environ.get('WR_SANITIZER_PRELOAD'):
                self.assertLess(self.desk.memory_kib() - memory, 512)
            self.assertLessEqual(self.desk.fds(), fds)
            self.assertEqual(len(watcher.named('recovered')), rounds + 1000)

    def client_is_gone(self):
        """The compositor has closed its end: writing finds out without reading."""
        try:
            self.client.socket.send(b'')
            self.client.display.request('sync')
        except (wire.Closed, BrokenPipeError, ConnectionResetError):
            return True
        return False


class Settings(unittest.TestCase):
    def test_without_a_file(self):
        with desk.Desk(None) as one:
            self.assertEqual(one.config()['configured'], 1)
            os.kill(one.process.pid, 1)
            one.wait_log('runs without a configuration file')

    def test_values_reach_the_renderer(self):
        with desk.Desk('ladder=context,software\nidle-poll=250ms\nmax-resets=9\n'
                       'retention=copy\nretention-budget=3MiB\n') as one:
            config = one.config()
        self.assertEqual((config['rungs'], config['idle_poll_ns'], config['max_resets']),
                         (5, 250000000, 9))
        self.assertEqual((config['retention'], config['budget']), (1, 3 << 20))

    def test_enabled_false_leaves_no_step(self):
        with desk.Desk('enabled=false\n') as one:
            self.assertEqual(one.config()['rungs'], 0)

    def test_problems_are_named(self):
        with desk.Desk('idle-poll=fast\nnonsense=1\nmax-resets=3\nmax-resets=4\n') as one:
            log = one.log()
            self.assertEqual(one.config()['max_resets'], 3)
        self.assertIn('weston.ini:4: [gpu-recovery] idle-poll: "fast" is not a time', log)
        self.assertIn('weston.ini:5: [gpu-recovery] nonsense: there is no such key', log)
        self.assertIn('weston.ini:7: [gpu-recovery] max-resets: given twice', log)

    def test_command_line_wins(self):
        with desk.Desk('max-resets=3\n', options=('--gpu-recovery-max-resets=8',)) as one:
            self.assertEqual(one.config()['max_resets'], 8)

    def test_sighup_reads_again(self):
        with desk.Desk('max-resets=3\n') as one:
            one.write_ini('max-resets=4\n')
            os.kill(one.process.pid, 1)
            one.wait_log('was read again, 1 settings have changed')
            self.assertEqual(one.config()['max_resets'], 4)

    def test_missing_and_broken_files_change_nothing(self):
        with desk.Desk('max-resets=3\n') as one:
            one.write_ini('max-resets=4\nthis is no key\n')
            os.kill(one.process.pid, 1)
            one.wait_log('is malformed; the old settings stay')
            self.assertIn('weston.ini:5: [gpu-recovery] neither a section', one.log())
            os.unlink(one.ini_path)
            os.kill(one.process.pid, 1)
            one.wait_log('can not read')
            self.assertEqual(one.config()['max_resets'], 3)
            self.assertEqual(one.config()['configured'], 1)

    def test_many_hangups_at_once(self):
        with desk.Desk('max-resets=3\n') as one:
            for _ in range(200):
                os.kill(one.process.pid, 1)
            one.write_ini('max-resets=5\n')
            os.kill(one.process.pid, 1)
            one.wait_log('1 settings have changed')
            self.assertEqual(one.config()['max_resets'], 5)


if __name__ == '__main__':
    cases.main(__name__)
