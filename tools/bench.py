# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Runs stock's renderer and ours in turn on the same weston with the same scenes, and prints ratios."""

import argparse
import json
import os
import shutil
import sys
import tempfile

import bench_measure as measure
import bench_scenes
import bench_world
import kit


def parse():
    parser = argparse.ArgumentParser(prog='tools/bench', description=__doc__)
    parser.add_argument('--build-dir', default=os.environ.get('WR_BUILD_DIR'))
    parser.add_argument('--scene', action='append', metavar='NAME', help='only this; may be repeated')
    parser.add_argument('--list', action='store_true', help='name the scenes')
    parser.add_argument('--counts', action='store_true', help='calls and bytes')
    parser.add_argument('--instructions', action='store_true', help='instructions in the module')
    parser.add_argument('--calls', action='store_true', help='with the counts of each entry point')
    parser.add_argument('--functions', action='store_true', help='with the costs of each function')
    parser.add_argument('--json', metavar='FILE', help='write all figures to FILE')
    return parser.parse_args()


def show_counts(found, by_name):
    for key in ('calls', 'state', 'draws', 'vertices', 'texture_bytes', 'buffer_bytes',
                'array_bytes', 'upload_bytes', 'read_bytes', 'frames', 'pixels'):
        stock, ours = found['stock'][key], found['ours'][key]
        value = measure.ratio(ours, stock)
        text = '-' if value is None else f'{value:.3f}'
        print(f'  {key:16} stock {stock:12.1f}  ours {ours:12.1f}  ratio {text}')
    if by_name:
        names = {**found['stock']['by_name'], **found['ours']['by_name']}
        for name in sorted(names):
            print(f'    {name:34} stock {found["stock"]["by_name"].get(name, 0):9.2f}'
                  f'  ours {found["ours"]["by_name"].get(name, 0):9.2f}')


def run_scene(world, scene, options):
    print(f'{scene.name}: {scene.text}', flush=True)
    result = {'scene': scene.name}
    if options.counts or options.calls:
        pictures = {r: os.path.join(world.scratch, f'{scene.name}-{r}.png')
                    for r in measure.RENDERERS}
        found = {r: measure.counts_of(world, scene, r, pictures[r]) for r in measure.RENDERERS}
        show_counts(found, options.calls)
        print('  pictures', measure.pictures_differ(world, scene, pictures), flush=True)
        result['counts'] = found
    if options.instructions or options.functions:
        found = {r: measure.instructions_of(world, scene, r) for r in measure.RENDERERS}
        stock, ours = (found[r]['instructions'] for r in measure.RENDERERS)
        print(f'  {"instructions":16} stock {stock:12.1f}  ours {ours:12.1f}  '
              f'ratio {ours / stock:.3f}', flush=True)
        if options.functions:
            for name, n in found['ours']['functions'].items():
                print(f'    {n:10.1f} {name}')
        result['instructions'] = found
    return result


def main():
    options = parse()
    if options.list:
        for scene in bench_scenes.SCENES:
            print(f'{scene.name:18} {scene.text}')
        return 0
    if not options.instructions and not options.functions:
        options.counts = True
    kit.exit_on_signals()
    build = kit.find_build(options.build_dir)
    scratch = tempfile.mkdtemp(prefix='wr-bench-')
    results = []
    try:
        world = bench_world.World(build, scratch)
        for scene in bench_scenes.by_name(options.scene):
            if scene.icc and not world.has_profile():
                print(f'{scene.name}: left out, make-icc is not built')
                continue
            results.append(run_scene(world, scene, options))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    if options.json:
        with open(options.json, 'w', encoding='utf-8') as file:
            json.dump({'scenes': results}, file, indent=1)
    return 0


if __name__ == '__main__':
    sys.exit(main())
