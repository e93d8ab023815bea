#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Traces that are written by themselves: all the time, and after recoveries."""
import errno
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import cases  # noqa: E402
import perfetto  # noqa: E402
from story import play, Story  # noqa: E402

LEAST = 65536  # the least limit of a continuous file
NAME = re.compile(r"weston-gpu-recovery-\d{8}T\d{6}Z-\d+-\d{6}\.pftrace")


def frames(first, count):
    return "".join(f"counters {i} 0 0 0 0 0 0 0 0\nframe LEFT {i} {i + 1} -1\n"
                   for i in range(first, first + count))


def recovery(incident, at):
    return (f"began {incident} 1 {at}\nspan {incident} 0 0 {at} {at + 10} 1\n"
            f"ended {incident} {at} {at + 20} 0 0 -\n")


def draw_calls(trace):
    return [value for _, value in trace.values("draw calls")]


def incidents(trace):
    track = trace.track_named("GPU recovery")
    return [one.notes["incident"] for one in perfetto.slices(trace, track)]


class Continuous(Story):
    def setUp(self):
        super().setUp()
        self.older = self.folder / "a.pftrace.1"

    def play(self, story, ring=1 << 20):
        return play(f"continuous {self.file} {LEAST}\n{story}", ring)

    def test_what_happens_is_in_the_file_a_second_later(self):
        played = self.play(frames(0, 10) + recovery(1, 20) + "wait 1200\n" +
                           frames(100, 10) + "crash\n")
        self.assertIn("result 0", played.lines)
        trace = self.read(self.file.read_bytes())
        self.assertEqual(draw_calls(trace), list(range(10)))
        self.assertEqual(incidents(trace), [1])
        self.assertFalse(self.older.exists())
        self.assertEqual(self.file.stat().st_mode & 0o777, 0o600)

    def test_the_end_writes_what_is_owed(self):
        self.play(frames(0, 10))
        self.assertEqual(draw_calls(self.read(self.file.read_bytes())), list(range(10)))

    def test_stopping_writes_what_is_owed(self):
        self.play(frames(0, 10) + "continuous - 0\n" + frames(10, 10) + "wait 300\n")
        self.assertEqual(draw_calls(self.read(self.file.read_bytes())), list(range(10)))

    def test_what_was_there_before_comes_first(self):
        play(frames(0, 10) + f"continuous {self.file} {LEAST}\n" + frames(10, 10))
        self.assertEqual(draw_calls(self.read(self.file.read_bytes())), list(range(20)))

    def test_files_stay_small_and_go_on_from_each_other(self):
        story = "".join(frames(500 * i, 500) + "wait 1200\n" for i in range(4))
        self.play(story + "began 1 1 5000\n" + frames(6000, 10))
        newer, older = self.file.read_bytes(), self.older.read_bytes()
        self.assertLessEqual(max(len(newer), len(older)), LEAST)
        values = draw_calls(self.read(older + newer))
        # The first file of all is gone; the last two lack nothing, and tell nothing twice.
        self.assertEqual(values[-10:], list(range(6000, 6010)))
        self.assertEqual(values[:-10], list(range(values[0], 2000)))
        self.assertGreater(len(values), 900)
        for data in (newer, older):
            self.assertEqual(self.read(data).losses, 0)

    def test_what_the_ring_lost_before_it_was_written_is_told(self):
        self.play(frames(0, 2000), ring=16384)
        trace = self.read(self.file.read_bytes())
        self.assertEqual(trace.losses, 1)
        values = draw_calls(trace)
        self.assertEqual(values, list(range(2000 - len(values), 2000)))

    def test_an_incident_that_is_older_than_the_file_is_whole_in_it(self):
        play("began 9 1 5\n" + frames(10, 2000) + f"continuous {self.file} {LEAST}\nwait 1200\n"
             "ended 9 5 5000 0 0 -\n", ring=16384)
        trace = self.read(self.file.read_bytes())
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual(reset.notes["incident"], 9)
        self.assertIsNotNone(reset.end)

    def test_an_incident_of_several_writes_is_told_once(self):
        self.play("began 9 1 5\nwait 1200\nspan 9 0 0 5 20 1\nwait 1200\n"
                  "ended 9 5 5000 0 0 -\n")
        trace = self.read(self.file.read_bytes())
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual(reset.shape(), ("GPU reset", ("detected",), ("wait",)))
        self.assertIsNotNone(reset.end)

    def test_a_file_of_others_is_moved_away(self):
        self.file.write_text("somebody's", encoding="utf-8")
        self.play(frames(0, 10))
        self.assertEqual(self.older.read_text(encoding="utf-8"), "somebody's")
        self.assertEqual(len(draw_calls(self.read(self.file.read_bytes()))), 10)

    def test_a_place_that_is_none(self):
        self.file = self.folder / "missing" / "a.pftrace"
        played = self.play(frames(0, 10) + "wait 1200\n" + frames(10, 10) + "wait 1200\n")
        failures = [line for line in played.lines if line.startswith("failed")]
        self.assertEqual(failures, [f"failed {-errno.ENOENT} {self.file}"])

    def test_a_disk_that_is_full(self):
        story = frames(0, 10) + "wait 1200\n" + frames(10, 100) + "wait 1200\n"
        played = play(f"continuous {self.file} {LEAST}\n{story}", most_file_bytes=5000)
        failures = [line for line in played.lines if line.startswith("failed")]
        self.assertEqual(failures, [f"failed {-errno.EFBIG} {self.file}"])
        # What had found room before is whole.
        self.assertEqual(draw_calls(self.read(self.file.read_bytes())), list(range(10)))


class AfterRecoveries(Story):
    def files(self):
        return sorted(path for path in self.folder.iterdir())

    def test_a_file_for_a_recovery(self):
        play(f"recovery {self.folder} 5\n" + frames(0, 3) + recovery(1, 10) +
             "wait 500\n" + frames(50, 3) + "wait 1000\n")
        path, = self.files()
        self.assertRegex(path.name, NAME)
        self.assertTrue(path.name.endswith("-000001.pftrace"))
        trace = self.read(path.read_bytes())
        self.assertEqual(incidents(trace), [1])
        self.assertEqual(draw_calls(trace), [0, 1, 2, 50, 51, 52])
        self.assertEqual(path.stat().st_mode & 0o777, 0o600)

    def test_none_without(self):
        play(f"recovery {self.folder} 5\n" + frames(0, 30) + "wait 1300\n")
        self.assertEqual(self.files(), [])

    def test_recoveries_in_a_row_share_one(self):
        play(f"recovery {self.folder} 5\n" + recovery(1, 10) + "wait 300\n" + recovery(2, 50) +
             "wait 1200\n")
        path, = self.files()
        self.assertEqual(incidents(self.read(path.read_bytes())), [1, 2])

    def test_put_together_they_tell_everything_once(self):
        play(f"recovery {self.folder} 5\n" + frames(0, 5) + recovery(1, 10) + "wait 1200\n" +
             frames(50, 5) + recovery(2, 60) + "wait 1200\n")
        first, second = (path.read_bytes() for path in self.files())
        both = self.read(first + second)
        self.assertEqual(incidents(both), [1, 2])
        self.assertEqual(draw_calls(both), [0, 1, 2, 3, 4, 50, 51, 52, 53, 54])
        self.assertEqual(incidents(self.read(second)), [2])

    def test_one_that_is_open_is_waited_for(self):
        story = f"recovery {self.folder} 5\n" + recovery(1, 10) + "began 2 1 40\nwait 1200\n"
        played = play(story + f"write {self.file}\nended 2 40 50 0 0 -\nwait 1200\n")
        self.assertTrue(any(line.startswith("written") for line in played.lines))
        self.file.unlink()
        path, = self.files()
        self.assertEqual(incidents(self.read(path.read_bytes())), [1, 2])

    def test_the_end_writes_what_is_owed(self):
        play(f"recovery {self.folder} 5\n" + recovery(1, 10))
        path, = self.files()
        self.assertEqual(incidents(self.read(path.read_bytes())), [1])

    def test_the_oldest_go_and_other_files_stay(self):
        others = [self.folder / name for name in
                  ("weston-gpu-recovery-notes.txt", "a.pftrace", "xweston-gpu-recovery-.pftrace")]
        old = [self.folder / f"weston-gpu-recovery-2020010{i}T000000Z-7-00000{i}.pftrace"
               for i in range(1, 5)]
        for path in others + old:
            path.write_text("x", encoding="utf-8")
        play(f"recovery {self.folder} 3\n" + recovery(5, 10))
        left = set(self.files())
        self.assertTrue(left.issuperset(others))
        mine = sorted(left - set(others))
        self.assertEqual(mine[:2], old[2:])
        self.assertEqual(len(mine), 3)

    def test_a_folder_that_is_none_is_told_and_the_next_file_has_it_all(self):
        folder = self.folder / "later"
        played = play(f"recovery {folder} 3\n" + recovery(1, 10) + "failure\n" +
                      recovery(2, 50) + f"recovery {self.folder} 3\n" + recovery(3, 90))
        failures = [line for line in played.lines if line.startswith("failed")]
        self.assertGreaterEqual(len(failures), 1)
        self.assertEqual(failures[0], f"failed {-errno.ENOENT} {folder}")
        path, = self.files()
        self.assertEqual(incidents(self.read(path.read_bytes())), [1, 2, 3])


if __name__ == "__main__":
    cases.main(__name__)
