#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Each key of [gpu-recovery] does what the manual says, in a real weston with our renderer.

Each case is run with two values, which must show a difference. Resets come from the fault injector,
or are simulated by an operator.
"""
import argparse
import contextlib
import glob
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import desk  # noqa: E402
import wire  # noqa: E402
from robust_weston import Weston, kit, require  # noqa: E402


def enabled():
    with Weston('enabled=false\n') as one:
        one.lose()
        one.until_state('failed')
        require(one.weston.alive())
    with Weston('enabled=true\n') as one:
        one.lose()
        require(one.incident()['result'] == 'recovered')


def ladder():
    steps = []
    for step in ('context', 'display', 'software'):
        with Weston(f'ladder={step}\n') as one:
            steps.append(one.simulate()['step'])
    require(steps == ['context', 'display', 'software'], steps)


def idle_poll():
    counts = []
    for value in ('50ms', '0'):
        with Weston(f'idle-poll={value}\n') as one:
            time.sleep(0.3)  # the first frames of the desktop ask as well
            before = one.counter('status_queries')
            time.sleep(1)
            counts.append(one.counter('status_queries') - before)
    require(counts[0] >= 5 and counts[1] == 0, counts)
    return f'queries in a second: {counts}'


def wait_limit():
    waited = []
    for value in ('200ms', '5s'):
        with Weston(f'wait-limit={value}\nmax-resets=0\n') as one:
            one.lose('--ms=1200')
            one.until_state('running')
            first = one.ask('history')['incidents'][0]
            waited.append(first['over_ms'])
    require(195 <= waited[0] < 1000 and waited[1] >= 1000, waited)
    return f'waited {waited} ms for a reset of 1200 ms'


# A context that draws nothing fails its proof of life. The first try makes a second context before
# it counts as failed, so one more of them than tries that shall fail.
def zombies(failures):
    return f'zombie:{failures + 1}'


def rebuild_ms(ini, failures):
    """How long the rebuild took when the first tries fail."""
    with Weston(ini) as one:
        one.lose(mode=zombies(failures))
        incident = one.incident()
        require(incident['result'] == 'recovered' and incident['attempts'] == failures + 1,
                incident)
        return incident['rebuilt_ms'] - incident['over_ms']


def backoff_first():
    short = rebuild_ms('backoff-first=10ms\n', 1)
    long = rebuild_ms('backoff-first=700ms\n', 1)
    require(long >= 700 and long - short >= 300, short, long)
    return f'{short:.0f} ms, {long:.0f} ms'


def backoff_cap():
    ini = 'failures-per-step=9\nbackoff-first=150ms\nbackoff-cap='
    capped = rebuild_ms(ini + '150ms\n', 5)
    free = rebuild_ms(ini + '5s\n', 5)
    require(capped >= 750 and free >= 4650 and free - capped >= 2000, capped, free)
    return f'{capped:.0f} ms, {free:.0f} ms'


def failures_per_step():
    steps = []
    for value in (1, 3):
        with Weston(f'failures-per-step={value}\n') as one:
            one.lose(mode=zombies(1))
            incident = one.incident()
            steps.append((incident['step'], incident['attempts']))
    require(steps == [('display', 2), ('context', 2)], steps)


def give_up_after():
    with Weston('ladder=context\ngive-up-after=2\n') as one:
        one.lose(mode='zombie:-1')
        one.until_state('failed')
        attempts = one.incident()['attempts']
        require(attempts == 2, attempts)
    with Weston('ladder=context\ngive-up-after=0\nbackoff-cap=20ms\n') as one:
        one.lose(mode=zombies(6))
        incident = one.incident()
        require((incident['result'], incident['attempts']) == ('recovered', 7), incident)


def max_resets():
    steps = []
    for value in (1, 5):
        with Weston(f'max-resets={value}\n') as one:
            steps.append([one.simulate()['step'] for _ in range(2)])
    require(steps == [['context', 'display'], ['context', 'context']], steps)


def reset_window():
    steps = []
    for value in ('300ms', '60s'):
        with Weston(f'max-resets=1\nreset-window={value}\n') as one:
            one.simulate()
            time.sleep(0.5)
            steps.append(one.simulate()['step'])
    require(steps == ['context', 'display'], steps)


def max_guilty():
    reduced = []
    for value in (1, 3):
        with Weston(f'max-guilty={value}\n') as one:
            one.simulate('guilty')
            reduced.append(one.status()['reduced'])
    require(reduced == [True, False], reduced)


def forgive_after():
    steps = []
    for value in ('300ms', '60s'):
        with Weston(f'max-resets=1\nidle-poll=50ms\nforgive-after={value}\n') as one:
            one.simulate()
            time.sleep(0.8)
            steps.append(one.simulate()['step'])
    require(steps == ['context', 'display'], steps)


TO_SOFTWARE = 'ladder=context,software\nfailures-per-step=1\n'


def probe_first():
    with Weston(TO_SOFTWARE + 'probe-first=200ms\n') as one:
        one.lose(mode=zombies(1))
        one.until_state('software')
        took = one.until_state('running')
    with Weston(TO_SOFTWARE + 'probe-first=0\n') as one:
        one.lose(mode=zombies(1))
        one.until_state('software')
        time.sleep(took + 1)
        require(one.status()['state'] == 'software')
    return f'back on the GPU after {took:.2f} s'


def probe_cap():
    times = []
    for value in ('300ms', '60s'):
        with Weston(TO_SOFTWARE + f'probe-first=300ms\nprobe-cap={value}\n') as one:
            one.lose(mode=zombies(1))
            one.until_state('software')
            one.fault.tool('strike', 'at=now mode=create-fails:-1')
            # Probes come after 0.3, 0.6, 0.9 … s, or after 0.3, 0.9, 2.1 and 4.5 s.
            time.sleep(2.5)
            require(one.status()['state'] == 'software')
            one.fault.tool('release')
            times.append(one.until_state('running', 20))
    require(times[0] < 1 < times[1], times)
    return f'{times[0]:.2f} s, {times[1]:.2f} s'


def canary():
    drawn = []
    for value in ('true', 'false'):
        with Weston(f'canary={value}\nidle-poll=50ms\n', schedule='hide-robustness=1') as one:
            require(one.status()['canary'] == (value == 'true'), value)
            before = one.counter('canaries')
            time.sleep(0.7)
            drawn.append(one.counter('canaries') - before)
    require(drawn[0] >= 3 and drawn[1] == 0, drawn)
    return f'drawn: {drawn}'


def uevents():
    sockets = []
    for value in ('true', 'false'):
        with Weston(f'uevents={value}\n') as one:
            if 'no kernel events' in one.weston.log():
                raise kit.Skip('weston gets no netlink socket for uevents')
            sockets.append(one.netlink_sockets())
    require(sockets[0] > sockets[1] == 0, sockets)
    return f'netlink sockets: {sockets}'


def retention():
    kept = {}
    for value in ('hold', 'copy', 'none', 'auto'):
        with Weston(f'retention={value}\n') as one, one.window():
            kept[value] = (one.counter('retained_held_bytes'),
                           one.counter('retained_copied_bytes'))
            one.simulate()
            kept[value] += (one.counter('lost_surfaces'),)
    require(kept['hold'][0] > 0 and kept['hold'][1:] == (0, 0), kept)
    require(kept['copy'][0] == 0 and kept['copy'][1] > 0 and kept['copy'][2] == 0, kept)
    require(kept['none'][:2] == (0, 0) and kept['none'][2] > 0, kept)
    require(sum(kept['auto'][:2]) > 0 and kept['auto'][2] == 0, kept)
    return str(kept)


def retention_budget():
    kept = []
    for value in ('4KiB', '0'):
        with Weston(f'retention=copy\nretention-budget={value}\n') as one, one.window():
            copied = one.counter('retained_copied_bytes')
            one.simulate()
            kept.append((copied, one.counter('lost_surfaces')))
    require(kept[0][0] <= 4096 < kept[1][0] and kept[0][1] > 0 and kept[1][1] == 0, kept)
    return f'copied, lost: {kept}'


def end_of(ini):
    """Weston's exit status after nothing was left to try; None: it lives."""
    with Weston('enabled=false\n' + ini) as one:
        one.lose(wait=False)
        try:
            return one.weston.process.wait(5 if 'exit' in ini else 1)
        except subprocess.TimeoutExpired:
            one.until_state('failed')
            return None


def last_resort():
    ends = [end_of('last-resort=stay\n'), end_of('last-resort=exit\n')]
    require(ends == [None, 75], ends)


def exit_status():
    status = end_of('last-resort=exit\nexit-status=93\n')
    require(status == 93, status)


def operator():
    codes = []
    for value in ('false', 'true'):
        with Weston(f'operator={value}\n', operator=False) as one:
            codes.append([one.run(*command).returncode for command in
                          (('status',), ('history',), ('reload',), ('simulate', 'guilty'))])
    require(codes == [[0, 4, 4, 4], [0, 0, 0, 4]], codes)


def operator_simulate():
    codes = []
    for value in ('false', 'true'):
        with Weston(f'operator=true\noperator-simulate={value}\n', operator=False) as one:
            codes.append((one.run('simulate', 'unknown').returncode, one.counter('resets')))
    require(codes == [(4, 0), (0, 1)], codes)


def operator_uids():
    """Without root nobody else can be played: operator-test has more."""
    if os.geteuid() != 0:
        raise kit.Skip('needs root, to become another user')
    seen = []
    for value in ('', '65534'):
        with Weston(f'operator-uids={value}\n') as one:
            os.chmod(one.weston.dir, 0o711)
            os.chmod(one.path(one.weston.socket), 0o666)
            seen.append(as_user(65534, one.path(one.weston.socket)))
    require(seen == ['False', 'True'], seen)


def as_user(uid, path):
    """Whether the operator's interface is offered to that user."""
    read_end, write_end = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgid(uid)
            os.setuid(uid)
            offered = wire.Client(path).offered('weston_gpu_recovery_operator_v1')
            os.write(write_end, str(offered).encode())
        finally:
            os._exit(0)
    os.close(write_end)
    with open(read_end, encoding='utf-8') as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return said


def notify():
    """notify-send is played by a script of ours."""
    told = []
    for value in ('true', 'false'):
        tool = os.path.join(os.environ['WR_SCRATCH'], 'notify-send')
        note = tool + '.said'
        with open(tool, 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\nprintf "%s\\n" "$@" >{note}\n')
        os.chmod(tool, 0o755)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(note)
        path = os.environ['WR_SCRATCH'] + ':' + os.environ['PATH']
        with Weston(f'notify={value}\n', env={'PATH': path}) as one:
            one.simulate()
            if value == 'true':
                one.until(lambda: os.path.exists(note) and os.path.getsize(note), 5, 'no notice')
            else:
                time.sleep(0.5)
        told.append(open(note, encoding='utf-8').read() if os.path.exists(note) else '')
    require('desktop restored' in told[0] and told[1] == '', told)


def hook():
    note = os.path.join(os.environ['WR_SCRATCH'], 'hook')
    with Weston(f'hook=env >{note}.part; mv {note}.part {note}\n') as one:
        one.simulate('unknown')
        one.until(lambda: os.path.exists(note), 5, 'no hook')
    with open(note, encoding='utf-8') as file:
        said = dict(line.rstrip('\n').split('=', 1) for line in file if '=' in line)
    require(said['WESTON_ROBUST_EVENT'] == 'recovered', said)
    require(said['WESTON_ROBUST_CAUSE'] == 'unknown', said)
    require(float(said['WESTON_ROBUST_FIRST_FRAME_MS']) > 0, said)
    require('LD_PRELOAD' not in said)


def trace():
    sizes = []
    for value in ('off', 'on-demand'):
        with Weston(f'trace={value}\n') as one, one.window():
            done = one.run('trace', one.path('x'))
            sizes.append((done.returncode,
                          os.path.getsize(one.path('x')) if done.returncode == 0 else 0))
    require(sizes[0] == (1, 0) and sizes[1][0] == 0 and sizes[1][1] > 200, sizes)


def trace_buffer():
    with Weston('trace=on-demand\ntrace-buffer=16KiB\n') as one:
        small = one.status()['trace_bytes_max']
    with Weston('trace=on-demand\ntrace-buffer=8MiB\n') as one:
        large = one.status()['trace_bytes_max']
    require(16384 <= small < 200000 and large >= 8 << 20, small, large)


def traces_in(folder):
    return sorted(glob.glob(os.path.join(folder, 'weston-gpu-recovery-*.pftrace')))


def trace_directory():
    folder = os.path.join(os.environ['WR_SCRATCH'], 'traces')
    os.makedirs(folder, exist_ok=True)
    with Weston(f'trace=on-recovery\ntrace-directory={folder}\n') as one:
        one.simulate()
        one.until(lambda: traces_in(folder), 5, 'no trace was written')
    with Weston('trace=on-recovery\n') as one:
        one.simulate()
        one.until(lambda: traces_in(one.weston.dir), 5, 'no trace in XDG_RUNTIME_DIR')


def trace_keep():
    with Weston('trace=on-recovery\ntrace-keep=2\nmax-resets=0\n') as one:
        for number in range(3):
            known = set(traces_in(one.weston.dir))
            one.simulate()
            one.until(lambda: set(traces_in(one.weston.dir)) - known, 5, f'no trace {number}')
        time.sleep(0.2)
        require(len(traces_in(one.weston.dir)) == 2, traces_in(one.weston.dir))


def trace_file():
    path = os.path.join(os.environ['WR_SCRATCH'], 'all.pftrace')
    with Weston(f'trace=continuous\ntrace-file={path}\n') as one:
        one.simulate()
        one.until(lambda: os.path.exists(path) and os.path.getsize(path) > 200, 5, 'no file')
    with Weston('trace=continuous\n') as one:
        one.until(lambda: os.path.exists(one.path('weston-gpu-recovery.pftrace')), 5,
                  'no file in XDG_RUNTIME_DIR')


def trace_limit():
    """An animation, at 2000 Hz if the machine can, until a second file is begun."""
    with Weston('trace=continuous\ntrace-limit=64KiB\n', options=('--refresh-rate=2000000',),
                shell='desktop-shell.so') as one:
        animation = subprocess.Popen(['weston-simple-shm'], env=one.weston.env,
                                     stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            old = one.path('weston-gpu-recovery.pftrace.1')
            one.until(lambda: os.path.exists(old), 30, 'no second file was begun')
            size = os.path.getsize(old)
        finally:
            animation.kill()
            animation.wait()
    require(32 << 10 < size <= 64 << 10, size)
    return f'{size} bytes'


# By the names of the keys: the lint is that there is one for each.
CASES = {
    name.replace('_', '-'): function for name, function in list(globals().items())
    if callable(function) and function.__module__ == __name__ and name.islower()
    and name not in ('zombies', 'rebuild_ms', 'end_of', 'as_user', 'traces_in')
}


def every_key():
    """All keys that the plugin knows have a case here, and their defaults are those of the manual."""
    with Weston('idle-poll=1s\n') as one:
        settings = one.status()['settings']
    require(set(settings) == set(CASES), set(settings) ^ set(CASES))
    example = (desk.TOP / 'weston.ini.example').read_text(encoding='utf-8')
    for key, default in re.findall(r'^#([a-z-]+)=(.*)$', example.split('[gpu-recovery]\n')[1], re.M):
        if not key.startswith('operator'):
            require(settings[key]['value'] == default, key, settings[key], default)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('keys', nargs='*', help='only these')
    options = parser.parse_args()
    kit.exit_on_signals()
    report = kit.Report()
    with kit.tempfile.TemporaryDirectory(prefix='wr-keys-') as scratch:
        os.environ['WR_SCRATCH'] = scratch
        if not options.keys:
            report.run('every-key', every_key)
        for key, case in CASES.items():
            if not options.keys or key in options.keys:
                report.run(key, case)
    return report.finish()


if __name__ == '__main__':
    sys.exit(main())
