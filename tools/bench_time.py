# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The measurements of time and memory: stock and ours in turn, several pairs, medians and spreads."""

import re
import statistics

import bench_world
import kit
from bench_measure import RENDERERS, ratio

WARM_UP = 12
SLOW = 15000  # mHz
UPLOAD_STEPS = 6
UPLOADS = re.compile(r'cpu:glTex(Sub)?Image')
ORDERS = (RENDERERS, RENDERERS[::-1])


def order(number):
    """Who goes first changes from pair to pair."""
    return ORDERS[number % 2]


def one_life(world, scene, renderer, steps, refresh, retention=None):
    """CPU time and wall time per frame, memory, start-up time of one weston."""
    with world.life(renderer, scene, refresh=refresh, retention=retention) as life:
        life.step(WARM_UP)
        life.settle()
        before, cpu, wall = life.page.read(), life.cpu_ms(), bench_world.now_ms()
        life.step(steps)
        wall = bench_world.now_ms() - wall
        life.settle()
        frames = life.page.read()['frames'] - before['frames']
        if not frames:
            raise kit.TestError(f'{scene.name}: {renderer} has painted nothing')
        return {'cpu_ms': (life.cpu_ms() - cpu) / frames, 'wall_ms': wall / frames,
                'frames_per_step': frames / steps, 'rss_kib': life.memory()['rss'],
                'anonymous_kib': life.memory()['anonymous'], 'start_ms': life.start_ms()}


def pairs_of(world, scene, pairs, steps, refresh, retention=None):
    """That many pairs of lives: a list of dictionaries by renderer."""
    found = []
    for number in range(pairs):
        found.append({renderer: one_life(world, scene, renderer, steps, refresh, retention)
                      for renderer in order(number)})
    return found


def starts(world, scene, pairs):
    """Start-up times and the memory after it, of westons that show nothing but a background."""
    found = []
    for number in range(pairs):
        pair = {}
        for renderer in order(number):
            with world.life(renderer, scene, client=False) as life:
                life.wait_frame()
                life.settle()
                pair[renderer] = {'start_ms': life.start_ms(), 'cpu_ms': life.cpu_ms(),
                                  'rss_kib': life.memory()['rss']}
        found.append(pair)
    return found


def compare(found, key):
    """Medians of both, the median of the pairs' ratios, and their spread (lowest, highest)."""
    ratios = [ratio(pair['ours'][key], pair['stock'][key]) for pair in found]
    ratios = [value for value in ratios if value is not None]
    return {**{renderer: statistics.median(pair[renderer][key] for pair in found)
               for renderer in RENDERERS},
            'ratio': statistics.median(ratios) if ratios else None,
            'low': min(ratios, default=None), 'high': max(ratios, default=None),
            'pairs': len(found)}


def summary(found):
    return {key: compare(found, key) for key in found[0]['ours']}


def upload_of(world, scene, renderer, times):
    """CPU time of a frame's uploads within the driver, ms, against memcpy of as many bytes.

    Slowly, so that no upload has to do with a frame that is still being drawn.
    """
    ratios, uploads, copies = [], [], []
    with world.life(renderer, scene, how='count', refresh=SLOW) as life:
        life.step(WARM_UP)
        for _ in range(times):
            life.settle()
            before, frames = life.calls.read(), life.page.read()['frames']
            life.step(UPLOAD_STEPS)
            used = life.calls.read() - before
            frames = life.page.read()['frames'] - frames
            life.settle()
            bytes_ = used['texture_bytes'] // frames
            copy = life.page.order('m', argument=bytes_)['copy_cpu_ns'] / 1e6
            took = sum(n for name, n in used.items() if UPLOADS.match(name)) / frames / 1e6
            ratios.append(took / copy)
            uploads.append(took)
            copies.append(copy)
    return {'bytes': bytes_, 'upload_ms': statistics.median(uploads),
            'copy_ms': statistics.median(copies), 'ratio': statistics.median(ratios),
            'low': min(ratios), 'high': max(ratios)}


def polling_of(world, scene, steps):
    """The share of a frame's CPU time that asking for the reset status takes."""
    with world.life('ours', scene, refresh=bench_world.FREE_RUNNING) as life:
        life.step(WARM_UP)
        life.settle()
        before, cpu = life.page.order('r'), life.cpu_ms()
        life.step(steps)
        cpu = life.cpu_ms() - cpu
        after = life.page.order('r')
        cost = life.page.order('q')
    if not cost:
        raise kit.TestError('the reset status cannot be asked')
    frames = after['frames'] - before['frames']
    queries = (after['status_queries'] - before['status_queries']) / frames
    return {'query_ns': cost['cost_ns'], 'queries': queries, 'cpu_ms': cpu / frames,
            'share': cost['cost_ns'] * queries / (cpu / frames * 1e6)}


def retention_of(world, scene, still, times, steps):
    """What each policy costs: CPU time without that of drawing; memory, of a scene that is drawn and of one
    that stands still; and the copy against memcpy."""
    letters = {'none': 'N', 'hold': 'H', 'copy': 'C', 'auto': 'A'}
    found = {policy: [] for policy in letters}
    for _ in range(times):
        for policy, letter in letters.items():
            found[policy].append(retention_life(world, scene, steps, letter))
    result = {policy: {key: statistics.median(life[key] for life in lives) for key in lives[0]}
              for policy, lives in found.items()}
    for policy, letter in letters.items():
        with world.life('ours', scene, refresh=bench_world.PACED, retention=letter) as life:
            life.step(bench_world.SETTLE_FRAMES)
            result[policy]['rss_kib'] = life.memory()['rss']
        with world.life('ours', still, refresh=bench_world.PACED, retention=letter) as life:
            life.step(bench_world.SETTLE_FRAMES)
            result[policy]['still_rss_kib'] = life.memory()['rss']
            page = life.page.order('r')
            result[policy] |= {'still_held_bytes': page['held_bytes'],
                               'still_copied_bytes': page['copied_bytes']}
    extra = [copy['cpu_ms'] - hold['cpu_ms'] for copy, hold in zip(found['copy'], found['hold'])]
    result['memcpy_ms'] = result['copy']['memcpy_ms']
    result['copy_ms'] = statistics.median(extra)
    result['copy_of_memcpy'] = statistics.median(
        took / life['memcpy_ms'] for took, life in zip(extra, found['copy']))
    return result


def retention_life(world, scene, steps, letter):
    with world.life('ours', scene, how='mute', retention=letter) as life:
        life.step(WARM_UP)
        life.settle()
        frames, cpu = life.page.read()['frames'], life.cpu_ms()
        life.step(steps)
        cpu, page = life.cpu_ms() - cpu, life.page.order('r')
        frames = page['frames'] - frames
        copy = life.page.order('m', argument=scene.width * scene.height * 4)
    return {'cpu_ms': cpu / frames, 'held_bytes': page['held_bytes'],
            'copied_bytes': page['copied_bytes'], 'memcpy_ms': copy['copy_cpu_ns'] / 1e6}
