#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""tools/count-results: how meson's log becomes the last line."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import cases


class CountResults(unittest.TestCase):
    def count(self, *tests):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder) / "testlog.json"
            log.write_text("".join(json.dumps({"name": "t", "returncode": 0, **test}) + "\n"
                                   for test in tests), encoding="utf-8")
            done = subprocess.run([sys.executable, cases.TOOLS / "count-results", log], text=True,
                                  capture_output=True, check=False)
        return done.stdout.splitlines()[-1], done.returncode

    def test_sums_the_cases_of_programs(self):
        self.assertEqual(
            self.count({"result": "OK", "stdout": "x\n3 passed, 0 failed, 1 skipped\n"},
                       {"result": "OK", "stdout": "4 passed, 0 failed\n"}),
            ("7 passed, 0 failed, 1 skipped", 0))

    def test_program_without_a_count_is_one_case(self):
        self.assertEqual(self.count({"result": "OK", "stdout": "fine\n"},
                                    {"result": "SKIP", "stdout": "skipped: no GPU\n"}),
                         ("1 passed, 0 failed, 1 skipped", 0))

    def test_failed_case(self):
        self.assertEqual(
            self.count({"result": "FAIL", "stdout": "3 passed, 2 failed, 0 skipped\n"}),
            ("3 passed, 2 failed, 0 skipped", 1))

    def test_program_that_dies_after_its_count_has_failed(self):
        self.assertEqual(
            self.count({"result": "FAIL", "stdout": "3 passed, 0 failed, 0 skipped\n"}),
            ("3 passed, 1 failed, 0 skipped", 1))

    def test_timeout_is_a_failure(self):
        self.assertEqual(self.count({"result": "TIMEOUT", "stdout": ""}),
                         ("0 passed, 1 failed, 0 skipped", 1))

    def test_last_count_wins(self):
        self.assertEqual(
            self.count({"result": "OK", "stdout": "1 passed, 0 failed\n2 passed, 0 failed\n"}),
            ("2 passed, 0 failed, 0 skipped", 0))

    def test_no_test_at_all_is_a_failure(self):
        self.assertEqual(self.count(), ("0 passed, 1 failed, 0 skipped", 1))


if __name__ == "__main__":
    cases.main(__name__)
