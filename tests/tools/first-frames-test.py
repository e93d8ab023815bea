#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The first frame of every client of the weston package equals on ours what it is on stock's renderer.

weston runs with a refresh rate of 0, so that it repaints for captures only: the first picture of a
client shows the first frame that it has drawn, also of one that is animated, which no picture at rest can
show (tests/compositor/clients-test). All channels of all pixels must be equal.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cases

sys.path.insert(0, str(cases.TOOLS))
from desktop import Client, Desktop, DesktopError, Rect, end_process  # noqa: E402

BUILD = pathlib.Path(os.environ.get("WR_BUILD_DIR", cases.TOOLS.parent / "build"))
FAILURES = BUILD / "tests/tools/first-frames-failures"
SIZE = (1024, 768)
CONFIG = """\
[core]
idle-time=0
[shell]
background-color=0xff336699
panel-position=top
clock-format=none
startup-animation=none
close-animation=none
animation=none
"""
ARGUMENTS = {
    "weston-image": ["/usr/share/weston/wayland.png"],
    "weston-terminal": ["--shell={folder}/shell"],
}
# Where, in the client's window, what it draws is another thing each time: an address in the heap.
UNSTEADY = {"weston-stacking": Rect(80, 60, 190, 18)}
# No window of their own, or a tool for something else.
NO_CLIENTS = {"weston", "weston-debug", "weston-screenshooter"}


def names():
    """Return the client programs of the weston package."""
    done = subprocess.run(["dpkg", "-L", "weston"], capture_output=True, text=True, check=True)
    found = {pathlib.Path(line).name for line in done.stdout.splitlines()
             if line.startswith("/usr/bin/weston")}
    return sorted(found - NO_CLIENTS)


class Pictures:
    """What each client looks like on one renderer."""

    def __init__(self, folder, renderer):
        self.folder = pathlib.Path(folder) / renderer
        self.folder.mkdir()
        shell = self.folder / "shell"
        shell.write_text("#!/bin/sh\necho one line\nexec sleep 100\n", encoding="utf-8")
        shell.chmod(0o755)
        env = {}
        if renderer == "robust":
            env["WESTON_MODULE_MAP"] = f"gl-renderer.so={BUILD}/libweston-robust/gl-renderer.so"
        sanitizer = os.environ.get("WR_SANITIZER_PRELOAD")
        if sanitizer:
            env["LD_PRELOAD"] = sanitizer
            env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        self.desktop = Desktop(BUILD, self.folder, CONFIG, SIZE)
        self.desktop.start(env, ["--refresh-rate=0"])
        self.empty = self.desktop.capture(self.folder / "empty.png")

    def take(self, name):
        """Return the client's picture, or None; the reason why there is none; what to leave out."""
        arguments = [argument.format(folder=self.folder) for argument in ARGUMENTS.get(name, [])]
        preload = f"LD_PRELOAD={BUILD}/tests/tools/libfixed-seed.so"
        client = Client(name, ("env", preload, name, *arguments))
        picture = self.folder / f"{name}.png"
        masks = []
        try:
            self.desktop.open(client, seconds=3)
            self.desktop.capture(picture)
            if not Desktop.compare(BUILD, self.empty, picture)["pixels_differing"]:
                raise DesktopError("its window is not to be seen")
            if name in UNSTEADY:
                rect, window = UNSTEADY[name], self.desktop.views_of(client)[0].rect
                masks = [Rect(window.x + rect.x, window.y + rect.y, rect.width, rect.height)]
        except DesktopError as error:
            picture, reason = None, str(error)
        else:
            reason = ""
        end_process(self.desktop.clients.pop(name)[1])
        return picture, reason, masks

    def stop(self):
        self.desktop.stop()


class ClientsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.stock = Pictures(folder.name, "stock")
        cls.addClassCleanup(cls.stock.stop)
        cls.ours = Pictures(folder.name, "robust")
        cls.addClassCleanup(cls.ours.stop)

    def check(self, name):
        stock, reason, masks = self.stock.take(name)
        ours, our_reason, _ = self.ours.take(name)
        self.assertIsNone(self.ours.desktop.weston.poll(), "weston has ended")
        if stock is None:
            self.skipTest(f"has no window on stock either: {reason}")
        self.assertIsNotNone(ours, our_reason)
        found = Desktop.compare(BUILD, stock, ours, masks)
        if found["pixels_differing"]:
            FAILURES.mkdir(parents=True, exist_ok=True)
            for renderer, picture in (("stock", stock), ("ours", ours)):
                (FAILURES / f"{name}-{renderer}.png").write_bytes(picture.read_bytes())
        self.assertEqual(found["pixels_differing"], 0, f"{found}; see {FAILURES}")


for client in names():
    setattr(ClientsTest, "test_" + client.replace("-", "_"),
            lambda self, client=client: self.check(client))


if __name__ == "__main__":
    cases.main(__name__)
