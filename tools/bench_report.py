# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The figures of tools/bench as text: a table for the terminal, tables for doc/performance.md."""

import os
import platform
import re
import subprocess

import bench_check

COLUMNS = (
    ('calls', 'gl_calls_ratio', None),
    ('state', 'state_changes_ratio', None),
    ('draws', 'draw_calls_ratio', None),
    ('instr.', 'instructions_ratio', ('instructions', 'spread')),
    ('bytes', 'upload_bytes_ratio', None),
    ('CPU', 'cpu_ratio', ('free', 'cpu_ms')),
    ('CPU 60 Hz', 'cpu_paced_ratio', ('paced', 'cpu_ms')),
    ('RSS', 'rss_ratio', ('paced', 'rss_kib')),
    ('start', 'startup_ratio', ('paced', 'start_ms')),
)
BEGIN, END = '<!-- bench: {} -->', '<!-- bench end -->'


def first_line(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False,
                              timeout=20).stdout.split('\n')[0].strip()
    except OSError:
        return 'unknown'


def machine():
    """What the figures were measured on. No name of the machine is among it."""
    model = 'unknown'
    with open('/proc/cpuinfo', encoding='ascii', errors='replace') as file:
        found = re.search(r'model name\s*:\s*(.*)', file.read())
        model = found.group(1) if found else model
    with open('/proc/meminfo', encoding='ascii') as file:
        memory = int(file.readline().split()[1]) >> 20
    return {'processor': model, 'processors': os.cpu_count(), 'memory_gib': memory,
            'kernel': platform.release(), 'weston': first_line(['weston', '--version']),
            'mesa': first_line(['dpkg-query', '-W', '-f', '${Version}', 'libgl1-mesa-dri']),
            'driver': 'llvmpipe'}


def cell(scene, name, where):
    value = scene.get(name)
    if value is None:
        return '-'
    text = f'{value:.2f}'
    if where and where[0] in scene:
        one = scene[where[0]][where[1]]
        text += f' ({one["low"]:.2f}–{one["high"]:.2f})'
    return text


def rows(results):
    yield ['scene', *(title for title, _, _ in COLUMNS)]
    for scene in results['scenes']:
        yield [scene['scene'], *(cell(scene, name, where) for _, name, where in COLUMNS)]


def table(results):
    """Ratios ours / stock in columns; what has a spread gives it in brackets."""
    lines = list(rows(results))
    if len(lines) < 2:
        return ''
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    return '\n'.join('  '.join(text.ljust(width) for text, width in zip(line, widths)).rstrip()
                     for line in lines)


def markdown_table(lines):
    lines = [list(map(str, line)) for line in lines]
    return '\n'.join(['| ' + ' | '.join(lines[0]) + ' |', '|' + '---|' * len(lines[0]),
                      *('| ' + ' | '.join(line) + ' |' for line in lines[1:])])


def machine_table(results):
    facts = results['machine']
    return markdown_table([
        ['', ''], ['processor', f'{facts["processor"]}, {facts["processors"]} of them'],
        ['memory', f'{facts["memory_gib"]} GiB'], ['kernel', facts['kernel']],
        ['weston, Mesa', f'{facts["weston"]}, {facts["mesa"]}'], ['driver', facts['driver']],
        ['load before and after', f'{results["load_before"]["load1"]:.2f}, '
                                  f'{results["load_after"]["load1"]:.2f}'],
        ['pairs', results['options']['pairs']]])


def absolute_table(results):
    lines = [['scene', 'calls', 'draws', 'instructions', 'uploaded KiB', 'CPU ms', 'RSS MiB',
              'start ms']]
    for scene in results['scenes']:
        lines.append([scene['scene'], *(' / '.join(pair) for pair in absolutes(scene))])
    return markdown_table(lines)


def absolutes(scene):
    """(stock, ours) of each column."""
    def pair(values, shape, divisor=1):
        return [shape.format(values[r] / divisor) for r in ('stock', 'ours')] if values else ['-']

    counts = scene.get('counts')
    for key, shape, divisor in (('calls', '{:.0f}', 1), ('draws', '{:.1f}', 1)):
        yield pair(counts and {r: counts[r][key] for r in counts}, shape, divisor)
    instructions = scene.get('instructions')
    yield pair(instructions and instructions['spread'], '{:.0f}')
    yield pair(counts and {r: counts[r]['upload_bytes'] for r in counts}, '{:.1f}', 1024)
    yield pair(scene.get('free', {}).get('cpu_ms'), '{:.3f}')
    yield pair(scene.get('paced', {}).get('rss_kib'), '{:.1f}', 1024)
    yield pair(scene.get('paced', {}).get('start_ms'), '{:.0f}')


def recovery_table(results):
    parts = (('detect', 'detect'), ('wait', 'wait'), ('rebuild', 'rebuild'),
             ('of it context', 'driver_context'), ('programs', 'driver_programs'),
             ('first frame', 'first_frame'), ('upload', 'driver_upload'),
             ('later: drop', 'driver_drop'), ('recovery', 'recovery'), ('floor', 'floor'))
    lines = [['', *(title for title, _ in parts), 'ratio']]
    for kind, text in (('surfaces', '{} visible'), ('hidden', '1 visible, {} hidden'),
                       ('others', '{}'), ('content', '{} MiB visible')):
        for n, one in results['recovery'].get(kind, {}).items():
            lines.append([text.format(n), *(f'{one[key]:.2f}' for _, key in parts),
                          f'{one["ratio"]:.2f} ({one["ratio_low"]:.2f}–{one["ratio_high"]:.2f})'])
    return markdown_table(lines)


def retention_table(results):
    found = results['retention']
    lines = [['policy', 'CPU ms per frame, without drawing', 'RSS MiB', 'held MiB', 'copied MiB',
              'standing still: RSS', 'held', 'copied']]
    for policy in ('none', 'hold', 'copy', 'auto'):
        one = found[policy]
        lines.append([f'`{policy}`', f'{one["cpu_ms"]:.3f}', f'{one["rss_kib"] / 1024:.1f}',
                      f'{one["held_bytes"] / 2**20:.1f}', f'{one["copied_bytes"] / 2**20:.1f}',
                      f'{one["still_rss_kib"] / 1024:.1f}',
                      f'{one["still_held_bytes"] / 2**20:.1f}',
                      f'{one["still_copied_bytes"] / 2**20:.1f}'])
    return markdown_table(lines)


def other_table(results):
    lines = [['', 'stock', 'ours', 'ratio']]
    if 'startup' in results:
        for key, name in (('start_ms', 'exec to first frame, ms'), ('cpu_ms', 'its CPU time, ms'),
                          ('rss_kib', 'RSS after it, KiB')):
            one = results['startup'][key]
            lines.append([name, f'{one["stock"]:.1f}', f'{one["ours"]:.1f}',
                          f'{one["ratio"]:.3f} ({one["low"]:.2f}–{one["high"]:.2f})'])
    if 'upload' in results:
        both = results['upload']
        lines.append(['4K upload, ratio to memcpy', f'{both["stock"]["ratio"]:.2f}',
                      f'{both["ours"]["ratio"]:.2f}',
                      f'{both["ours"]["ratio"] / both["stock"]["ratio"]:.2f}'])
    if 'polling' in results:
        lines.append(['status polling, share of a frame', '0',
                      f'{results["polling"]["share"] * 100:.4f} %', '-'])
    if 'retention' in results:
        lines.append(['copy of 8.3 MB, ratio to memcpy', '-',
                      f'{results["retention"]["copy_of_memcpy"]:.2f}', '-'])
    return markdown_table(lines)


def behind(results):
    """Where stock is ahead, by more than half a percent, and what misses what is asked."""
    lines = []
    for scene in results['scenes']:
        found = [f'{title} {scene[name]:.2f}' for title, name, _ in COLUMNS
                 if (scene.get(name) or 0) > 1.005]
        if found:
            lines.append(f'- `{scene["scene"]}`: {", ".join(found)}')
    lines = ['Ratios above 1:', '', *(lines or ['- none']), '', 'Beyond what is asked:', '']
    missed = bench_check.missed(results)
    return '\n'.join(lines + ([f'- {line}' for line in missed] or ['- nothing']))


def sections(results):
    """The tables by name, as far as there are figures for them."""
    made = {'machine': machine_table(results), 'behind': behind(results)}
    if results['scenes']:
        made['ratios'] = markdown_table(list(rows(results)))
        made['absolute'] = absolute_table(results)
    if results.get('recovery', {}).get('surfaces'):
        made['recovery'] = recovery_table(results)
    if 'retention' in results:
        made['retention'] = retention_table(results)
    if set(results) & {'startup', 'upload', 'polling'}:
        made['other'] = other_table(results)
    return made


def write_markdown(results, path):
    """Puts each table between its marks in the file; without such a file, writes them all to it."""
    made = sections(results)
    try:
        with open(path, encoding='utf-8') as file:
            text = file.read()
    except FileNotFoundError:
        text = ''.join(f'{BEGIN.format(name)}\n{END}\n\n' for name in made)
    for name, content in made.items():
        begin = BEGIN.format(name)
        text = re.sub(re.escape(begin) + r'\n.*?' + re.escape(END),
                      lambda _: f'{begin}\n{content}\n{END}', text, flags=re.S)
    with open(path, 'w', encoding='utf-8') as file:
        file.write(text)
