# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What is asked of the figures of tools/bench, and which of them miss it."""

WINDOW_CALLS = 0.5
WINDOW_INSTRUCTIONS = 0.6
MEAN_CPU = 0.95
UPLOAD_MEMCPY = 1.15
POLLING = 0.001
FLOOR = 1.3
HIDDEN = 0.10
COPY = 1.1
SAME_FRAMES = 0.02  # what is painted in more frames costs less for each


def of_scene(scene):
    """(number of the demand, what, limit, value) of one scene."""
    many = scene['window_scene']
    yield 1, 'GL and EGL calls', WINDOW_CALLS if many else 1.0, scene.get('gl_calls_ratio')
    yield 2, 'instructions', WINDOW_INSTRUCTIONS if many else 1.0, scene.get('instructions_ratio')
    yield 3, 'CPU time', 1.0, scene.get('cpu_ratio')
    yield 4, 'uploaded bytes', 1.0, scene.get('upload_bytes_ratio')
    yield 7, 'start-up', 1.0, scene.get('startup_ratio')
    yield 7, 'resident memory', 1.0, scene.get('rss_ratio')


def of_whole(results):
    ratios = [scene['cpu_ratio'] for scene in results['scenes'] if scene.get('cpu_ratio')]
    if ratios:
        yield 3, 'CPU time, mean of all scenes', MEAN_CPU, sum(ratios) / len(ratios)
    if 'upload' in results:
        yield 4, 'upload of 4K, of memcpy', UPLOAD_MEMCPY, results['upload']['ours']['ratio']
    if 'polling' in results:
        yield 5, 'status polling, share of a frame', POLLING, results['polling']['share']
    recovery = results.get('recovery', {})
    for count, value in recovery.get('floor_ratio', {}).items():
        yield 6, f'recovery, {count} surfaces, of the floor', FLOOR, value
    if 'hidden_spread' in recovery:
        yield 6, 'recovery, by hidden windows', HIDDEN, recovery['hidden_spread']
    if 'retention' in results:
        hold = results['retention']['hold']
        yield ('retention', 'bytes copied by hold', 0,
               hold['copied_bytes'] + hold['still_copied_bytes'])
        yield 'retention', 'copy, of memcpy', COPY, results['retention']['copy_of_memcpy']


def missed(results):
    """A line for each figure beyond its limit, and for each picture that differs."""
    lines = []
    for scene in results['scenes']:
        for number, what, limit, value in of_scene(scene):
            if value is not None and round(value, 3) > limit:
                lines.append(f'{number}: {scene["scene"]}: {what} {value:.3f}, asked {limit}')
        if scene.get('pictures', {}).get('pixels_differing'):
            lines.append(f'{scene["scene"]}: {scene["pictures"]["pixels_differing"]} pixels differ '
                         'from stock\'s')
        if scene.get('frames') and len(set(scene['frames'].values())) != 1:
            lines.append(f'{scene["scene"]}: not the same number of frames: {scene["frames"]}')
        frames = scene.get('free', {}).get('frames_per_step')
        if frames and abs(frames['ours'] / frames['stock'] - 1) > SAME_FRAMES:
            lines.append(f'{scene["scene"]}: CPU times of {frames["stock"]:.2f} frames a step by '
                         f'stock, {frames["ours"]:.2f} by ours: not comparable')
    for number, what, limit, value in of_whole(results):
        if value is not None and value > limit:
            lines.append(f'{number}: {what} {value:.4g}, asked {limit}')
    return lines
