# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What tools/bench measures with: a weston with a scene, and the counters of calls, frames and costs."""

import collections
import mmap
import os
import pathlib
import re
import select
import struct
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOP / 'tests' / 'compositor'))
import field  # noqa: E402
import kit  # noqa: E402

FREE_RUNNING = 1000000  # mHz
PACED = 60000
ANSWER_TIMEOUT = 60
SETTLE_FRAMES = 30  # at 60 Hz: as long as the slowest thing takes that follows a first frame
CALLGRIND_START_TIMEOUT = 180
CALLGRIND_TIMEOUT = 600

DRAWS = re.compile(r'glDraw(Arrays|Elements)|glMultiDraw')
# What sets a state of the context, of a texture or of a program, and nothing else.
STATE = re.compile(
    r'glActiveTexture|glBind(?!AttribLocation|FragData)|glBlend|gl(En|Dis)able|glUniform|'
    r'glUseProgram|glViewport|glScissor|glTexParameter|glSamplerParameter|glVertexAttrib|'
    r'glPixelStore|glColorMask|glClearColor|eglMakeCurrent')


def now_ms():
    return time.monotonic_ns() / 1e6


class Files:
    """The compiled parts, in the build folder."""

    def __init__(self, build):
        base = os.path.join(build.root, 'tests', 'bench')
        self.counter = os.path.join(base, 'libcount-gl.so')
        self.module = os.path.join(base, 'bench-module.so')
        self.client = os.path.join(base, 'bench-client')

    def missing(self):
        return [path for path in vars(self).values() if not os.path.exists(path)]


class Page:
    """A file that a process of ours keeps its counts in."""

    def __init__(self, path, magic):
        self.path = path
        self.magic = magic
        self.memory = None

    def open(self, timeout=10):
        """The page: it may be that weston is about to make it."""
        deadline = time.monotonic() + timeout
        while not self.memory:
            if os.path.exists(self.path) and os.path.getsize(self.path) > 8:
                with open(self.path, 'r+b') as file:
                    memory = mmap.mmap(file.fileno(), 0)
                if memory[:8] == self.magic:
                    self.memory = memory
                    break
            if time.monotonic() > deadline:
                raise kit.TestError(f'{self.path} is not what was expected')
            time.sleep(0.005)
        return self.memory


class CallCounts(Page):
    """Calls and quantities by name, of libcount-gl.so; `ns:NAME` is the time that the calls of NAME took."""

    ROW = struct.Struct('56sQ')

    def read(self):
        memory = self.open()
        rows, = struct.unpack_from('Q', memory, 8)
        found = collections.Counter()
        for name, value in self.ROW.iter_unpack(memory[16:16 + rows * self.ROW.size]):
            if value:
                found[name.rstrip(b'\0').decode()] = value
        return found

    def mute(self):
        """From now on nothing is drawn or uploaded: for callgrind, under which that takes ages."""
        memory = self.open()
        for row in range(struct.unpack_from('Q', memory, 8)[0]):
            name, _ = self.ROW.unpack_from(memory, 16 + row * self.ROW.size)
            if name.rstrip(b'\0') == b'mute':
                struct.pack_into('Q', memory, 16 + row * self.ROW.size + 56, 1)


class BenchPage(Page):
    """What bench-module.so counts and measures within weston; see tests/bench/bench-page.h."""

    FIELDS = ('frames', 'first_frame_ns', 'acknowledged', 'rectangles', 'pixels', 'argument',
              'refused', 'cost_ns', 'held_bytes', 'copied_bytes', 'status_queries', 'incident',
              'detected_ns', 'over_ns', 'rebuilt_ns', 'whole_frame_ns', 'attempts', 'surfaces',
              'bytes', 'lost', 'copy_cpu_ns', 'skip', 'profiles')
    ARGUMENT = 8 + 8 * FIELDS.index('argument')
    SKIP = 8 + 8 * FIELDS.index('skip')

    def read(self):
        values = struct.unpack_from(f'{len(self.FIELDS)}Q', self.open(), 8)
        return dict(zip(self.FIELDS, values))

    def order(self, letter, timeout=60, argument=0, skip=0):
        """Has the module obey a letter; returns the page after that. None where it could not."""
        known = self.read()
        struct.pack_into('Q', self.memory, self.ARGUMENT, argument)
        struct.pack_into('Q', self.memory, self.SKIP, skip)
        with open(self.path + '.pipe', 'wb', buffering=0) as pipe:
            pipe.write(letter.encode())
        deadline = time.monotonic() + timeout
        while (now := self.read())['acknowledged'] == known['acknowledged']:
            if time.monotonic() > deadline:
                raise kit.TestError('weston does not answer')
            time.sleep(0.002)
        return now if now['refused'] == known['refused'] else None


class Life:
    """One weston that shows one scene.

    how: '' (nothing is preloaded), 'count', 'mute' (and nothing is drawn once weston is there), or
    'callgrind' (likewise).
    retention: H, C, A or N, the first letter of ours' policy from the first client on.
    """

    def __init__(self, world, renderer, scene, how='', refresh=PACED, ini='', modules=(),
                 env=None, preload=(), client=True, retention=None):
        self.world = world
        self.timeout = CALLGRIND_TIMEOUT if how == 'callgrind' else ANSWER_TIMEOUT
        self.folder = tempfile.mkdtemp(prefix='life-', dir=world.scratch)
        self.page = BenchPage(os.path.join(self.folder, 'page'), b'wrbench1')
        self.calls = CallCounts(os.path.join(self.folder, 'calls'), b'wrcount1')
        self.client = None
        self.steps = 0
        options = [f'--refresh-rate={refresh}',
                   '--modules=' + ','.join([world.files.module, *modules])]
        self.weston = kit.Compositor(
            world.build, renderer, ini=scene.ini(world.profile) + ini, options=options,
            extra_env={**world.env, 'WR_BENCH_PAGE': self.page.path,
                       'WR_COUNT_GL': self.calls.path, **(env or {})},
            preload=[world.files.counter] if how else preload,
            wrapper=self.valgrind() if how == 'callgrind' else [],
            start_timeout=CALLGRIND_START_TIMEOUT if how == 'callgrind' else kit.START_TIMEOUT)
        try:
            self.page.open(self.timeout)
            if how in ('callgrind', 'mute'):
                self.calls.mute()
            if retention and renderer == 'ours' and not self.page.order(retention):
                raise kit.TestError('weston-robust does not take the retention policy')
            if client:
                self.show(scene)
        except BaseException:
            self.close()
            raise

    def valgrind(self):
        return ['valgrind', '--tool=callgrind', '--quiet', '--instr-atstart=no',
                '--skip-plt=no', f'--callgrind-out-file={self.folder}/callgrind.out']

    def show(self, scene):
        self.client = subprocess.Popen([self.world.files.client, scene.name], env=self.weston.env,
                                       stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        word = self.answer()
        if word != 'ready':
            raise kit.TestError(f'{scene.name}: {word or "the client ends"}\n{self.weston.tail()}')

    def answer(self):
        ready, _, _ = select.select([self.client.stdout], [], [], self.timeout)
        if not ready:
            self.weston.require_alive()
            raise kit.TestError('the client does not answer')
        line = self.client.stdout.readline().decode().strip()
        if not line:
            self.weston.require_alive()
        return line

    def step(self, steps):
        self.steps += steps
        self.client.stdin.write(f'step {steps}\n'.encode())
        word = self.answer()
        if word != 'ok':
            self.weston.require_alive()
            raise kit.TestError(f'a step fails: {word}')

    def settle(self):
        """Until weston has done all that it has to do, its threads too."""
        self.page.order('p', self.timeout)
        last = -1.0
        while (now := self.cpu_ms()) - last > 0.1:
            last = now
            time.sleep(0.02)

    def cpu_ms(self):
        return field.cpu_ms(self.weston.process.pid)

    def memory(self):
        """Resident memory in KiB: all of it, and what is the process's own."""
        found = {}
        with open(f'/proc/{self.weston.process.pid}/smaps_rollup', encoding='ascii') as file:
            for line in file:
                name, _, value = line.partition(':')
                if name in ('Rss', 'Pss', 'Private_Dirty', 'Anonymous'):
                    found[name.lower()] = int(value.split()[0])
        return found

    def wait_frame(self):
        deadline = time.monotonic() + self.timeout
        while not self.page.read()['frames']:
            if time.monotonic() > deadline:
                raise kit.TestError('no frame is painted')
            time.sleep(0.005)

    def start_ms(self):
        """From before the exec of weston to its first frame."""
        return (self.page.read()['first_frame_ns'] - self.weston.exec_ns) / 1e6

    def capture(self, path):
        if self.weston.capture(path):
            raise kit.TestError('no picture')

    def close(self):
        if self.client:
            if self.client.poll() is None:
                self.client.stdin.close()
                try:
                    self.client.wait(10)
                except subprocess.TimeoutExpired:
                    self.client.kill()
                    self.client.wait()
            self.client.stdout.close()
        self.weston.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class World:
    """What all lives share: programs, scratch space, an ICC profile, the shader caches."""

    def __init__(self, build, scratch):
        self.build = build
        self.files = Files(build)
        self.scratch = scratch
        self.profile = os.path.join(scratch, 'table.icc')
        self.env = {'MESA_SHADER_CACHE_DIR': os.path.join(scratch, 'shader-cache'),
                    'XDG_CACHE_HOME': os.path.join(scratch, 'cache'),
                    'WESTON_ROBUST_PROGRAM_CACHE': 'on'}

    def has_profile(self):
        """Makes the profile. False where that can't be done here."""
        if not os.path.exists(self.profile):
            if not os.path.exists(self.build.make_icc):
                return False
            subprocess.run([self.build.make_icc, 'table', self.profile], check=True)
        return True

    def module(self, renderer):
        """The file name of a renderer's module, as callgrind has it."""
        return 'gl-renderer.so' if renderer == 'stock' else self.build.module

    def life(self, renderer, scene, **more):
        return Life(self, renderer, scene, **more)


def costs(path, is_module):
    """Instructions by function within the objects for which is_module(name), and by object.

    path: a file of callgrind's. All are an object's own: what is called from it counts there.
    """
    names = {'ob': {}, 'fn': {}}
    here = {'ob': '', 'fn': ''}
    functions, objects = collections.Counter(), collections.Counter()
    inclusive = False
    with open(path, encoding='utf-8', errors='replace') as file:
        for line in file:
            if line[:3] in ('ob=', 'fn='):
                here[line[:2]] = full_name(names[line[:2]], line[3:])
            elif line.startswith(('cob=', 'cfn=')):
                full_name(names[line[1:3]], line[4:])
            elif line.startswith('calls='):
                inclusive = True
            elif line[:1].isdigit() or line[:1] in '+-*':
                n = 0 if inclusive else int(line.split()[1])
                inclusive = False
                objects[here['ob']] += n
                if is_module(here['ob']):
                    functions[here['fn']] += n
    return functions, objects


def full_name(known, text):
    """Names are given once with a number, and then by that number."""
    number, _, name = text.strip().partition(' ')
    if not number.startswith('('):
        return text.strip()
    if name:
        known[number] = name
    return known.get(number, number)
