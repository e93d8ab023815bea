# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Scenarios of a host that loses its GPU under a guest whose GL it does (virgl)."""
from desktop import STILL
from session import LOG
from stage import require

TRIES = 10


def host_reset(stage):
    """QEMU's GL contexts draw nothing any more, for good: it has no code to make others."""
    session = stage.weston(STILL)
    require(session.count("GL renderer: virgl") and session.count("context robustness: no"),
            "the guest does not draw by virgl without robustness")
    before = stage.settled(need_colours=3)
    before.save(stage.out / f"{stage.name}-before.png")
    stage.machine.host_fault("strike", "mode=silent forever")
    # The canary has noticed, and new contexts on the same host are found to be of no use.
    session.wait(f"[ $(grep -c 'the new context does not draw' {LOG}) -ge {TRIES} ]",
                 "tries to go on", 90)
    during = stage.picture("during")
    stage.same(before, during, "the host's window while the guest tries")
    stage.whole()
    session.collect(stage.out, stage.name)
    # QEMU 7.2 ends itself when the guest gives back what it has lost: no regular end of this one.
    stage.session = None
    return (f"noticed by the canary; {TRIES} new contexts drew nothing, weston and its clients "
            "went on, the host's window kept the last frame")


SCENARIOS = {"host-reset": host_reset}
