# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The parts of a run of tools/bench: which there are, what each takes, and how its figures are kept."""

import concurrent.futures
import os

import bench_measure as measure
import bench_recovery
import bench_scenes
import bench_time
import bench_world

PARTS = {
    'counts': 'GL and EGL calls, state changes, draws, bytes',
    'instructions': 'instructions within the renderer, by callgrind',
    'times': 'CPU time of the process, free-running',
    'paced': 'CPU time at 60 Hz; memory with retention `hold`; start-up',
    'startup': 'start-up and memory with nothing but a background',
    'upload': 'a 4K upload against memcpy',
    'polling': 'what asking for the reset status costs',
    'retention': 'what keeping clients\' content costs',
    'recovery': 'recovery time against its floor',
}
BY_SCENE = ('counts', 'instructions', 'times', 'paced')
# A scene, and each pair of it, on a quiet machine.
SECONDS = {'counts': (3, 1.2), 'instructions': (7, 1), 'times': (0, 3.5), 'paced': (0, 3.5)}
QUICK_STEPS = 10
PACED_STEPS = 30
STARTS = 2  # as many pairs of starts as of others, times this


def estimate(scenes, options):
    seconds = 0
    for part in set(options.parts) & set(BY_SCENE):
        once, each = SECONDS[part]
        seconds += len(scenes) * (once + each * options.pairs)
    others = {'startup': 10, 'upload': 10, 'polling': 2, 'retention': 30,
              'recovery': 180 if options.full else 40}
    return seconds + sum(others.get(part, 0) for part in options.parts)


def warm_up(world):
    """Mesa's shader cache is filled by whoever comes first."""
    for renderer in measure.RENDERERS:
        with world.life(renderer, bench_scenes.SCENES[0]) as life:
            life.step(2)


def counts(world, scene, options, result, say):
    pictures = {renderer: os.path.join(world.scratch, f'{scene.name}-{renderer}.png')
                for renderer in measure.RENDERERS}
    found = {renderer: measure.counts_of(world, scene, renderer, options.pairs, pictures[renderer])
             for renderer in measure.RENDERERS}
    result['count_spreads'] = {}
    for key, name in (('calls', 'gl_calls'), ('state', 'state_changes'), ('draws', 'draw_calls'),
                      ('upload_bytes', 'upload_bytes'), ('read_bytes', 'read_bytes')):
        one = result['count_spreads'][key] = measure.spread(found, key)
        result[name + '_ratio'] = one['ratio']
        show_spread(say, name, one)
    result['counts'] = {renderer: found[renderer][0] for renderer in found}
    result['frames'] = {renderer: sum(one['frames'] for one in found[renderer])
                        for renderer in found}
    result['pictures'] = measure.pictures_differ(world, scene, pictures)
    say(f'  frames         {result["frames"]}; pixels that differ: '
        f'{result["pictures"]["pixels_differing"]}')
    if options.calls:
        show_both(say, *(result['counts'][renderer]['by_name'] for renderer in measure.RENDERERS))


def show_spread(say, name, one):
    ratio = 'ratio -' if one['ratio'] is None else \
        f'ratio {one["ratio"]:.3f} ({one["low"]:.3f} to {one["high"]:.3f})'
    say(f'  {name:14} stock {one["stock"]:12.3f}  ours {one["ours"]:12.3f}  {ratio}')


def show_both(say, stock, ours):
    for name in sorted({**stock, **ours}):
        say(f'    {name:34} stock {stock.get(name, 0):10.2f}  ours {ours.get(name, 0):10.2f}')


def instructions(world, scene, options, result, say):
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        runs = {renderer: pool.submit(measure.instructions_of, world, scene, renderer,
                                      options.pairs)
                for renderer in measure.RENDERERS}
        found = {renderer: run.result() for renderer, run in runs.items()}
    one = measure.spread(found, 'instructions')
    result['instructions'] = {'spread': one, **{r: found[r][0] for r in found}}
    result['instructions_ratio'] = one['ratio']
    show_spread(say, 'instructions', one)
    if options.functions:
        for name, n in found['ours'][0]['functions'].items():
            say(f'    {n:10.1f} {name}')


def times(world, scene, options, result, say):
    steps = QUICK_STEPS if options.quick else scene.steps
    found = bench_time.summary(bench_time.pairs_of(
        world, scene, options.pairs, steps, scene.refresh))
    result['free'] = found
    result['cpu_ratio'] = found['cpu_ms']['ratio']
    show_times(say, 'free', found, ('cpu_ms', 'wall_ms', 'frames_per_step'))


def paced(world, scene, options, result, say):
    found = bench_time.summary(bench_time.pairs_of(
        world, scene, options.pairs, QUICK_STEPS if options.quick else PACED_STEPS,
        bench_world.PACED, retention='H'))
    result['paced'] = found
    result['cpu_paced_ratio'] = found['cpu_ms']['ratio']
    result['rss_ratio'] = found['rss_kib']['ratio']
    result['startup_ratio'] = found['start_ms']['ratio']
    show_times(say, 'paced', found, ('cpu_ms', 'rss_kib', 'start_ms'))


def show_times(say, name, found, keys):
    for key in keys:
        show_spread(say, f'{name} {key}', found[key])


def measure_scene(world, scene, options, say):
    result = {'scene': scene.name, 'text': scene.text, 'window_scene': scene.window_scene}
    for part, function in (('counts', counts), ('instructions', instructions), ('times', times),
                           ('paced', paced)):
        if part in options.parts:
            function(world, scene, options, result, say)
    return result


def startup(world, results, options, say):
    scene = bench_scenes.by_name(['full-1080p'])[0]
    found = bench_time.summary(bench_time.starts(world, scene, options.pairs * STARTS))
    results['startup'] = found
    show_times(say, 'start', found, ('start_ms', 'cpu_ms', 'rss_kib'))


def upload(world, results, options, say):
    scene = bench_scenes.by_name(['full-4k'])[0]
    results['upload'] = {}
    for renderer in measure.RENDERERS:
        one = bench_time.upload_of(world, scene, renderer, 1 if options.quick else options.pairs)
        results['upload'][renderer] = one
        say(f'  upload of 4K   {renderer:5} {one["upload_ms"]:.3f} ms, memcpy '
            f'{one["copy_ms"]:.3f} ms, ratio {one["ratio"]:.3f} '
            f'({one["low"]:.3f} to {one["high"]:.3f})')


def polling(world, results, options, say):
    """Against the cheapest frame that was measured, and the queries counted there."""
    scene = bench_scenes.by_name(['idle-cursor'])[0]
    found = bench_time.polling_of(world, scene, QUICK_STEPS if options.quick else scene.steps)
    results['polling'] = found
    say(f'  status polling {found["queries"]:.2f} queries of {found["query_ns"]} ns in a frame of '
        f'{found["cpu_ms"]:.3f} ms CPU time: {found["share"] * 100:.4f} %')


def retention(world, results, options, say):
    scene, still = bench_scenes.by_name(['full-1080p', 'idle-cursor'])
    found = bench_time.retention_of(world, scene, still, options.pairs,
                                    QUICK_STEPS if options.quick else 60)
    results['retention'] = found
    for policy in ('none', 'hold', 'copy', 'auto'):
        one = found[policy]
        say(f'  retention {policy:5} cpu {one["cpu_ms"]:8.3f} ms/frame  rss {one["rss_kib"]} KiB  '
            f'held {one["held_bytes"]}  copied {one["copied_bytes"]} bytes')
        say(f'     standing still: rss {one["still_rss_kib"]} KiB  held {one["still_held_bytes"]}  '
            f'copied {one["still_copied_bytes"]} bytes')
    say(f'  the copy takes {found["copy_ms"]:.3f} ms of CPU time, memcpy {found["memcpy_ms"]:.3f}: '
        f'{found["copy_of_memcpy"]:.3f}')


def recovery(world, results, options, say):
    resets = 3 if options.quick else 10
    visible = [1] if options.quick else bench_recovery.VISIBLE
    hidden = [] if options.quick else bench_recovery.HIDDEN
    if options.full:
        visible = bench_recovery.MANY_SURFACES
    cases = {'surfaces': {n: bench_recovery.tiles(n) for n in visible},
             'hidden': {n: bench_recovery.hidden(n) for n in hidden},
             'others': {} if options.quick else
                       {'1 visible, blended': bench_recovery.blended(1)},
             'content': {n: bench_recovery.content(n) for n in bench_recovery.MIB}
                        if options.full else {}}
    results['recovery'] = found = {}
    for kind, members in cases.items():
        measured = bench_recovery.measure(world, members.values(), resets, say)
        found[kind] = {str(n): measured[case.name] for n, case in members.items()}
    found['floor_ratio'] = {n: one['ratio'] for n, one in found['surfaces'].items()
                            if int(n) in bench_recovery.VISIBLE}
    medians = [one['recovery'] for one in found['hidden'].values()]
    if medians:
        found['hidden_spread'] = max(medians) / min(medians) - 1


def measure_rest(world, results, options, say):
    for part, function in (('startup', startup), ('upload', upload), ('polling', polling),
                           ('retention', retention), ('recovery', recovery)):
        if part in options.parts:
            say(f'{part}: {PARTS[part]}')
            function(world, results, options, say)
