# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Plays stories to the writer of traces. WR_TRACE_MAKER names the program that does."""
import os
import pathlib
import resource
import signal
import subprocess
import tempfile
import time
import unittest

import perfetto

MAKER = os.environ["WR_TRACE_MAKER"]
US = 1000


class Played:
    """What a maker did."""

    def __init__(self, output):
        self.lines = output.splitlines()
        _, monotonic, boottime = self.lines[0].split()
        self.start = int(monotonic)
        self.offset = int(boottime) - self.start


def play(story, ring=1 << 20, most_file_bytes=None, within=()):
    """Play a story, with the command within before it. Files that grow beyond most_file_bytes
    fail to, as on a full disk."""
    def limit():
        if most_file_bytes is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_file_bytes, most_file_bytes))

    done = subprocess.run([*within, MAKER, str(ring)], input=story, capture_output=True, text=True,
                          check=False, timeout=60, preexec_fn=limit)
    if done.returncode or done.stderr:
        raise AssertionError(f"the maker exits with {done.returncode}: {done.stderr}")
    return Played(done.stdout)


class Story(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="wr-trace-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "a.pftrace"

    def record(self, story, **options):
        """Play a story and return (its trace as bytes, what was played)."""
        # Its times lie in the future otherwise.
        played = play(f"wait 120\n{story}\nwrite {self.file}\n", **options)
        return self.file.read_bytes(), played

    def read(self, data, suspended=0):
        trace = perfetto.Trace(data)
        perfetto.check(trace, now=time.clock_gettime_ns(time.CLOCK_BOOTTIME) + suspended)
        return trace
