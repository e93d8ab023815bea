# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A weston on the guest's screen, with its clients, faults, and what the kernel sees of it."""
import dataclasses
import re

from machine import MachineError

RUNTIME = "/run/wr"
LOG = f"{RUNTIME}/weston.log"
FAULT = f"wr-fault {RUNTIME}/fault"
OLDEST = "pidof weston | tr ' ' '\\n' | sort -n | head -n 1"
TRACING = "/sys/kernel/tracing"
ALLOW_MODESET, NONBLOCK, TEST_ONLY = 0x400, 0x200, 0x100

INI = """[core]
shell={shell}
idle-time=0
require-input=false
{core}
[shell]
background-color=0xff205080
clock-format=none
startup-animation=none
close-animation=none
locking=false
panel-position={panel}
[output]
name=Virtual-1
mode={mode}
[output]
name=Virtual-2
mode={second}
[gpu-recovery]
operator=true
operator-simulate=true
trace=continuous
trace-file=/run/wr/trace
trace-limit=8MiB
{recovery}
"""

# What the kernel does to a screen. The functions of a driver that is not there are left out.
PROBES = {
    "atomic": "drm_mode_atomic_ioctl flags=+0(%si):u32",
    "rmfb": "drm_mode_rmfb_ioctl",
    "closefb": "drm_mode_closefb_ioctl",
    "remove": "drm_framebuffer_remove",
    "crtc_mode": "virtio_gpu_crtc_mode_set_nofb",
    "crtc_on": "virtio_gpu_crtc_atomic_enable",
    "crtc_off": "virtio_gpu_crtc_atomic_disable",
    "flip": "drm_mode_page_flip_ioctl",
    "set_crtc": "drm_mode_setcrtc",
    "pipe_on": "bochs_pipe_enable",
    "pipe_off": "bochs_pipe_disable",
}
MODE_SETS = ("crtc_mode", "crtc_on", "crtc_off", "pipe_on", "pipe_off")
# What of these a machine with that display device must have: without, nothing would be counted.
NEEDED = {"bochs": {"pipe_on", "pipe_off"}}
NEEDED["virtio"] = NEEDED["virtio-gl"] = {"crtc_mode", "crtc_on", "crtc_off"}


@dataclasses.dataclass
class Kms:
    """What the kernel was asked for, and did, in a while."""
    commits: int = 0
    tests: int = 0
    with_modeset: int = 0
    framebuffers_removed: int = 0
    mode_sets: int = 0
    names: str = ""

    def __str__(self):
        return (f"{self.commits} commits ({self.with_modeset} may set a mode), "
                f"{self.mode_sets} mode sets or disables, {self.framebuffers_removed} framebuffers removed")


def watch_kernel(machine):
    """Install the probes, once per boot."""
    lines = "\n".join(f"echo 'p:wr/{name} {what}' >>{TRACING}/kprobe_events 2>/dev/null || true"
                      for name, what in PROBES.items())
    there = machine.run(
        f"mount | grep -q {TRACING} || mount -t tracefs tracefs {TRACING}\n{lines}\n"
        f"for e in {TRACING}/events/wr/*/enable; do echo 1 >$e; done\nls {TRACING}/events/wr")
    missing = (NEEDED[machine.gpu] | {"atomic", "rmfb", "closefb"}) - set(there.split())
    if missing:
        raise MachineError(f"the kernel has no such probes: {' '.join(sorted(missing))}")


class Session:
    """One weston. Use it in a `with` block."""

    def __init__(self, machine, shell="desktop-shell.so", core="", recovery="", second="off",
                 launcher="", arguments="", environment="", scopes="log,gpu-recovery"):
        self.machine, self.environment, self.scopes = machine, environment, scopes
        self.launcher, self.arguments = launcher, arguments
        self.ini = INI.format(shell=shell, core=core, recovery=recovery, second=second,
                              mode=f"{machine.size[0]}x{machine.size[1]}",
                              panel="top" if "desktop" in shell else "none")
        self.clients = []
        self.losses = 0

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.machine.run(f"""
rm -rf {RUNTIME}/*; mkdir -p {RUNTIME}/cache
cat >{RUNTIME}/weston.ini <<'END'
{self.ini}END
{FAULT} create
export XDG_CACHE_HOME={RUNTIME}/cache LIBSEAT_BACKEND=builtin
export WR_FAULT_CONTROL={RUNTIME}/fault WR_FAULT_TARGET=compositor
export LD_PRELOAD=/wr/bin/libfault-gl.so WR_HAND={RUNTIME}/hand {self.environment}
setsid weston-robust {self.launcher} --backend=drm --renderer=gl --debug --socket=wayland-1 \
  --config={RUNTIME}/weston.ini --log={LOG} --logger-scopes={self.scopes} \
  --continue-without-input --modules=/wr/bin/guest-hand.so {self.arguments} \
  >{RUNTIME}/weston.err 2>&1 </dev/tty1 &
""")
        self.wait(f"[ -S {RUNTIME}/wayland-1 ]", "weston's socket", 60)
        self.pid = self.find_pid()

    def find_pid(self):
        """Weston's process; the seat's server within it is a child of the same name."""
        return int(self.machine.run(f"{OLDEST} || true") or 0)

    def alive(self):
        """Whether it is still the weston that was started."""
        return self.find_pid() == self.pid != 0

    def wait(self, condition, what, seconds=20):
        """Wait in the guest until a shell condition holds."""
        status, output = self.machine.run(
            f"end=$(($(date +%s)+{seconds})); until {condition}; do "
            "[ $(date +%s) -lt $end ] || exit 9; sleep 0.1; done", seconds + 60, check=False)
        if status:
            tail = self.machine.run(f"grep -v 'drm-backend\\|atomic' {LOG} | tail -n 15; "
                                    f"tail -n 5 {RUNTIME}/weston.err", check=False)[1]
            raise MachineError(f"waited {seconds} s in vain for {what} {output}\n{tail}")

    def client(self, command):
        """Start a client; it must stay to the end."""
        number = len(self.clients)
        pid = self.machine.run(
            f"export WAYLAND_DISPLAY=wayland-1 XDG_CACHE_HOME={RUNTIME}/cache\n"
            f"setsid {command} >{RUNTIME}/client-{number}.log 2>&1 </dev/null &\necho $!")
        self.clients.append((command, int(pid)))
        return int(pid)

    def end_clients(self, commands):
        """End these clients; wait until their windows are gone."""
        pids = [pid for command, pid in self.clients if command in commands]
        if not pids:
            return
        numbers = " ".join(map(str, pids))
        self.machine.run(f"kill {numbers}")
        self.clients = [entry for entry in self.clients if entry[1] not in pids]
        self.wait("( export WAYLAND_DISPLAY=wayland-1; weston-debug scene-graph >/run/views; "
                  f"for p in {numbers}; do ! grep -q \"PID $p\\b\" /run/views || exit 1; done )",
                  "their windows' end", 30)

    def shown(self, seconds=60):
        """Wait until each client has a window, and the shell its panel."""
        pids = " ".join(str(pid) for _, pid in self.clients)
        self.wait("( export WAYLAND_DISPLAY=wayland-1; weston-debug scene-graph >/run/views; "
                  f"for pid in {pids}; do grep -q \"PID $pid\\b\" /run/views || exit 1; done )",
                  "the clients' windows", seconds)

    def windows(self):
        """{process: its window's rectangle on the screen}."""
        text = self.machine.run("WAYLAND_DISPLAY=wayland-1 weston-debug scene-graph")
        found = re.findall(r"PID (\d+), .*\n\s+position: \((-?\d+), (-?\d+)\) -> "
                           r"\((-?\d+), (-?\d+)\)", text)
        return {int(pid): tuple(map(int, box)) for pid, *box in found}

    def rest(self, seconds=60):
        """Wait until the guest's processors have nothing to do: all that was to be drawn is."""
        self.wait("( set -- $(sed -n 's/^cpu //p' /proc/stat); "
                  "i=$4; t=$(($1+$2+$3+$4+$5+$7)); sleep 1; set -- $(sed -n 's/^cpu //p' /proc/stat); "
                  "[ $((($4-i)*100)) -gt $((($1+$2+$3+$4+$5+$7-t)*75)) ] )",
                  "the guest to come to rest", seconds)

    def dead_clients(self):
        """The commands of those clients that have ended."""
        alive = self.machine.run("ls /proc").split()
        return [command for command, pid in self.clients if str(pid) not in alive]

    def lose(self, options="--queries=3", cause="innocent", wait=True):
        """A reset; wait: until it has struck."""
        self.losses += 1
        self.machine.run(f"{FAULT} lose --cause={cause} {options}"
                         + (" --wait --timeout=20" if wait else ""))

    def incidents(self):
        """The log's lines of resets, as dictionaries."""
        text = self.machine.run(f"grep 'GPU reset: cause=' {LOG} || true")
        return [dict(re.findall(r"([\w-]+)=(\S+)", line)) for line in text.splitlines()]

    def recovered(self, count=None, seconds=90):
        """Wait for that many incidents in the log; return the last one."""
        count = count or self.losses
        self.wait(f"[ \"$(grep -c 'GPU reset: cause=' {LOG})\" -ge {count} ]",
                  f"recovery {count}", seconds)
        return self.incidents()[-1]

    def count(self, pattern):
        return int(self.machine.run(f"grep -c '{pattern}' {LOG} || true"))

    def begin_kms(self):
        self.machine.run(f"echo >{TRACING}/trace")

    def kms(self):
        """What the kernel has seen since begin_kms()."""
        text = self.machine.run(f"cat {TRACING}/trace")
        found = re.findall(r": (\w+): \(\w+.*?\)(?: flags=(\w+))?$", text, re.M)
        kms, names = Kms(), []
        for name, flags in found:
            if name == "atomic":
                value = int(flags, 0)
                if value & TEST_ONLY:
                    kms.tests += 1
                else:
                    kms.commits += 1
                    kms.with_modeset += bool(value & ALLOW_MODESET)
            elif name == "flip":
                kms.commits += 1
            elif name in MODE_SETS:
                kms.mode_sets += 1
                names.append(name)
            elif name in ("rmfb", "closefb"):
                kms.framebuffers_removed += 1
        kms.names = " ".join(names)
        return kms

    def planes(self):
        """{plane: (framebuffer's size, its owner's name, crtc)} as the kernel says."""
        text = self.machine.run("cat /sys/kernel/debug/dri/0/state")
        found = {}
        for block in re.split(r"^(?=plane\[|crtc\[|connector\[)", text, flags=re.M):
            head = re.match(r"plane\[\d+\]: (\S+)", block)
            if head:
                fb = re.search(r"\tfb=(\d+)", block)
                size = re.search(r"size=(\S+)", block)
                position = re.search(r"crtc-pos=(\S+)", block)
                found[head[1]] = {"fb": int(fb[1]) if fb else 0, "size": size and size[1],
                                  "at": position and position[1]}
        return found

    def composed(self, how, seconds=30):
        """Wait until the last frame was composed in that way: plane-only, mixed, render-only."""
        self.wait(f"tac {LOG} | grep -m 1 'state composition' | grep -q 'Using {how} '",
                  f"a frame that is {how}", seconds)

    def hand(self, command):
        """Something for the plugin in weston to do."""
        self.machine.run(f"echo '{command}' >{RUNTIME}/hand")

    def stop(self):
        """End weston and its clients; the last words of its log stay in the machine."""
        self.machine.run(f"""
for pid in {' '.join(str(pid) for _, pid in self.clients)} $(pidof weston-robust weston); do
	kill $pid 2>/dev/null
done
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	pidof weston >/dev/null || break
	sleep 0.2
done
kill -9 $(pidof weston) 2>/dev/null
true
""", check=False)

    def collect(self, folder, name):
        """Bring logs and trace out of the machine."""
        kernel = self.machine.run(f"cat {TRACING}/trace")
        (folder / f"{name}-kms.txt").write_text(kernel, encoding="utf-8")
        for file, target in ((LOG, f"{name}-weston.log"),
                             (f"{RUNTIME}/weston.err", f"{name}-weston.err"),
                             (f"{RUNTIME}/trace", f"{name}-trace.pftrace")):
            status, _ = self.machine.run(f"[ -s {file} ]", check=False)
            if status == 0:
                (folder / target).write_bytes(self.machine.get(file))
