# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The two compositors of a soak: the subject, which meets the faults, and its twin, which does not.

Both are told the same, by scene clients that live as long as the plan wants them to.
"""

import os
import subprocess
import tempfile
import time

import kit

from soak_fault import RESET_ACTIVE, Injector
from soak_plan import BASE_SIZES, CAMERA, OUTPUTS, Fault

REFRESH_MHZ = 200000
SETTLE_S = 20        # a reset that is not over by then has lost the desktop
PATIENCE_S = 20      # how long errors without a loss may show
MAYBE_S = 0.03       # how long a fault that may not strike is waited for
NUDGE_S = 0.02       # a desktop where nothing moves makes no GL calls
POLL_S = 0.0004
# What is filtered is rounded by the pieces that it is drawn in, and the first frame of a generation is
# drawn in others (see find_clip() in weston-14/scene.c). Redrawn it must be equal; before, the share
# of pixels that differ by more than 1, at edges, must be small.
REDRAWS = 3
EDGES_SHARE = 0.002
SHORT_MS = 20
FLOOR_S = 0.15       # how long memory is looked at without a context

# No limit of resets: otherwise the whole soak would be spent in software. Storms set one.
USUAL = {'max_resets': 0, 'reset_window_ms': 60000, 'quiet_ms': 60000, 'probe_first_ms': 30000}

RUNNING, CONTEXT = 0, 0  # state and rung, as in weston-robust-api.h


class Wrong(Exception):
    """What was to be held was not: the message says how."""


class WrongPicture(Wrong):
    pass


def ini():
    return ''.join(kit.output_section(name, *BASE_SIZES[name]) for name in OUTPUTS)


class World:
    """A compositor and its clients by slot; CAMERA takes the pictures and moves the outputs."""

    def __init__(self, build, renderer, fault=None):
        # A cache of shaders that others fill and empty would decide how much of LLVM is resident.
        self.cache = tempfile.TemporaryDirectory(prefix='wr-soak-cache-')
        env, preload = {'MESA_SHADER_CACHE_DIR': self.cache.name}, ()
        if fault:
            env.update(fault.environment('offer-purge=1'))
            preload = (build.fault_library,)
        self.compositor = kit.Compositor(build, renderer, ini=ini(), extra_env=env,
                                         options=[f'--refresh-rate={REFRESH_MHZ}'],
                                         preload=preload)
        self.clients = {}
        self.start(CAMERA)
        self.clients[CAMERA].run(f'output {OUTPUTS[0]}')
        self.clients[CAMERA].run(f'head {OUTPUTS[1]}')

    def start(self, slot):
        self.clients[slot] = kit.SceneClient(self.compositor, stderr=subprocess.DEVNULL)

    def end(self, slot, how):
        client = self.clients.pop(slot)
        if how == 'kill':
            client.process.kill()
            client.process.wait()
        client.close()

    def pid(self):
        return self.compositor.process.pid

    def stop(self):
        for slot in list(self.clients):
            self.end(slot, 'close')
        return self.compositor.stop()

    def memory_kib(self):
        """Resident memory."""
        with open(f'/proc/{self.pid()}/status', encoding='ascii') as file:
            return next(int(line.split()[1]) for line in file if line.startswith('VmRSS:'))

    def files(self):
        return len(os.listdir(f'/proc/{self.pid()}/fd'))


class Pair:
    """Subject and twin."""

    def __init__(self, build, fault):
        self.subject = World(build, 'ours', fault)
        try:
            self.injector = Injector(fault.path, self.subject.pid())
            self.twin = World(build, 'ours')
        except BaseException:
            self.subject.compositor.cleanup()
            raise
        self.worlds = (self.subject, self.twin)
        self.configure(USUAL)
        self.expected = self.struck = 0  # losses, and the number of the last request
        self.open = []                   # faults that were not waited for yet
        self.tally = {}                  # kind of fault: how many struck, or were asked for
        self.redrawn = 0                 # pictures that rounding had to be redrawn for
        self.converted = 0               # pictures that another conversion made differ by 1
        self.healed_s = 0                # longest time that an error without a loss was seen

    def both(self, slot, command, same=True):
        """Run a command in both; they must answer the same."""
        self.send(slot, command)
        return self.receive(slot, command, same)

    def send(self, slot, command):
        for world in self.worlds:
            world.clients[slot].send(command)

    def receive(self, slot, command='', same=True):
        answers = []
        for world in self.worlds:
            try:
                answers.append(world.clients[slot].answer())
            except kit.TestError as error:
                world.compositor.require_alive()
                answers.append(('gone', str(error)))
        if same and (answers[0] != answers[1] or 'lost the connection' in answers[0][1]):
            raise Wrong(f'`{command}` of client {slot}: {answers[0]}, without faults {answers[1]}')
        return answers

    def start(self, slot):
        for world in self.worlds:
            world.start(slot)

    def end(self, slot, how):
        for world in self.worlds:
            world.end(slot, how)

    def try_both(self, slot, command):
        try:
            self.both(slot, command, same=False)
        except kit.TestError:
            pass  # the client was thrown out: that it dies is the next action

    # Faults.

    def strike(self, fault):
        self.before = self.injector.read() if not self.open else self.before
        self.struck = self.injector.strike(fault.text)
        self.open.append(fault)
        self.tally[fault.kind] = self.tally.get(fault.kind, 0) + 1

    def nudge(self):
        self.subject.clients[CAMERA].run('damage-all')

    def _wait(self, condition, limit_s, nudge=True):
        """Whether the condition on the injector's slot came true in time."""
        end = time.monotonic() + limit_s
        next_nudge = time.monotonic() if nudge else end
        while True:
            now = time.monotonic()
            if now >= next_nudge:
                self.nudge()
                next_nudge = now + NUDGE_S
            if condition(self.injector.read()):
                return True
            if now > end:
                return False
            if self.subject.compositor.process.poll() is not None:
                self.subject.compositor.require_alive()
            time.sleep(POLL_S)

    def settle(self):
        """Until every fault has struck, or can't, and the subject has drawn after the last loss."""
        if not self.open:
            return
        faults, self.open = self.open, []
        idle = any(fault.idle for fault in faults)
        hold = max(fault.hold for fault in faults)  # meanwhile no other can strike
        losses = self.before.losses + (1 if any(f.losses and f.sure for f in faults) else 0)
        if not self._wait(lambda slot: (hold or slot.struck >= self.struck) and
                          slot.losses >= losses, SETTLE_S, nudge=not idle):
            raise Wrong('the fault does not strike: weston makes no GL call')
        if any(not fault.sure for fault in faults):
            self._wait(lambda slot: slot.losses > self.before.losses or
                       slot.faults > self.before.faults, MAYBE_S)
        if hold:
            time.sleep(hold / 1000)
            self.injector.release()
        if not self._wait(lambda slot: slot.losses == 0 or
                          slot.reset != RESET_ACTIVE and slot.first_frame > 0,
                          SETTLE_S, nudge=not idle):
            raise Wrong('no whole frame after a reset')
        if self.injector.read().bad_text:
            raise Wrong(f'the injector does not understand {[f.text for f in faults]}')
        if any(not f.sure or f.patient or f.climbs or ';' in f.text for f in faults):
            self.injector.release()

    def floor_kib(self):
        """The least resident size while there is no context at all: the next one can't be made yet.

        What is left then is what resets leave behind; all that is drawn with comes and goes in tens
        of MiB, in heaps that are never quite the same. It is given back beside the renderer's work.
        """
        before = self.injector.read()
        self.injector.strike('at=now queries=1 mode=lost+create-fails:-1')
        if not self._wait(lambda slot: slot.losses > before.losses and
                          slot.faults > before.faults and slot.objects['contexts'] == 0, SETTLE_S):
            raise Wrong('the last context is never destroyed')
        end = time.monotonic() + FLOOR_S
        least = self.subject.memory_kib()
        while time.monotonic() < end:
            time.sleep(FLOOR_S / 50)
            least = min(least, self.subject.memory_kib())
        self.injector.release()
        if not self._wait(lambda slot: slot.first_frame > 0, SETTLE_S):
            raise Wrong('no whole frame after a reset')
        self.come_down()
        return least

    # The ladder.

    def recovery(self):
        """The subject's state and rung; None where it has no weston-robust."""
        value = int(self.subject.clients[CAMERA].run('recovery')) - 1
        return (value // 256, value // 16 % 16) if value >= 0 else None

    def configure(self, values):
        for name, value in values.items():
            self.subject.clients[CAMERA].run(f'recovery {name} {value}')

    def forgive(self):
        """Have the quiet minute, and the half minute before hardware is tried, in no time."""
        self.configure({'quiet_ms': SHORT_MS, 'probe_first_ms': SHORT_MS})
        end = time.monotonic() + SETTLE_S
        while self.recovery()[0] != RUNNING:
            if time.monotonic() > end:
                raise Wrong('software does not lead back to hardware')
            time.sleep(SHORT_MS / 1000)
        time.sleep(2 * SHORT_MS / 1000)
        self.nudge()
        self.both(CAMERA, 'digest area', same=False)
        self.configure(USUAL)

    def come_down(self):
        """Back to the foot of the ladder, wherever chance has led."""
        end = time.monotonic() + SETTLE_S
        while self.recovery() != (RUNNING, CONTEXT):
            if time.monotonic() > end:
                raise Wrong(f'state and rung are {self.recovery()} after a quiet time')
            self.forgive()
            # The generation of now is from up there. A rebuild in between is no quiet time.
            self.strike(Fault('come-down', 'at=now queries=1'))
            self.settle()

    # Pictures.

    def snap(self, how):
        """In the midst of it a picture may be refused, but not wrong."""
        for slot in sorted(self.subject.clients):
            self.both(slot, 'sync')
        self.both(CAMERA, f'output {OUTPUTS[0]}')
        answers = self.both(CAMERA, 'digest area', same=False)
        patient = any(fault.patient for fault in self.open)
        if answers[0][0] == 'ok' and answers[0] != answers[1] and not patient and \
                not (how.filtered and self._beyond(1) <= EDGES_SHARE) and \
                not (how.converted and self._beyond(1) == 0):
            raise WrongPicture(f'a picture during the recovery: {answers[0]}, not {answers[1]}')

    def check(self, how, patient, outputs):
        """Returns how many pictures were compared."""
        for slot in sorted(self.subject.clients):
            self.both(slot, 'sync')
        if how.filtered:
            self.both(CAMERA, 'damage-all')
        for name in outputs:
            self.both(CAMERA, f'output {name}')
            self._compare(name, how, patient)
        return len(outputs)

    def _compare(self, name, how, patient):
        begin = time.monotonic()
        redraws = REDRAWS if how.filtered else 0
        while True:
            answers = self.both(CAMERA, 'digest area', same=False)
            waited = time.monotonic() - begin
            if answers[1][0] != 'ok':
                raise Wrong(f'output {name}: {answers[1]} without faults')
            if answers[0] == answers[1]:
                break
            self.subject.compositor.require_alive()
            seen = answers[0][0] == 'ok'
            if seen and redraws > 0 and self._beyond(1) <= EDGES_SHARE:
                redraws -= 1
                self.redrawn += 1
                self.both(CAMERA, 'damage-all')
            elif seen and how.converted and self._beyond(1) == 0:
                self.converted += 1
                break
            elif seen and not patient or waited > PATIENCE_S:
                raise WrongPicture(f'output {name}: picture {answers[0]}, not {answers[1]}')
            else:
                time.sleep(0.002)
        if patient:
            self.healed_s = max(self.healed_s, waited)

    def _beyond(self, tolerance):
        """The share of pixels of the last pictures that differ by more."""
        with tempfile.TemporaryDirectory(prefix='wr-soak-') as folder:
            self.save_pictures(folder)
            result = kit.compare(self.subject.compositor.build, f'{folder}/subject.png',
                                 f'{folder}/twin.png', tolerance)
        return result['pixels_differing'] / result['pixels_compared']

    def save_pictures(self, folder):
        for name, world in (('subject', self.subject), ('twin', self.twin)):
            world.clients[CAMERA].answer_to(f'save {folder}/{name}.png')

    def save(self, folder):
        """The pictures that were judged last, and what weston has said."""
        try:
            self.save_pictures(folder)
        except (kit.TestError, KeyError):
            pass
        for name, world in (('subject', self.subject), ('twin', self.twin)):
            with open(f'{folder}/{name}.log', 'w', encoding='utf-8') as file:
                file.write(world.compositor.tail(10 ** 6))

    def cleanup(self):
        for world in self.worlds:
            for slot in list(world.clients):
                try:
                    world.end(slot, 'kill')
                except OSError:
                    pass
            world.compositor.cleanup()
        self.injector.close()
