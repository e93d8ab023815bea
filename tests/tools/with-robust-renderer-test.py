#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/with-robust-renderer: what environment the command gets."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cases

PRINT_ENV = [sys.executable, "-c", "import json, os; print(json.dumps(dict(os.environ)))"]


class WithRobustRenderer(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.build = pathlib.Path(self.dir.name).resolve()
        self.module = self.touch("libweston-robust/gl-renderer.so")
        self.injector = self.touch("tests/fault/libfault-gl.so")
        self.env = {k: v for k, v in os.environ.items()
                    if k not in ("WESTON_MODULE_MAP", "LD_PRELOAD", "WR_FAULT")}
        self.env["WR_BUILD_DIR"] = str(self.build)

    def touch(self, name):
        path = self.build / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path

    def call(self, *args, **env):
        return subprocess.run([cases.TOOLS / "with-robust-renderer", *args], text=True,
                              capture_output=True, env={**self.env, **env}, check=False)

    def environment(self, *args, **env):
        done = self.call(*args, *PRINT_ENV, **env)
        self.assertEqual(done.returncode, 0, done.stderr)
        # The empty files that stand for libraries make the loader complain on stderr only.
        return json.loads(done.stdout)

    def suite(self, text):
        header = self.touch("suite/tests/test-config.h")
        header.write_text(text, encoding="utf-8")
        return str(self.build / "suite")

    def test_module_alone(self):
        env = self.environment()
        self.assertEqual(env["WESTON_MODULE_MAP"], f"gl-renderer.so={self.module}")
        self.assertNotIn("WR_FAULT", env)

    def test_keeps_other_entries_after_ours(self):
        env = self.environment(WESTON_MODULE_MAP="a.so=/x/a.so;b.so=/y z/b.so")
        self.assertEqual(env["WESTON_MODULE_MAP"],
                         f"gl-renderer.so={self.module};a.so=/x/a.so;b.so=/y z/b.so")

    def test_replaces_a_foreign_renderer(self):
        env = self.environment(WESTON_MODULE_MAP="gl-renderer.so=/stock.so;a.so=/a.so;")
        self.assertEqual(env["WESTON_MODULE_MAP"], f"gl-renderer.so={self.module};a.so=/a.so")

    def test_suite_map(self):
        suite = self.suite('#pragma once\n#define OTHER "x"\n'
                           '#define WESTON_MODULE_MAP "gl-renderer.so=/s/gl.so;'
                           'headless-backend.so=/s/h.so;test-plugin.so=/s/t.so;"\n')
        env = self.environment("--suite", suite)
        self.assertEqual(env["WESTON_MODULE_MAP"],
                         f"gl-renderer.so={self.module};headless-backend.so=/s/h.so;"
                         "test-plugin.so=/s/t.so")

    def test_suite_map_on_a_continuation_line(self):
        suite = self.suite('#define WESTON_MODULE_MAP \\\n    "a.so=/s/a.so;b.so=/s/b.so"\n')
        env = self.environment("--suite=" + suite)
        self.assertEqual(env["WESTON_MODULE_MAP"],
                         f"gl-renderer.so={self.module};a.so=/s/a.so;b.so=/s/b.so")

    def test_callers_map_comes_before_the_suites(self):
        suite = self.suite('#define WESTON_MODULE_MAP "a.so=/s/a.so;b.so=/s/b.so"\n')
        env = self.environment("--suite", suite, WESTON_MODULE_MAP="a.so=/mine.so")
        self.assertEqual(env["WESTON_MODULE_MAP"],
                         f"gl-renderer.so={self.module};a.so=/mine.so;a.so=/s/a.so;b.so=/s/b.so")

    def test_suite_without_a_map_is_refused(self):
        done = self.call("--suite", self.suite("#define OTHER 1\n"), "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("defines no WESTON_MODULE_MAP", done.stderr)

    def test_folder_that_is_no_suite_is_refused(self):
        done = self.call("--suite", str(self.build / "none"), "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("build folder", done.stderr)

    def test_fault(self):
        env = self.environment("--fault", "at=frame:3 cause=guilty")
        self.assertEqual(env["WR_FAULT"], "at=frame:3 cause=guilty")
        self.assertEqual(env["LD_PRELOAD"], str(self.injector))

    def test_fault_comes_after_other_preloads(self):
        other = self.touch("other.so")
        env = self.environment("--fault", "x", LD_PRELOAD=str(other))
        self.assertEqual(env["LD_PRELOAD"], f"{other}:{self.injector}")

    def test_named_module(self):
        other = self.touch("elsewhere/gl-renderer.so")
        env = self.environment("--module", str(other))
        self.assertEqual(env["WESTON_MODULE_MAP"], f"gl-renderer.so={other}")

    def test_missing_module_is_refused(self):
        done = self.call("--module", str(self.build / "none.so"), "true")
        self.assertEqual(done.returncode, 2)
        self.assertIn("is not there", done.stderr)

    def test_passes_on_the_exit_status_and_the_arguments(self):
        done = self.call("--", "sh", "-c", 'echo "$1"; exit 3', "sh", "two words")
        self.assertEqual((done.returncode, done.stdout), (3, "two words\n"))


if __name__ == "__main__":
    cases.main(__name__)
