# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A real weston with our renderer and plugin, under the fault injector, and weston-robustctl on it."""

import contextlib
import glob
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
sys.path.insert(0, str(desk.TOP / 'tests' / 'compositor'))
import kit  # noqa: E402

OPERATOR = 'operator=true\noperator-simulate=true\n'


class Weston:
    """A weston with our renderer and plugin, under the injector."""

    def __init__(self, ini, schedule=None, options=(), env=None, operator=True,
                 shell=None):
        self.build = kit.Build(desk.Build().root)
        self.fault = kit.Fault(self.build)
        if 'idle-poll' not in ini:
            ini += 'idle-poll=50ms\n'  # nothing else would notice a loss here
        environment = dict(self.fault.environment(schedule), **(env or {}))
        self.weston = kit.Compositor(
            self.build, 'ours', extra_env=environment, shell=shell, preload=(self.build.fault_library,),
            options=('--refresh-rate=200000', f'--modules={desk.Build().plugin}', *options),
            ini=kit.output_section('headless', 320, 240) +
            f'[gpu-recovery]\n{OPERATOR if operator else ""}{ini}')
        self.pid = self.weston.process.pid

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.weston.cleanup()
        self.fault.cleanup()

    def run(self, *arguments):
        return subprocess.run([desk.Build().ctl, *arguments], env=self.weston.env, check=False,
                              capture_output=True, text=True, timeout=60)

    def ask(self, *arguments):
        done = self.run('--json', *arguments)
        if not done.stdout:
            raise kit.TestError(f'{arguments}: status {done.returncode}: {done.stderr}'
                                + self.weston.tail())
        told = json.loads(done.stdout)
        if 'error' in told:
            raise kit.TestError(f'{arguments}: {told["error"]["message"]}' + self.weston.tail())
        return told

    def status(self):
        return self.ask('status')

    def counter(self, name):
        return self.ask('stats')['counters'][name]

    def simulate(self, cause='innocent'):
        """One simulated reset; its incident."""
        told = self.ask('simulate', cause)
        if 'incident' not in told or not told['incident']:
            raise kit.TestError(f'simulate: {told}')
        return told['incident']

    def lose(self, how='--queries=3', mode='lost', wait=True):
        """Has the contexts lost, and waits until that is noticed."""
        known = len(self.ask('history')['incidents'])
        self.fault.tool('lose', how, f'--mode={mode}')
        if wait:
            self.until(lambda: len(self.ask('history')['incidents']) > known, 5,
                       'nothing was noticed')

    def incident(self, seconds=10):
        """The newest incident, once it has ended."""
        def ended():
            incidents = self.ask('history')['incidents']
            return incidents and incidents[-1]['result'] != 'open' and incidents[-1]
        return self.until(ended, seconds, 'no incident ended')

    def until(self, condition, seconds=10, what='it did not come to pass'):
        deadline = time.monotonic() + seconds
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > deadline:
                raise kit.TestError(what + '\n' + self.weston.tail())
            time.sleep(0.02)

    def until_state(self, name, seconds=10):
        """Seconds until the state was that."""
        begin = time.monotonic()
        self.until(lambda: self.status()['state'] == name, seconds, f'state {name} never came')
        return time.monotonic() - begin

    @contextlib.contextmanager
    def window(self, scene='many-windows'):
        with kit.SceneClient(self.weston) as client:
            client.run('output headless')
            client.run(f'show {scene}')
            client.run('frame')
            yield client

    def netlink_sockets(self):
        inodes = {line.split()[-1] for line in open('/proc/net/netlink', encoding='ascii')}
        links = [os.readlink(path) for path in glob.glob(f'/proc/{self.pid}/fd/*')]
        return sum(link[8:-1] in inodes for link in links if link.startswith('socket:['))

    def path(self, name):
        return os.path.join(self.weston.dir, name)


def require(condition, *figures):
    if not condition:
        raise kit.TestError(f'not as expected: {figures}')
