# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The scenes of tools/bench: what they are shown on, how long, and what is asked of them."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Scene:
    """One scene of tests/bench/bench-scenes.c."""
    name: str
    text: str
    width: int = 1920
    height: int = 1080
    outputs: int = 1
    icc: bool = False
    steps: int = 200         # timed, free-running
    refresh: int = 1000000   # mHz, then; lower where a step's damage takes its time to arrive
    window_scene: bool = False
    tolerance: int = 1       # by which a channel of the pictures may differ

    def ini(self, profile=None):
        """The sections of weston.ini. profile: an ICC file."""
        names = ['headless'] + [f'output-{i}' for i in range(1, self.outputs)]
        core = 'color-management=true\n' if self.icc else ''
        color = f'icc_profile={profile}\n' if self.icc else ''
        return core + ''.join(f'[output]\nname={name}\nmode={self.width}x{self.height}\n{color}'
                              for name in names)


SCENES = (
    Scene('idle-cursor', 'an idle desktop with a blinking cursor', steps=400),
    Scene('full-1080p', 'one client on all of 1920x1080, wl_shm'),
    Scene('full-4k', 'one client on all of 3840x2160, wl_shm', 3840, 2160, steps=60),
    Scene('windows-50', '50 windows, 5 % of each damaged', window_scene=True, refresh=250000),
    Scene('windows-200', '200 windows, 5 % of each damaged', window_scene=True, refresh=125000),
    Scene('translucent-move', 'a translucent window moves over 50'),
    Scene('terminal-scroll', 'a terminal of 1000x700 scrolls', steps=300),
    Scene('video-yuv', 'YUV420 of 1280x720, scaled to 1920x1080', steps=100),
    Scene('color-icc', '10 windows on an output with an ICC profile (cLUT)', icc=True, steps=60),
    Scene('outputs-8', '8 outputs of 640x480 with a window each', 640, 480, outputs=8),
)


def by_name(names):
    """The scenes of these names, or all. Raises KeyError."""
    if not names:
        return list(SCENES)
    known = {scene.name: scene for scene in SCENES}
    return [known[name] for name in names]
