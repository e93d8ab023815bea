# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What a soak does, step by step: a function of the seed and of nothing that happens on the way.

A step is a list of actions, tuples whose first word says what:
  op SLOT COMMAND     a scene-client command, in both compositors; send and receive: its halves
  start, kill, close  a client comes, dies, goes
  fault FAULT         strikes the subject
  pause MS            while the fault is at work
  settle              wait until the subject has its whole frame again
  snap HOW            a picture in the midst of it: right, or none
  check HOW PATIENT OUTPUTS      both compositors must show the same
  config NAME=VALUE…  of the recovery; forgive: wait until the ladder starts from its foot again
  canon SCENE         everything reset to a known state, and measured
"""

import collections
import random
import re

CAMERA = 0
SLOTS = (1, 2, 3, 4)
OUTPUTS = ('headless', 'second')
BASE_SIZES = {'headless': (320, 240), 'second': (200, 150)}
CANON_SCENE = 'subsurfaces'
CANON_EVERY = 100  # planned losses
CROWDED = (2, 20, 40)  # steps of the warm-up
# Too slow to be shown often.
RARE_SCENES = ('very-many-windows',)
# Not advertised, or not to be had of each driver: what is refused depends on whether there is a context
# to try it in.
LEFT_OUT = 'dmabuf-(rare|.*nv24)'

CAUSES = ('innocent', 'guilty', 'unknown')
CALLS = ('*', 'glDraw*', 'glTex*', 'glLinkProgram', 'glUseProgram', 'glBindFramebuffer',
         'glGetError', 'glGenTextures', 'glShaderSource', 'glFlush', 'eglMakeCurrent',
         'glReadPixels', 'eglCreateContext', 'glBufferData', 'glClear*')

# How pictures are compared: byte by byte; filtered: rounded by the pieces that they are drawn in;
# converted: from YUV, by the driver or, where its import has failed, by ourselves.
How = collections.namedtuple('How', 'filtered converted', defaults=(False, False))

# losses: at least so many. patient: errors without a loss, which are healed a little later.
# sure: it strikes at once. hold: ms until it is released. idle: nothing is painted meanwhile.
# climbs: up the ladder.
Fault = collections.namedtuple('Fault', 'kind text losses patient sure hold idle climbs',
                               defaults=(1, False, True, 0, False, False))


def text(action):
    """An action in one line."""
    def word(value):
        if isinstance(value, Fault):
            return f'{value.kind}: {value.text}'
        if isinstance(value, How):
            return '+'.join(key for key, on in value._asdict().items() if on) or 'exact'
        return str(getattr(value, 'name', value))
    return ' '.join(word(value) for value in action)


def end_of_reset(rnd):
    return f'queries={rnd.randint(1, 5)}' if rnd.random() < 0.6 else f'ms={rnd.randint(1, 6)}'


def lost(rnd, mode='', kind='lost', **more):
    text = f'at=now cause={rnd.choice(CAUSES)} {end_of_reset(rnd)}'
    return Fault(kind, text + (f' mode=lost+{mode}' if mode else ''), **more)


def lost_at_call(rnd):
    return Fault('lost-at-call', f'at=call call={rnd.choice(CALLS)} space={rnd.randint(0, 25)} '
                 f'cause={rnd.choice(CAUSES)} {end_of_reset(rnd)}', sure=False)


def lost_at_frame(rnd):
    return Fault('lost-at-frame', f'at=frame space={rnd.randint(0, 2)} '
                 f'cause={rnd.choice(CAUSES)} {end_of_reset(rnd)}', sure=False)


def lost_again(rnd):
    space = rnd.randint(0, 120)
    call = '*' if space > 3 else rnd.choice(CALLS)
    return Fault('lost-in-rebuild', f'at=now queries=2; at=call call={call} space={space} '
                 f'mode=during-rebuild queries={rnd.randint(1, 3)}', losses=1)


def call_fails_in_rebuild(rnd):
    return Fault('call-fails-in-rebuild', 'at=now queries=2; at=call '
                 f'space={rnd.randint(0, 300)} mode=call-fails+during-rebuild', patient=True)


def call_fails(rnd):
    return Fault('call-fails', f'at=call call={rnd.choice(CALLS)} space={rnd.randint(0, 60)} '
                 f'mode=call-fails:{rnd.randint(1, 2)}', losses=0, patient=True, sure=False)


def make_current_lost(rnd):
    return Fault('make-current-lost', f'at=now cause={rnd.choice(CAUSES)} '
                 f'ms={rnd.randint(1, 6)} mode=lost+make-current-error')


def make_current_fails(rnd):
    return Fault('make-current-fails', f'at=now mode=make-current-error:{rnd.randint(1, 2)}',
                 losses=0, patient=True)


def forever(rnd):
    return Fault('until-released', f'at=now cause={rnd.choice(CAUSES)} forever',
                 hold=rnd.randint(5, 40))


KINDS = (
    (300, lost),
    (40, lambda rnd: Fault('purged', 'at=now cause=purged', losses=0, patient=True)),
    (40, lost_at_frame),
    (60, lost_at_call),
    (60, lost_again),
    (40, call_fails_in_rebuild),
    (30, call_fails),
    (30, make_current_lost),
    (20, make_current_fails),
    (30, lambda rnd: lost(rnd, f'create-fails:{rnd.randint(1, 2)}', 'create-fails')),
    (30, lambda rnd: lost(rnd, f'zombie:{rnd.randint(1, 2)}', 'zombie')),
    (30, lambda rnd: lost(rnd, f'oom-upload:{rnd.randint(1, 3)}', 'oom-upload', patient=True)),
    (20, lambda rnd: lost(rnd, 'garbage', 'garbage')),
    (20, lambda rnd: lost(rnd, f'image-fails:{rnd.randint(1, 4)}', 'image-fails', patient=True)),
    (15, forever),
    (1, lambda rnd: lost(rnd, kind='idle', idle=True)),
)

CLIMBS = (
    (4, lambda rnd: lost(rnd, f'create-fails:{rnd.randint(3, 6)}', 'climb-create-fails',
                         climbs=True)),
    (4, lambda rnd: lost(rnd, f'zombie:{rnd.randint(3, 6)}', 'climb-zombie', climbs=True)),
    (2, lambda rnd: lost(rnd, 'create-fails:display', 'display-create-fails', climbs=True)),
    (2, lambda rnd: lost(rnd, 'zombie:display', 'display-zombie', climbs=True)),
)


def pick(rnd, table):
    """One of (weight, value) pairs."""
    return rnd.choices([value for _, value in table], [weight for weight, _ in table])[0]


class Shown:
    """What the plan knows of a client."""

    def __init__(self):
        self.scene = None
        self.stage = 0
        self.gone = False  # its buffers were destroyed
        self.fresh = True  # has committed since the last picture
        self.vague = False  # what it then committed may have been painted in one world only

    def plain(self):
        """No filtering: drawn piece by piece it equals what is drawn at once."""
        return self.scene is None or self.scene.classes[1] != 'filtered'


    def of_images(self):
        return self.scene is not None and self.scene.name.startswith('dmabuf')

    def converted(self):
        return self.of_images() and re.search('yuv|nv|yuyv|kinds', self.scene.name) is not None

    def whole_pixels(self):
        """Whether its windows may have any size. What is scaled may not: what a pixel shows of which
        the core counts more as opaque than GL covers is not defined, under any renderer. Nor may
        what has a stride of its own or several planes: its buffer would be too small."""
        return self.plain() and not re.match('buffer-|viewport|.*scale2|.*solid|yuv|dmabuf|stride',
                                             self.scene.name)


class Plan:
    def __init__(self, seed, scenes):
        self.rnd = random.Random(seed)
        scenes = [scene for scene in scenes if not re.match(LEFT_OUT, scene.name)]
        self.scenes = [scene for scene in scenes if scene.name not in RARE_SCENES]
        self.rare = [scene for scene in scenes if scene.name in RARE_SCENES]
        self.number = 0
        self.clients = {}
        self.on = dict.fromkeys(OUTPUTS, True)
        self.plain_outputs = True
        self.since_canon = CANON_EVERY
        self.canons = 0
        self.stock = [scene for scene in scenes if scene.medium]
        self.patient = False

    # Pieces of steps: each returns a list of actions.

    def start(self, slot):
        self.clients[slot] = Shown()
        outputs = [name for name in OUTPUTS if self.on[name]]
        return [('start', slot), ('op', slot, f'output {self.rnd.choice(outputs)}')]

    def end(self, slot, how):
        del self.clients[slot]
        return [(how, slot)]

    def show(self, slot):
        shown = self.clients[slot]
        rare = self.rare and self.rnd.random() < 0.003
        shown.scene = self.rnd.choice(self.rare if rare else self.scenes)
        shown.stage = 1
        shown.gone = shown.vague = False
        return [('op', slot, f'show {shown.scene.name}')]

    def change(self, slot):
        """Something happens in a client."""
        rnd, shown = self.rnd, self.clients[slot]
        if not shown.scene or rnd.random() < 0.3:
            shown.fresh = True
            return self.show(slot)
        if shown.stage < shown.scene.stages and not shown.gone and rnd.random() < 0.6:
            shown.stage += 1
            shown.fresh = True
            return [('op', slot, f'stage {shown.stage}')]
        command = pick(rnd, (
            (6, 'change'), (6, f'move 0 {rnd.randint(-40, 260)} {rnd.randint(-40, 200)}'),
            (3, f'resize 0 {rnd.randint(1, 200)} {rnd.randint(1, 150)}'),
            (2, 'destroy-buffers'), (1, 'clear'), (1, 'frame')))
        if command == 'destroy-buffers':
            # What was never drawn may be lost with its buffer, under any renderer.
            command = 'change' if shown.fresh or shown.vague else command
            shown.gone |= command == 'destroy-buffers'
        if command == 'clear':
            shown.scene = None
        shown.vague |= shown.fresh and command.startswith('move')  # off the screen, perhaps
        if command.startswith('resize') and (shown.gone or not shown.whole_pixels()):
            command = 'change'
        shown.fresh |= command != 'destroy-buffers'
        return [('op', slot, command)]

    def scene(self):
        """Something happens in the scene, or to the clients."""
        rnd = self.rnd
        idle = [slot for slot in SLOTS if slot not in self.clients]
        if idle and (not self.clients or rnd.random() < 0.12):
            slot = rnd.choice(idle)
            return self.start(slot) + self.show(slot)
        slot = rnd.choice(sorted(self.clients))
        if rnd.random() < 0.08:
            return self.end(slot, rnd.choice(('kill', 'close')))
        return self.change(slot)

    def output(self):
        """An output changes."""
        rnd = self.rnd
        for shown in self.clients.values():
            shown.vague |= shown.fresh
        name = rnd.choice(OUTPUTS)
        if not self.on[name]:
            self.on[name] = True
            return [('op', CAMERA, f'resize-output {name} {self.size(name)}')]
        choice = rnd.random()
        if choice < 0.5:
            return [('op', CAMERA, f'resize-output {name} {self.size(name)}')]
        if choice < 0.65 and name != OUTPUTS[0]:
            self.on[name] = False
            return [('op', CAMERA, f'enable {name} 0')]
        if choice < 0.8:
            return [('op', CAMERA, f'move-output {OUTPUTS[1]} {rnd.randint(200, 400)} '
                     f'{rnd.randint(-50, 50)}')] if self.on[OUTPUTS[1]] else []
        self.plain_outputs = False
        return [('op', CAMERA, f'configure-output {name} {rnd.choice((1, 1, 2))} '
                 f'{rnd.randint(0, 7)}')]

    def size(self, name):
        width, height = BASE_SIZES[name]
        return f'{width + 4 * self.rnd.randint(-14, 10)} {height + 4 * self.rnd.randint(-12, 10)}'

    def fault(self, table=KINDS):
        fault = pick(self.rnd, table)(self.rnd)
        # That would spoil the clients' own memory.
        if fault.kind == 'garbage' and any(shown.of_images() for shown in self.clients.values()):
            fault = fault._replace(kind='lost', text=fault.text.replace('+garbage', ''))
        self.since_canon += fault.losses
        self.patient |= fault.patient
        return fault

    def strike(self, fault=None):
        return [('fault', fault or self.fault())]

    def pause(self):
        return [('pause', self.rnd.randint(0, 8))] if self.rnd.random() < 0.5 else []

    def how(self):
        shown = self.clients.values()
        return How(not self.plain_outputs or not all(client.plain() for client in shown),
                   any(client.converted() for client in shown))

    def check(self):
        action = ('check', self.how(), self.patient,
                  tuple(name for name in OUTPUTS if self.on[name]))
        self.patient = False
        for shown in self.clients.values():
            shown.fresh = False
        return [action]

    # Steps.

    def plain_step(self):
        actions = self.strike() + self.pause()
        return actions + (self.scene() if self.rnd.random() < 0.7 else []) + [('settle',)]

    def burst(self):
        """Several resets, the next one often before the desktop is whole again."""
        actions = []
        for _ in range(self.rnd.randint(2, 5)):
            actions += self.strike()
            if self.rnd.random() < 0.3:
                actions += self.scene()
            actions += [('settle',)] if self.rnd.random() < 0.6 else \
                [('pause', self.rnd.randint(2, 12))]
        return actions + [('settle',)]

    def snapshot(self):
        return self.strike() + [('snap', self.how()), ('settle',)]

    def outputs_change(self):
        if self.rnd.random() < 0.2:
            return self.output() + self.strike() + [('settle',)]
        return self.strike() + self.pause() + self.output() + [('settle',)]

    def clients_leave(self):
        actions = self.strike() + self.pause()
        for slot in sorted(self.clients):
            if self.rnd.random() < 0.4:
                actions += self.end(slot, self.rnd.choice(('kill', 'close')))
        return actions + [('settle',)]

    def truncated(self):
        """A client whose pool is truncated loses its contents, and so it must go."""
        if not self.clients:
            return self.plain_step()
        slot = self.rnd.choice(sorted(self.clients))
        actions = [('try', slot, 'truncate')] + self.strike() + self.pause() + [('settle',)]
        return actions + self.end(slot, 'kill')

    def busy(self):
        """A client that draws into its only buffer as often as it gets it back."""
        # Where it is seen: what is not painted is not released.
        if not self.clients or not self.plain_outputs:
            return self.plain_step()
        slot = self.rnd.choice(sorted(self.clients))
        outputs = [name for name in OUTPUTS if self.on[name]]
        actions = [('op', slot, f'output {self.rnd.choice(outputs)}')]
        actions += [('send', slot, f'single-buffer {self.rnd.randint(2, 12)} 10000')]
        return actions + self.strike() + self.pause() + [('settle',), ('receive', slot)]

    def quiet(self):
        return self.scene() + self.output()

    def climb(self):
        """Up the ladder, a reset there, and down again."""
        actions = []
        if self.rnd.random() < 0.5:
            actions += self.strike(self.fault(CLIMBS)) + self.pause() + self.scene()
            actions += [('settle',)]
        else:
            actions += [('config', {'max_resets': 5, 'reset_window_ms': 60000})]
            for _ in range(self.rnd.randint(6, 13)):
                fault = lost(self.rnd, kind='storm', climbs=True)
                self.since_canon += 1
                actions += self.strike(fault) + [('settle',)]
        actions += self.check() + self.scene() + self.strike() + [('settle',)] + self.check()
        return actions + [('forgive',)]

    def canon(self):
        """Back to a state that is always the same, so that figures can be compared."""
        actions = []
        for slot in sorted(self.clients):
            actions += self.end(slot, 'close')
        for name in OUTPUTS:
            self.on[name] = True
            actions += [('op', CAMERA, 'resize-output {} {} {}'.format(name, *BASE_SIZES[name])),
                        ('op', CAMERA, f'configure-output {name} 1 0')]
        actions += [('op', CAMERA, f'move-output {OUTPUTS[1]} {BASE_SIZES[OUTPUTS[0]][0]} 0')]
        self.plain_outputs = True
        self.since_canon = 0
        scene = self.stock[self.canons % len(self.stock)]
        self.canons += 1
        self.clients = {1: Shown()}
        self.clients[1].scene, self.clients[1].stage = scene, 1
        return actions + [('start', 1), ('op', 1, f'output {OUTPUTS[0]}'), ('canon', scene)]

    STEPS = ((50, 'plain_step'), (12, 'burst'), (8, 'snapshot'), (10, 'outputs_change'),
             (6, 'clients_leave'), (2, 'truncated'), (6, 'busy'), (4, 'quiet'), (1, 'climb'))

    def crowd(self):
        """As much at once as will ever be there, so that heaps have their size from the start."""
        actions = []
        for slot in SLOTS:
            if slot not in self.clients:
                actions += [('start', slot), ('op', slot, f'output {OUTPUTS[slot % 2]}')]
            self.clients[slot] = shown = Shown()
            shown.scene, shown.stage = self.rare[0], 1
            actions += [('op', slot, f'show {shown.scene.name}')]
        for table in (KINDS[:1], CLIMBS, CLIMBS, KINDS[:1]):
            actions += self.strike(self.fault(table)) + [('settle',)] + self.check()
        for slot in SLOTS:
            actions += self.end(slot, 'close')
        return actions

    def step(self):
        """The next step's actions. The first is a canon, so that there is something to compare."""
        self.number += 1
        if self.number in CROWDED:
            return self.crowd()
        if self.since_canon >= CANON_EVERY:
            return self.canon()
        actions = []
        for _ in range(self.rnd.choice((0, 1, 1, 2))):
            actions += self.scene()
        actions += getattr(self, pick(self.rnd, self.STEPS))()
        return actions + self.check()
