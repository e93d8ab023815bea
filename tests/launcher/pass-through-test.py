#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""weston-robust: what weston is started with, and when it is not."""

import os
import subprocess
import unittest

import launcher


class Arguments(launcher.LauncherCase):
    def test_all_pass_in_order(self):
        words = ['--backend=headless', '--width', '640', '-Sname', '--unknown', '-c', '/x.ini']
        start = self.only_start(*words)
        self.assertEqual(start.arguments[:len(words)], words)
        self.assertEqual(start.arguments[len(words):],
                         ['--modules=gpu-recovery.so', '--renderer=gl'])

    def test_a_program_is_left_alone(self):
        program = ['--', 'app', '--modules=x.so', '--check', '--restart=3', '--help', '--', 'a b']
        start = self.only_start('--debug', *program)
        self.assertEqual(start.arguments,
                         ['--debug', '--modules=gpu-recovery.so', '--renderer=gl', *program])

    def test_modules_of_the_user_stay(self):
        for words, expected in [
                (['--modules=a.so'], 'a.so,gpu-recovery.so'),
                (['--modules', 'a.so,b.so'], 'a.so,b.so,gpu-recovery.so'),
                # Weston takes the last.
                (['--modules=a.so', '--modules=b.so'], 'b.so,gpu-recovery.so'),
                (['--modules='], 'gpu-recovery.so'),
                # A value, however it looks.
                (['--modules', '--modules=a.so'], '--modules=a.so,gpu-recovery.so'),
                (['--modules=my-gpu-recovery.so'], 'my-gpu-recovery.so,gpu-recovery.so')]:
            with self.subTest(words=words):
                self.assertEqual(self.only_start(*words).last('--modules'), expected)

    def test_the_plugin_is_named_once(self):
        start = self.only_start('--modules=gpu-recovery.so,a.so')
        self.assertEqual(start.arguments, ['--modules=gpu-recovery.so,a.so', '--renderer=gl'])

    def test_a_renderer_on_the_command_line_stands(self):
        for words in [['--renderer=pixman'], ['--renderer', 'auto'], ['--use-pixman'],
                      ['--use-gl']]:
            with self.subTest(words=words):
                self.assertNotIn('--renderer=gl', self.only_start(*words).arguments)

    def test_a_renderer_in_weston_ini_stands(self):
        for text in ['[core]\nrenderer=pixman\n', '[core]\nidle-time=0\nuse-pixman=true\n']:
            with self.subTest(text=text):
                self.write_ini(text)
                self.assertNotIn('--renderer=gl', self.only_start().arguments)
                self.assertIn('--renderer=gl', self.only_start('--no-config').arguments)
        self.write_ini('[core]\nuse-pixman=false\n[other]\nrenderer=pixman\n')
        self.assertIn('--renderer=gl', self.only_start().arguments)

    def test_a_renderer_in_another_file_stands(self):
        path = os.path.join(self.dir, 'other.ini')
        with open(path, 'w', encoding='utf-8') as file:
            file.write('[core]\nrenderer=pixman\n')
        for words in [['--config=' + path], ['--config', path], ['-c' + path], ['-c', path]]:
            with self.subTest(words=words):
                self.assertNotIn('--renderer=gl', self.only_start(*words).arguments)


class Environment(launcher.LauncherCase):
    def test_the_modules_are_mapped(self):
        self.assertEqual(self.only_start().environment['WESTON_MODULE_MAP'],
                         f'gl-renderer.so={self.renderer};gpu-recovery.so={self.plugin}')

    def test_a_map_is_kept(self):
        start = self.only_start(WESTON_MODULE_MAP='a.so=/x y/a.so;b.so=/b.so')
        self.assertEqual(start.environment['WESTON_MODULE_MAP'],
                         'a.so=/x y/a.so;b.so=/b.so;'
                         f'gl-renderer.so={self.renderer};gpu-recovery.so={self.plugin}')

    def test_an_entry_for_our_module_is_kept(self):
        other = os.path.join(self.dir, 'other.so')
        os.symlink(os.path.realpath(self.renderer), other)
        start = self.only_start(WESTON_MODULE_MAP='gl-renderer.so=' + other)
        self.assertEqual(start.environment['WESTON_MODULE_MAP'],
                         f'gl-renderer.so={other};gpu-recovery.so={self.plugin}')

    def test_the_process_and_its_files_are_westons(self):
        read_end, write_end = os.pipe()
        os.dup2(write_end, 9)
        process = subprocess.Popen(self.command(), env={**self.env, 'NOTIFY_SOCKET': '@x'},
                                   pass_fds=[9])
        process.wait(launcher.TIMEOUT)
        for fd in (read_end, write_end, 9):
            os.close(fd)
        start, = self.starts()
        self.assertEqual(start.pid, process.pid)
        self.assertEqual(start.parent, os.getpid())
        self.assertTrue(start.fd9)
        self.assertEqual(start.environment['NOTIFY_SOCKET'], '@x')

    def test_the_end_is_westons(self):
        self.assertEqual(self.call(FAKE_ENDS='42').returncode, 42)
        self.assertEqual(self.call(FAKE_ENDS='0 kill-SEGV').returncode, -11)


class Refusals(launcher.LauncherCase):
    def refused(self, pattern, *words, status=3, **env):
        done = self.call(*words, **env)
        self.assertEqual(done.returncode, status, done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)
        self.assertRegex(done.stderr, '^weston-robust: ' + pattern)
        self.assertEqual(self.starts(), [])

    def test_another_weston(self):
        self.refused('.*/bin/weston is weston 14.0.1, but this weston-robust was built for 14.0.2 '
                     'and needs exactly that$', FAKE_VERSION='weston 14.0.1')
        self.refused('.* is weston 15.0.0, but', FAKE_VERSION='weston 15.0.0')

    def test_something_that_is_no_weston(self):
        self.refused('.* calls itself "hello"', FAKE_VERSION='hello')

    def test_a_weston_that_does_not_run(self):
        self.refused('.* does not run: no libs', FAKE_VERSION='no libs', FAKE_VERSION_STATUS='127')

    def test_no_weston(self):
        self.refused('there is no weston in PATH', PATH='/nonexistent')

    def test_no_renderer(self):
        os.remove(self.renderer)
        self.refused("the renderer can't be loaded: .*gl-renderer.so")

    def test_a_broken_renderer(self):
        os.remove(self.renderer)
        with open(self.renderer, 'w', encoding='utf-8') as file:
            file.write('no library')
        self.refused("the renderer can't be loaded: .*gl-renderer.so")

    def test_a_library_that_is_no_renderer(self):
        self.refused('.*gpu-recovery.so is no renderer',
                     WESTON_MODULE_MAP='gl-renderer.so=' + self.plugin)

    def test_a_directory_that_no_map_can_name(self):
        path = os.path.join(self.dir, 'a;b')
        os.rename(self.modules, path)
        self.refused('.*semicolon', '--module-dir=' + path)

    def test_without_the_plugin_weston_runs(self):
        os.remove(self.plugin)
        done = self.call()
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stderr, '^weston-robust: weston runs without the plugin: ')
        start, = self.starts()
        self.assertEqual(start.arguments, ['--renderer=gl'])
        os.remove(self.log)
        done = self.call('--restart=1')
        self.assertEqual(done.returncode, 3)
        self.assertEqual(self.starts(), [])

    def test_usage(self):
        for words in [['--restart=0'], ['--restart=x'], ['--restart'], ['--restart=101'],
                      ['--json'], ['--check', '--debug'], ['--check', '--restart=1'],
                      ['--restart-software'], ['--restart=1', '--restart-software=zink'],
                      ['--restart-pause=-1'], ['--restart-window=']]:
            with self.subTest(words=words):
                self.refused('', *words, status=2)


class Words(launcher.LauncherCase):
    def test_help_is_ours_and_westons(self):
        done = self.call('--help')
        self.assertEqual(done.returncode, 0)
        self.assertTrue(done.stdout.startswith('Usage: weston-robust '))
        os.remove(self.log)
        self.assertEqual(self.only_start('-h').arguments, ['--help'])

    def test_version(self):
        done = self.call('--version')
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r'^weston-robust \d+\.\d+\.\d+ for weston 14\.0\.2\n\n'
                                      r'weston 14\.0\.2\n$')

    def test_help_without_a_weston(self):
        self.assertEqual(self.call('--help', PATH='/nonexistent').returncode, 0)

    def test_the_manual_has_all_options(self):
        manual = os.path.join(launcher.HERE, '..', '..', 'doc', 'man', 'weston-robust.1.scd')
        with open(manual, encoding='utf-8') as file:
            text = file.read()
        options = [line.split()[0].split('=')[0].split('[')[0].rstrip(',')
                   for line in self.call('--help').stdout.splitlines() if line.startswith('  -')]
        self.assertGreater(len(options), 7)
        for option in options:
            self.assertIn(f'*{option}*', text)


if __name__ == '__main__':
    launcher.main(__name__)
