#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A hostile client (fuzz-client) on the recovery protocol, for some seconds or --minutes N: the
compositor must not crash, stall, grow, or tell it of other clients.

The compositor is fake-desk, in which resets happen all the time, without and with the operator's
interface, and a real weston with our renderer. Under the sanitizers that means under ASan: run it
from a build that has them (tools/test --sanitize), or with WR_BUILD_DIR and WR_SANITIZER_PRELOAD.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
sys.path.insert(0, str(desk.TOP / 'tests' / 'compositor'))
import kit  # noqa: E402

SECRET = 'name-of-a-guilty-task'
# What another client waits for its answers. The figures are printed; the limits leave room for a
# machine that does much else, on which a process may not run at all for a second.
P99_MS = 250
LONGEST_MS = 3000
# After the first third. A weston whose GL contexts come and go needs some minutes to level out.
MOST_GROWTH_KIB = {'fake': 1024, 'weston': 1024, 'weston-operator': 6144}
LEAST_SECONDS = {'fake': 1, 'weston': 1, 'weston-operator': 60}
SANITIZED = bool(kit.os.environ.get('WR_SANITIZER_PRELOAD'))


class Watch:
    """A well-behaved client beside the hostile one."""

    def __init__(self, path):
        self.client = wire.Client(path)
        self.recovery = self.client.bind('weston_gpu_recovery_v1')
        self.times = []

    def ask(self):
        begin = time.monotonic()
        self.client.sync(timeout=30)
        self.times.append(time.monotonic() - begin)

    def figures(self):
        ordered = sorted(self.times)
        return {'answers': len(ordered), 'p50_ms': ordered[len(ordered) // 2] * 1000,
                'p99_ms': ordered[len(ordered) * 99 // 100] * 1000, 'max_ms': ordered[-1] * 1000}


class FakeTarget:
    """fake-desk: a reset every few milliseconds, with a guilty task that is nobody's business."""

    def __init__(self, operator):
        self.desk = desk.Desk(f'operator={operator}\noperator-simulate=true\ntrace=on-demand\n'
                              'trace-buffer=16KiB\n')
        self.path = self.desk.path
        self.pid = self.desk.process.pid
        self.surface = 0

    def stir(self):
        self.surface = (self.surface + 1) % 256
        for command in (f'begin 1 {SECRET}', 'state 1', 'state 0', f'lose {self.surface} 1',
                        'end 1'):
            try:
                self.desk.command(command)
            except desk.Refused:
                pass  # an incident was open, or there is no such surface any more

    def alive(self):
        return self.desk.alive()

    def log(self):
        return self.desk.log()

    def finish(self):
        return self.desk.stop()

    def cleanup(self):
        self.desk.cleanup()


class RealTarget:
    """Weston with our renderer and plugin; the hostile client itself may have resets simulated."""

    def __init__(self, operator):
        build = kit.Build(desk.Build().root)
        self.weston = kit.Compositor(
            build, 'ours', options=(f'--modules={desk.Build().plugin}',),
            ini=f'[gpu-recovery]\noperator={operator}\noperator-simulate={operator}\n'
                'trace=on-demand\nmax-resets=0\n')
        self.path = f'{self.weston.dir}/{self.weston.socket}'
        self.pid = self.weston.process.pid

    def stir(self):
        pass

    def alive(self):
        return self.weston.alive()

    def log(self):
        return self.weston.tail()

    def finish(self):
        return self.weston.stop()

    def cleanup(self):
        self.weston.cleanup()


def memory_kib(pid):
    with open(f'/proc/{pid}/status', encoding='ascii') as file:
        return next(int(line.split()[1]) for line in file if line.startswith('VmRSS:'))


def descriptors(pid):
    return len(kit.os.listdir(f'/proc/{pid}/fd'))


def attack(target, watch, seconds, seed):
    fuzz = subprocess.Popen(
        [desk.Build().fuzz_client, target.path, str(seconds), str(seed), SECRET],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while fuzz.poll() is None:
        try:
            target.stir()
            watch.ask()
        except (desk.Dead, wire.Closed, TimeoutError) as error:
            fuzz.kill()
            fuzz.communicate()
            raise kit.TestError(f'{error!r} {target.log()[-3000:]}') from error
        time.sleep(0.005)
    out, errors = fuzz.communicate()
    if fuzz.returncode not in (0, 1):
        raise kit.TestError(f'fuzz-client: {errors}\n{target.log()[-2000:]}')
    return json.loads(out)


def settle(target, watch):
    """Until the last connections are cleared away."""
    for _ in range(20):
        watch.ask()
        time.sleep(0.01)
    return memory_kib(target.pid), descriptors(target.pid)


def grew_too_much(name, seconds, before, after):
    name = 'fake' if name.startswith('fake') else name
    return (not SANITIZED and seconds >= LEAST_SECONDS[name] and
            after[0] - before[0] > MOST_GROWTH_KIB[name])


def judge(figures, before, after, operator):
    problems = []
    if figures['secret_seen'] and not operator:
        problems.append('it was told of other clients')
    if operator and not figures['secret_seen'] and figures.get('fake'):
        problems.append('not even an operator was told: the check sees nothing')
    if figures['operator_offered'] != operator:
        problems.append('the operator\'s interface was' + ('' if operator else ' not')
                        + ' to be offered')
    if figures['max_ms'] > LONGEST_MS or figures['p99_ms'] > P99_MS:
        problems.append('it stalled')
    if after[1] > before[1]:
        problems.append(f'{after[1] - before[1]} more descriptors')
    return problems


def run(name, kind, operator, seconds, seed):
    """One target; the first third warms it up, memory is compared from then on."""
    target = kind('true' if operator else 'false')
    try:
        watch = Watch(target.path)
        figures = attack(target, watch, seconds / 3, seed)
        before = settle(target, watch)
        rest = attack(target, watch, seconds * 2 / 3, seed + 1)
        after = settle(target, watch)
        for key, value in rest.items():
            figures[key] += value
        figures.update(watch.figures(), fake=kind is FakeTarget, memory_kib=(before[0], after[0]),
                       descriptors=(before[1], after[1]))
        figures['operator_offered'] = bool(figures['operator_offered'])
        watch.client.close()
        problems = judge(figures, before, after, operator)
        if grew_too_much(name, seconds, before, after):
            problems.append(f'it grew by {after[0] - before[0]} KiB')
        status = target.finish()
        if status != 0:
            problems.append(f'it ended with status {status}:\n{target.log()[-3000:]}')
        if problems:
            raise kit.TestError('; '.join(problems) + f' {figures}')
        return (f'{figures["messages"]} requests, {figures["malformed"]} malformed, '
                f'{figures["connections"]} connections; answers to another client: median '
                f'{figures["p50_ms"]:.2f} ms, p99 {figures["p99_ms"]:.1f} ms, longest '
                f'{figures["max_ms"]:.1f} ms; memory {before[0]} -> {after[0]} KiB, '
                f'descriptors {before[1]} -> {after[1]}')
    finally:
        target.cleanup()


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--minutes', type=float, default=0.15, help='in all')
    parser.add_argument('--seed', type=int, default=random.randrange(1 << 30))
    options = parser.parse_args()
    kit.exit_on_signals()
    report = kit.Report()
    print(f'seed {options.seed}' + (', sanitized' if SANITIZED else ''))
    runs = (('fake', FakeTarget, False), ('fake-operator', FakeTarget, True),
            ('weston', RealTarget, False), ('weston-operator', RealTarget, True))
    for number, (name, kind, operator) in enumerate(runs):
        report.run(name, run, name, kind, operator, options.minutes * 60 / len(runs),
                   options.seed + 10 * number)
    return report.finish()


if __name__ == '__main__':
    sys.exit(main())
