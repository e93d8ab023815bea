# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Runs stock's renderer and ours in turn on the same weston with the same scenes, and prints ratios.

Ratios are ours / stock: below 1 ours is better. Without options everything is measured (about ten minutes
on a quiet machine with two processors).
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time

import bench_check
import bench_measure as measure
import bench_parts as parts
import bench_plot
import bench_report as report
import bench_scenes
import bench_world
import field
import kit


def parse():
    parser = argparse.ArgumentParser(prog='tools/bench', description=__doc__.split('\n\n', 1)[0],
                                     epilog=__doc__.split('\n\n', 1)[1])
    parser.add_argument('--list', action='store_true', help='name the scenes and end')
    parser.add_argument('--scene', action='append', metavar='NAME',
                        help='only this scene; may be repeated')
    group = parser.add_argument_group('what is measured (all, unless some are named)')
    for part, text in parts.PARTS.items():
        group.add_argument('--' + part, dest='parts', action='append_const', const=part, help=text)
    group.add_argument('--calls', action='store_true', help='print the counts of entry points too')
    group.add_argument('--functions', action='store_true', help='print the costs of functions too')
    parser.add_argument('--pairs', type=int, default=5, metavar='N',
                        help='pairs of runs for what is noisy (default %(default)s)')
    parser.add_argument('--quick', action='store_true', help='one pair and few frames: a smoke run')
    parser.add_argument('--full', action='store_true',
                        help='recovery with up to 1000 surfaces and 1 GiB of content too')
    parser.add_argument('--check', action='store_true',
                        help='end with status 1, and a list, where a figure misses what is asked')
    parser.add_argument('--json', metavar='FILE', help='write all figures')
    parser.add_argument('--html', metavar='FILE', help='write a page of plots')
    parser.add_argument('--svg', metavar='FILE', help='write the plots as one SVG picture')
    parser.add_argument('--markdown', metavar='FILE',
                        help='write the tables; put in place of those in FILE if it has marks for them')
    parser.add_argument('--from', dest='saved', metavar='FILE',
                        help='measure nothing: take the figures that --json has written')
    parser.add_argument('--build-dir', default=os.environ.get('WR_BUILD_DIR'))
    options = parser.parse_args()
    if options.calls:
        options.parts = [*(options.parts or []), 'counts']
    if options.functions:
        options.parts = [*(options.parts or []), 'instructions']
    if options.quick:
        options.pairs = 1
    options.parts = options.parts or list(parts.PARTS)
    return options


def say(text):
    print(text, flush=True)


def prepare(options):
    """The world that is measured in, and the scenes. Ends the program where something is missing."""
    build = kit.find_build(options.build_dir)
    try:
        scenes = bench_scenes.by_name(options.scene)
    except KeyError as unknown:
        sys.exit(f'bench: no scene {unknown}; see --list')
    world = bench_world.World(build, tempfile.mkdtemp(prefix='wr-bench-'))
    missing = [path for path in [*world.files.missing(), build.module] if not os.path.exists(path)]
    if missing:
        sys.exit(f'bench: {missing[0]} is not built')
    if 'instructions' in options.parts and not shutil.which('valgrind'):
        say('valgrind is missing: instructions are left out')
        options.parts.remove('instructions')
    if not world.has_profile():
        say('make-icc was not built (lcms2): scenes with a profile are left out')
        scenes = [scene for scene in scenes if not scene.icc]
    return world, scenes


def run(world, scenes, options):
    results = {'machine': report.machine(), 'options': {
        'pairs': options.pairs, 'quick': options.quick, 'parts': options.parts},
        'load_before': field.load(), 'scenes': []}
    began = time.monotonic()
    say(f'{len(scenes)} scenes, {options.pairs} pairs; takes about '
        f'{parts.estimate(scenes, options) / 60:.0f} minutes on a quiet machine; load is '
        f'{os.getloadavg()[0]:.1f}')
    parts.warm_up(world)
    for number, scene in enumerate(scenes, 1):
        if set(options.parts) & set(parts.BY_SCENE):
            say(f'[{number}/{len(scenes)}] {scene.name}: {scene.text}')
            results['scenes'].append(parts.measure_scene(world, scene, options, say))
    parts.measure_rest(world, results, options, say)
    results['load_after'] = field.load()
    results['seconds'] = time.monotonic() - began
    return results


def write(results, options):
    for path, text in ((options.json, lambda: json.dumps(results, indent=1) + '\n'),
                       (options.html, lambda: bench_plot.page(results)),
                       (options.svg, lambda: bench_plot.picture(results))):
        if path:
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
            with open(path, 'w', encoding='utf-8') as file:
                file.write(text())
    if options.markdown:
        report.write_markdown(results, options.markdown)


def main():
    options = parse()
    if options.list:
        for scene in bench_scenes.SCENES:
            say(f'{scene.name:18} {scene.text}')
        return 0
    if options.saved:
        with open(options.saved, encoding='utf-8') as file:
            results = json.load(file)
    else:
        kit.exit_on_signals()
        world, scenes = prepare(options)
        try:
            results = run(world, scenes, options)
        finally:
            shutil.rmtree(world.scratch, ignore_errors=True)
    say(report.table(results))
    write(results, options)
    missed = bench_check.missed(results) if options.check else []
    for line in missed:
        say('missed: ' + line)
    return 1 if missed else 0


if __name__ == '__main__':
    try:
        sys.exit(main())
    except (kit.TestError, kit.Skip) as error:
        sys.exit(f'bench: {error}')
