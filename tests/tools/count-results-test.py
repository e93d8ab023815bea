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
    def run_it(self, tests, again=(), options=()):
        with tempfile.TemporaryDirectory() as folder:
            logs = [pathlib.Path(folder) / "testlog.json", pathlib.Path(folder) / "again.json"]
            for log, records in zip(logs, (tests, again)):
                log.write_text("".join(json.dumps({"name": "t", "returncode": 0, **test}) + "\n"
                                       for test in records), encoding="utf-8")
            return subprocess.run([sys.executable, cases.TOOLS / "count-results", logs[0], *options,
                                   "--again", logs[1]], text=True, capture_output=True, check=False)

    def count(self, *tests, again=()):
        done = self.run_it(tests, again)
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

    def test_failure_beside_others_is_named_though_it_passes_alone(self):
        beside = {"result": "FAIL", "stdout": "too slow\n3 passed, 2 failed, 0 skipped\n"}
        alone = {"result": "OK", "stdout": "5 passed, 0 failed, 0 skipped\n"}
        done = self.run_it([beside], [alone])
        self.assertEqual((done.stdout.splitlines()[-1], done.returncode),
                         ("5 passed, 0 failed, 0 skipped", 0))
        self.assertIn("too slow", done.stdout)
        self.assertIn("passed only when run again, alone: t", done.stdout)

    def test_logs_before_and_after_one_of_a_second_run(self):
        with tempfile.TemporaryDirectory() as folder:
            logs = [pathlib.Path(folder) / name for name in ("a.json", "again.json", "b.json")]
            for log, result in zip(logs, ("FAIL", "OK", "OK")):
                log.write_text(json.dumps({"name": log.stem[0], "result": result, "returncode": 0}),
                               encoding="utf-8")
            done = subprocess.run([sys.executable, cases.TOOLS / "count-results", logs[0], "--again",
                                   logs[1], logs[2]], text=True, capture_output=True, check=False)
        self.assertEqual((done.stdout.splitlines()[-1:], done.returncode),
                         (["2 passed, 0 failed, 0 skipped"], 0))

    def test_failure_beside_others_and_alone(self):
        bad = {"result": "FAIL", "stdout": "3 passed, 2 failed, 0 skipped\n"}
        self.assertEqual(self.count(bad, again=[bad]), ("3 passed, 2 failed, 0 skipped", 1))

    def test_which_are_run_again(self):
        bad = {"result": "FAIL", "stdout": ""}

        def names(*tests):
            return self.run_it(tests, options=["--names"]).stdout.split()

        self.assertEqual(names({"result": "OK"}, {**bad, "name": "project:suite / one"}), ["one"])
        self.assertEqual(names(bad, bad, bad, bad), [])
        self.assertEqual(names({**bad, "stderr": "ERROR: AddressSanitizer: heap-use"}), [])


if __name__ == "__main__":
    cases.main(__name__)
