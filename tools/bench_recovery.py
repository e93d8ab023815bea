# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""How long a recovery takes, in parts, against its floor: a context alone, and visible bytes by memcpy.

Contexts are lost by the fault injector (tests/fault) as a frame begins. It goes on to the counter of calls
as if that were the driver; so the time within the driver is known by entry point. The floor is measured
in the same process before each loss. The wait for the reset to be over is the injector's, not ours: it is
told, and not part of what is compared.
"""

import dataclasses
import statistics
import time

import bench_world
import field
import kit
from bench_scenes import Scene

VISIBLE = (1, 10, 100)
HIDDEN = (0, 50, 200)
MANY_SURFACES = (1, 3, 10, 30, 100, 300, 1000)
MIB = (1, 4, 16, 64, 256, 1024)
RECOVERY_TIMEOUT = 60
# In the midst of a frame, as resets come to a GPU at work.
LOSS = 'call=glBindFramebuffer cause=innocent ms=20'

# Where the driver's time goes, by entry point.
DRIVER_PARTS = {
    'context': ('eglCreateContext', 'eglMakeCurrent'),
    'programs': ('glCompileShader', 'glLinkProgram', 'glUseProgram', 'glProgramBinary',
                 'glProgramBinaryOES'),
    'upload': ('glTexImage2D', 'glTexSubImage2D', 'glTexStorage2D', 'glTexImage3D'),
    'draw': ('glDrawArrays', 'glDrawElements', 'glBlitFramebuffer', 'glFlush'),
    'read': ('glReadPixels', 'glFinish'),
    'drop': ('eglDestroyContext',),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """A scene of tests/bench whose contexts are lost."""
    name: str
    visible_bytes: int   # that must be there again for the first whole frame

    def scene(self):
        return Scene(self.name, '')


FULL_HD = 1920 * 1080 * 4


def tiles(count):
    return Case(f'tiles-{count}', FULL_HD)


def blended(count):
    """What a software driver can't copy either."""
    return Case(f'blended-{count}', FULL_HD)


def hidden(count):
    return Case(f'hidden-{count}', FULL_HD)


def content(mib):
    return Case(f'content-{mib}', mib << 20)


def newest(life, after):
    """What weston-robust says of the incident that follows that number, when it is over."""
    deadline = time.monotonic() + RECOVERY_TIMEOUT
    while True:
        page = life.page.order('r')
        if page is None:
            raise kit.TestError('this renderer does not tell of recoveries')
        if page['incident'] > after and page['whole_frame_ns']:
            return page
        if time.monotonic() > deadline:
            raise kit.TestError(f'no whole frame after a reset:\n{life.weston.tail()}')
        time.sleep(0.01)


def one_reset(life, fault, case):
    """Milliseconds of each part, and of the floor."""
    context = life.page.order('e')
    copy = life.page.order('m', argument=case.visible_bytes)
    if not context or not copy:
        raise kit.TestError('the floor can not be measured')
    context, copy = context['cost_ns'] / 1e6, copy['cost_ns'] / 1e6
    known = life.page.order('r')['incident']
    before, cpu = life.calls.read(), life.cpu_ms()
    fault.strike(LOSS)
    life.step(1)
    page = newest(life, known)
    if page['lost'] or page['attempts'] != 1:
        raise kit.TestError(f'not a plain recovery: {page}')
    loss_ns = round(field.status(fault)['lost_at'] * 1e9)
    at_frame = life.calls.read()
    life.settle()
    times = at_frame - before
    parts = {
        'detect': (page['detected_ns'] - loss_ns) / 1e6,
        'wait': (page['over_ns'] - page['detected_ns']) / 1e6,
        'rebuild': (page['rebuilt_ns'] - page['over_ns']) / 1e6,
        'first_frame': (page['whole_frame_ns'] - page['rebuilt_ns']) / 1e6,
        'total': (page['whole_frame_ns'] - loss_ns) / 1e6,
        'recovery': (page['whole_frame_ns'] - page['over_ns'] +
                     max(0, page['detected_ns'] - loss_ns)) / 1e6,
        'floor_context': context, 'floor_copy': copy, 'floor': context + copy,
        'cpu': life.cpu_ms() - cpu, 'surfaces': page['surfaces'], 'bytes': page['bytes'],
        'links': times['glLinkProgram'],
    }
    for part, names in DRIVER_PARTS.items():
        source = life.calls.read() - before if part == 'drop' else times
        parts['driver_' + part] = sum(source['ns:' + name] for name in names) / 1e6
    parts['ratio'] = parts['recovery'] / parts['floor']
    return parts


def resets_of(world, case, resets):
    """That many resets in one life of weston."""
    with kit.Fault(world.build) as fault:
        env = {**fault.environment(), 'WR_FAULT_LIBEGL': world.files.counter,
               'WR_FAULT_LIBGLES': world.files.counter}
        with world.life('ours', case.scene(), refresh=bench_world.FREE_RUNNING, env=env,
                        preload=[world.build.fault_library]) as life:
            if not life.page.order('u'):
                raise kit.TestError('this renderer can not be configured')
            life.step(2)
            life.settle()
            return [one_reset(life, fault, case) for _ in range(resets)]


def summary(found):
    """The median of each part, and lowest and highest ratio."""
    result = {key: statistics.median(reset[key] for reset in found) for key in found[0]}
    result['ratio_low'] = min(reset['ratio'] for reset in found)
    result['ratio_high'] = max(reset['ratio'] for reset in found)
    result['resets'] = len(found)
    return result


def measure(world, cases, resets, tell):
    """The summaries by name; tell(text) is called for each."""
    results = {}
    for case in cases:
        results[case.name] = one = summary(resets_of(world, case, resets))
        tell(f'  {case.name:14} recovery {one["recovery"]:8.2f} ms  floor {one["floor"]:8.2f} '
             f'(context {one["floor_context"]:.2f}, copy {one["floor_copy"]:.2f})  ratio '
             f'{one["ratio"]:.2f} ({one["ratio_low"]:.2f} to {one["ratio_high"]:.2f})  rebuild '
             f'{one["rebuild"]:.2f} first frame {one["first_frame"]:.2f} wait {one["wait"]:.2f} '
             f'detect {one["detect"]:.2f}; in the driver: ' +
             ' '.join(f'{part} {one["driver_" + part]:.2f}' for part in DRIVER_PARTS))
    return results
