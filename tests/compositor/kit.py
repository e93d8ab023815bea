# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Starts headless westons and scene clients for the compositor tests, and compares their pictures.

A Compositor is one weston process with a runtime directory of its own; a SceneClient is the
scene-client of that compositor, driven by text commands. Programs are taken from the build folder:
the environment variable WR_BUILD (its root) or the argument of find_build().
"""

import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

START_TIMEOUT = 20
ANSWER_TIMEOUT = 30
STOP_TIMEOUT = 10

TRANSFORMS = {
    'normal': 0, 'rotate-90': 1, 'rotate-180': 2, 'rotate-270': 3,
    'flipped': 4, 'flipped-rotate-90': 5, 'flipped-rotate-180': 6, 'flipped-rotate-270': 7,
}


class TestError(Exception):
    """Something that fails a case: the message says what."""


class Skip(Exception):
    """Something is missing that the case needs: the message names it."""


class Build:
    """Where the programs of the build folder are."""

    def __init__(self, root):
        self.root = os.path.abspath(root)
        base = os.path.join(self.root, 'tests', 'compositor')
        self.capture = os.path.join(base, 'wr-capture')
        self.compare = os.path.join(base, 'wr-compare')
        self.scene_client = os.path.join(base, 'scene-client')
        self.scene_shell = os.path.join(base, 'scene-shell.so')
        self.make_icc = os.path.join(base, 'make-icc')
        self.hostile_client = os.path.join(base, 'hostile-client')
        self.x11_window = os.path.join(base, 'x11-window')
        fault = os.path.join(self.root, 'tests', 'fault')
        self.fault_library = os.path.join(fault, 'libfault-gl.so')
        self.fault_tool = os.path.join(fault, 'wr-fault')
        self.module = os.environ.get('WR_MODULE') or os.path.join(
            self.root, 'libweston-robust', 'gl-renderer.so')

    def has_module(self):
        return os.path.exists(self.module)

    def has_faults(self):
        return os.path.exists(self.fault_library) and os.path.exists(self.fault_tool)


def find_build(argument=None):
    root = argument or os.environ.get('WR_BUILD')
    if not root or not os.path.exists(os.path.join(root, 'tests', 'compositor', 'wr-capture')):
        sys.exit('no build folder: give --build-dir or WR_BUILD')
    if not shutil.which('weston'):
        print('skipped: weston is not installed')
        sys.exit(77)
    return Build(root)


def output_section(name, width, height, scale=1, transform='normal'):
    """An [output] section of weston.ini."""
    return (f'[output]\nname={name}\nmode={width}x{height}\nscale={scale}\n'
            f'transform={transform}\n')


def accepts(path):
    """Whether a server listens on the socket: it has a name a moment before it does."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(path)
        except OSError:
            return False
    return True


class Compositor:
    """A weston process.

    renderer: 'stock', 'ours' or 'pixman'. extra_env is added to the environment of weston alone.
    wrapper: a command that weston is run by (it must become weston, as `valgrind` does).
    """

    def __init__(self, build, renderer, ini='', options=(), backend='headless', extra_env=None,
                 shell=None, clients_env=None, preload=(), wrapper=(),
                 start_timeout=START_TIMEOUT):
        self.build = build
        self.renderer = renderer
        self.dir = tempfile.mkdtemp(prefix='wr-compositor-')
        self.log_path = os.path.join(self.dir, 'weston.log')
        self.socket = 'wayland-test'
        config = os.path.join(self.dir, 'weston.ini')
        with open(config, 'w', encoding='utf-8') as file:
            file.write('[core]\nidle-time=0\n' + ini)
        self.env = dict(os.environ, XDG_RUNTIME_DIR=self.dir)
        for name in ('WAYLAND_DISPLAY', 'WAYLAND_SOCKET', 'LD_PRELOAD', 'WESTON_MODULE_MAP'):
            self.env.pop(name, None)
        if backend != 'x11':
            self.env.pop('DISPLAY', None)
        weston_env = dict(self.env)
        if renderer == 'ours':
            if not build.has_module():
                raise Skip(f'{build.module} is not built')
            weston_env['WESTON_MODULE_MAP'] = f'gl-renderer.so={build.module}'
        # What is linked must not depend on who was here before.
        weston_env['WESTON_ROBUST_PROGRAM_CACHE'] = 'off'
        weston_env.update(extra_env or {})
        sanitizer = os.environ.get('WR_SANITIZER_PRELOAD')
        if sanitizer:
            # It insists on being first; weston's own leaks, and its children's, are not ours.
            preload = (sanitizer, *preload)
            weston_env['ASAN_OPTIONS'] = os.environ.get('ASAN_OPTIONS', '') + ':detect_leaks=0'
        if preload:
            weston_env['LD_PRELOAD'] = ':'.join(preload)
        command = [
            *wrapper, 'weston', f'--backend={backend}', f'--config={config}', '--debug',
            f'--renderer={"pixman" if renderer == "pixman" else "gl"}',
            f'--shell={shell or build.scene_shell}', f'--socket={self.socket}',
            f'--log={self.log_path}', *options,
        ]
        self.env.update(clients_env or {})
        self.env['WAYLAND_DISPLAY'] = self.socket
        self.stderr = open(os.path.join(self.dir, 'weston.err'), 'wb')
        self.exec_ns = time.monotonic_ns()
        self.process = subprocess.Popen(command, env=weston_env, stdin=subprocess.DEVNULL,
                                        stdout=self.stderr, stderr=self.stderr)
        try:
            self._wait_ready(start_timeout)
        except TestError:
            self.stop()
            raise

    def _wait_ready(self, timeout):
        path = os.path.join(self.dir, self.socket)
        deadline = time.monotonic() + timeout
        while not accepts(path):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise TestError(f'weston ({self.renderer}) did not start:\n{self.tail()}')
            time.sleep(0.01)

    def log(self):
        try:
            with open(self.log_path, encoding='utf-8', errors='replace') as file:
                return file.read()
        except OSError:
            return ''

    def tail(self, lines=15):
        with open(self.stderr.name, encoding='utf-8', errors='replace') as file:
            errors = file.read()
        return '\n'.join((self.log() + errors).splitlines()[-lines:])

    def alive(self):
        return self.process.poll() is None

    def require_alive(self):
        if not self.alive():
            raise TestError(f'weston ({self.renderer}) died, status {self.process.returncode}:\n'
                            f'{self.tail()}')

    def capture(self, path, output=None, source='framebuffer', timeout_ms=10000):
        """One picture by wr-capture; returns its exit status."""
        command = [self.build.capture, '--source', source, '--timeout', str(timeout_ms)]
        if output:
            command += ['--output', output]
        return subprocess.run(command + [path], env=self.env, check=False,
                              stderr=subprocess.DEVNULL).returncode

    def stop(self):
        """Ends weston. Returns its exit status; None where it had to be killed."""
        status = self.process.poll()
        if status is None:
            self.process.terminate()
            try:
                status = self.process.wait(STOP_TIMEOUT)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.stderr.close()
        return status

    def cleanup(self):
        self.stop()
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cleanup()


class SceneClient:
    """scene-client --serve on a compositor.

    stderr: where its complaints go; one that lives long would fill a pipe that nobody reads.
    """

    def __init__(self, compositor, extra_env=None, stderr=subprocess.PIPE):
        self.compositor = compositor
        env = dict(compositor.env, **(extra_env or {}))
        self.process = subprocess.Popen([compositor.build.scene_client, '--serve'], env=env,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=stderr, bufsize=0)
        self.pending = b''

    def send(self, command):
        """Sends a command without waiting; pair it with receive()."""
        try:
            self.process.stdin.write(command.encode() + b'\n')
        except BrokenPipeError:
            raise TestError('the scene client is gone') from None

    def receive(self, timeout=ANSWER_TIMEOUT):
        """The answer's details. Raises Skip or TestError by the answer's first word."""
        word, rest = self.answer(timeout)
        if word == 'skip':
            raise Skip(rest)
        if word != 'ok':
            self.compositor.require_alive()
            raise TestError(rest)
        return rest

    def answer(self, timeout=ANSWER_TIMEOUT):
        """The answer's first word and its details."""
        deadline = time.monotonic() + timeout
        while b'\n' not in self.pending:
            left = deadline - time.monotonic()
            ready, _, _ = select.select([self.process.stdout], [], [], max(left, 0))
            if not ready:
                raise TestError('the scene client does not answer')
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                self.compositor.require_alive()
                raise TestError('the scene client ended: ' + self._errors())
            self.pending += data
        line, self.pending = self.pending.split(b'\n', 1)
        word, _, rest = line.decode().partition(' ')
        return word, rest

    def run(self, command, timeout=ANSWER_TIMEOUT):
        self.send(command)
        return self.receive(timeout)

    def answer_to(self, command, timeout=ANSWER_TIMEOUT):
        self.send(command)
        return self.answer(timeout)

    def _errors(self):
        self.process.kill()
        errors = self.process.communicate()[1] or b''
        return errors.decode(errors='replace').strip()[-300:]

    def close(self):
        if self.process.poll() is None:
            self.process.stdin.close()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        for stream in (self.process.stdout, self.process.stderr, self.process.stdin):
            if stream:
                stream.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Fault:
    """The control file of the fault injector, and its tool."""

    def __init__(self, build):
        if not build.has_faults():
            raise Skip(f'{build.fault_library} or wr-fault is not built')
        self.build = build
        self.dir = tempfile.mkdtemp(prefix='wr-fault-')
        self.path = os.path.join(self.dir, 'control')
        self.expected = 1  # losses, for wait_frame()
        self.tool('create')

    def tool(self, *arguments, check=True):
        done = subprocess.run([self.build.fault_tool, self.path, *arguments], check=False,
                              capture_output=True, text=True, timeout=60)
        if check and done.returncode != 0:
            raise TestError(f'wr-fault {" ".join(arguments)}: {done.stderr.strip()}')
        return done.stdout

    def environment(self, schedule=None):
        """What weston needs besides the preload library."""
        env = {'WR_FAULT_CONTROL': self.path, 'WR_FAULT_TARGET': 'compositor'}
        if schedule:
            env['WR_FAULT'] = schedule
        return env

    def lose(self, cause='innocent', how='--queries=3'):
        """Makes the contexts lost at weston's next GL call."""
        self.expected = self.losses() + 1
        self.tool('lose', f'--cause={cause}', how)

    def strike(self, schedule, losses=1):
        """Adds a fault schedule that makes the contexts lost that often."""
        self.expected = self.losses() + losses
        self.tool('strike', schedule)

    def wait_frame(self, seconds=10):
        """Waits until what lose() asked for has struck, and a whole frame was drawn after it."""
        deadline = time.monotonic() + seconds
        while self.losses() < self.expected:
            if time.monotonic() > deadline:
                raise TestError('the reset does not strike: weston makes no GL call')
            time.sleep(0.005)
        self.tool('wait-frame', f'--timeout={seconds}')

    def losses(self):
        """How often the contexts of the running weston have been lost."""
        processes = json.loads(self.tool('status', '--json'))['processes']
        return sum(p['losses'] for p in processes if p['compositor'] and p['running'])

    def cleanup(self):
        shutil.rmtree(self.dir, ignore_errors=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.cleanup()


class Scene:
    """A line of scene-client --list."""

    def __init__(self, line):
        self.name, at1, at2, stages, selection, like = line.split()
        self.like = None if like == '-' else like
        self.classes = {1: at1, 2: at2}
        self.stages = int(stages)
        self.medium = selection == 'medium'


def list_scenes(build, only=None):
    text = subprocess.run([build.scene_client, '--list'], check=True, capture_output=True,
                          text=True).stdout
    scenes = [Scene(line) for line in text.splitlines()]
    return [scene for scene in scenes if not only or re.search(only, scene.name)]


def compare(build, first, second, tolerance=0, ignore=(), diff=None):
    """wr-compare's figures as a dictionary."""
    command = [build.compare, '--json', '--tolerance', str(tolerance)]
    for mask in ignore:
        command += ['--ignore', mask]
    if diff:
        command += ['--diff', diff]
    done = subprocess.run(command + [first, second], check=False, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        raise TestError(f'wr-compare: {done.stderr.strip()}')
    return json.loads(done.stdout)


class Report:
    """Counts cases and prints one line per case."""

    def __init__(self, verbose=True, silent=False):
        self.counts = {'PASS': 0, 'FAIL': 0, 'SKIP': 0}
        self.verbose = verbose
        self.silent = silent
        self.failures = []

    def add(self, verdict, name, details=''):
        self.counts[verdict] += 1
        if verdict == 'FAIL':
            self.failures.append(name)
        if not self.silent and (self.verbose or verdict != 'PASS'):
            print(f'{verdict} {name}' + (f': {details}' if details else ''), flush=True)

    def run(self, name, function, *arguments):
        """Runs a case: its return value is the details of a pass."""
        try:
            self.add('PASS', name, function(*arguments) or '')
        except Skip as skip:
            self.add('SKIP', name, str(skip))
        except (TestError, OSError, subprocess.SubprocessError) as error:
            self.add('FAIL', name, str(error))

    def finish(self):
        """Prints the last line; returns the exit status."""
        counts = self.counts
        print(f'{counts["PASS"]} passed, {counts["FAIL"]} failed, {counts["SKIP"]} skipped')
        if counts['FAIL']:
            return 1
        return 0 if counts['PASS'] else 77


def exit_on_signals():
    """A meson timeout or ctrl-C must not leave westons behind: turn it into an exception."""
    def stop(number, _frame):
        sys.exit(128 + number)
    signal.signal(signal.SIGTERM, stop)
