#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The plugin in the weston that is installed, with our renderer: what a fake of it can't show."""
import os
import pathlib
import pty
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
from robust_weston import Weston, kit, require  # noqa: E402

RECOVERY = 'weston_gpu_recovery_v1'
SHELL = {'shell': 'desktop-shell.so'}


class Window:
    """A toplevel of a client that listens for lost content."""

    def __init__(self, one):
        self.client = wire.Client(one.path(one.weston.socket))
        self.recovery = self.client.bind(RECOVERY)
        self.surface = self.client.bind('wl_compositor', 4).request('create_surface')
        self.watch = self.recovery.request('get_surface', self.surface)
        base = self.client.bind('xdg_wm_base')
        xdg = base.request('get_xdg_surface', self.surface)
        xdg.request('get_toplevel')
        self.surface.request('commit')
        self.client.wait(lambda: xdg.named('configure'))
        xdg.request('ack_configure', xdg.named('configure')[0][0])
        self.show()

    def show(self):
        """Shows a new buffer, and waits until that has happened."""
        self.surface.request('attach', self.client.shm_buffer(64, 64), 0, 0)
        self.surface.request('damage', 0, 0, 64, 64)
        shown = self.surface.request('frame')
        self.surface.request('commit')
        self.client.wait(lambda: shown.events, 10)

    def reset(self, one):
        """One simulated reset; the incident, and what the window was told by then."""
        incident = one.simulate()
        self.client.sync()
        told = list(self.watch.events)
        self.watch.events.clear()
        return incident, told


def content_lost():
    """Each reset loses what was not kept, and the client that is told draws it again."""
    with Weston('retention=none\nmax-resets=0\n', **SHELL) as one:
        window = Window(one)
        for number in range(3):
            incident, told = window.reset(one)
            want = [('content_lost', (0, 0, incident['generation_to']))]
            require(told == want, number, told, want)
            require(incident['surfaces_lost'] >= 1, incident)
            window.show()
        _, told = window.reset(one)
        require(len(told) == 1, told)
        # Not drawn again: it is lost still, and that is told once a reset.
        _, told = window.reset(one)
        require(len(told) <= 1, told)


def content_kept():
    with Weston('retention=auto\nmax-resets=0\n', **SHELL) as one:
        window = Window(one)
        for _ in range(3):
            incident, told = window.reset(one)
            require(told == [] and incident['surfaces_lost'] == 0, told, incident)


def order_of_events():
    with Weston('max-resets=0\n') as one:
        with wire.Client(one.path(one.weston.socket)) as client:
            recovery = client.bind(RECOVERY)
            client.sync()
            for number in range(3):
                recovery.events.clear()
                one.simulate()
                client.wait(lambda: recovery.named('recovered'))
                names = recovery.names()
                require(names.count('reset_began') == names.count('recovered') == 1, names)
                require(names[-1] == 'recovered', names)
                states = [s[0] for s in recovery.named('state')]
                require(states[0] == 1 and states[-1] == 0, states)
                require(recovery.named('state')[-1][2] == number + 2, recovery.events)
                hi, lo, over, rebuilt, first = recovery.named('recovered')[0][:5]
                require((hi, lo) == (0, number + 2) and 0 < over <= rebuilt <= first,
                        recovery.events)


def unfinished_and_failed():
    with Weston('enabled=false\n') as one:
        with wire.Client(one.path(one.weston.socket)) as client:
            recovery = client.bind(RECOVERY)
            one.lose()
            client.wait(lambda: recovery.named('unfinished'))
            require(recovery.named('state')[-1][0] == 5, recovery.events)


def hangup():
    """The path of weston.ini is the one that weston itself has found."""
    with Weston('max-resets=3\n') as one:
        path = os.path.join(one.weston.dir, 'weston.ini')
        text = pathlib.Path(path).read_text(encoding='utf-8')
        pathlib.Path(path).write_text(text.replace('max-resets=3', 'max-resets=4'),
                                      encoding='utf-8')
        one.status()  # weston listens before it loads modules: the plugin is there once it answers
        one.weston.process.send_signal(signal.SIGHUP)
        one.until(lambda: one.status()['settings']['max-resets']['value'] == '4')
        require(one.status()['config_file'] == path)
        for _ in range(50):
            one.weston.process.send_signal(signal.SIGHUP)
        one.until(lambda: one.weston.log().count('was read again') > 1)
        one.weston.require_alive()


def terminal_lost():
    """Weston ends when its terminal does, as it does without the plugin."""
    build = desk.Build()
    folder = kit.tempfile.mkdtemp(prefix='wr-plugin-')
    env = dict(os.environ, XDG_RUNTIME_DIR=folder)
    env.pop('WESTON_CONFIG_FILE', None)
    child, terminal = pty.fork()
    if child == 0:
        os.execve(build.desk, ['fake-desk', str(build.plugin), 'w'], env)
    said = b''
    while b'ready' not in said:
        said += os.read(terminal, 4096)
    os.kill(child, signal.SIGHUP)  # by a process: that only reads the settings again
    deadline = time.monotonic() + 5
    while b'configuration file' not in said and time.monotonic() < deadline:
        said += os.read(terminal, 4096)
    require(os.waitpid(child, os.WNOHANG) == (0, 0), said)
    os.close(terminal)
    status = None
    while status is None and time.monotonic() < deadline + 5:
        pid, value = os.waitpid(child, os.WNOHANG)
        status = value if pid else None
        time.sleep(0.02)
    kit.shutil.rmtree(folder, ignore_errors=True)
    if status is None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    require(status == 0, status)


def command_line():
    with Weston('max-resets=3\n', options=('--gpu-recovery-max-resets=7',
                                           '--gpu-recovery-nonsense=1')) as one:
        setting = one.status()['settings']['max-resets']
        require(setting == {'value': '7', 'source': 'command-line'}, setting)
        require('command line: --gpu-recovery-nonsense: there is no such key'
                in one.weston.log())


def other_options_are_westons():
    """What is none of ours is left to weston, which refuses it."""
    for option in ('--gpu-recovery', '--gpu-recovery-', '--gpu-recovery-max-resets', '--gpu-x=1'):
        try:
            # Its socket is there before its modules are.
            with Weston('', options=(option,)) as one:
                one.until(lambda: not one.weston.alive(), 10, f'weston takes {option}')
                log = one.weston.tail()
        except kit.TestError as error:
            log = str(error)
        require('unhandled option: ' + option in log, option, log)


def loaded_twice():
    plugin = desk.Build().plugin
    with Weston('', options=(f'--modules={plugin},{plugin}',)) as one:
        require(one.simulate()['result'] == 'recovered')
        with wire.Client(one.path(one.weston.socket)) as client:
            count = [name for name, _ in client.globals.values()].count(RECOVERY)
            require(count == 1, count)


def other_renderer():
    """On another renderer the plugin says that it has nothing to do, and the desktop lives."""
    for renderer in ('stock', 'pixman'):
        build = kit.Build(desk.Build().root)
        with kit.Compositor(build, renderer,
                            options=(f'--modules={desk.Build().plugin}',)) as weston:
            # Its socket is there before its modules are.
            deadline = time.monotonic() + 10
            while 'there is nothing to watch over' not in weston.log():
                require(time.monotonic() < deadline, weston.tail())
                time.sleep(0.02)
            done = subprocess.run([desk.Build().ctl, 'status'], env=weston.env, check=False,
                                  capture_output=True, text=True)
            require(done.returncode == 3 and 'does not run the plugin' in done.stderr, done)


def shutdown():
    """In the middle of a recovery, with clients, a trace and a hook that runs: status 0."""
    with Weston('trace=continuous\nhook=sleep 1\nmax-resets=0\n', **SHELL) as one:
        window = Window(one)
        window.reset(one)
        one.run('simulate', 'innocent', '--no-wait')
        status = one.weston.stop()
        require(status == 0, status, one.weston.tail())


CASES = (content_lost, content_kept, order_of_events, unfinished_and_failed, hangup, terminal_lost,
         command_line, other_options_are_westons, loaded_twice, other_renderer, shutdown)


def main():
    kit.exit_on_signals()
    report = kit.Report()
    for case in CASES:
        name = case.__name__.replace('_', '-')
        if len(sys.argv) < 2 or name in sys.argv[1:]:
            report.run(name, case)
    return report.finish()


if __name__ == '__main__':
    sys.exit(main())
