#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/bench: that its counters count, that it reads callgrind right, and the form of its output."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

import cases

sys.path.insert(0, str(cases.TOOLS))
import bench_check  # noqa: E402
import bench_plot  # noqa: E402
import bench_report  # noqa: E402
import bench_world  # noqa: E402

BUILD = pathlib.Path(os.environ.get("WR_BUILD_DIR", cases.TOOLS.parent / "build"))
SANITIZER = os.environ.get("WR_SANITIZER_PRELOAD")

# Twice 3 and 4 of the module's own; 100 is what it calls, 50 is another's.
CALLGRIND = """\
events: Ir
fn=(1) begin
ob=(1) /lib/driver.so
fn=(2) draw
1 50
ob=(2) /lib/gl-renderer.so
fn=(3) repaint
1 3
cob=(1)
cfn=(2)
calls=1 0
1 100
+1 4
fn=(4) helper
* 3
1 4
"""

SPREAD = {"stock": 2.0, "ours": 1.0, "ratio": 0.5, "low": 0.4, "high": 0.6, "pairs": 5}
RESET = {"detect": 1.0, "wait": 2.0, "rebuild": 3.0, "first_frame": 4.0, "recovery": 8.0,
         "floor": 6.0, "ratio": 8 / 6, "ratio_low": 1.0, "ratio_high": 2.0, "driver_context": 1.0,
         "driver_programs": 0.5, "driver_upload": 0.5, "driver_drop": 0.1}


def figures():
    """Made up: one scene on every limit, so that nothing is missed yet."""
    return {
        "machine": {"processor": "<none>", "processors": 2, "memory_gib": 1, "kernel": "0",
                    "weston": "14", "mesa": "0", "driver": "llvmpipe"},
        "options": {"pairs": 5}, "load_before": {"load1": 0.0}, "load_after": {"load1": 0.0},
        "scenes": [{"scene": "many", "window_scene": True, "gl_calls_ratio": 0.5,
                    "instructions_ratio": 0.6, "cpu_ratio": 0.95, "upload_bytes_ratio": 1.0,
                    "rss_ratio": 1.0, "startup_ratio": 1.0, "frames": {"stock": 1, "ours": 1},
                    "free": {"cpu_ms": SPREAD}, "paced": {"rss_kib": SPREAD, "start_ms": SPREAD},
                    "pictures": {"pixels_differing": 0}}],
        "recovery": {"floor_ratio": {"1": 1.3}, "hidden_spread": 0.1,
                     "surfaces": {"1": RESET, "10": RESET, "100": RESET}},
    }


class CounterTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.page = os.path.join(folder.name, "calls")

    def test_each_call_and_byte_counts(self):
        preload = f"{BUILD}/tests/bench/libcount-gl.so"
        if SANITIZER:
            preload = f"{SANITIZER}:{preload}"
        env = dict(os.environ, LD_PRELOAD=preload, WR_COUNT_GL=self.page,
                   ASAN_OPTIONS="detect_leaks=0")
        done = subprocess.run([BUILD / "tests/bench/count-probe"], env=env, check=False,
                              capture_output=True, text=True)
        if done.returncode == 77:
            self.skipTest(done.stderr.strip())
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = bench_world.CallCounts(self.page, b"wrcount1").read()
        expected = {
            "glTexImage2D": 3, "glTexSubImage2D": 1, "glPixelStorei": 1, "glDrawArrays": 2,
            "glDrawElements": 1, "glBufferData": 1, "glReadPixels": 1, "glFlush": 3,
            "glGetGraphicsResetStatusEXT": 3, "eglCreateContext": 1, "eglMakeCurrent": 1,
            "eglGetProcAddress": 2, "glUseProgram": 0,
            "texture_bytes": 64 * 64 * 4 + 10 * 10 * 4 + 7 * 3 * 2, "buffer_bytes": 32,
            "array_bytes": 4 * 8 + 6 * 2 + 4 * 8, "read_bytes": 64, "vertices": 4 + 6 + 4,
        }
        self.assertEqual({name: counts[name] for name in expected}, expected)
        self.assertGreater(counts["ns:eglCreateContext"], 0)


class CallgrindTest(unittest.TestCase):
    def test_own_costs_only(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(CALLGRIND)
            file.flush()
            functions, objects = bench_world.costs(file.name, lambda ob: "gl-renderer" in ob)
        self.assertEqual(dict(functions), {"repaint": 7, "helper": 7})
        self.assertEqual(dict(objects), {"/lib/driver.so": 50, "/lib/gl-renderer.so": 14})


class ReportTest(unittest.TestCase):
    def test_limits(self):
        results = figures()
        self.assertEqual(bench_check.missed(results), [])
        for key in ("gl_calls_ratio", "instructions_ratio", "upload_bytes_ratio", "rss_ratio",
                    "startup_ratio"):
            results["scenes"][0][key] += 0.01
        results["scenes"][0]["cpu_ratio"] = 1.01
        results["recovery"]["floor_ratio"]["1"] = 1.31
        results["scenes"][0]["pictures"]["pixels_differing"] = 1
        results["scenes"][0]["frames"]["ours"] = 2
        # The CPU time is beyond its limit, and so is the mean of all scenes.
        self.assertEqual(len(bench_check.missed(results)), 10)

    def test_plots_are_whole_and_alone(self):
        page = bench_plot.page(figures())
        picture = bench_plot.picture(figures())
        xml.dom.minidom.parseString(picture)
        self.assertIn(">many</text>", picture)
        self.assertNotIn("<none>", page)
        for text in (page, picture):
            text = text.replace('xmlns="http://www.w3.org/2000/svg"', "")
            for word in ("http:", "https:", "url(", "href", "src="):
                self.assertNotIn(word, text)

    def test_tables_go_between_their_marks(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "page.md")
            with open(path, "w", encoding="utf-8") as file:
                file.write("before\n<!-- bench: ratios -->\nold\n<!-- bench end -->\nafter\n")
            bench_report.write_markdown(figures(), path)
            bench_report.write_markdown(figures(), path)
            text = pathlib.Path(path).read_text(encoding="utf-8")
        self.assertEqual(text.count("| many | 0.50 |"), 1)
        self.assertNotIn("old", text)
        self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))


class RunTest(unittest.TestCase):
    @unittest.skipUnless(shutil.which("weston"), "weston is not installed")
    @unittest.skipIf(SANITIZER, "figures of a module with sanitizers mean nothing")
    def test_one_scene(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "figures.json")
            done = subprocess.run(
                [sys.executable, cases.TOOLS / "bench.py", "--build-dir", BUILD, "--quick",
                 "--scene", "terminal-scroll", "--counts", "--times", "--paced", "--json", path],
                capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            results = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
        scene, = results["scenes"]
        self.assertEqual(scene["scene"], "terminal-scroll")
        for key in ("gl_calls_ratio", "cpu_ratio", "upload_bytes_ratio", "rss_ratio",
                    "startup_ratio"):
            self.assertGreater(scene[key], 0, key)
        for renderer in ("stock", "ours"):
            # Both have to upload at least what the client damages, and to draw it.
            self.assertGreaterEqual(scene["counts"][renderer]["texture_bytes"], 984 * 662 * 4)
            self.assertGreaterEqual(scene["counts"][renderer]["draws"], 1)
            self.assertGreaterEqual(scene["counts"][renderer]["frames"], 24)
        self.assertEqual(scene["pictures"]["pixels_differing"], 0)
        self.assertIn("terminal-scroll", done.stdout)


if __name__ == "__main__":
    cases.main(__name__)
