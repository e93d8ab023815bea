#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""What a machine can check of the whole tree, and that the checks can fail."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / "tests/tools"))
import cases  # noqa: E402

LINT = TOP / "tests/lint"
TOOLS = ("build-deb", "debian-root", "setup", "test", "demo", "soak", "with-robust-renderer",
         "count-results")
MOST_LINES = 500
SKIPPED_FOLDERS = {".git", "out", "__pycache__", ".cache"}
# A path of one machine, and the host of a package archive: neither belongs in the tree.
MACHINE_PATH = re.compile(r"(?:^|[^A-Za-z0-9_.$}/])/(?:work|root|farm|home)/")
ARCHIVE_HOST = re.compile(r"(?:https?|ftp)://(?:deb|ftp|registry|snapshot|security|archive)\.")


def tracked_files():
    """Return the files of the tree, relative to its top, without what builds leave."""
    found = []
    for folder, folders, names in os.walk(TOP):
        folders[:] = [name for name in folders if name not in SKIPPED_FOLDERS
                      and not name.startswith("build") and not name.endswith("build")]
        found += [pathlib.Path(folder, name).relative_to(TOP) for name in names]
    return sorted(path for path in found if path.suffix not in (".pyc", ".png"))


def text_of(path):
    return (TOP / path).read_text(encoding="utf-8", errors="replace")


def first_line(path):
    with open(TOP / path, encoding="utf-8", errors="replace") as file:
        return file.readline()


def run(*command, **options):
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


class Tree(unittest.TestCase):
    def setUp(self):
        self.files = tracked_files()

    def scripts(self, pattern):
        return [path for path in self.files if re.match(pattern, first_line(path))]

    def test_no_long_source_file(self):
        for path in self.files:
            if path.suffix in (".c", ".h", ".py", ".sh") or path.parts[0] == "tools":
                lines = len(text_of(path).splitlines())
                self.assertLessEqual(lines, MOST_LINES, f"{path} has {lines} lines")

    def test_no_machine_path_and_no_archive_host(self):
        for path in self.files:
            for number, line in enumerate(text_of(path).splitlines(), 1):
                for pattern in (MACHINE_PATH, ARCHIVE_HOST):
                    self.assertIsNone(pattern.search(line), f"{path}:{number}: {line.strip()}")

    def test_sources_name_the_licence(self):
        for path in self.files:
            code = path.suffix in (".c", ".h", ".py", ".sh") or path.parts[0] == "tools"
            if code or path.name in ("meson.build", "meson.options"):
                self.assertIn("SPDX-License-Identifier: MIT", text_of(path)[:400], str(path))

    def test_headers_have_guards(self):
        for path in self.files:
            if path.suffix == ".h":
                text = text_of(path)
                self.assertNotIn("#pragma once", text, str(path))
                self.assertRegex(text, r"#ifndef (\w+)\n#define \1\n", str(path))

    def test_shell_syntax(self):
        scripts = self.scripts(r"#!.*\b(ba)?sh\b")
        self.assertGreater(len(scripts), 5)
        for path in scripts:
            shell = "bash" if "bash" in first_line(path) else "sh"
            done = run(shell, "-n", str(TOP / path))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_shellcheck(self):
        try:
            done = run("shellcheck", "--severity=warning",
                       *(str(TOP / path) for path in self.scripts(r"#!.*\b(ba)?sh\b")))
        except FileNotFoundError:
            self.skipTest("skipped: shellcheck is missing")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_python_compiles(self):
        scripts = set(self.scripts(r"#!.*python3")) | {p for p in self.files if p.suffix == ".py"}
        self.assertGreater(len(scripts), 5)
        for path in scripts:
            compile(text_of(path), str(path), "exec")

    def test_scripts_are_executable(self):
        for name in TOOLS:
            self.assertTrue(os.access(TOP / "tools" / name, os.X_OK), name)

    def test_help_of_each_tool(self):
        for name in TOOLS:
            done = run(str(TOP / "tools" / name), "--help")
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn("usage:", done.stdout.lower(), name)

    def test_unknown_option_is_refused(self):
        for name in ("setup", "test", "with-robust-renderer"):
            self.assertEqual(run(str(TOP / "tools" / name), "--no-such-option").returncode, 2, name)


class LayerCheck(unittest.TestCase):
    """The layer check must find each kind of wrong include."""

    def check(self, path, include):
        with tempfile.TemporaryDirectory() as folder:
            src = pathlib.Path(folder) / "libweston-robust"
            for part in ("core", "scene", "gl", "weston-14", "weston-16"):
                (src / part).mkdir(parents=True)
                (src / part / "fine.c").write_text("#include <stdio.h>\n", encoding="utf-8")
            (src / "renderer.c").write_text('#include "core/recovery.h"\n', encoding="utf-8")
            if path:
                (src / path).write_text(f"#include {include}\n", encoding="utf-8")
            return run("sh", str(LINT / "check-layers.sh"), folder).returncode

    def test_clean_tree_passes(self):
        self.assertEqual(self.check(None, None), 0)

    def test_wrong_includes_are_found(self):
        for path, include in (("core/a.c", "<GLES2/gl2.h>"), ("core/a.c", '"gl/egl.h"'),
                              ("core/a.c", '"../renderer.h"'), ("core/a.c", "<pixman.h>"),
                              ("scene/a.h", "<libweston/libweston.h>"),
                              ("scene/a.c", '"gl/texture.h"'),
                              ("gl/a.c", "<libweston/libweston.h>"), ("gl/a.c", '"renderer.h"'),
                              ("gl/a.c", '"weston-14/abi.h"'), ("renderer.c", '"weston-14/abi.h"'),
                              ("renderer.c", "<libweston/libweston.h>"),
                              ("weston-14/a.c", '"../weston-16/abi.h"')):
            self.assertNotEqual(self.check(path, include), 0, f"{path}: {include}")

    def test_right_includes_pass(self):
        for path, include in (("gl/a.c", '"scene/frame.h"'), ("weston-14/a.c", '"renderer.h"'),
                              ("weston-14/a.c", "<libweston/libweston.h>"),
                              ("weston-14/a.c", '"weston-14/abi.h"')):
            self.assertEqual(self.check(path, include), 0, f"{path}: {include}")


if __name__ == "__main__":
    cases.main(__name__)
