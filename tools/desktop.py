# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A weston with its clients in a private runtime directory.

Sizes and positions are in pixels of the output's picture, origin at the top left.
"""
import dataclasses
import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import time

SOCKET = "weston-robust"
X11_SOCKETS = pathlib.Path("/tmp/.X11-unix")
FLAGS_OF_BACKEND = {
    "headless": ["--width={w}", "--height={h}"],
    "x11": ["--width={w}", "--height={h}", "--no-input"],
    "wayland": ["--width={w}", "--height={h}"],
    "rdp": ["--width={w}", "--height={h}", "--address=127.0.0.1", "--no-resizeable"],
}
VIEW = re.compile(r"View \d+ \(role (?P<role>[^,]*), PID (?P<pid>\d+), surface ID \d+, (?P<label>.*),"
                  r" 0x[0-9a-f]+\):")
PLACE = re.compile(r"position: \((-?\d+), (-?\d+)\) -> \((-?\d+), (-?\d+)\)")


class DesktopError(Exception):
    """Something that the desktop should do did not happen; the text says what."""


@dataclasses.dataclass(frozen=True)
class Rect:
    x: int
    y: int
    width: int
    height: int

    def __str__(self):
        return f"{self.x},{self.y},{self.width}x{self.height}"


@dataclasses.dataclass(frozen=True)
class View:
    """One entry of weston's scene graph; views come topmost first."""
    role: str
    pid: int
    label: str
    rect: Rect


@dataclasses.dataclass(frozen=True)
class Client:
    """A program of the desktop.

    title: finds the window of a program whose surfaces are not its own (X11: Xwayland's)
    moving: the role of those of its surfaces that never rest; "" for a still picture
    stopped: the process is stopped once it has drawn, so it can't help to restore anything
    varies: the picture is still, but another one each time the program runs
    """
    name: str
    command: tuple
    title: str = ""
    moving: str = ""
    stopped: bool = False
    varies: bool = False


def wait_for(what, condition, seconds):
    """Poll until condition() is true and return its value; raise DesktopError in time."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise DesktopError(f"{what}: not within {seconds} s")
        time.sleep(0.03)


def parse_scene(text):
    """Return the views of `weston-debug scene-graph`, topmost first."""
    views, head = [], None
    for line in text.splitlines():
        found = VIEW.search(line)
        if found:
            head = found
        elif head and (place := PLACE.search(line)):
            x1, y1, x2, y2 = map(int, place.groups())
            views.append(View(head["role"], int(head["pid"]), head["label"],
                              Rect(x1, y1, x2 - x1, y2 - y1)))
            head = None
    return views


def end_process(process, seconds=3):
    """Ask a process group to end, then make it; the process is reaped."""
    for sig in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sig)
            os.killpg(process.pid, signal.SIGCONT)
        except ProcessLookupError:
            pass
        try:
            process.wait(seconds)
            return
        except subprocess.TimeoutExpired:
            continue


class Desktop:
    """`with Desktop(...) as desktop:` runs weston; leaving the block ends all of it."""

    def __init__(self, build, folder, config, size=(1280, 800), backend="headless"):
        self.build = pathlib.Path(build)
        self.folder = pathlib.Path(folder)
        self.config = config
        self.size = size
        self.backend = backend
        self.weston = None
        self.clients = {}
        self.runtime = self.folder / "run"
        self.log = self.folder / "weston.log"
        self.env = self._environment()

    def _environment(self):
        env = {k: v for k, v in os.environ.items()
               if k in ("PATH", "LD_LIBRARY_PATH", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")
               or k.startswith(("LIBGL_", "GALLIUM_", "MESA_", "LP_"))}
        cache = self.build / "desktop-cache"
        for folder in (cache, self.folder / "config", self.folder / "home"):
            folder.mkdir(parents=True, exist_ok=True)
        self.runtime.mkdir(mode=0o700, parents=True)
        # Mesa's other kinds of cache call rand() when they fill, and the shell takes the
        # places of its windows from the same sequence.
        env.update(XDG_RUNTIME_DIR=str(self.runtime), HOME=str(self.folder / "home"),
                   XDG_CONFIG_HOME=str(self.folder / "config"), XDG_CACHE_HOME=str(cache),
                   MESA_SHADER_CACHE_DIR=str(cache), MESA_DISK_CACHE_MULTI_FILE="true",
                   LANG="C.UTF-8", TZ="UTC",
                   DBUS_SESSION_BUS_ADDRESS=f"unix:path={self.runtime}/no-bus", NO_AT_BRIDGE="1",
                   GSETTINGS_BACKEND="memory")
        return env

    def start(self, extra_env=None, arguments=()):
        """Start weston and wait until its shell has drawn the background."""
        # Where no X server has ever run, weston 14's Xwayland module crashes without this folder.
        if not X11_SOCKETS.exists():
            X11_SOCKETS.mkdir()
            X11_SOCKETS.chmod(0o1777)
        # Clients look for the file in XDG_CONFIG_HOME, weston is told.
        ini = self.folder / "config" / "weston.ini"
        ini.write_text(self.config, encoding="utf-8")
        flags = [f.format(w=self.size[0], h=self.size[1]) for f in FLAGS_OF_BACKEND[self.backend]]
        env = {**self.env, **self._parent_display(), **(extra_env or {})}
        self.weston = self._spawn(
            ["weston", f"--backend={self.backend}", "--renderer=gl", f"--config={ini}", "--debug",
             f"--socket={SOCKET}", f"--log={self.log}", *flags, *arguments], env, "weston")
        self.env["WAYLAND_DISPLAY"] = SOCKET
        wait_for("weston's desktop", self._shell_is_up, 20)

    def _parent_display(self):
        """What a nested weston needs to find the display that it opens its window on."""
        if self.backend == "x11":
            return {k: os.environ[k] for k in ("DISPLAY", "XAUTHORITY") if k in os.environ}
        if self.backend == "wayland":
            parent = os.environ.get("WAYLAND_DISPLAY", "wayland-0")
            return {"WAYLAND_DISPLAY":
                    os.path.join(os.environ.get("XDG_RUNTIME_DIR", "/run"), parent)}
        return {}

    def _spawn(self, command, env, name):
        # The kernel ends the process with us, even when we are killed.
        with open(self.folder / f"{name}.out", "ab") as out:
            return subprocess.Popen(["setpriv", "--pdeathsig", "KILL", "--", *command], env=env,
                                    stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                    start_new_session=True)

    def _shell_is_up(self):
        if self.weston.poll() is not None:
            output = (self.folder / "weston.out").read_text(encoding="utf-8", errors="replace")
            raise DesktopError(f"weston ended at start with status {self.weston.returncode}: "
                               f"{' '.join(output.splitlines()[-2:])}")
        if not (self.runtime / SOCKET).exists():
            return False
        labels = " ".join(view.label for view in self.scene())
        return "background for output" in labels and "panel for output" in labels

    def scene(self):
        """Return the views that weston shows, topmost first; [] when it does not answer."""
        try:
            done = subprocess.run(["weston-debug", "scene-graph"], env=self.env, timeout=5, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
        except subprocess.TimeoutExpired:
            return []
        return parse_scene(done.stdout)

    def open(self, client, seconds=20):
        """Start a client and wait until its window is mapped."""
        env = {**self.env, "GDK_BACKEND": "wayland"}
        if client.title:
            env["DISPLAY"] = self.x_display()
        process = self._spawn(client.command, env, client.name)
        self.clients[client.name] = (client, process)
        wait_for(f"the window of {client.name}", lambda: self.views_of(client), seconds)
        if client.stopped:
            time.sleep(0.3)
            os.kill(process.pid, signal.SIGSTOP)

    def views_of(self, client):
        """Return the client's views, topmost first; raise when the client has ended."""
        process = self.clients[client.name][1]
        if process.poll() is not None:
            raise DesktopError(f"{client.name} ended with status {process.returncode}: "
                               f"{shlex.join(client.command)}")
        return [view for view in self.scene()
                if (f"'{client.title}'" in view.label if client.title else view.pid == process.pid)]

    def x_display(self):
        """Return the display that weston's Xwayland listens on."""
        found = re.search(r"xserver listening on display (:\d+)",
                          self.log.read_text(encoding="utf-8", errors="replace"))
        if not found:
            raise DesktopError("weston has no Xwayland")
        return found[1]

    def alive(self):
        """Return the names of the clients whose processes run."""
        return [name for name, (_, process) in self.clients.items() if process.poll() is None]

    def moving_rects(self):
        """Return (client name, rectangle) for all that never rests on the screen."""
        return [(name, view.rect) for name, (client, _) in self.clients.items() if client.moving
                for view in self.views_of(client) if view.role == client.moving]

    def varying_rects(self):
        """Return the rectangles that two runs of the same desktop need not share."""
        return [view.rect for client, _ in self.clients.values() if client.varies
                for view in self.views_of(client)]

    def capture(self, path, seconds=10):
        """Write a picture of the first output; raise when weston gives none."""
        command = [self.build / "tests/compositor/wr-capture", f"--timeout={seconds * 1000}", path]
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, check=False)
        if done.returncode:
            raise DesktopError(f"no picture: {done.stderr.strip() or done.returncode}")
        return path

    @staticmethod
    def compare(build, one, other, masks=()):
        """Compare two pictures outside the masks; return wr-compare's figures."""
        command = [build / "tests/compositor/wr-compare", "--json", one, other]
        for mask in masks:
            command += ["--ignore", str(mask)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode not in (0, 1):
            raise DesktopError(f"wr-compare: {done.stderr.strip()}")
        return json.loads(done.stdout)

    def usage(self):
        """Return weston's resident memory in KiB and the number of its open files."""
        proc = pathlib.Path(f"/proc/{self.weston.pid}")
        status = (proc / "status").read_text(encoding="ascii")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]), len(os.listdir(proc / "fd"))

    def stop(self):
        for _, process in self.clients.values():
            end_process(process)
        if self.weston:
            end_process(self.weston)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
