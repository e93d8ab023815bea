# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What scenarios have in common: pictures, comparisons, and one weston for as many as it lasts."""
import time

import picture
from machine import MachineError
from session import Session, watch_kernel

MARGIN = 24
ANIMATED = ("weston-simple-shm", "weston-simple-egl", "weston-simple-dmabuf-egl -d /dev/dri/card0")


class Failure(Exception):
    """A scenario does not come out as it must."""


class Skip(Exception):
    """Something is missing that the scenario needs; the message names it."""


def require(condition, text):
    if not condition:
        raise Failure(text)


class Stage:
    """A machine, the folder for its pictures, and the present weston."""

    def __init__(self, machine, out, say):
        self.machine, self.out, self.say = machine, out, say
        self.session, self.config, self.name = None, None, ""
        watch_kernel(machine)

    def weston(self, clients=(), **config):
        """The weston of this configuration with these clients: the present one, or a new one."""
        if self.session and (self.config != (clients, config) or not self.session.alive()
                             or self.session.dead_clients()):
            self.end_session()
        if not self.session:
            session = Session(self.machine, **config)
            session.start()
            self.session, self.config = session, (clients, config)
            for client in clients:
                session.client(client)
                session.shown()
                if client not in ANIMATED:
                    session.rest()
        return self.session

    def end_session(self):
        if self.session:
            self.session.stop()
            self.session = None

    def shoot(self, head=0):
        """A picture without a name."""
        return picture.Picture(self.machine.picture(self.machine.folder / "now.ppm", head))

    def picture(self, when, head=0):
        """A picture that is kept as NAME-WHEN.png."""
        taken = self.shoot(head)
        taken.save(self.out / f"{self.name}-{when}{f'-{head + 1}' if head else ''}.png")
        return taken

    def settled(self, mask=None, need_colours=1, head=0, seconds=60):
        """Wait until the desktop is there, and nothing changes outside the mask."""
        deadline = time.monotonic() + seconds
        if mask is None:
            self.session.rest()
        before = self.shoot(head)
        while True:
            time.sleep(0.7)
            now = self.shoot(head)
            if now.colours() >= need_colours and (mask == "moving"
                                                  or not picture.differing(before, now, mask)[0]):
                return now
            if time.monotonic() > deadline:
                raise Failure(f"the screen does not come to rest in {seconds} s "
                              f"({now.colours()} colours)")
            before = now

    def moving_part(self, samples=6):
        """The rectangle in which the screen changes by itself, with a margin."""
        box, before = None, self.shoot()
        for _ in range(samples):
            time.sleep(0.4)
            now = self.shoot()
            box = picture.united(box, picture.differing(before, now)[1])
            before = now
        require(box is not None, "nothing moves on the screen")
        require(picture.area(box) < 0.6 * before.width * before.height,
                f"nearly the whole screen moves: {box}")
        return picture.grown(box, MARGIN)

    def same(self, one, other, what, mask=None):
        """Fail unless two pictures agree outside the mask."""
        count, box = picture.differing(one, other, mask)
        require(count == 0, f"{what}: {count} pixels differ, in {box}")

    def still_moving(self, seconds=15):
        """Fail unless the screen changes."""
        deadline, before = time.monotonic() + seconds, self.shoot()
        while not picture.differing(before, self.shoot())[0]:
            require(time.monotonic() < deadline, "the clients' windows stand still")
            time.sleep(0.3)

    def whole(self):
        """Fail unless weston and all its clients are those that were started."""
        session = self.session
        require(session.alive(), "weston is not the process that it was")
        dead = session.dead_clients()
        require(not dead, f"clients have ended: {dead}")

    def no_mode_set(self, kms, what="meanwhile"):
        """Fail if the kernel has set a mode, disabled a screen or lost a framebuffer."""
        require(kms.mode_sets == 0, f"{what}: mode sets: {kms.names}")
        require(kms.framebuffers_removed == 0,
                f"{what}: {kms.framebuffers_removed} framebuffers removed")

    def run(self, name, scenario):
        """Run one scenario. Returns (verdict, text)."""
        self.name = name
        began = time.monotonic()
        try:
            verdict, text = "PASS", scenario(self)
        except Skip as skip:
            verdict, text = "SKIP", str(skip)
        except (Failure, MachineError) as failure:
            verdict, text = "FAIL", str(failure)
        if self.session:
            try:
                self.session.collect(self.out, name)
            except MachineError as error:
                text = f"{text}; logs: {error}"
            if verdict == "FAIL":
                self.end_session()
        return verdict, text, time.monotonic() - began
