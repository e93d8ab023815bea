# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Starts fake-desk with the plugin, and speaks to it."""

import os
import pathlib
import select
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'tests' / 'tools'))

SOCKET = 'wayland-desk'


class Refused(Exception):
    """fake-desk says that a command makes no sense now."""


class Dead(Exception):
    """It does not answer any more."""


class Build:
    def __init__(self):
        root = os.environ.get('WR_BUILD_DIR', str(TOP / 'build'))
        self.root = pathlib.Path(root)
        self.desk = self.root / 'tests' / 'plugin' / 'fake-desk'
        self.fuzz_client = self.root / 'tests' / 'plugin' / 'fuzz-client'
        self.plugin = self.root / 'compositor' / 'gpu-recovery.so'
        self.ctl = self.root / 'ctl' / 'weston-robustctl'


class Desk:
    """One fake-desk. ini: the lines of [gpu-recovery]; None: no weston.ini."""

    def __init__(self, ini='', options=(), environment=None, fds=()):
        self.build = Build()
        self.dir = tempfile.mkdtemp(prefix='wr-plugin-')
        self.ini_path = os.path.join(self.dir, 'weston.ini')
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.dir, WAYLAND_DISPLAY=SOCKET,
                        TZ='UTC', LC_ALL='C.UTF-8')
        self.env.pop('WAYLAND_SOCKET', None)
        if ini is None:
            self.env.pop('WESTON_CONFIG_FILE', None)
        else:
            self.write_ini(ini)
            self.env['WESTON_CONFIG_FILE'] = self.ini_path
        self.env.update(environment or {})
        self.log_file = open(os.path.join(self.dir, 'log'), 'wb')
        self.process = subprocess.Popen(
            [self.build.desk, self.build.plugin, SOCKET, *options], env=self.env,
            pass_fds=fds, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log_file, bufsize=0)
        self.pending = b''
        line = self.line(20)
        if line != 'ready':
            self.cleanup()
            raise RuntimeError('fake-desk did not start: ' + self.log())

    @property
    def path(self):
        return os.path.join(self.dir, SOCKET)

    def write_ini(self, lines):
        with open(self.ini_path, 'w', encoding='utf-8') as file:
            file.write('[core]\nidle-time=0\n[gpu-recovery]\n' + lines)

    def line(self, timeout=5):
        deadline = time.monotonic() + timeout
        while b'\n' not in self.pending:
            ready, _, _ = select.select([self.process.stdout], [], [],
                                        max(deadline - time.monotonic(), 0))
            data = os.read(self.process.stdout.fileno(), 4096) if ready else b''
            if not data:
                raise Dead(self.log())
            self.pending += data
        line, self.pending = self.pending.split(b'\n', 1)
        return line.decode()

    def command(self, text):
        """Has a command carried out; returns what it printed before its 'ok'."""
        try:
            self.process.stdin.write(text.encode() + b'\n')
        except BrokenPipeError:
            raise Dead(self.log()) from None
        lines = []
        while True:
            line = self.line()
            if line == 'error':
                raise Refused(text)
            if line == 'ok':
                return '\n'.join(lines)
            lines.append(line)

    def config(self):
        words = self.command('config').split()
        return {k: int(v) for k, v in (word.split('=') for word in words)}

    def log(self):
        with open(os.path.join(self.dir, 'log'), encoding='utf-8', errors='replace') as file:
            return file.read()

    def wait_log(self, text, seconds=5):
        deadline = time.monotonic() + seconds
        while text not in self.log():
            if time.monotonic() > deadline:
                raise RuntimeError(f'not in the log: {text}\n{self.log()}')
            time.sleep(0.01)

    def ctl(self, *arguments, timeout=40, env=None):
        return subprocess.run([self.build.ctl, *arguments], env=dict(self.env, **(env or {})),
                              capture_output=True, text=True, timeout=timeout, check=False)

    def memory_kib(self):
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as file:
            for line in file:
                if line.startswith('VmRSS:'):
                    return int(line.split()[1])
        return 0

    def fds(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        """Ends it in the ordinary way; its exit status."""
        if self.alive():
            self.process.stdin.close()
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def cleanup(self):
        if self.alive():
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self.log_file):
            stream.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                status = self.stop()
                if status not in (0, 75):
                    raise RuntimeError(f'fake-desk ended with {status}:\n{self.log()}')
        finally:
            self.cleanup()
