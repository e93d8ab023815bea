# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The measurements of one scene: calls, bytes, instructions, pictures. Those of time are in bench_time."""

import os
import re
import statistics

import bench_world
import kit

RENDERERS = ('stock', 'ours')
WARM_UP = 6
COUNTED = 24
MORE_TRIES = 3
REFRESH_RATES = (bench_world.PACED, 30000, 8000)  # mHz
PROFILED = 8
UNSTEADY = 3


def in_whole_frames(world, scene, renderer, how, times, interval, finish=None):
    """The results of so many calls of interval(life, number), which returns (result, whole).

    Whole is an interval in which each step was one frame of each output. The damage of a step may come
    in pieces where the client does not get the processor in time, and is painted in two frames then.
    Slower, there is more time. In the end what there is must do. finish(life) comes last.
    """
    for refresh in REFRESH_RATES:
        found = {True: [], False: []}
        with world.life(renderer, scene, how=how, refresh=refresh) as life:
            life.step(WARM_UP)
            for number in range(1, times + MORE_TRIES + 1):
                result, whole = interval(life, number)
                found[whole].append(result)
                if len(found[True]) == times or len(found[False]) > MORE_TRIES:
                    break
            if finish:
                finish(life)
        if len(found[True]) == times:
            break
    return (found[True] + found[False])[:times]


def counts_of(world, scene, renderer, times, picture=None, steps=COUNTED):
    """Calls and quantities per frame really painted: a dictionary for each of so many intervals."""
    def interval(life, _):
        one = count_interval(life, steps)
        return one, one['frames'] == steps * scene.outputs

    def finish(life):
        """After the same number of steps, however many intervals there were."""
        life.step(WARM_UP + (times + MORE_TRIES) * steps - life.steps + 1)
        if picture:
            life.capture(picture)

    return in_whole_frames(world, scene, renderer, 'count', times, interval, finish)


def count_interval(life, steps):
    life.settle()
    before, first = life.calls.read(), life.page.read()
    life.step(steps)
    life.settle()
    after, last = life.calls.read(), life.page.read()
    frames = last['frames'] - first['frames']
    if frames == 0:
        raise kit.TestError('nothing is painted')
    after.subtract(before)
    return summarise(after, frames, last['pixels'] - first['pixels'])


def summarise(counts, frames, pixels):
    calls = {name: n / frames for name, n in counts.items()
             if n and re.match(r'e?gl[A-Z]', name)}
    return {
        'frames': frames,
        'pixels': pixels / frames,
        'calls': sum(calls.values()),
        'state': sum(n for name, n in calls.items() if bench_world.STATE.match(name)),
        'draws': sum(n for name, n in calls.items() if bench_world.DRAWS.match(name)),
        'upload_bytes': sum(counts[name] for name in
                            ('texture_bytes', 'buffer_bytes', 'array_bytes')) / frames,
        **{name: counts[name] / frames for name in
           ('texture_bytes', 'buffer_bytes', 'array_bytes', 'read_bytes', 'vertices')},
        'by_name': calls,
    }


def instructions_of(world, scene, renderer, times, steps=PROFILED):
    """Instructions within the module per frame, and by function; the driver's are not among them.

    A dictionary for each of so many intervals.
    """
    def interval(life, number):
        whole = profile_interval(life, steps, scene.outputs)
        dump = os.path.join(life.folder, f'callgrind.out.{number}')
        return read_profile(world, renderer, dump, steps * scene.outputs), whole

    return in_whole_frames(world, scene, renderer, 'callgrind', times, interval)


def profile_interval(life, steps, outputs):
    """Whether all frames were whole. The first after a pause may not be, and is skipped."""
    before = life.page.order('p', life.timeout, argument=steps * outputs, skip=UNSTEADY * outputs)
    life.step(steps + UNSTEADY)
    after = life.page.read()
    while after['profiles'] == before['profiles']:
        life.step(1)
        after = life.page.read()
    return after['frames'] - before['frames'] <= (steps + UNSTEADY + 1) * outputs


def read_profile(world, renderer, dump, frames):
    costs, objects = bench_world.costs(dump, lambda ob: is_renderer(world, renderer, ob)) \
        if os.path.exists(dump) else ({}, {})
    if frames == 0 or not costs:
        raise kit.TestError(f'callgrind has seen nothing of {renderer}')
    return {'frames': frames, 'instructions': sum(costs.values()) / frames,
            'functions': {name: n / frames for name, n in costs.most_common(60)},
            'objects': {os.path.basename(ob): n / frames for ob, n in objects.most_common(12)}}


def is_renderer(world, renderer, ob):
    if renderer == 'ours':
        return os.path.realpath(ob) == os.path.realpath(world.build.module)
    return ob.endswith('/libweston-14/gl-renderer.so')


def pictures_differ(world, scene, pictures):
    """What wr-compare says of both renderers' pictures after the same steps."""
    return kit.compare(world.build, pictures['stock'], pictures['ours'], scene.tolerance)


def spread(found, key):
    """The median of the intervals' ratios, and the lowest and highest; medians of both."""
    pairs = [(ours[key], stock[key]) for stock, ours in zip(found['stock'], found['ours'])]
    ratios = [ratio(*pair) for pair in pairs]
    known = [value for value in ratios if value is not None]
    return {'stock': statistics.median(stock for _, stock in pairs),
            'ours': statistics.median(ours for ours, _ in pairs),
            'ratio': statistics.median(known) if known else None,
            'low': min(known, default=None), 'high': max(known, default=None)}


def ratio(ours, stock):
    """1.0 where both are nothing; None where only stock's is."""
    if stock == 0:
        return 1.0 if ours == 0 else None
    return ours / stock
