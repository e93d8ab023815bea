# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A desktop with gpu-recovery-example and other clients, which can be stopped while pictures are compared."""

import os
import select
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'compositor'))
import kit  # noqa: E402

INI = '''[shell]
background-color=0xff336699
background-image=
panel-position=top
clock-format=none
animation=none
startup-animation=none
close-animation=none
focus-animation=none
cursor-theme=none
[output]
name=headless
mode=1024x640
'''
EXAMPLE_NAME = 'gpu-recovery-ex'  # as the kernel cuts it
PATIENCE = 10
FIRST_NUMBER = 8


class Client:
    """A client program, which can be stopped and continued."""

    def __init__(self, desktop, command, stdout=subprocess.DEVNULL, schedule=None):
        env = dict(desktop.compositor.env, LD_PRELOAD=desktop.build.fault_library)
        env.update(desktop.fault.environment())
        if schedule:
            env.update(WR_FAULT=schedule, WR_FAULT_TARGET='clients')
        self.name = os.path.basename(command[0])
        self.stopped = False
        self.process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=stdout,
                                        stderr=subprocess.DEVNULL)

    def alive(self):
        return self.process.poll() is None

    def stop(self):
        self.process.send_signal(signal.SIGSTOP)
        self.stopped = True

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)
        self.stopped = False

    def end(self):
        """Its exit status."""
        if self.alive():
            self.go_on()
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        return self.process.returncode


class Example(Client):
    """gpu-recovery-example, and what it reports."""

    def __init__(self, desktop, options=(), schedule=None):
        program = os.path.join(desktop.build.root, 'client', 'example', 'gpu-recovery-example')
        if not os.path.exists(program):
            raise kit.Skip(f'{program} is not built')
        command = [program, '--still', '--step', '--report', '--idle-poll=100', *options]
        super().__init__(desktop, command, subprocess.PIPE, schedule)
        self.lines = []
        self.pending = b''

    def wait_line(self, start, seconds=PATIENCE):
        """The next line that begins like this; those before it are kept in self.lines."""
        deadline = time.monotonic() + seconds
        while True:
            while b'\n' in self.pending:
                line, self.pending = self.pending.split(b'\n', 1)
                self.lines.append(line.decode())
                if self.lines[-1].startswith(start):
                    return self.lines[-1]
            left = max(deadline - time.monotonic(), 0)
            if not select.select([self.process.stdout], [], [], left)[0]:
                raise kit.TestError(f'the example does not say "{start}", but {self.lines[-4:]}')
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                raise kit.TestError(f'the example has ended: {self.process.wait()}')
            self.pending += data

    def drain(self):
        """Take what it has said so far."""
        while select.select([self.process.stdout], [], [], 0)[0]:
            data = os.read(self.process.stdout.fileno(), 4096)
            if not data:
                break
            self.pending += data
        *lines, self.pending = self.pending.split(b'\n')
        self.lines += [line.decode() for line in lines]

    def wait_picture(self, number):
        while True:
            words = self.wait_line('drawn').split()
            if words[-1] == f'number={number}':
                return


class Desktop:
    """The compositor and its clients."""

    def __init__(self, build, folder, renderer, ini='', options=()):
        self.build = build
        self.folder = folder
        self.fault = kit.Fault(build)
        self.pictures = 0
        self.clients = []
        self.references = {}  # by number of the example's picture
        self.number = FIRST_NUMBER
        self.compositor = kit.Compositor(
            build, renderer, ini=INI + ini, options=options, shell='desktop-shell.so', preload=[build.fault_library],
            extra_env=self.fault.environment())
        self.shell = self.wait_shell()

    def children(self):
        pid = self.compositor.process.pid
        with open(f'/proc/{pid}/task/{pid}/children', encoding='ascii') as file:
            return set(file.read().split())

    def wait_shell(self):
        deadline = time.monotonic() + PATIENCE
        while not self.children():
            if time.monotonic() > deadline:
                raise kit.TestError('no shell was started')
            time.sleep(0.05)
        time.sleep(0.8)
        return self.children()

    def start_example(self, options=(), schedule=None, number=FIRST_NUMBER):
        self.example = Example(self, options, schedule)
        self.clients.append(self.example)
        self.example.wait_picture(number)
        self.number = number

    def end_example(self):
        """Its exit status."""
        self.clients.remove(self.example)
        return self.example.end()

    def start_others(self):
        self.egl = Client(self, ['weston-simple-egl'])
        self.clients.append(self.egl)
        self.shm = Client(self, ['weston-simple-shm'])
        self.clients.append(self.shm)
        time.sleep(1)
        self.egl.stop()
        self.shm.stop()

    def picture(self):
        self.pictures += 1
        path = os.path.join(self.folder, f'{self.pictures:04}.png')
        deadline = time.monotonic() + PATIENCE
        while self.compositor.capture(path) != 0:
            self.compositor.require_alive()
            if time.monotonic() > deadline:
                raise kit.TestError('no picture could be taken')
        return path

    def same(self, first, second):
        return kit.compare(self.build, first, second)['pixels_differing'] == 0

    def moves(self, client):
        """Whether the picture changes while this client alone runs."""
        client.go_on()
        first = self.picture()
        deadline = time.monotonic() + 3
        try:
            while time.monotonic() < deadline:
                if not self.same(first, self.picture()):
                    return True
            return False
        finally:
            client.stop()

    def at_rest(self):
        """A picture that is the same twice."""
        before = self.picture()
        for _ in range(20):
            time.sleep(0.1)
            now = self.picture()
            if self.same(before, now):
                return now
            before = now
        raise kit.TestError('the desktop does not come to rest')

    def take_references(self, count):
        """One for each of the next pictures of the example, from its first one on."""
        self.references = {}
        self.show(signal.SIGUSR2, FIRST_NUMBER)
        self.references[FIRST_NUMBER] = self.at_rest()
        for number in range(FIRST_NUMBER + 1, FIRST_NUMBER + count + 1):
            self.show(signal.SIGUSR1, number)
            self.references[number] = self.at_rest()
            if self.same(self.references[number - 1], self.references[number]):
                raise kit.TestError('two pictures of the example are the same')
        self.show(signal.SIGUSR2, FIRST_NUMBER)
        self.require_picture(FIRST_NUMBER)

    def show(self, request, number):
        if self.number != number:
            self.example.process.send_signal(request)
            self.example.wait_picture(number)
            self.number = number

    def require_picture(self, number):
        deadline = time.monotonic() + 3
        while True:
            path = self.picture()
            figures = kit.compare(self.build, path, self.references[number])
            if figures['pixels_differing'] == 0:
                return
            if time.monotonic() > deadline:
                raise kit.TestError(f'{figures["pixels_differing"]} pixels are wrong: {path} should be '
                                    f'{self.references[number]}')

    def require_alive(self):
        self.compositor.require_alive()
        if self.children() != self.shell:
            raise kit.TestError('the shell was started anew')
        for client in self.clients:
            if not client.alive():
                raise kit.TestError(f'{client.name} has ended: {client.process.returncode}')

    def lose_example(self, schedule):
        self.fault.tool('strike', schedule, f'--match={EXAMPLE_NAME}')

    def cleanup(self):
        for client in self.clients:
            client.end()
        self.compositor.cleanup()
        self.fault.cleanup()


    def all_move(self):
        self.require_alive()
        for client in (self.egl, self.shm):
            if not self.moves(client):
                raise kit.TestError(f'{client.name} stands still')
        self.require_alive()
