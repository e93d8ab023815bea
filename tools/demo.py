#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Shows a weston desktop that lives through a GPU reset.

Opens a desktop, takes a picture, makes the GPU lose weston's contexts, takes a
picture again, opens one more window, and compares with the same desktop that
never saw a reset. Exit status: 0 the desktop came back whole, 1 something was
lost, 2 the demo could not run.
"""
import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from demo_scene import SIZE, TYPED, WESTON_INI, scene
from desktop import Desktop, DesktopError, Rect, wait_for

TOP = pathlib.Path(__file__).resolve().parents[1]
BUILD = pathlib.Path(os.environ.get("WR_BUILD_DIR", TOP / "build"))
MODULE = BUILD / "libweston-robust/gl-renderer.so"
INJECTOR = BUILD / "tests/fault/libfault-gl.so"
WR_FAULT = BUILD / "tests/fault/wr-fault"
VK_LAYER = BUILD / "tests/fault-vulkan"


def say(text):
    print(f"demo: {text}", flush=True)


def outside(rect):
    """Return the rectangles that cover all of the picture but rect."""
    width, height = SIZE
    right, bottom = rect.x + rect.width, rect.y + rect.height
    parts = [Rect(0, 0, width, rect.y), Rect(0, bottom, width, height - bottom),
             Rect(0, rect.y, rect.x, rect.height), Rect(right, rect.y, width - right, rect.height)]
    return [part for part in parts if part.width > 0 and part.height > 0]


class Fault:
    """The injector of one weston process, steered through its control file."""

    tool = WR_FAULT

    def __init__(self, folder):
        self.control = folder / "fault-control"

    def environment(self):
        env = {"LD_PRELOAD": str(INJECTOR), "WR_FAULT_CONTROL": str(self.control)}
        sanitizer = os.environ.get("WR_SANITIZER_PRELOAD")
        if sanitizer:
            # It insists on being first; the leaks of weston and of its children are not ours.
            env["LD_PRELOAD"] = f"{sanitizer}:{INJECTOR}"
            env["ASAN_OPTIONS"] = os.environ.get("ASAN_OPTIONS", "") + ":detect_leaks=0"
        return env

    def call(self, *args):
        command = [self.tool, self.control, *args]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
        except subprocess.TimeoutExpired as error:
            raise DesktopError(f"{self.tool.name} {' '.join(args)}: no answer") from error
        if done.returncode:
            raise DesktopError(f"{self.tool.name} {' '.join(args)}: {done.stderr.strip()}")
        return done.stdout

    def lose(self, cause, queries):
        """Make every context of the process lost; return the time, in CLOCK_MONOTONIC s."""
        self.call("lose", f"--cause={cause}", f"--queries={queries}", "--wait")
        return json.loads(self.call("status", "--json"))["lost_at"]


class VulkanFault(Fault):
    """The same for GL on zink on lavapipe: a Vulkan layer makes the device lost, for good."""

    tool = VK_LAYER / "wr-vk-fault"

    def __init__(self, folder, stock):
        super().__init__(folder)
        self.stock = stock

    def environment(self):
        if not self.tool.exists():
            raise DesktopError("the Vulkan layer is not built: it needs libvulkan-dev")
        # Stock's module crashes on that extension at start where there is no DRM device.
        hidden = {"WR_FAULT": "hide=EGL_WL_bind_wayland_display"} if self.stock else {}
        return super().environment() | hidden | {
            "MESA_LOADER_DRIVER_OVERRIDE": "zink", "GALLIUM_DRIVER": "zink", "LIBGL_ALWAYS_SOFTWARE": "1",
            "VK_LAYER_PATH": str(VK_LAYER), "VK_INSTANCE_LAYERS": "VK_LAYER_WR_fault",
            "WR_VK_FAULT_MATCH": "weston", "WR_VK_FAULT_CONTROL": str(self.control),
            "WR_FAULT_CONTROL": f"{self.control}-gl"}

    def lose(self, cause, queries):
        self.call("lose", "--wait")
        return json.loads(self.call("status"))["lost_at"]


def incidents_of(log):
    """Return the figures of each "GPU reset:" line of weston's log, as dictionaries."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    return [dict(re.findall(r"(\w+)=(\S+)", line))
            for line in re.findall(r"GPU reset: (cause=.*)", text)]


class Demo:
    """One demonstration. What is lost is collected in `losses`, the figures in `result`."""

    def __init__(self, options, out, work):
        self.options = options
        self.out = out
        self.work = work
        self.losses = []
        self.ended = False
        self.detect_ms = []
        self.incidents = []
        self.result = {"renderer": options.renderer, "cause": options.cause,
                       "backend": options.backend, "driver": options.driver, "resets": 0,
                       "pixels_compared": 0, "pixels_differing": 0}

    def lose(self, text):
        self.losses.append(text)

    def attempt(self, desktop, step, *args):
        """Run a step of the desktop; what it cannot do is a loss. Return whether it could."""
        if self.ended:
            return False
        try:
            step(*args)
        except DesktopError as error:
            # A weston that crashes takes a moment to be gone.
            time.sleep(0.3)
            if not self.has_ended(desktop):
                self.lose(str(error))
            return False
        return True

    def has_ended(self, desktop):
        """Tell whether weston is gone, and count that once as a loss."""
        status = desktop.weston.poll()
        if status is not None and not self.ended:
            self.ended = True
            how = f"by {signal.Signals(-status).name}" if status < 0 else f"with status {status}"
            self.lose(f"weston was ended {how}, and all windows with it")
        return self.ended

    def show(self):
        """Run the desktop without a reset (where it can be compared), then with one."""
        reference = None
        if self.options.backend == "headless":
            say("first, the desktop that sees no reset")
            reference = self.run("reference", 0)
            say("now the one whose GPU is reset")
        if self.options.driver == "zink":
            self.show_many(reference)
        else:
            self.show_reset(reference, self.options.resets)
        self.summarize()

    def show_reset(self, reference, count):
        pictures = self.run("reset", count)
        if reference:
            self.require_same_start(reference, pictures)
            self.compare("the desktop that saw no reset", reference["final"], pictures["final"],
                         pictures["moving"] + pictures["varying"])

    def show_many(self, reference):
        """One desktop per loss: zink gives a process whose device was lost no other device."""
        incidents = []
        for number in range(1, self.options.resets + 1):
            self.show_reset(reference, 1)
            incidents += self.incidents
            self.result["resets"] = number
            if self.losses or self.result["clients_alive"] < self.result["clients_started"]:
                break
        self.incidents = incidents

    def run(self, name, resets):
        """Take one desktop through all steps; its pictures are called NAME-*.png."""
        folder = pathlib.Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self.work))
        clients, last = scene(folder)
        stock = self.options.renderer == "stock"
        fault = VulkanFault(folder, stock) if self.options.driver == "zink" else Fault(folder)
        env = fault.environment()
        if self.options.renderer == "robust":
            env["WESTON_MODULE_MAP"] = f"gl-renderer.so={MODULE}"
        desktop = Desktop(BUILD, folder, WESTON_INI, SIZE, self.options.backend)
        try:
            with desktop:
                desktop.start(env, self.backend_arguments())
                for client in clients:
                    desktop.open(client)
                self.settle(desktop)
                return self.steps(desktop, fault, name, last, resets)
        finally:
            for log in folder.glob("weston.*"):
                shutil.copy(log, self.out / f"{name}-{log.name}")

    def backend_arguments(self):
        if self.options.backend != "rdp":
            return []
        key, cert = self.work / "tls.key", self.work / "tls.crt"
        if not shutil.which("openssl"):
            raise DesktopError("--backend=rdp needs openssl to make a certificate")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=weston-robust", "-keyout", key, "-out", cert],
                       check=True, capture_output=True)
        say("connect with: xfreerdp /v:127.0.0.1 /cert:ignore")
        return [f"--rdp-tls-key={key}", f"--rdp-tls-cert={cert}"]

    def settle(self, desktop):
        """Wait until nothing changes but what is meant to."""
        one, other = self.work / "settle-1.png", self.work / "settle-2.png"

        def rests():
            masks = [rect for _, rect in desktop.moving_rects()]
            desktop.capture(one)
            time.sleep(0.25)
            desktop.capture(other)
            return Desktop.compare(BUILD, one, other, masks)["pixels_differing"] == 0
        wait_for("a desktop at rest", rests, 20)

    def steps(self, desktop, fault, name, last, resets):
        """Return what comparing needs: the pictures and the rectangles to leave out."""
        moving = [rect for _, rect in desktop.moving_rects()]
        pictures = {"before": desktop.capture(self.out / f"{name}-before.png"), "moving": moving,
                    "varying": desktop.varying_rects(), "final": self.out / f"{name}-final.png"}
        pictures["final"].unlink(missing_ok=True)
        if resets:
            self.resets(desktop, fault, pictures, resets)
            self.attempt(desktop, self.require_moving, desktop)
        self.watch("one more window", 0)
        self.attempt(desktop, self.change, desktop, last)
        self.attempt(desktop, desktop.capture, pictures["final"])
        self.watch("the desktop stays for 10 s more", 10)
        self.result["clients_started"] = len(desktop.clients)
        self.result["clients_alive"] = len(desktop.alive())
        self.has_ended(desktop)
        return pictures

    def watch(self, text, seconds):
        """Tell a person who looks at a nested desktop what comes, and give him time."""
        if self.options.backend == "headless":
            return
        if self.options.backend == "rdp" and seconds and sys.stdin.isatty():
            input("demo: press Enter to go on (once you are connected) ")
            return
        say(text)
        time.sleep(seconds)

    def resets(self, desktop, fault, pictures, count):
        """Reset the GPU `count` times; compare now and then and after the last one."""
        self.watch("the GPU is reset in 3 s", 3)
        for number in range(1, count + 1):
            lost_at = fault.lose(self.options.cause, self.options.queries)
            self.result["resets"] = number
            if not self.attempt(desktop, self.await_recovery, desktop, number, lost_at):
                break
            if number % max(1, count // 10) == 0 and number < count:
                self.check_picture(desktop, pictures, number)
                self.result.setdefault("rss_kib", []).append(desktop.usage()[0])
            if number == 10 and count > 10:
                self.sample(desktop, "after_10")
        self.watch("the GPU was reset", 3)
        self.check_picture(desktop, pictures, self.result["resets"])
        if count > 10 and self.result["resets"] == count:
            self.sample(desktop, "end")

    def await_recovery(self, desktop, number, lost_at):
        """Wait until the renderer has reported its recovery; stock's never does."""
        if self.options.renderer == "stock":
            time.sleep(2)
            return

        def reported():
            if desktop.weston.poll() is not None:
                raise DesktopError("weston has ended")
            return len(incidents_of(desktop.log)) >= number
        wait_for(f"the recovery from reset {number}", reported, 15)
        self.incidents = incidents_of(desktop.log)
        detected = float(self.incidents[number - 1].get("detected", "nan"))
        self.detect_ms.append((detected - lost_at) * 1000)

    def sample(self, desktop, when):
        self.result[f"rss_kib_{when}"], self.result[f"fds_{when}"] = desktop.usage()

    def check_picture(self, desktop, pictures, number):
        after = self.out / "reset-after.png"
        after.unlink(missing_ok=True)
        self.attempt(desktop, desktop.capture, after)
        self.compare(f"the picture before (after reset {number})", pictures["before"], after,
                     pictures["moving"])

    def compare(self, what, one, other, masks):
        """Add a comparison to the figures; a picture that is not there differs everywhere."""
        if other.exists() and one.exists():
            found = Desktop.compare(BUILD, one, other, masks)
        else:
            area = SIZE[0] * SIZE[1]
            found = {"pixels_compared": area, "pixels_differing": area}
        self.result["pixels_compared"] += found["pixels_compared"]
        self.result["pixels_differing"] += found["pixels_differing"]
        if found["pixels_differing"] and not self.ended:
            self.lose(f"{found['pixels_differing']} of {found['pixels_compared']} pixels differ "
                      f"from {what}")

    def require_same_start(self, reference, pictures):
        """The comparison means something only when both desktops began alike."""
        found = Desktop.compare(BUILD, reference["before"], pictures["before"],
                                pictures["moving"] + pictures["varying"])
        if found["pixels_differing"]:
            raise DesktopError(f"the two desktops differed in {found['pixels_differing']} pixels "
                               "before any reset, so nothing can be said")

    def require_moving(self, desktop):
        """Every animated surface must soon show something else than it does now."""
        one, other = self.work / "moving-1.png", self.work / "moving-2.png"
        rects = desktop.moving_rects()
        still = list(rects)
        desktop.capture(one)
        # One pair of pictures may meet an animation in the same place of its circle.
        for pause in (0.3, 0.41, 0.53, 0.67):
            time.sleep(pause)
            desktop.capture(other)
            still = [(name, rect) for name, rect in still if not
                     Desktop.compare(BUILD, one, other, outside(rect))["pixels_differing"]]
            if not still:
                break
        self.result["animations"] = len(rects)
        self.result["animations_going_on"] = len(rects) - len(still)
        if still:
            self.lose(f"{len(still)} of {len(rects)} animated surfaces stand still: "
                      + ", ".join(sorted({name for name, _ in still})))

    def change(self, desktop, last):
        """Print a line in the terminal and open one more window."""
        def fifo():
            try:
                return os.open(desktop.folder / "fifo", os.O_WRONLY | os.O_NONBLOCK)
            except OSError:
                return None
        handle = wait_for("the terminal's shell", fifo, 10)
        os.write(handle, TYPED.encode())
        os.close(handle)
        desktop.open(last)
        self.settle(desktop)

    def summarize(self):
        """Fill in the figures that the renderer has logged."""
        result, last = self.result, self.incidents[-1] if self.incidents else {}
        if last and last.get("cause") != self.options.cause:
            self.lose(f"the renderer took the cause for {last.get('cause')}")
        if result["clients_alive"] < result["clients_started"] and not self.ended:
            self.lose(f"{result['clients_started'] - result['clients_alive']} clients have ended")
        for key, name in (("surfaces_restored", "surfaces"), ("bytes_restored", "bytes")):
            result[key] = int(last[name]) if name in last else None
        result["detect_ms"] = median(self.detect_ms)
        for key in ("wait_ms", "rebuild_ms", "first_frame_ms"):
            result[key] = median([float(i[key]) for i in self.incidents if key in i])
        result["losses"] = self.losses
        result["whole"] = not self.losses


def median(values):
    return round(statistics.median(values), 3) if values else None


def print_table(result, out):
    """Print what a person wants to know."""
    def ms(key):
        return "-" if result[key] is None else f"{result[key]:.1f} ms"

    def count(key):
        return "-" if result.get(key) is None else f"{result[key]:,}"
    many = " (median)" if result["resets"] > 1 else ""
    rows = [("renderer", result["renderer"]), ("backend", result["backend"]),
            ("GPU resets, cause", f"{result['resets']}, {result['cause']}"),
            ("time to detect" + many, ms("detect_ms")),
            ("time to rebuild" + many, ms("rebuild_ms")),
            ("time to the first whole frame" + many, ms("first_frame_ms")),
            ("surfaces restored", count("surfaces_restored")),
            ("bytes restored", count("bytes_restored")),
            ("animated surfaces that go on",
             f"{count('animations_going_on')} of {count('animations')}"),
            ("clients alive", f"{result['clients_alive']} of {result['clients_started']}"),
            ("pixels that differ",
             f"{result['pixels_differing']:,} of {result['pixels_compared']:,}")]
    if "rss_kib_end" in result:
        rows += [("weston's memory after 10, at the end",
                  f"{result['rss_kib_after_10']:,} KiB, {result['rss_kib_end']:,} KiB"),
                 ("weston's open files after 10, at the end",
                  f"{result['fds_after_10']}, {result['fds_end']}")]
    print()
    for name, value in rows:
        print(f"  {name:<42} {value}")
    print(f"  {'pictures and logs':<42} {out}/\n")
    if result["whole"]:
        print("The desktop came back whole.")
    else:
        print("The desktop was lost:")
        for loss in result["losses"]:
            print(f"  - {loss}")


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/demo", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--renderer", choices=("robust", "stock"), default="robust",
                        help="our module, or what weston's own does under the same fault")
    parser.add_argument("--cause", choices=("guilty", "innocent", "unknown"), default="innocent",
                        help="what the driver says of the reset (default %(default)s)")
    parser.add_argument("--driver", choices=("default", "zink"), default="default",
                        help="zink: GL on Vulkan on lavapipe, and instead of the injector a Vulkan "
                        "layer that makes the device lost for good, guilty, each time in a weston "
                        "of its own")
    parser.add_argument("--backend", choices=("headless", "x11", "wayland", "rdp"),
                        default="headless", help="another than headless lets a person watch; there "
                        "is then no second desktop to compare with")
    parser.add_argument("--resets", type=int, default=1, metavar="N",
                        help="reset the GPU N times in a row (default %(default)s)")
    parser.add_argument("--queries", type=int, default=5, metavar="N",
                        help="status queries until the GPU is back (default %(default)s)")
    parser.add_argument("--out", type=pathlib.Path, default=TOP / "out/demo", metavar="DIR",
                        help="where the pictures and logs go (default out/demo)")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures")
    parser.add_argument("--keep", action="store_true",
                        help="leave the runtime directory with the clients' output")
    options = parser.parse_args()
    if options.driver == "zink":
        options.cause = "guilty"
    if options.resets < 1:
        parser.error("--resets must be at least 1")
    return options


def main():
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    options.out.mkdir(parents=True, exist_ok=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix="weston-robust-demo-"))
    demo = Demo(options, options.out, work)
    try:
        demo.show()
    except DesktopError as error:
        print(f"demo: error: {error}", file=sys.stderr)
        return 2
    finally:
        if options.keep:
            say(f"kept {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    if options.json:
        options.json.write_text(json.dumps(demo.result, indent=2) + "\n", encoding="utf-8")
    out = options.out.resolve()
    print_table(demo.result, out.relative_to(pathlib.Path.cwd()) if out.is_relative_to(pathlib.Path.cwd()) else out)
    return 0 if demo.result["whole"] else 1


if __name__ == "__main__":
    sys.exit(main())
