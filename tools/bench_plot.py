# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The figures of tools/bench as SVG, with no outside resources."""

import html
import math

FONT = 'font-family="sans-serif" font-size="12"'
WIDTH = 860
LEFT = 150
BAR = 15
COLORS = ('#3465a4', '#f57900', '#73d216', '#ad7fa8', '#c17d11')

RATIOS = (
    ('GL and EGL calls per frame', 'gl_calls_ratio', None),
    ('Instructions in the renderer per frame', 'instructions_ratio', None),
    ('CPU time per frame, free-running', 'cpu_ratio', ('free', 'cpu_ms')),
    ('Bytes uploaded per frame', 'upload_bytes_ratio', None),
    ('Resident memory', 'rss_ratio', ('paced', 'rss_kib')),
    ('Start-up to the first frame', 'startup_ratio', ('paced', 'start_ms')),
)
PHASES = ('detect', 'wait', 'rebuild', 'first_frame')


def text(x, y, content, anchor='start', extra=''):
    return (f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {FONT} {extra}>'
            f'{html.escape(str(content))}</text>')


def line(x1, y1, x2, y2, color, extra=''):
    return (f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{color}" '
            f'{extra}/>')


def rect(x, y, width, height, color):
    return (f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height}" '
            f'fill="{color}"/>')


def ratio_chart(results, title, key, where):
    """(height, elements): a bar for each scene, a line at 1 (stock), whiskers for the spread."""
    scenes = [scene for scene in results['scenes'] if scene.get(key) is not None]
    if not scenes:
        return 0, []
    spread = [scene[where[0]][where[1]] for scene in scenes] if where else []
    top = max([1.2, *(scene[key] for scene in scenes), *(one['high'] for one in spread)])
    scale = (WIDTH - LEFT - 130) / top
    height = 34 + len(scenes) * (BAR + 5)
    out = [text(0, 18, f'{title}: ours / stock', extra='font-weight="bold"')]
    for i, scene in enumerate(scenes):
        y, value = 28 + i * (BAR + 5), scene[key]
        out.append(text(LEFT - 8, y + 12, scene['scene'], 'end'))
        out.append(rect(LEFT, y, value * scale, BAR, COLORS[0] if value <= 1 else COLORS[1]))
        label = f'{value:.2f}'
        if where:
            low, high = spread[i]['low'], spread[i]['high']
            label += f' ({low:.2f}–{high:.2f})'
            out.append(line(LEFT + low * scale, y + BAR / 2, LEFT + high * scale, y + BAR / 2,
                            '#000', 'stroke-width="1.5"'))
        out.append(text(WIDTH - 4, y + 12, label, 'end'))
    out.append(line(LEFT + scale, 24, LEFT + scale, height - 6, '#cc0000',
                    'stroke-dasharray="4 3"'))
    return height, out


def phase_chart(results):
    """Recovery by its phases, and the floor beside it, in milliseconds."""
    recovery = results.get('recovery', {})
    bars = [(f'{n} visible', one) for n, one in recovery.get('surfaces', {}).items()]
    bars += [(f'1 and {n} hidden', one) for n, one in recovery.get('hidden', {}).items()]
    if not bars:
        return 0, []
    top = max(max(sum(max(0, one[p]) for p in PHASES), one['floor']) for _, one in bars)
    scale = (WIDTH - LEFT - 130) / top
    out = [text(0, 18, 'Recovery to the first whole frame, ms; below each, the floor',
                extra='font-weight="bold"')]
    for i, phase in enumerate(PHASES):
        out.append(rect(LEFT + i * 130, 26, 11, 11, COLORS[i]))
        out.append(text(LEFT + 16 + i * 130, 36, phase.replace('_', ' ')))
    for i, (name, one) in enumerate(bars):
        y, x = 48 + i * (BAR + 14), LEFT
        out.append(text(LEFT - 8, y + 12, name, 'end'))
        for color, phase in zip(COLORS, PHASES):
            width = max(0, one[phase]) * scale
            out.append(rect(x, y, width, BAR, color))
            x += width
        out.append(rect(LEFT, y + BAR, one['floor'] * scale, 5, '#555'))
        out.append(text(WIDTH - 4, y + 12, f'{one["recovery"]:.1f} of {one["floor"]:.1f}: '
                                           f'{one["ratio"]:.2f}', 'end'))
    return 56 + len(bars) * (BAR + 14), out


def growth_chart(results, kind, title, unit):
    """Recovery and floor over a growing number, both axes logarithmic."""
    found = results.get('recovery', {}).get(kind, {})
    points = sorted((max(1, int(n)), one) for n, one in found.items())
    if len(points) < 3:
        return 0, []
    values = [one[key] for _, one in points for key in ('recovery', 'floor')]
    low, high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
    x_high = math.log10(points[-1][0]) or 1

    def at(n, value):
        return (LEFT + math.log10(n) / x_high * (WIDTH - LEFT - 40),
                220 - (math.log10(max(value, 1e-3)) - low) / (high - low) * 180)

    out = [text(0, 18, title, extra='font-weight="bold"')]
    for i, key in enumerate(('recovery', 'floor')):
        path = ' '.join(f'{x:.1f},{y:.1f}' for x, y in (at(n, one[key]) for n, one in points))
        out.append(f'<polyline points="{path}" fill="none" stroke="{COLORS[i]}" stroke-width="2"/>')
        out.append(text(LEFT + 16 + i * 130, 36, key, extra=f'fill="{COLORS[i]}"'))
        for n, one in points:
            x, y = at(n, one[key])
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{COLORS[i]}"/>')
            out.append(text(x, y - 6, f'{one[key]:.1f}', 'middle', 'fill="#555"'))
    for n, _ in points:
        out.append(text(at(n, 1)[0], 240, f'{n}{unit}', 'middle'))
    out.append(text(LEFT - 8, 130, 'ms', 'end'))
    return 254, out


def charts(results):
    made = [ratio_chart(results, *ratio) for ratio in RATIOS]
    made.append(phase_chart(results))
    made.append(growth_chart(results, 'surfaces', 'Recovery by the number of visible surfaces', ''))
    made.append(growth_chart(results, 'content', 'Recovery by the visible content', ' MiB'))
    return [chart for chart in made if chart[0]]


def picture(results):
    """All plots, one below the other."""
    y, out = 0, []
    for height, elements in charts(results):
        out.append(f'<g transform="translate(10 {y})">' + ''.join(elements) + '</g>')
        y += height + 16
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + 20}" height="{y + 10}" '
            f'viewBox="0 0 {WIDTH + 20} {y + 10}">\n<rect width="100%" height="100%" '
            'fill="#fff"/>\n' + '\n'.join(out) + '\n</svg>\n')


def page(results):
    facts = ', '.join(f'{key} {value}' for key, value in results['machine'].items())
    return ('<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
            '<title>weston-robust: performance</title></head>\n<body>\n'
            '<h1>Ours against stock</h1>\n'
            f'<p>{html.escape(facts)}; {results["options"]["pairs"]} pairs. Blue: no worse than '
            'stock; orange: worse. Whiskers are the lowest and highest of the pairs.</p>\n'
            + picture(results) + '</body></html>\n')
