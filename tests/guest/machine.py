# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A QEMU machine: its screen from outside, its keyboard, and commands inside.

It ends with its `with` block, and with this process: nothing is left running.
"""
import base64
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from window import Window

BOOT_TIMEOUT = 180
PR_SET_PDEATHSIG = 1

GPUS = {
    "virtio": "virtio-gpu-pci,id=gpu,max_outputs=2,xres=1024,yres=768",
    "virtio-gl": "virtio-gpu-gl-pci,id=gpu,xres=640,yres=480",
    "bochs": "bochs-display,id=gpu,vgamem=64M",
}
# GL ES: the fault injector knows no other.
GL_DISPLAY = "sdl,gl=es,show-cursor=off,window-close=off"


class MachineError(Exception):
    """The machine, or what runs in it, does not do what it should."""


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Lines:
    """A stream socket, a line at a time."""

    def __init__(self, path, timeout):
        self.socket = socket.socket(socket.AF_UNIX)
        deadline = time.monotonic() + timeout
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise MachineError(f"QEMU does not open {path.name}") from None
                time.sleep(0.02)
        self.pending = b""

    def send(self, data):
        try:
            self.socket.sendall(data + b"\n")
        except OSError:
            raise MachineError("the machine has ended") from None

    def receive(self, timeout):
        deadline = time.monotonic() + timeout
        while b"\n" not in self.pending:
            self.socket.settimeout(max(0.01, deadline - time.monotonic()))
            try:
                data = self.socket.recv(65536)
            except TimeoutError:
                raise MachineError(f"no answer from the machine in {timeout} s") from None
            if not data:
                raise MachineError("the machine has ended")
            self.pending += data
        line, self.pending = self.pending.split(b"\n", 1)
        return line


class Machine:
    """One boot of the guest. systemd: whether that is its first process, or our own script.
    faults: the folder of the fault injector, for a QEMU that draws with GL."""

    def __init__(self, guest, gpu="virtio", systemd=False, cpus=2, out=None,
                 faults=None):
        self.gpu, self.out = gpu, out
        # QEMU's window begins with this size, and nobody is there to make it larger.
        self.size = (640, 480) if gpu == "virtio-gl" else (1024, 768)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="wr-guest-"))
        init = "/usr/sbin/init" if systemd else "/wr/init"
        append = (f"console=ttyS0 quiet panic=-1 mitigations=off random.trust_cpu=on "
                  f"consoleblank=0 vt.global_cursor_default=0 wr.init={init}"
                  + (" systemd.wants=wr-agent.service systemd.show_status=no"
                     if systemd else ""))
        self.command = [
            "qemu-system-x86_64", "-M", "q35,usb=off", "-accel", "tcg,thread=multi,tb-size=512",
            "-cpu", "max", "-smp", str(cpus), "-m", "768", "-nodefaults", "-nic", "none",
            "-no-reboot", "-display", GL_DISPLAY if gpu == "virtio-gl" else "none",
            "-kernel", guest.kernel, "-initrd", guest.initrd,
            "-append", append, "-serial", f"file:{self.folder}/console.log",
            "-drive", f"file={guest.disk},format=raw,if=virtio,snapshot=on,cache=unsafe",
            "-device", "virtio-keyboard-pci", "-device", "virtio-tablet-pci",
            "-device", GPUS[gpu], "-device", "virtio-serial-pci",
            "-chardev", f"socket,id=ctl,path={self.folder}/ctl,server=on,wait=off",
            "-device", "virtserialport,chardev=ctl,name=ctl",
            "-qmp", f"unix:{self.folder}/qmp,server=on,wait=off"]
        self.faults, self.environment = faults, dict(os.environ)
        self.process = self.qmp = self.agent = self.window = None
        self.cpu_seconds, self.panic = 0.0, ""

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def last_words(self):
        """Of a kernel that has panicked; else nothing."""
        console = self.folder / "console.log"
        text = console.read_text(errors="replace") if console.exists() else ""
        return "; ".join(re.findall(r"(?:BUG: |RIP: 0010:|Kernel panic).*", text)[:3]
                         if "Kernel panic" in text else [])

    def __exit__(self, *_):
        self.stop()

    def start(self):
        if self.gpu == "virtio-gl":
            self.window = Window(self.folder, self.size, end_with_parent)
            self.environment.update(
                DISPLAY=self.window.display, SDL_VIDEODRIVER="x11",
                SDL_VIDEO_X11_FORCE_EGL="1",
                WR_FAULT_CONTROL=f"{self.folder}/fault",
                LD_PRELOAD=f"{self.faults}/libfault-gl.so")
            self.host_fault("create")
        with open(self.folder / "qemu.log", "wb") as log:
            self.process = subprocess.Popen([str(word) for word in self.command], stdout=log,
                                            stdin=subprocess.DEVNULL, stderr=log,
                                            preexec_fn=end_with_parent,
                                            env=self.environment)
        self.qmp = Lines(self.folder / "qmp", 20)
        self.qmp.receive(20)
        self.control("qmp_capabilities")
        self.agent = Lines(self.folder / "ctl", 20)
        if self.agent.receive(BOOT_TIMEOUT) != b"ready":
            raise MachineError("the guest's agent says something else than ready")

    def stop(self):
        """Take the power away: the disk's changes are gone in any case."""
        if self.process:
            self.end_process()
        self.panic = self.panic or self.last_words()
        if self.window:
            self.window.stop()
        if self.out:
            for name in ("console.log", "qemu.log"):
                if (self.folder / name).exists():
                    shutil.copy(self.folder / name, self.out)
        shutil.rmtree(self.folder, ignore_errors=True)

    def end_process(self):
        """QEMU is no more; its processor time is known."""
        if self.process.poll() is None:
            # Counted before: a load of others prolongs the wall's time, not this one.
            stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8")
            ticks = stat.rpartition(")")[2].split()[11:13]
            self.cpu_seconds += sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")
            self.process.kill()
        self.process.wait()

    def control(self, execute, **arguments):
        """A QMP command."""
        self.qmp.send(json.dumps({"execute": execute, "arguments": arguments}).encode())
        while True:
            answer = json.loads(self.qmp.receive(60))
            if "error" in answer:
                raise MachineError(f"QMP {execute}: {answer['error']['desc']}")
            if "return" in answer:
                return answer["return"]

    def run(self, script, timeout=60, check=True):
        """Run a shell script in the guest; return its output (with status, if not check)."""
        wrapped = base64.b64encode(script.encode())
        self.agent.send(str(timeout).encode() + b" " + wrapped)
        status, _, data = self.agent.receive(timeout + 30).partition(b" ")
        output = base64.b64decode(data).decode(errors="replace")
        if not check:
            return int(status), output
        if int(status):
            raise MachineError(f"in the guest: status {int(status)} from: {script.strip()}\n"
                               + "\n".join(output.splitlines()[-12:]))
        return output

    def host_fault(self, *words):
        """Let something happen to QEMU's own GL; the answer."""
        done = subprocess.run([f"{self.faults}/wr-fault", f"{self.folder}/fault", *words],
                              check=False, text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT)
        if done.returncode:
            raise MachineError(f"wr-fault {' '.join(words)}: {done.stdout}")
        return done.stdout

    def get(self, path):
        """The content of a file in the guest."""
        return base64.b64decode(self.run(f"base64 -w0 {path}", 120))

    def picture(self, path, head=0):
        """What is on the screen now, as the machine's display hardware has it. PPM."""
        if self.window:
            self.window.picture(path)
        else:
            self.control("screendump", filename=str(path), device="gpu", head=head)
        return path

    def keys(self, *names):
        """Press a combination."""
        self.control("send-key", keys=[{"type": "qcode", "data": name} for name in names])

    def point(self, x, y):
        """Move the tablet's pointer; 0 to 1 in both directions."""
        self.control("input-send-event", events=[
            {"type": "abs", "data": {"axis": axis, "value": int(value * 32767)}}
            for axis, value in (("x", x), ("y", y))])
