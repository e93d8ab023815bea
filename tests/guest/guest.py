# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Runs Weston on DRM in a virtual machine, resets its GPU, and looks at the screen from outside.

The guest is made from Debian packages, with weston-robust installed by its .deb, and kept in a
cache; making it takes 2 to 4 minutes once. The scenarios take 10 to 15 minutes on two cores, without KVM.
"""
import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

import desktop
import host
import kiosk
from image import Guest, HERE, ImageError, TOP, Unreachable, failure
from machine import Machine, MachineError
from stage import Stage

TOOLS = ("qemu-system-x86_64", "mmdebstrap", "mke2fs", "cpio", "depmod", "dpkg-deb", "ninja")
# What goes into our packages.
PACKAGED = ("libweston-robust", "compositor", "protocol", "client", "launcher", "ctl",
            "completions", "data", "debian", "doc/man", "meson.build", "meson.options", "weston.ini.example")
SHORT = ("idle", "drawing", "away")


def say(text):
    print(f"guest: {text}", flush=True)


class Unable(Exception):
    """It can't be run here; the message says why."""


def cache_folder():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(os.environ.get("WR_GUEST_CACHE")
                        or pathlib.Path(base, "weston-robust/guest"))


def sources_digest():
    """Stands for what our packages are made from."""
    total = hashlib.sha256()
    for name in PACKAGED:
        path = TOP / name
        for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
            if file.is_file():
                total.update(str(file.relative_to(TOP)).encode() + b"\0" + file.read_bytes())
    return total.hexdigest()[:16]


def our_packages(cache, given):
    """The .deb files to install: those given, or of this tree, built when they are missing."""
    folder = given or cache / f"deb-{sources_digest()}"
    if not given and not list(folder.glob("*.deb")):
        say("building our Debian package (about a minute)")
        folder.mkdir(parents=True)
        done = subprocess.run([TOP / "tools/build-deb", "--output", folder], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode:
            shutil.rmtree(folder)
            raise failure("tools/build-deb", done.stdout)
        for old in cache.glob("deb-*"):
            if old != folder:
                shutil.rmtree(old)
    found = [path for path in sorted(folder.glob("weston-robust_*.deb"))]
    if not found:
        raise Unable(f"no weston-robust_*.deb in {folder}")
    return found


def additions(build):
    """What the guest has besides packages: the way in, and the faults."""
    names = ("tests/fault/libfault-gl.so", "tests/fault/wr-fault", "tests/guest/guest-hand.so",
             "tests/guest/scan-client")
    done = subprocess.run(["ninja", "-C", build, *names], check=False, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        raise Unable(f"ninja failed in {build} (has tools/setup been run?):\n{done.stdout[-1500:]}")
    files = {f"/wr/bin/{pathlib.Path(name).name}": build / name for name in names}
    files.update({"/wr/init": HERE / "guest-init", "/wr/agent": HERE / "agent"})
    files.update(kiosk.FILES)
    return files


def check_tools(gpu):
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    missing = [tool for tool in TOOLS if not shutil.which(tool, path=path)]
    if missing:
        raise Unable(f"not installed: {', '.join(missing)}; tools/setup --with-guest installs it")
    if os.geteuid():
        raise Unable("making the guest's file system needs root")
    if gpu == "virtio-gl":
        check_gl()


def check_gl():
    """virgl takes a QEMU that draws in a window, and a screen for that."""
    if not shutil.which("Xvfb"):
        raise Unable("not installed: Xvfb; tools/setup installs it")
    for option, wanted, package in (("-display", "sdl", "qemu-system-gui"),
                                    ("-device", '"virtio-gpu-gl-pci"', "qemu-system-x86")):
        said = subprocess.run([TOOLS[0], option, "help"], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        if not re.search(rf"^(name )?{wanted}", said, re.M):
            raise Unable(f"this QEMU has no {option} {wanted}; {package} has it "
                         "(tools/setup --with-guest)")


def boots(options):
    """[(name of the boot, systemd, scenarios)] that are wanted."""
    found = []
    shells = {"desktop": desktop, "kiosk": kiosk}
    if options.gpu == "virtio-gl":
        shells["host"] = host
    for name, module in shells.items():
        wanted = {key: what for key, what in module.SCENARIOS.items()
                  if (not options.only or key in options.only)
                  and (not options.short or key in SHORT)}
        if options.shell in (name, "all") and wanted:
            found.append((name, module is kiosk, wanted))
    return found


class Run:
    """All scenarios, and their results."""

    def __init__(self, options, guest):
        self.options, self.guest = options, guest
        self.results = []
        self.cpu_seconds = 0.0

    def boot(self, name, systemd, scenarios):
        """One boot and its scenarios. Returns its kernel's last words, or nothing."""
        folder = self.options.out / name
        folder.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        say(f"booting the guest for {name} ({self.options.gpu})")
        machine = Machine(self.guest, self.options.gpu, systemd, self.options.cpus, folder,
                          self.options.build_dir.absolute() / "tests/fault")
        try:
            with machine:
                say(f"it is up after {time.monotonic() - began:.0f} s")
                stage = Stage(machine, folder, say)
                for key, scenario in scenarios.items():
                    self.scenario(stage, name, key, scenario)
                stage.end_session()
        except MachineError as error:
            self.note(name, "boot", "FAIL", 0, str(error))
        finally:
            self.cpu_seconds += machine.cpu_seconds
        return machine.panic

    def scenario(self, stage, name, key, scenario):
        verdict, text, seconds = stage.run(key, scenario)
        self.note(name, key, verdict, seconds, text)

    def note(self, boot, key, verdict, seconds, text):
        self.results.append({"boot": boot, "scenario": key, "verdict": verdict,
                             "seconds": round(seconds, 1), "text": text})
        say(f"{verdict} {boot}/{key} ({seconds:.0f} s): {text}")

    def all(self):
        """QEMU's emulation lets a kernel panic now and then: its boot is done once more."""
        for name, systemd, scenarios in boots(self.options):
            before = list(self.results)
            panic = self.boot(name, systemd, scenarios)
            if panic:
                say(f"the guest's kernel has panicked, once more: {panic}")
                self.results = before
                self.boot(name, systemd, scenarios)

    def count(self, verdict):
        return sum(result["verdict"] == verdict for result in self.results)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="tools/guest", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    names = [*desktop.SCENARIOS, *kiosk.SCENARIOS, *host.SCENARIOS]
    parser.add_argument("--gpu", choices=("virtio", "virtio-gl", "bochs"), default="virtio",
                        help="the machine's display device (default %(default)s)")
    parser.add_argument("--shell", choices=("desktop", "kiosk", "all"), default="all",
                        help="only the scenarios of a desktop, or of a kiosk (default: all)")
    parser.add_argument("--only", action="append", metavar="SCENARIO", choices=names,
                        help=f"only this one (may be repeated): {', '.join(names)}")
    parser.add_argument("--short", action="store_true", help=f"one boot, {', '.join(SHORT)}")
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the results")
    parser.add_argument("--out", type=pathlib.Path, default=TOP / "out/guest", metavar="DIR",
                        help="where pictures, logs and traces go (default out/guest)")
    parser.add_argument("--keep", action="store_true",
                        help="keep what an earlier run has left in that folder")
    parser.add_argument("--deb", type=pathlib.Path, metavar="DIR",
                        help="install the packages in this folder, instead of building them")
    parser.add_argument("--build-dir", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(os.environ.get("WR_BUILD_DIR", TOP / "build")),
                        help="where the fault injector is built (default build)")
    parser.add_argument("--cpus", type=int, default=2, help="of the guest (default %(default)s)")
    options = parser.parse_args()
    if options.short:
        options.shell = "desktop"
    return options


def prepared(options):
    """The guest's files. The base system and our packages are made at the same time."""
    cache = cache_folder()
    guest = Guest(cache, say)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        base = pool.submit(guest.prepare_base)
        packages = our_packages(cache, options.deb)
        parts = additions(options.build_dir)
        base.result()
    guest.prepare_disk(packages, parts)
    return guest


def main():
    options = parse_arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(143))
    began = time.monotonic()
    try:
        check_tools(options.gpu)
        guest = prepared(options)
    except (Unable, Unreachable) as error:
        print(f"guest: skipped: {error}", file=sys.stderr)
        return 77
    except ImageError as error:
        print(f"guest: error: {error}", file=sys.stderr)
        return 2
    ready = time.monotonic() - began
    if not options.keep:
        shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True, exist_ok=True)
    run = Run(options, guest)
    total = sum(len(scenarios) for _, _, scenarios in boots(options))
    say(f"{total} scenarios; about {1 + total * 0.6:.0f} minutes on two quiet cores")
    run.all()
    seconds = time.monotonic() - began
    say(f"{run.count('PASS')} passed, {run.count('FAIL')} failed, {run.count('SKIP')} skipped in "
        f"{seconds / 60:.1f} minutes; pictures and logs: {options.out}")
    say(f"{ready:.0f} s of it to make the guest; QEMU had {run.cpu_seconds:.0f} s of processor time; "
        f"load average {' '.join(f'{load:.1f}' for load in os.getloadavg())}")
    if options.json:
        options.json.write_text(json.dumps(
            {"gpu": options.gpu, "seconds": round(seconds), "preparation": round(ready),
             "cpu": round(run.cpu_seconds), "load": os.getloadavg(), "results": run.results},
            indent=2) + "\n", encoding="utf-8")
    return 1 if run.count("FAIL") or not run.count("PASS") else 0


if __name__ == "__main__":
    sys.exit(main())
