#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Thousands of GPU resets in the life of one weston, with everything else going on as well.

Scenes change, clients come, go and die, outputs change, and faults of all kinds strike; at every quiet
point the pictures must equal those of a second weston that was told the same and met no fault, and every
so often stock weston's. Memory, open files and live GL names are compared in a scene that is come back
to. Everything follows from the seed: the same one gives the same steps.
"""

import argparse
import collections
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP / 'tests' / 'compositor'))

import kit  # noqa: E402
import soak_plan  # noqa: E402
import soak_world  # noqa: E402
from soak_world import Wrong, WrongPicture  # noqa: E402

WARM_UP = 100  # resets: from there on memory is held against the limit
RSS_LIMIT_KIB = 1024
TOLERANCE = {'exact': 0, 'blended': 1, 'filtered': 1}
PROGRESS_S = 5
KEPT_STEPS = 40
STEPS_ALOFT = 4
CANON_RESETS = 3
FLOORS = 2
MEDIAN_OF = 5  # samples: a heap that has not been tidied now and then is no growth
# Of these a generation inherits all that earlier ones have used, and some serve only when a call fails.
MORE_PROGRAMS = 8
FILTERED = soak_plan.How(filtered=True)
NAME_OF_RUNG = re.compile(r'GPU reset: cause=(\w+) .*rung=(\w+)')


def median(values):
    values = sorted(values)
    return values[len(values) // 2] if values else None


class Soak:
    def __init__(self, build, options):
        self.build = build
        self.options = options
        self.fault = kit.Fault(build)
        self.pair = soak_world.Pair(build, self.fault)
        self.plan = soak_plan.Plan(options.seed, kit.list_scenes(build))
        self.stock = None
        self.step_number = 0
        self.steps = collections.deque(maxlen=KEPT_STEPS)
        self.begin = time.monotonic()
        self.compared = 0
        self.stock_compared = 0
        self.samples = []  # one dictionary for each canon
        self.log_at = 0
        self.rungs = collections.Counter()
        self.causes = collections.Counter()
        self.shown_at = 0
        self.problems = []
        self.wrong_pictures = 0
        self.tour_scenes = None

    # One action each.

    def act(self, action):
        word, rest = action[0], action[1:]
        getattr(self, 'do_' + word)(*rest)

    def do_op(self, slot, command):
        self.pair.both(slot, command)

    def do_try(self, slot, command):
        self.pair.try_both(slot, command)

    def do_send(self, slot, command):
        self.pair.send(slot, command)

    def do_receive(self, slot):
        self.pair.receive(slot)

    def do_start(self, slot):
        self.pair.start(slot)

    def do_kill(self, slot):
        self.pair.end(slot, 'kill')

    def do_close(self, slot):
        self.pair.end(slot, 'close')

    def do_fault(self, fault):
        self.pair.strike(fault)

    def do_pause(self, ms):
        time.sleep(ms / 1000)

    def do_settle(self):
        self.pair.settle()

    def do_snap(self, how):
        self.pair.snap(how)

    def do_check(self, how, patient, outputs):
        self.compared += self.pair.check(how, patient, outputs)

    def do_config(self, values):
        self.pair.configure(values)

    def do_forgive(self):
        self.pair.forgive()

    def do_canon(self, scene):
        """The same scene after the same history; then one that is compared with stock's."""
        self.pair.come_down()
        self.tour()
        self.show(soak_plan.CANON_SCENE)
        for _ in range(CANON_RESETS):
            self.pair.strike(soak_plan.Fault('canon', 'at=now queries=1'))
            self.pair.settle()
            self.compared += self.pair.check(FILTERED, False, soak_plan.OUTPUTS)
        if self.pair.recovery() != (soak_world.RUNNING, soak_world.CONTEXT):
            raise Wrong(f'state and rung are {self.pair.recovery()} long after the ladder was used')
        self.measure()
        self.pair.both(1, f'show {scene.name}')
        self.compare_with_stock(scene)

    def show(self, name):
        self.pair.both(1, f'show {name}')
        self.compared += self.pair.check(FILTERED, False, soak_plan.OUTPUTS[:1])

    def tour(self):
        """A generation inherits the programs of the last one: have it use all that there are."""
        if self.tour_scenes is not None:
            for name in self.tour_scenes:
                self.show(name)
            return
        self.tour_scenes = []
        before = 0
        for scene in kit.list_scenes(self.build):
            self.show(scene.name)
            programs = self.pair.injector.read().names['programs']
            if programs > before:
                self.tour_scenes.append(scene.name)
            before = programs

    # What is held against limits.

    def measure(self):
        """A sample for each limit. Objects and files must be as in the first one."""
        slot = self.pair.injector.read()
        subject, twin = self.pair.subject, self.pair.twin
        sample = {'resets': slot.losses, 'step': self.step_number,
                  'drawing_kib': subject.memory_kib(), 'twin_kib': twin.memory_kib(),
                  'fds': subject.files(), 'names': slot.names, 'objects': slot.objects,
                  'contexts_dead': slot.contexts_dead, 'programs': slot.names.pop('programs')}
        sample['rss_kib'] = min(self.pair.floor_kib() for _ in range(FLOORS))
        self.samples.append(sample)
        if self.options.verbose:
            print(sample, flush=True)
        self.read_log()
        self.compare_with_first(sample)

    def compare_with_first(self, sample):
        first = self.samples[0]
        for key in ('fds', 'names', 'objects', 'contexts_dead'):
            if sample[key] != first[key]:
                raise Wrong(f'{key}: {first[key]} after the first resets, now {sample[key]}')
        if sample['programs'] > first['programs'] + MORE_PROGRAMS:
            raise Wrong(f'{first["programs"]} programs at first, now {sample["programs"]}')

    def ends(self, key):
        """Medians of the first and the last samples after the warm-up; None without two samples."""
        values = [s[key] for s in self.samples if s['resets'] >= WARM_UP]
        n = min(len(values) // 2, MEDIAN_OF)
        return (median(values[:n]), median(values[-n:])) if n else (None, None)

    def growth_kib(self):
        first, last = self.ends('rss_kib')
        return last - first if first else 0

    def compare_with_stock(self, scene):
        """Whatever goes wrong slowly in both of our compositors is seen here."""
        if not self.stock:
            self.stock = soak_world.World(self.build, 'stock')
            self.stock.start(1)
            self.stock.clients[1].run(f'output {soak_plan.OUTPUTS[0]}')
        name = scene.like or scene.name
        self.stock.clients[1].run(f'show {name}')
        with tempfile.TemporaryDirectory(prefix='wr-soak-') as folder:
            pictures = [f'{folder}/subject.png', f'{folder}/stock.png']
            for world, path in zip((self.pair.subject, self.stock), pictures):
                camera = world.clients[soak_plan.CAMERA]
                camera.run(f'output {soak_plan.OUTPUTS[0]}')
                camera.run('damage-all')
                camera.run(f'capture area {path}')
            result = kit.compare(self.build, *pictures, TOLERANCE[scene.classes[1]])
            if result['pixels_differing']:
                for path in pictures:
                    shutil.copy(path, self.kept_folder())
                raise WrongPicture(f'scene {name}: {result["pixels_differing"]} pixels are not stock\'s')
        self.stock_compared += 1

    def read_log(self):
        with open(self.pair.subject.compositor.log_path, encoding='utf-8') as file:
            file.seek(self.log_at)
            text = file.read()
            self.log_at = file.tell()
        for cause, rung in NAME_OF_RUNG.findall(text):
            self.causes[cause] += 1
            self.rungs[rung] += 1

    # The run.

    def resets(self):
        return self.pair.injector.read().losses

    def progress(self, force=False):
        now = time.monotonic()
        if self.options.quiet or now - self.shown_at < PROGRESS_S and not force:
            return
        self.shown_at = now
        resets = self.resets()
        print(f'step {self.step_number}, {resets} resets, {resets / (now - self.begin):.1f}/s, '
              f'{self.compared} pictures, RSS {self.pair.subject.memory_kib()} KiB '
              f'({self.growth_kib():+d}), fds {self.pair.subject.files()}', flush=True)

    def finished(self):
        if self.options.until is not None:
            return self.step_number >= self.options.until
        return self.resets() >= self.options.resets

    def run_step(self):
        self.step_number += 1
        actions = self.plan.step()
        self.steps.append((self.step_number, actions))
        if self.options.verbose:
            for action in actions:
                print(self.step_number, soak_plan.text(action), flush=True)
        for action in actions:
            self.act(action)
        self.pair.subject.compositor.require_alive()
        # Some climb by chance. Most resets are to be met at the foot of the ladder, but not all.
        if self.step_number % STEPS_ALOFT == 0:
            self.pair.come_down()

    def run(self):
        try:
            while not self.finished():
                self.run_step()
                self.progress()
            self.last_canon()
            self.progress(force=True)
            if self.growth_kib() > RSS_LIMIT_KIB:
                self.problems.append(f'RSS grew by {self.growth_kib()} KiB after {WARM_UP} resets')
            status = self.pair.subject.stop()
            if status != 0:
                self.problems.append(f'weston ended with {status}')
        except (Wrong, kit.TestError, OSError) as error:
            self.wrong_pictures += isinstance(error, WrongPicture)
            self.fail(str(error) or repr(error))
        return self.report()

    def last_canon(self):
        """The last figures are of the same scene as all others."""
        self.step_number += 1
        for action in self.plan.canon():
            self.act(action)

    def kept_folder(self):
        folder = self.options.out
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def fail(self, what):
        self.problems.append(f'step {self.step_number}: {what}')
        folder = self.kept_folder()
        try:
            self.pair.save(folder)
        except OSError as error:
            self.problems.append(str(error))
        with open(f'{folder}/steps.txt', 'w', encoding='utf-8') as file:
            for number, actions in self.steps:
                file.write(''.join(f'{number} {soak_plan.text(a)}\n' for a in actions))

    def report(self):
        slot = self.pair.injector.read()
        seconds = time.monotonic() - self.begin
        crashed = not self.pair.subject.compositor.alive() and \
            self.pair.subject.compositor.process.returncode != 0
        last = self.samples[-1] if self.samples else {}
        rss, drawing, twin = (self.ends(key) for key in ('rss_kib', 'drawing_kib', 'twin_kib'))
        return {
            'seed': self.options.seed, 'steps': self.step_number, 'resets': slot.losses,
            'duration_s': round(seconds, 1), 'resets_per_s': round(slot.losses / seconds, 2),
            'crashes': int(crashed),
            'wrong_pictures': self.wrong_pictures,
            'pictures_compared': self.compared, 'pictures_compared_with_stock': self.stock_compared,
            'faults': dict(sorted(self.pair.tally.items())), 'errors_injected': slot.faults,
            'incidents_by_cause': dict(self.causes), 'incidents_by_rung': dict(self.rungs),
            'pictures_redrawn': self.pair.redrawn, 'pictures_converted': self.pair.converted,
            'longest_error_ms': round(1000 * self.pair.healed_s),
            'rss_kib_after_100': rss[0], 'rss_kib_end': rss[1],
            'rss_drawing_kib_after_100': drawing[0], 'rss_drawing_kib_end': drawing[1],
            'rss_twin_kib_after_100': twin[0], 'rss_twin_kib_end': twin[1],
            'rss_kib_samples': [[s['resets'], s['rss_kib']] for s in self.samples],
            'rss_growth_kib': self.growth_kib(), 'fds': last.get('fds'),
            'gl_names': {kind: n for kind, n in last.get('names', {}).items() if n},
            'gl_programs_first': self.samples[0]['programs'] if self.samples else None,
            'gl_programs_end': last.get('programs'),
            'egl_objects': last.get('objects'), 'problems': self.problems,
        }

    def cleanup(self):
        self.pair.cleanup()
        if self.stock:
            self.stock.stop()
            self.stock.compositor.cleanup()
        self.fault.cleanup()


def parse():
    parser = argparse.ArgumentParser(prog='soak', description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--resets', type=int, default=1000, metavar='N',
                        help='until so many resets have struck (default %(default)s)')
    parser.add_argument('--seed', type=int, default=None, metavar='S',
                        help='of all chance (default: a random one, which is printed)')
    parser.add_argument('--until', type=int, metavar='STEP', help='stop after that step instead')
    parser.add_argument('--json', type=pathlib.Path, metavar='FILE', help='write the figures')
    parser.add_argument('--out', type=pathlib.Path, metavar='DIR',
                        default=pathlib.Path('out/soak-failure'),
                        help='pictures and logs of a failure (default %(default)s)')
    parser.add_argument('--build-dir', type=pathlib.Path, metavar='DIR',
                        default=pathlib.Path(os.environ.get('WR_BUILD_DIR', TOP / 'build')))
    parser.add_argument('--plan', action='store_true', help='print the steps, run nothing')
    parser.add_argument('--verbose', action='store_true', help='print each step')
    parser.add_argument('--quiet', action='store_true', help='no progress')
    return parser.parse_args()


def summary(figures, options):
    print(f'{figures["resets"]} resets in {figures["duration_s"]} s '
          f'({figures["resets_per_s"]}/s), {figures["pictures_compared"]} pictures compared, '
          f'{figures["pictures_compared_with_stock"]} of them with stock\'s; '
          f'RSS {figures["rss_growth_kib"]:+d} KiB after {WARM_UP}, {figures["fds"]} fds')
    for problem in figures['problems']:
        print(f'FAILED: {problem}')
    if figures['problems']:
        print(f'kept in {options.out}; replay: tools/soak --seed {options.seed} '
              f'--until {figures["steps"]}')


def print_plan(build, options):
    plan = soak_plan.Plan(options.seed, kit.list_scenes(build))
    for number in range(1, (options.until or options.resets) + 1):
        for action in plan.step():
            print(number, soak_plan.text(action))
    return 0


def main():
    options = parse()
    if options.seed is None:
        options.seed = random.randrange(1 << 31)
    kit.exit_on_signals()
    build = kit.find_build(str(options.build_dir))
    for path in (build.module, build.fault_library):
        if not os.path.exists(path):
            print(f'skipped: {path} is not built')
            return 77
    print(f'seed {options.seed}', flush=True)
    if options.plan:
        return print_plan(build, options)
    soak = Soak(build, options)
    try:
        figures = soak.run()
    finally:
        soak.cleanup()
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + '\n', encoding='utf-8')
    summary(figures, options)
    return 1 if figures['problems'] else 0


if __name__ == '__main__':
    sys.exit(main())
