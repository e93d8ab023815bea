# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Scenarios of a kiosk and an in-vehicle system: our unit under systemd, with its watchdog."""
import re
import time

from desktop import figures
from image import HERE
from machine import MachineError
from session import FAULT, LOG, RUNTIME, Session
from stage import ANIMATED, require

RESETS, IVI_RESETS = 20, 10
# As root: logind lets nobody else switch to a terminal where there is no polkit.
UNIT = "weston-robust@root"
FILES = {
    "/etc/systemd/system/wr-agent.service": HERE / "wr-agent.service",
    f"/etc/systemd/system/{UNIT}.service.d/fault.conf": HERE / "kiosk-fault.conf",
}

KIOSK = """[core]
shell=kiosk-shell.so
idle-time=0
require-input=false
[autolaunch]
path={application}
watch=true
"""

IVI = """[core]
shell=ivi-shell.so
modules=hmi-controller.so
idle-time=0
require-input=false
[ivi-shell]
ivi-shell-user-interface=/usr/libexec/weston-ivi-shell-user-interface
cursor-theme=default
cursor-size=32
base-layer-id=1000
base-layer-id-offset=10000
workspace-background-layer-id=2000
workspace-layer-id=3000
application-layer-id=4000
transition-duration=300
background-image=/usr/share/weston/background.png
background-id=1001
panel-image=/usr/share/weston/panel.png
panel-id=1002
surface-id-offset=10
tiling-image=/usr/share/weston/tiling.png
tiling-id=1003
sidebyside-image=/usr/share/weston/sidebyside.png
sidebyside-id=1004
fullscreen-image=/usr/share/weston/fullscreen.png
fullscreen-id=1005
random-image=/usr/share/weston/random.png
random-id=1006
home-image=/usr/share/weston/home.png
home-id=1007
workspace-background-color=0x99000000
workspace-background-id=2001
[ivi-launcher]
workspace-id=0
icon-id=4001
icon=/usr/share/weston/icon_ivi_flower.png
path={application}
[autolaunch]
path={application}
watch=true
"""


class UnitSession(Session):
    """Weston as our unit starts it: as a user, on a terminal of its own, watched by systemd."""

    def __init__(self, machine, ini, application):
        super().__init__(machine)
        self.ini, self.application = ini.format(application=application), application

    def start(self):
        self.machine.run(f"""
mkdir -p {RUNTIME} /etc/xdg/weston; rm -rf {RUNTIME}/*
cat >/etc/xdg/weston/weston.ini <<'END'
{self.ini}[output]
name=Virtual-1
mode={self.machine.size[0]}x{self.machine.size[1]}
[gpu-recovery]
max-resets=0
END
{FAULT} create; chmod 755 {RUNTIME}; chmod 666 {RUNTIME}/fault
systemctl daemon-reload
systemctl reset-failed {UNIT} 2>/dev/null
# PAM moves weston into the session's scope: its words are not the unit's.
journalctl -b -f -n 0 -o cat -t weston >{LOG} 2>/dev/null &
systemctl start --no-block {UNIT}
""")
        self.wait(f"case $(systemctl is-active {UNIT}) in active | failed) true;; *) false;; esac",
                  "the unit", 120)
        self.wait(f"systemctl -q is-active {UNIT}", "the unit, which has failed", 1)
        self.pid = self.find_pid()
        name = self.application.rpartition("/")[2]
        self.wait(f"pidof -s {name}", "the application", 60)
        self.clients = [(name, int(self.machine.run(f"pidof -s {name}")))]

    def find_pid(self):
        return int(self.machine.run(f"systemctl show -p MainPID --value {UNIT}"))

    def shown(self, seconds=60):
        self.wait(f"[ \"$(pidof -s {self.clients[0][0]})\" = {self.clients[0][1]} ]", "it")

    def unit(self):
        """What systemd says of the unit."""
        text = self.machine.run(
            f"systemctl show -p NRestarts,Result,ActiveState,WatchdogUSec {UNIT}")
        state = dict(line.partition("=")[::2] for line in text.splitlines())
        state["watchdog_fired"] = int(self.machine.run(
            f"journalctl -b -u {UNIT} | grep -c 'Watchdog timeout' || true"))
        return state

    def require_well(self):
        """Fail unless systemd has had nothing to do, and has watched."""
        unit = self.unit()
        require(unit["ActiveState"] == "active" and unit["NRestarts"] == "0"
                and unit["watchdog_fired"] == 0 and re.match(r"\d", unit["WatchdogUSec"]),
                f"the unit: {unit}")
        return unit

    def stop(self):
        self.machine.run(f"systemctl stop {UNIT}; pkill journalctl; true", 60, check=False)


def start(stage, ini, application):
    """The unit, in a session of its own; what the journal says goes with an error."""
    stage.end_session()
    session = UnitSession(stage.machine, ini, application)
    try:
        session.start()
    except MachineError as error:
        journal = stage.machine.run("journalctl -b -t weston -t systemd -n 60 --no-pager", check=False)[1]
        session.stop()
        raise MachineError(f"{error}\n{journal}") from None
    stage.session, stage.config = session, None
    return session


def survive(stage, ini, application, colours, resets):
    """That many resets: the same process, the application alive, a quiet watchdog, the same picture.
    An application that moves is stopped meanwhile."""
    session = start(stage, ini, application)
    moving = session.clients[0][0] in ANIMATED
    if moving:
        stage.settled(True, colours)
        stage.still_moving()
        session.machine.run(f"kill -STOP {session.clients[0][1]}")
    before = stage.settled(need_colours=colours)
    before.save(stage.out / f"{stage.name}-before.png")
    session.begin_kms()
    for number in range(resets):
        if number == resets // 2:
            session.lose("--forever")
            during = stage.picture("during")
            stage.same(before, during, "the screen during a reset")
            session.machine.run(f"{FAULT} release")
        else:
            session.lose("--queries=3")
        incident = session.recovered(seconds=60)
    kms = session.kms()
    after = stage.settled()
    after.save(stage.out / f"{stage.name}-after.png")
    stage.same(before, after, f"the screen after {resets} resets")
    stage.no_mode_set(kms)
    if moving:
        session.machine.run(f"kill -CONT {session.clients[0][1]}")
        stage.still_moving()
    stage.whole()
    unit = session.require_well()
    return (f"{resets} resets, process {session.pid}, watchdog of {unit['WatchdogUSec']} quiet; "
            f"the last: {figures(incident)}; {kms}")


def kiosk(stage):
    """kiosk-shell with one application."""
    return survive(stage, KIOSK, "/usr/bin/weston-flower", 3, RESETS)


def ivi(stage):
    """ivi-shell with its hmi-controller, and an application that has an id there."""
    return survive(stage, IVI, "/usr/bin/weston-simple-egl", 10, IVI_RESETS)


def vt_switch(stage):
    """A reset while the session is away; and one that ends after it has come back. By logind."""
    session = start(stage, KIOSK, "/usr/bin/weston-flower")
    before = stage.settled(need_colours=3)
    before.save(stage.out / f"{stage.name}-before.png")
    for number, way in enumerate(("while away", "over the return")):
        stage.machine.keys("ctrl", "alt", "f2")
        session.wait("[ \"$(cat /sys/class/tty/tty0/active)\" = tty2 ]", "the other terminal")
        time.sleep(1)
        stage.picture(f"during-{number + 1}")
        # Nothing draws now: the idle poll sleeps, and finds it at the return.
        session.lose("--forever" if number else "--queries=3", wait=False)
        session.machine.run("busybox chvt 7")
        if number:
            time.sleep(1.5)
            stage.picture("returned")
            session.machine.run(f"{FAULT} release")
        incident = session.recovered()
        after = stage.settled()
        after.save(stage.out / f"{stage.name}-after-{number + 1}.png")
        stage.same(before, after, f"the screen after a reset {way}")
    stage.whole()
    session.require_well()
    return f"2 resets; {figures(incident)}"


def watchdog(stage):
    """A weston that hangs: the watchdog that must be quiet above is able to bark."""
    session = start(stage, KIOSK, "/usr/bin/weston-flower")
    session.require_well()
    session.machine.run(f"kill -STOP {session.pid}")
    stage.until(lambda: session.unit()["watchdog_fired"], "the watchdog", 90)
    stage.until(lambda: session.find_pid() not in (0, session.pid), "another weston", 60)
    unit = session.unit()
    return f"fired after {unit['WatchdogUSec']}, {unit['NRestarts']} restart"


SCENARIOS = {"kiosk": kiosk, "ivi": ivi, "vt-switch": vt_switch, "watchdog": watchdog}
