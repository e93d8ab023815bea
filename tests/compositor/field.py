# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What the field tests share: figures, incidents read from weston's log, and how busy the machine was."""

import argparse
import importlib.machinery
import importlib.util
import json
import os
import re
import statistics
import sys
import time

import kit

INCIDENT = re.compile(r'GPU reset: (cause=.*)')


class Figures:
    """Named numbers: printed as they come, and written as JSON at the end."""

    def __init__(self, path):
        self.path = path
        self.values = {}

    def add(self, name, values):
        """values: a dictionary of numbers and strings, or one of these."""
        self.values[name] = values
        if isinstance(values, dict):
            values = '  '.join(f'{key} {show(value)}' for key, value in values.items())
        print(f'{name}: {show(values)}', flush=True)

    def finish(self):
        if self.path:
            with open(self.path, 'w', encoding='utf-8') as file:
                json.dump(self.values, file, indent=1)
                file.write('\n')


def show(value):
    return f'{value:.3f}' if isinstance(value, float) else str(value)


def percentile(values, share):
    """The value that `share` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def summary(values):
    """Count, median, 99th percentile and maximum, in the values' unit."""
    if not values:
        return {'n': 0}
    return {'n': len(values), 'p50': statistics.median(values), 'p99': percentile(values, 0.99),
            'max': max(values)}


def load():
    """The machine's load average of the last minute, and its processors."""
    return {'load1': os.getloadavg()[0], 'processors': os.cpu_count()}


def run_delay_ms(pid):
    """How long the main thread of a process was ready to run while others ran."""
    with open(f'/proc/{pid}/task/{pid}/schedstat', encoding='ascii') as file:
        return int(file.read().split()[1]) / 1e6


def cpu_ms(pid):
    """The processor time of a process, all threads that it ever had."""
    clock = (~pid << 3) | 2  # how clock_getcpuclockid() makes one of a process id
    return time.clock_gettime(clock) * 1e3


def incidents(compositor):
    """The incident lines of weston's log: a dictionary of strings each; durations in ms as floats."""
    found = []
    for line in compositor.log().splitlines():
        match = INCIDENT.search(line)
        if match:
            task = re.search(r' task="([^"]*)"', match.group(1))
            fields = dict(word.split('=', 1) for word in match.group(1).split() if '=' in word)
            fields['task'] = task.group(1) if task else ''
            for key in ('wait_ms', 'rebuild_ms', 'first_frame_ms'):
                fields[key] = None if fields[key] == '-' else float(fields[key])
            found.append(fields)
    return found


def parser(description):
    """The options that all field tests have."""
    options = argparse.ArgumentParser(description=description.split('\n')[0])
    options.add_argument('--build-dir')
    options.add_argument('--subject', default='ours', choices=('ours', 'stock'))
    options.add_argument('--only', default='', help='part of the names of cases')
    options.add_argument('--json', metavar='FILE', help='write the figures to FILE')
    options.add_argument('--verbose', action='store_true', help='print the passed cases too')
    return options


def arguments(description, **more):
    """The parsed options. more: name=(help, default) of further ones."""
    options = parser(description)
    for name, (text, default) in more.items():
        options.add_argument('--' + name.replace('_', '-'), default=default, type=type(default),
                             help=f'{text} (default %(default)s)')
    return options.parse_args()


def prepare(options):
    """The build, or the end of the test where something is missing."""
    kit.exit_on_signals()
    build = kit.find_build(options.build_dir)
    for path in (build.module, build.fault_library, build.fault_tool):
        if not os.path.exists(path):
            print(f'skipped: {path} is not built')
            sys.exit(77)
    return build


def status(fault):
    """What the injector has counted in the compositor that runs."""
    processes = json.loads(fault.tool('status', '--json'))['processes']
    return next(p for p in processes if p['compositor'] and p['running'])


def load_script(name):
    """A test of this folder as a module."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name)
    loader = importlib.machinery.SourceFileLoader(name.replace('-', '_'), path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
