# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Stock weston desktops under the fault injector, and pictures of them.

Needs nothing but the weston package: pictures are taken by weston-screenshooter.
"""

import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time
import zlib

SKIP = 77


def skip(reason):
    print(f"SKIP: {reason}")
    sys.exit(SKIP)


def need(*programs):
    """Skip the test when a program is missing."""
    for program in programs:
        if not shutil.which(program):
            skip(f"{program} is not installed")


class Picture:
    """A PNG of 8 bits per channel, as written by cairo: rows of RGB or RGBA bytes."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        at, packed = 8, b""
        while at < len(data):
            length, kind = struct.unpack(">I4s", data[at:at + 8])
            body = data[at + 8:at + 8 + length]
            if kind == b"IHDR":
                self.width, self.height, depth, colour, _, _, interlaced = \
                    struct.unpack(">IIBBBBB", body)
                if depth != 8 or colour not in (2, 6) or interlaced:
                    raise ValueError(f"{path}: not a plain RGB PNG")
                self.channels = 3 if colour == 2 else 4
            elif kind == b"IDAT":
                packed += body
            at += 12 + length
        self.rows = self.unfilter(zlib.decompress(packed))

    def unfilter(self, data):
        stride, n = self.width * self.channels, self.channels
        rows, above = [], bytes(stride)
        for y in range(self.height):
            start = y * (stride + 1)
            row = bytearray(data[start + 1:start + 1 + stride])
            self.undo(data[start], row, above, n)
            rows.append(bytes(row))
            above = row
        return rows

    @staticmethod
    def undo(method, row, above, n):
        for i in range(len(row)) if method else ():
            left = row[i - n] if i >= n else 0
            corner = above[i - n] if i >= n else 0
            if method == 1:
                add = left
            elif method == 2:
                add = above[i]
            elif method == 3:
                add = (left + above[i]) // 2
            else:
                guess = left + above[i] - corner
                add = min((abs(guess - left), 0, left), (abs(guess - above[i]), 1, above[i]),
                          (abs(guess - corner), 2, corner))[2]
            row[i] = (row[i] + add) & 255

    def differing(self, other, top=0):
        """How many pixels below row `top` differ; all of them if the sizes do."""
        if (self.width, self.height) != (other.width, other.height):
            return self.width * self.height
        count, n = 0, self.channels
        for one, two in zip(self.rows[top:], other.rows[top:]):
            if one != two:
                count += sum(one[i:i + 3] != two[i:i + 3] for i in range(0, len(one), n))
        return count


class Desktop:
    """A weston process, its clients, its log and its pictures; ends with the `with` block."""

    def __init__(self, name, *arguments, env=None, parent=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix=f"wr-fault-{name}-"))
        self.folder.chmod(0o700)
        self.runtime = parent.runtime if parent else self.folder
        self.socket = f"wayland-{name}"
        self.clients = []
        self.base = {k: v for k, v in os.environ.items()
                     if k not in ("WAYLAND_DISPLAY", "DISPLAY", "LD_PRELOAD")
                     and not k.startswith("WR_FAULT")}
        self.base |= {"XDG_RUNTIME_DIR": str(self.runtime), "HOME": str(self.folder),
                      "XDG_PICTURES_DIR": str(self.folder), "LANG": "C.UTF-8",
                      "MESA_SHADER_CACHE_DISABLE": "true"}
        own = self.base | (env or {})
        if parent:
            own["WAYLAND_DISPLAY"] = parent.socket
        self.log = open(self.folder / "weston.log", "wb")
        self.weston = subprocess.Popen(
            ["weston", "--no-config", f"--socket={self.socket}", *arguments], env=own,
            cwd=self.folder, stdout=self.log, stderr=subprocess.STDOUT, start_new_session=True)

    def __enter__(self):
        self.wait(lambda: (self.runtime / self.socket).exists(), "weston's socket")
        time.sleep(1)
        return self

    def __exit__(self, *exception):
        for client in self.clients:
            client.kill()
        self.weston.terminate()
        try:
            self.weston.wait(5)
        except subprocess.TimeoutExpired:
            pass
        try:
            os.killpg(self.weston.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self.log.close()
        if not os.environ.get("WR_FAULT_KEEP"):
            shutil.rmtree(self.folder, ignore_errors=True)

    def text(self):
        return (self.folder / "weston.log").read_text(encoding="utf-8", errors="replace")

    def wait(self, condition, what, seconds=10):
        end = time.monotonic() + seconds
        while not condition():
            if self.weston.poll() is not None:
                raise RuntimeError(f"weston has ended ({self.weston.returncode})\n{self.text()}")
            if time.monotonic() > end:
                raise RuntimeError(f"no {what} after {seconds} s\n{self.text()}")
            time.sleep(0.05)

    def open(self, *command, settle=0.8):
        self.clients.append(subprocess.Popen(
            command, env=self.base | {"WAYLAND_DISPLAY": self.socket}, cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        time.sleep(settle)

    def capture(self):
        """A Picture of the output, or a sentence that says why there is none."""
        for old in self.folder.glob("wayland-screenshot*.png"):
            old.unlink()
        try:
            done = subprocess.run(
                ["weston-screenshooter"], env=self.base | {"WAYLAND_DISPLAY": self.socket},
                cwd=self.folder, capture_output=True, text=True, timeout=8, check=False)
            said = " ".join(done.stderr.split())
        except subprocess.TimeoutExpired:
            said = "weston-screenshooter hangs"
        shots = list(self.folder.glob("wayland-screenshot*.png"))
        if shots:
            return Picture(shots[0])
        time.sleep(0.3)
        ended = self.weston.poll()
        if ended is not None:
            how = signal.Signals(-ended).name if ended < 0 else f"status {ended}"
            return f"no picture: weston has ended ({how})"
        return f"no picture: {said}"


class Injector:
    """The preload library and its control file."""

    def __init__(self, library, tool, folder):
        self.library, self.tool = library, tool
        self.control = pathlib.Path(folder) / "control"
        self.run("create")

    def env(self, **more):
        return {"LD_PRELOAD": str(self.library), "WR_FAULT_CONTROL": str(self.control)} | more

    def run(self, *arguments):
        return subprocess.run([self.tool, self.control, *arguments], capture_output=True,
                              text=True, timeout=30, check=False)

    def compositor(self):
        """What the injector has counted in the compositor's process; the latest, if several."""
        status = json.loads(self.run("status", "--json").stdout)
        return max((p for p in status["processes"] if p["compositor"]),
                   key=lambda p: p["started_at"], default=None)
