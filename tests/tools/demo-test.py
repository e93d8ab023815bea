#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/demo: whole on our renderer, for each cause; and it can fail: lost on stock's."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cases

KEYS = {"renderer", "cause", "resets", "pixels_compared", "pixels_differing", "clients_started",
        "clients_alive", "surfaces_restored", "bytes_restored", "detect_ms", "rebuild_ms",
        "first_frame_ms"}
MANY = 12


class DemoTest(unittest.TestCase):
    def demo(self, *args):
        """Run the demo; return its exit status, figures and output."""
        with tempfile.TemporaryDirectory() as folder:
            figures = pathlib.Path(folder) / "figures.json"
            done = subprocess.run([sys.executable, cases.TOOLS / "demo.py", f"--out={folder}",
                                   f"--json={figures}", *args], text=True, check=False,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            result = json.loads(figures.read_text()) if figures.exists() else {}
        return done.returncode, result, done.stdout

    def whole(self, *args):
        status, result, output = self.demo(*args)
        self.assertEqual(status, 0, output)
        self.assertLessEqual(KEYS, set(result), output)
        self.assertEqual(result["pixels_differing"], 0, output)
        self.assertGreater(result["pixels_compared"], 1_000_000, output)
        self.assertEqual(result["clients_alive"], result["clients_started"], output)
        self.assertGreaterEqual(result["clients_started"], 5)
        return result, output

    def test_each_cause(self):
        for cause in ("guilty", "innocent", "unknown"):
            with self.subTest(cause=cause):
                result, output = self.whole(f"--cause={cause}")
                self.assertEqual(result["cause"], cause)
                self.assertGreater(result["surfaces_restored"], 8, output)
                self.assertGreater(result["first_frame_ms"], 0, output)

    def test_several_resets(self):
        result, output = self.whole(f"--resets={MANY}")
        self.assertEqual(result["resets"], MANY)
        self.assertEqual(result["fds_end"], result["fds_after_10"], output)

    def test_stock_loses_the_desktop(self):
        status, result, output = self.demo("--renderer=stock")
        self.assertEqual(status, 1, output)
        self.assertFalse(result["whole"])
        self.assertTrue(result["losses"])
        self.assertIn("The desktop was lost:", output)


if __name__ == "__main__":
    os.environ.setdefault("WR_BUILD_DIR", str(cases.TOOLS.parent / "build"))
    cases.main(__name__)
