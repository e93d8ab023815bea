#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Traces, read back from their bytes by a reader that shares no code with the writer."""
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import cases  # noqa: E402
import perfetto  # noqa: E402
from story import MAKER, Story, US  # noqa: E402

# A reset on a desktop of two outputs, found while the first one is painted. The first rebuild
# fails, the second one is by a new display. Times in microseconds.
STORY = """
counters 10 4096 3 7 100 200 0 0 0
frame LEFT 1000 2000 -1
frame RIGHT 2100 3000 -1
counters 20 4096 6 7 100 200 0 0 0
frame LEFT 17000 17900 750000
began 1 3 17500
span 1 0 0 17500 40000 1
span 1 2 0 40000 45000 0
span 1 1 0 45000 60000 1
span 1 2 1 60000 80000 1
counters 30 8000096 9 5 100 200 5 7000000 1
frame LEFT 81000 85000 -1
span 1 3 0 80000 86900 1
ended 1 17500 86900 7 8000000 culprit
counters 40 9000096 12 7 100 200 7 8000000 1
frame RIGHT 85000 87000 -1
frame LEFT 100000 101000 2500000
"""


class OneRecovery(Story):
    def setUp(self):
        super().setUp()
        self.data, self.played = self.record(STORY)
        self.trace = self.read(self.data)

    def recovery(self):
        track = self.trace.track_named("GPU recovery")
        return perfetto.slices(self.trace, track)

    def repaints(self):
        pid = self.trace.tracks[next(iter(self.trace.tracks))].pid
        track = next(track for track in self.trace.tracks.values() if track.tid == pid)
        return perfetto.slices(self.trace, track)

    def since_start(self, boottime):
        """Microseconds. The maker's reading of the two clocks is another than the writer's."""
        return (boottime - self.played.offset - self.played.start) / US

    def assert_time(self, boottime, microseconds):
        self.assertAlmostEqual(self.since_start(boottime), microseconds, delta=500)

    def test_the_spans_are_there_in_order(self):
        self.assertEqual([one.shape() for one in self.recovery()], [(
            "GPU reset", ("detected",), ("wait",), ("rebuild context",), ("backoff",),
            ("rebuild display",), ("first frame",))])

    def test_their_times_are_those_that_were_told(self):
        reset, = self.recovery()
        self.assert_time(reset.begin, 17500)
        self.assert_time(reset.end, 86900)
        told = [(17500, 17500), (17500, 40000), (40000, 45000), (45000, 60000), (60000, 80000),
                (80000, 86900)]
        for child, (begin, end) in zip(reset.children, told, strict=True):
            self.assert_time(child.begin, begin)
            self.assert_time(child.end, end)
            # To the nanosecond: the distance of two times is not a matter of clocks.
            self.assertEqual(child.begin - reset.begin, (begin - 17500) * US, child.name)
            self.assertEqual(child.end - child.begin, (end - begin) * US, child.name)

    def test_what_is_told_about_them(self):
        reset, = self.recovery()
        self.assertEqual(reset.notes, {
            "incident": 1, "generation_from": 1, "generation_to": 2, "simulated": False,
            "cause": "innocent", "finished": True, "rung": "display", "attempts": 2,
            "surfaces_restored": 7, "surfaces_lost": 0, "bytes_restored": 8000000,
            "guilty_task": "culprit"})
        self.assertEqual(reset.children[0].notes, {"cause": "unknown"})
        self.assertEqual([child.notes["ok"] for child in reset.children[1:]],
                         [True, False, True, True, True])

    def test_repaints_are_on_the_compositors_thread(self):
        restored = ("restored surfaces",)
        self.assertEqual([one.shape() for one in self.repaints()], [
            ("repaint LEFT",), ("repaint RIGHT",), ("repaint LEFT",),
            ("repaint LEFT", restored), ("repaint RIGHT", restored), ("repaint LEFT",)])
        self.assertEqual([one.children[0].notes for one in self.repaints()[3:5]], [
            {"surfaces_restored": 5, "bytes_restored": 7000000},
            {"surfaces_restored": 2, "bytes_restored": 1000000}])

    def test_flows_join_the_reset_with_the_frames_that_end_it(self):
        reset, = self.recovery()
        self.assertEqual(len(reset.flows), 1)
        self.assertEqual([one.flows for one in self.repaints()],
                         [[], [], [], reset.flows, reset.flows, []])

    def test_counters_have_their_values(self):
        for name, unit, wanted in (
                ("draw calls", "count", [10, 10, 20, 30, 40, 40]),
                ("uploaded bytes", "bytes", [4096, 4096, 4096, 8000096, 9000096, 9000096]),
                ("reset status queries", "count", [3, 3, 6, 9, 12, 12]),
                ("textures", "count", [7, 7, 7, 5, 7, 7]),
                ("retained bytes, held", "bytes", [100] * 6),
                ("retained bytes, copied", "bytes", [200] * 6),
                ("restored surfaces", "count", [0, 0, 0, 5, 7, 7]),
                ("lost surfaces", "count", [0, 0, 0, 1, 1, 1])):
            with self.subTest(counter=name):
                self.assertEqual(self.trace.track_named(name, counter=True).unit, unit)
                self.assertEqual([value for _, value in self.trace.values(name)], wanted)

    def test_gpu_time_is_each_outputs_own(self):
        self.assertEqual(self.trace.track_named("GPU time LEFT").unit, "ns")
        self.assertEqual([value for _, value in self.trace.values("GPU time LEFT")],
                         [750000, 2500000])
        self.assertEqual(self.trace.values("GPU time RIGHT"), [])

    def test_clocks(self):
        """All is in CLOCK_BOOTTIME, and a snapshot joins it with the other clocks."""
        snapshot, = self.trace.snapshots
        self.assertEqual(set(snapshot), {1, 3, 6})
        self.assertAlmostEqual(snapshot[6] - snapshot[3], self.played.offset, delta=1e6)
        offset = time.clock_gettime_ns(time.CLOCK_REALTIME) - \
            time.clock_gettime_ns(time.CLOCK_BOOTTIME)
        self.assertAlmostEqual(snapshot[1] - snapshot[6], offset, delta=5e7)
        self.assertEqual({event.clock for event in self.trace.events}, {perfetto.BOOTTIME})

    def test_tracks_hang_together(self):
        process = next(track for track in self.trace.tracks.values()
                       if track.pid and not track.tid)
        self.assertEqual(process.name, pathlib.Path(MAKER).name[:15])
        for track in self.trace.tracks.values():
            if track is not process:
                self.assertEqual(track.parent, process.uuid, track)

    def test_numbers_stay_clear_of_a_system_traces(self):
        """Perfetto's service counts sequences from 1; track numbers are drawn at random."""
        sequence, = self.trace.sequences
        self.assertGreaterEqual(sequence, 1 << 27)
        self.assertTrue(all(uuid >= 1 << 55 for uuid in self.trace.tracks))

    def test_a_cut_is_noticed_wherever_it_is(self):
        """Where a packet ends, what is left is whole, and shorter; everywhere else it fails."""
        ends = perfetto.frame_ends(self.data)
        self.assertGreater(len(ends), 30)
        packets = 0
        for size in range(len(self.data)):
            if size in ends:
                self.assertEqual(perfetto.Trace(self.data[:size]).packets, packets)
                packets += 1
            else:
                with self.assertRaises(perfetto.Malformed, msg=f"cut at {size}"):
                    list(perfetto.read_fields(self.data[:size]))

    def test_writing_again_tells_the_same(self):
        again = self.folder / "again.pftrace"
        data, _ = self.record(STORY + f"write {again}\n")
        first, second = self.read(data), self.read(again.read_bytes())
        self.assertEqual(first.events, second.events)
        self.assertEqual(first.tracks, second.tracks)


class Suspended(Story):
    HOUR = 3600 * 10**9

    def test_times_count_what_the_machine_slept(self):
        """On a machine that was never suspended the two clocks are the same."""
        within = ("unshare", "--time", "--boottime", "3600", "--")
        if subprocess.run([*within, "true"], capture_output=True, check=False).returncode:
            self.skipTest("skipped: a time namespace is missing (unshare --time needs root)")
        data, played = self.record(STORY, within=within)
        trace = self.read(data, suspended=self.HOUR)
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertGreaterEqual(played.offset, self.HOUR - 1e6)
        self.assertAlmostEqual(reset.begin - played.start, played.offset + 17500 * US, delta=1e6)
        snapshot, = trace.snapshots
        self.assertAlmostEqual(snapshot[6] - snapshot[3], played.offset, delta=1e6)


class TwoTraces(Story):
    def test_put_together_they_are_both_there(self):
        first, _ = self.record(STORY)
        second, _ = self.record(STORY)
        both = self.read(first + second)
        self.assertEqual(len(both.sequences), 2)
        self.assertEqual(len(both.tracks), 2 * len(self.read(first).tracks))
        self.assertEqual(both.events, self.read(first).events + self.read(second).events)
        for order in (first + second, second + first):
            trace = self.read(order)
            found = [track for track in trace.tracks.values() if track.name == "GPU recovery"]
            self.assertEqual(len(found), 2)
            for track in found:
                self.assertEqual([one.name for one in perfetto.slices(trace, track)],
                                 ["GPU reset"])

    def test_with_a_system_trace(self):
        """Its packets are of low sequences, and in other fields; here: one of ftrace's."""
        def packet(*fields):
            body = b"".join(fields)
            return b"\x0a" + bytes([len(body)]) + body
        # trusted_packet_sequence_id 1, ftrace_events {}; then timestamp 5, sequence 2, track_event
        # {type INSTANT, name "x", categories "y", track_uuid 0}: all inline, nothing interned.
        system = packet(b"\x50\x01", b"\x0a\x00") + packet(b"\x50\x02", b"\x40\x05")
        ours, _ = self.record(STORY)
        for order in (system + ours, ours + system):
            self.assertEqual(self.read(order).events, self.read(ours).events)


class Moments(Story):
    def test_states_and_lost_surfaces_are_instants(self):
        data, _ = self.record("""
            began 4 1 1000
            state 1
            lost 2 a window
            lost 0 -
            state 0
            ended 4 1000 2000 0 0 -
            state 5""".replace("            ", ""))
        trace = self.read(data)
        reset, failed = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual(reset.shape(), ("GPU reset", ("detected",), ("state",),
                                         ("surface lost",), ("surface lost",), ("state",)))
        self.assertEqual([child.notes for child in reset.children[1:]], [
            {"state": "waiting"}, {"reason": "unreadable", "surface": "a window"},
            {"reason": "not kept"}, {"state": "running"}])
        self.assertEqual((failed.name, failed.notes), ("state", {"state": "failed"}))

    def test_a_probe_is_of_no_incident(self):
        data, _ = self.record("span 0 4 0 100 200 0")
        probe, = perfetto.slices(self.read(data), self.read(data).track_named("GPU recovery"))
        self.assertEqual((probe.name, probe.notes),
                         ("probe hardware", {"incident": 0, "ok": False}))

    def test_texts_from_elsewhere(self):
        """Names that are no UTF-8, or too long, end as text that any reader takes."""
        long_name = "Ausgabe-" + 40 * "\u00fc"
        story = f"frame {long_name} 1 2 -1\nbegan 1 1 5\n" \
            "ended 1 5 7 0 0 bad\x01\x7f name " + 50 * "\u00e9"
        data, _ = self.record(story)
        trace = self.read(data)
        repaint = next(event.name for event in trace.events if event.name.startswith("repaint"))
        self.assertRegex(repaint, "^repaint Ausgabe-\u00fc{8,}$")
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertRegex(reset.notes["guilty_task"], r"^bad\?\? name \u00e9+$")

    def test_more_outputs_than_have_names(self):
        data, _ = self.record("".join(f"frame OUT-{i} {i} {i + 1} {i}\n" for i in range(30)))
        trace = self.read(data)
        names = [event.name for event in trace.timeline() if event.kind == perfetto.BEGIN]
        self.assertEqual(names[:15], [f"repaint OUT-{i}" for i in range(15)])
        self.assertEqual(set(names[15:]), {"repaint others"})
        self.assertEqual(len(trace.values("GPU time others")), 15)

    def test_an_incident_that_another_one_ends(self):
        data, _ = self.record("began 1 1 10\nspan 1 0 0 10 20 1\nbegan 2 1 30\n"
                              "ended 1 10 40 0 0 -\nended 2 30 50 0 0 -")
        trace = self.read(data)
        first, second = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual((first.end - first.begin, second.end - second.begin), (10 * US, 20 * US))

    def test_spans_that_stick_out_of_their_incident_are_clipped(self):
        data, _ = self.record("began 1 1 10\nspan 1 0 0 5 20 1\nspan 1 3 0 20 60 1\n"
                              "ended 1 10 50 0 0 -")
        trace = self.read(data)
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual([child.name for child in reset.children],
                         ["detected", "wait", "first frame"])
        self.assertEqual(reset.end - reset.begin, 50 * US)


class FullRing(Story):
    def frames(self, first, count):
        return "".join(f"counters {i} 0 0 0 0 0 0 0 0\nframe LEFT {i} {i + 1} -1\n"
                       for i in range(first, first + count))

    def test_the_newest_are_kept_and_the_loss_is_told(self):
        data, _ = self.record(self.frames(0, 2000), ring=16384)
        trace = self.read(data)
        self.assertEqual(trace.losses, 1)
        values = [value for _, value in trace.values("draw calls")]
        self.assertEqual(values, list(range(2000 - len(values), 2000)))
        self.assertGreater(len(values), 150)
        data, _ = self.record(self.frames(0, 20), ring=16384)
        self.assertEqual(self.read(data).losses, 0)

    def test_an_incident_that_is_open_keeps_its_begin(self):
        data, _ = self.record("began 9 1 5\n" + self.frames(10, 2000), ring=16384)
        trace = self.read(data)
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual((reset.name, reset.end, reset.notes["incident"]), ("GPU reset", None, 9))

    def test_an_end_without_its_begin_is_left_out(self):
        data, _ = self.record("began 9 1 5\n" + self.frames(10, 2000) +
                              "ended 9 5 3000 0 0 -\nbegan 10 1 4000\nended 10 4000 5000 0 0 -\n",
                              ring=16384)
        trace = self.read(data)
        reset, = perfetto.slices(trace, trace.track_named("GPU recovery"))
        self.assertEqual(reset.notes["incident"], 10)


if __name__ == "__main__":
    cases.main(__name__)
