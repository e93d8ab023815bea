#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/soak: a short one holds, its plan repeats itself, and it can fail."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cases

BUILD = os.environ["WR_BUILD_DIR"]
RESETS = 210
KEYS = {"seed", "resets", "duration_s", "resets_per_s", "crashes", "wrong_pictures", "faults",
        "rss_kib_after_100", "rss_kib_end", "fds", "gl_names", "incidents_by_rung"}


def soak(*arguments, **environment):
    """Run it; return its exit status, figures and output."""
    with tempfile.TemporaryDirectory() as folder:
        figures = pathlib.Path(folder) / "figures.json"
        done = subprocess.run(
            [sys.executable, cases.TOOLS / "soak.py", f"--out={folder}/out", f"--json={figures}",
             f"--build-dir={BUILD}", "--quiet", *arguments], text=True, check=False,
            env=dict(os.environ, **environment), stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT)
        kept = sorted(os.listdir(f"{folder}/out")) if os.path.isdir(f"{folder}/out") else []
        result = json.loads(figures.read_text()) if figures.exists() else {}
    return done.returncode, result, kept, done.stdout


def plan(seed):
    return soak("--plan", f"--seed={seed}", "--until=200")[3]


class SoakTest(unittest.TestCase):
    def test_a_short_one_holds(self):
        status, figures, kept, output = soak(f"--resets={RESETS}", "--seed=14")
        self.assertEqual(status, 0, output)
        self.assertLessEqual(KEYS, set(figures))
        self.assertGreaterEqual(figures["resets"], RESETS)
        self.assertEqual((figures["crashes"], figures["wrong_pictures"]), (0, 0))
        self.assertGreater(figures["pictures_compared"], RESETS)
        self.assertGreater(figures["pictures_compared_with_stock"], 1)
        self.assertGreater(len(figures["faults"]), 8, "kinds of faults")
        self.assertGreater(figures["gl_names"]["textures"], 0)
        self.assertGreater(figures["incidents_by_rung"]["context"], RESETS / 2)
        self.assertFalse(kept)

    def test_the_same_seed_is_the_same_plan(self):
        self.assertEqual(plan(3), plan(3))
        self.assertNotEqual(plan(3), plan(4))

    def test_what_is_not_kept_is_missed(self):
        """Without retention nothing comes back: a wrong picture, kept with the way to replay it."""
        status, figures, kept, output = soak(f"--resets={RESETS}", "--seed=14",
                                             WESTON_ROBUST_RETENTION="none")
        self.assertEqual(status, 1, output)
        self.assertEqual(figures["wrong_pictures"], 1, output)
        self.assertIn("subject.png", kept)
        self.assertIn("steps.txt", kept)
        self.assertIn(f"--seed 14 --until {figures['steps']}", output)


if __name__ == "__main__":
    cases.main(__name__)
