# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What scenarios have in common: pictures, comparisons, and one weston for as many as it lasts."""
import time

import picture
from machine import MachineError
from session import Session, watch_kernel

ANIMATED = ("weston-simple-shm", "weston-simple-egl", "weston-simple-dmabuf-egl", "scan-client")


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
        self.complaints = []
        watch_kernel(machine)

    def weston(self, clients=(), **config):
        """A weston of this configuration with these clients: the present one, if that is alive."""
        if self.session and (self.config != config or not self.session.alive()
                             or self.session.dead_clients()):
            self.end_session()
        if not self.session:
            session = Session(self.machine, **config)
            session.start()
            self.session, self.config = session, config
        self.only_clients(clients)
        return self.session

    def only_clients(self, wanted):
        """Those that draw by themselves start last, when the others have come to rest."""
        session = self.session
        session.end_clients([command for command, _ in session.clients if command not in wanted])
        for animated in (False, True):
            present = [command for command, _ in session.clients]
            new = [command for command in wanted
                   if command not in present and (command.split()[0] in ANIMATED) == animated]
            for command in new:
                session.client(command)
            if new:
                session.shown()
                if not animated:
                    session.rest()

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

    def settled(self, moving=False, need_colours=1, head=0, seconds=60):
        """Wait until the desktop is there, and nothing changes any more. moving: when
        that can't be."""
        deadline = time.monotonic() + seconds
        if not moving:
            self.session.rest()
        before = self.shoot(head)
        while True:
            time.sleep(0.7)
            now = self.shoot(head)
            if now.colours() >= need_colours and (moving
                                                  or not picture.differing(before, now)[0]):
                return now
            if time.monotonic() > deadline:
                raise Failure(f"the screen does not come to rest in {seconds} s "
                              f"({now.colours()} colours)")
            before = now

    def animated(self):
        """The rectangles of the windows that change by themselves."""
        windows = self.session.windows()
        mask = [windows.get(pid) for command, pid in self.session.clients
                if command.split()[0] in ANIMATED]
        require(mask and all(mask), f"the animated windows are not all there: {windows}")
        return mask

    def same(self, one, other, what, mask=None):
        """Complain unless two pictures agree outside the mask; the scenario goes on."""
        count, box = picture.differing(one, other, mask)
        if count:
            self.complaints.append(f"{what}: {count} pixels differ, in {box}")

    @staticmethod
    def until(condition, what, seconds=30):
        """Wait until it is so; fail if that takes too long."""
        deadline = time.monotonic() + seconds
        while not condition():
            require(time.monotonic() < deadline, f"waited {seconds} s in vain for {what}")
            time.sleep(0.3)

    def still_moving(self):
        """Fail unless the screen changes."""
        before = self.shoot()
        self.until(lambda: picture.differing(before, self.shoot())[0], "the clients' windows to move")

    def whole(self):
        """Fail unless weston and all its clients are those that were started."""
        session = self.session
        require(session.alive(), "weston is not the process that it was")
        dead = session.dead_clients()
        require(not dead, f"clients have ended: {dead}")

    def no_mode_set(self, kms, what="meanwhile"):
        """Complain if the kernel has set a mode, disabled a screen or lost a framebuffer."""
        if kms.mode_sets:
            self.complaints.append(f"{what}: mode sets: {kms.names}")
        if kms.framebuffers_removed:
            self.complaints.append(f"{what}: {kms.framebuffers_removed} framebuffers removed")

    def run(self, name, scenario):
        """Run one scenario. Returns (verdict, text, seconds)."""
        self.name, self.complaints = name, []
        began = time.monotonic()
        try:
            verdict, text = "PASS", scenario(self)
        except Skip as skip:
            verdict, text = "SKIP", str(skip)
        except (Failure, MachineError) as failure:
            verdict, text = "FAIL", str(failure)
        if self.complaints:
            verdict, text = "FAIL", "; ".join([*self.complaints, text])
        if self.session:
            try:
                self.session.collect(self.out, name)
            except MachineError as error:
                text = f"{text}; logs: {error}"
            if verdict == "FAIL":
                self.end_session()
        return verdict, text, time.monotonic() - began
