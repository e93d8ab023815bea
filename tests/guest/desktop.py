# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Scenarios on a desktop. Each returns what was seen; a Failure or a Skip says otherwise."""
import time

from session import OLDEST, RUNTIME
from stage import Failure, Skip, require

STILL = ("weston-flower", "weston-terminal")
DMABUF = "weston-simple-dmabuf-egl -d /dev/dri/card0"
SCANNED = "scan-client /dev/dri/card0"
DRAWING = STILL + ("weston-simple-shm", "weston-simple-egl")


def figures(incident):
    wait, rebuild, first = (incident.get(key, "?")
                            for key in ("wait_ms", "rebuild_ms", "first_frame_ms"))
    return f"wait {wait} ms, rebuild {rebuild} ms, first frame {first} ms"


def idle(stage):
    """A reset on an idle desktop."""
    session = stage.weston(STILL)
    before = stage.settled()
    before.save(stage.out / f"{stage.name}-before.png")
    session.begin_kms()
    session.lose("--forever")
    during = stage.picture("during")
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    after = stage.settled()
    after.save(stage.out / f"{stage.name}-after.png")
    kms = session.kms()
    stage.same(before, during, "the screen during the reset")
    stage.same(before, after, "the screen after the reset")
    stage.no_mode_set(kms)
    stage.whole()
    require(int(incident.get("surfaces", 0)) >= 3, f"too few surfaces restored: {incident}")
    return f"{figures(incident)}; {kms}"


def drawing(stage):
    """A reset while clients draw."""
    session = stage.weston(DRAWING)
    stage.settled(True, 3)
    mask = stage.animated()
    before = stage.picture("before")
    session.begin_kms()
    session.lose("--queries=3")
    incident = session.recovered()
    after = stage.picture("after")
    kms = session.kms()
    stage.same(before, after, "the screen after the reset", mask)
    stage.still_moving()
    stage.no_mode_set(kms)
    stage.whole()
    return f"{figures(incident)}; {kms}"


def away(stage):
    """The GPU is away for 2 s while clients draw: the last frame stays."""
    session = stage.weston(DRAWING)
    stage.settled(True, 3)
    mask = stage.animated()
    before = stage.picture("before")
    session.begin_kms()
    session.lose("--forever")
    # A frame that was handed over before the loss may still be on its way.
    time.sleep(0.3)
    began = time.monotonic()
    first = stage.picture("during-1")
    time.sleep(2.0)
    second = stage.picture("during-2")
    lasted = time.monotonic() - began
    kms = session.kms()
    attempts = session.count("failed to lock front buffer")
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    after = stage.picture("after")
    stage.same(first, second, "the screen in the middle and at the end of the outage")
    stage.same(before, first, "the screen in the middle of the outage", mask)
    stage.same(before, after, "the screen after the outage", mask)
    stage.no_mode_set(kms, "during the outage")
    stage.still_moving()
    stage.whole()
    return (f"away {lasted:.1f} s; {figures(incident)}; during the outage {kms}; "
            f"{attempts} lines of a missing front buffer in the log")


def outputs(stage):
    """Two screens."""
    if stage.machine.gpu != "virtio":
        raise Skip("this machine has one output")
    session = stage.weston(STILL, second="1024x768\nforce-on=true")
    before = [stage.settled(head=0), stage.settled(head=1)]
    for head in (0, 1):
        before[head].save(stage.out / f"{stage.name}-before-{head + 1}.png")
    require(before[1].colours() >= 2, "the second screen is empty")
    session.begin_kms()
    session.lose("--forever")
    time.sleep(0.5)
    during = [stage.picture("during", head) for head in (0, 1)]
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    after = [stage.settled(head=head) for head in (0, 1)]
    kms = session.kms()
    for head in (0, 1):
        after[head].save(stage.out / f"{stage.name}-after-{head + 1}.png")
        stage.same(before[head], during[head], f"screen {head + 1} during the reset")
        stage.same(before[head], after[head], f"screen {head + 1} after the reset")
    stage.no_mode_set(kms)
    stage.whole()
    return f"{figures(incident)}; {kms}"


def set_mode(session, width, height):
    session.hand(f"mode Virtual-1 {width} {height}")


def mode_change(stage):
    """A reset in the middle of a mode change, at several places of it, and one during an outage."""
    if stage.machine.gpu == "virtio-gl":
        raise Skip("QEMU's window has one size")
    session = stage.weston(STILL)
    before = stage.settled()
    before.save(stage.out / f"{stage.name}-before.png")
    for number, call in enumerate(("eglCreate*WindowSurface*", "eglDestroySurface", "glDraw*")):
        width, height = ((800, 600), (1024, 768))[number % 2]
        session.losses += 1
        session.machine.run(f"wr-fault {RUNTIME}/fault strike 'call={call} queries=3'")
        set_mode(session, width, height)
        session.recovered()
        now = stage.settled()
        now.save(stage.out / f"{stage.name}-{number + 1}.png")
        require((now.width, now.height) == (width, height),
                f"the screen has {now.width}x{now.height}")
    session.lose("--forever")
    set_mode(session, 1024, 768)
    time.sleep(0.5)
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    after = stage.settled()
    after.save(stage.out / f"{stage.name}-after.png")
    require(after.colours() >= 3, "the screen is empty")
    stage.same(before, after, "the screen in its first mode again")
    stage.whole()
    return f"4 resets; {figures(incident)}"


def planes(stage):
    """A cursor on a cursor plane. Virtual machines hide theirs from atomic clients."""
    if stage.machine.gpu == "bochs":
        raise Skip("bochs-display has no cursor plane")
    session = stage.weston(STILL, environment="WESTON_DISABLE_ATOMIC=1")
    for place in (0.3, 0.6):
        stage.machine.point(place, 0.7)
        time.sleep(0.5)
    before = stage.settled()
    before.save(stage.out / f"{stage.name}-before.png")
    on_planes = session.planes()
    cursors = [plane for plane in on_planes.values() if plane["fb"] and plane["at"]
               and plane["at"].startswith("64x64")]
    require(len(cursors) == 1, f"there is no cursor on a plane: {on_planes}")
    session.begin_kms()
    session.lose("--forever")
    during = stage.picture("during")
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    after = stage.settled()
    after.save(stage.out / f"{stage.name}-after.png")
    kms = session.kms()
    again = session.planes()
    stage.same(before, during, "the screen during the reset")
    stage.same(before, after, "the screen after the reset")
    left = [plane for plane in again.values() if plane["at"] == cursors[0]["at"] and plane["fb"]]
    require(len(left) == 1, f"the cursor plane is not as it was: {on_planes} then {again}")
    stage.machine.point(0.2, 0.5)
    time.sleep(0.7)
    moved = session.planes()
    require(any(plane["fb"] and plane["at"] and plane["at"].startswith("64x64")
                and plane["at"] != cursors[0]["at"] for plane in moved.values()),
            f"the cursor plane does not follow the pointer: {moved}")
    stage.no_mode_set(kms)
    stage.whole()
    return f"cursor plane at {cursors[0]['at']}; {figures(incident)}; {kms}"


def scanout(stage):
    """A client whose buffers themselves are on the screen: weston's renderer draws nothing."""
    if stage.machine.gpu != "bochs":
        raise Skip("weston 14 puts no client's buffer on a plane of a device without modifiers, as "
                   "virtio-gpu is; --gpu bochs has LINEAR")
    session = stage.weston((SCANNED,), shell="kiosk-shell.so",
                           scopes="log,gpu-recovery,drm-backend")
    client = session.clients[0][1]
    session.composed("plane-only")
    stage.still_moving()
    stage.picture("before")
    session.begin_kms()
    session.lose("--forever", wait=False)
    time.sleep(2)
    stage.still_moving()
    stage.picture("during")
    kms = session.kms()
    session.composed("plane-only", 1)
    session.machine.run(f"wr-fault {RUNTIME}/fault release")
    incident = session.recovered()
    session.composed("plane-only")
    stage.still_moving()
    session.machine.run(f"kill -STOP {client}")
    time.sleep(1)
    scanned, shown = stage.picture("after"), session.planes()
    session.hand("planes Virtual-1 no")
    stage.until(lambda: session.planes() != shown, "the renderer's frame of the client's buffer")
    drawn = stage.picture("after-drawn")
    session.hand("planes Virtual-1 yes")
    session.machine.run(f"kill -CONT {client}")
    session.composed("plane-only")
    stage.still_moving()
    stage.same(scanned, drawn, "the client's frame, scanned out and drawn by the new context")
    stage.no_mode_set(kms)
    stage.whole()
    return f"the client's buffers on the primary plane throughout; {figures(incident)}; {kms}"


def dmabuf(stage):
    """A client whose buffers are the GPU's own."""
    if stage.machine.gpu == "bochs":
        raise Skip("no GPU buffers for clients on bochs-display")
    session = stage.weston(STILL + (DMABUF,))
    if session.count("dmabuf support: no"):
        raise Skip("this renderer imports no dmabufs")
    stage.settled(True, 3)
    mask = stage.animated()
    before = stage.picture("before")
    session.begin_kms()
    session.lose("--queries=3")
    incident = session.recovered()
    after = stage.picture("after")
    kms = session.kms()
    stage.same(before, after, "the screen after the reset", mask)
    stage.still_moving()
    stage.no_mode_set(kms)
    stage.whole()
    return f"{figures(incident)}; {kms}"


def ten(stage):
    """Ten resets in a row."""
    session = stage.weston(DRAWING)
    stage.settled(True, 3)
    mask = stage.animated()
    before = stage.picture("before")
    session.begin_kms()
    for _ in range(10):
        session.lose("--queries=3")
        incident = session.recovered()
    kms = session.kms()
    after = stage.picture("after")
    stage.same(before, after, "the screen after ten resets", mask)
    stage.still_moving()
    stage.no_mode_set(kms)
    stage.whole()
    return f"{len(session.incidents())} recoveries; the last: {figures(incident)}; {kms}"


def last_resort(stage):
    """Nothing helps: weston ends, and the launcher starts it again."""
    session = stage.weston(("weston-flower",), launcher="--restart=3 --restart-pause=1",
                           recovery="last-resort=exit\ngive-up-after=3\nbackoff-cap=50ms")
    stage.settled()
    stage.picture("before")
    first = session.pid
    session.machine.run(f"wr-fault {RUNTIME}/fault strike --pid={first} --wait --timeout=20 "
                        "'mode=lost+create-fails:-1'")
    stage.picture("during")
    session.wait(f"p=$({OLDEST}) && [ -n \"$p\" ] && [ $p != {first} ]", "another weston", 60)
    session.wait(f"[ -S {RUNTIME}/wayland-1 ]", "its socket", 60)
    session.pid = session.find_pid()
    session.clients = []
    session.client("weston-flower")
    stage.settled(need_colours=3)
    stage.picture("after")
    stage.whole()
    said = session.machine.run(f"grep 'starting weston' {RUNTIME}/weston.err || true").strip()
    if not said:
        raise Failure("the launcher does not say that it has started weston again")
    stage.end_session()
    return said


# In an order in which few westons have to be started.
SCENARIOS = {
    "idle": idle, "mode-change": mode_change, "drawing": drawing, "away": away, "ten": ten,
    "dmabuf": dmabuf, "outputs": outputs, "planes": planes, "scanout": scanout,
    "last-resort": last_resort,
}
