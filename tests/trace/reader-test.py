#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The reader of traces can fail: each fault that a writer could make is found, by its name.

The traces are put together here, byte by byte.
"""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools"))
import cases  # noqa: E402
import perfetto  # noqa: E402


def varint(value):
    out = b""
    while value > 0x7f:
        out += bytes([value & 0x7f | 0x80])
        value >>= 7
    return out + bytes([value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    value = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(value)) + value


def message(*fields):
    return b"".join(field(number, value) for number, value in fields)


def packet(*fields, sequence=9):
    return field(1, message((10, sequence), *fields))


def interned(iid, name):
    return message((1, iid), (2, name))


HEAD = packet(
    (13, 1),
    (12, message((1, interned(1, "c")), (2, interned(1, "outer")), (2, interned(2, "inner")),
                 (3, interned(1, "note")))),
    (59, message((58, 6), (11, message((11, 7), (31, 8))))))
CLOCKS = packet((13, 2), (6, message((1, message((1, 6), (2, 50))))))
TRACKS = packet((13, 2), (60, message((1, 7), (2, "track")))) + \
    packet((13, 2), (60, message((1, 8), (2, "counter"), (8, message((3, 2))))))
START = HEAD + CLOCKS + TRACKS


def event(time, *fields, flags=2, outer=()):
    return packet((13, flags), (8, time), (11, message(*fields)), *outer)


def begin(time, name=1):
    return event(time, (9, 1), (10, name), (3, 1))


def end(time):
    return event(time, (9, 2))


class Reader(unittest.TestCase):
    def read(self, data, now=1000):
        trace = perfetto.Trace(data)
        perfetto.check(trace, now)
        return trace

    def assert_malformed(self, data, why):
        with self.assertRaisesRegex(perfetto.Malformed, why):
            self.read(data)

    def test_a_sound_trace(self):
        trace = self.read(START + begin(10) + begin(20, 2) + end(30) + end(40))
        self.assertEqual([one.shape() for one in perfetto.slices(trace, trace.tracks[7])],
                         [("outer", ("inner",))])

    def test_order_in_the_file_is_not_that_of_time(self):
        trace = self.read(START + begin(20, 2) + end(30) + begin(10) + end(40))
        self.assertEqual([one.shape() for one in perfetto.slices(trace, trace.tracks[7])],
                         [("outer", ("inner",))])

    def test_wire_format(self):
        for data, why in (
                (b"\x0a", "varint is cut"), (b"\x0a\x05\x01", "field is cut"),
                (b"\x0a\x01\x41", "fixed value is cut|varint is cut"),
                (b"\x0b\x00", "wire type 3"), (b"\x02\x00", "field number 0"),
                (b"\x0a" + 10 * b"\xff" + b"\x01", "more than 64 bits"),
                (b"\x12\x00", "field 2 in a trace"),
                (field(1, field(10, "nine")), "wire type 2, not 0"),
                (field(1, message((10, 9), (10, 9))), "field 10 is there 2 times"),
                (HEAD + packet((13, 2), (60, message((1, 5), (2, b"\xff")))), "no UTF-8")):
            with self.subTest(why=why):
                self.assert_malformed(data, why)

    def test_sequences(self):
        for data, why in (
                (b"", "empty"),
                (field(1, message((8, 1))), "no sequence"),
                (TRACKS + HEAD, "no earlier one defines"),
                (START + packet((13, 2), (42, 1)), "no earlier one defines"),
                (START + event(10, (9, 1), (10, 1), flags=0), "without saying so"),
                (HEAD + TRACKS + begin(1), "no clock snapshot"),
                (START + packet((13, 2), (12, message((2, interned(1, "other"))))),
                 "means 'outer' and 'other'")):
            with self.subTest(why=why):
                self.assert_malformed(data, why)
        self.assertEqual(self.read(START + packet((42, 1), (13, 1)) + START).losses, 1)

    def test_events(self):
        for data, why in (
                (begin(10, 3), "no name has the number 3"),
                (event(10, (9, 1), (10, 1)), "without a name or category"),
                (event(10, (9, 1), (10, 1), (3, 1), (11, 77)), "on no track"),
                (event(10, (9, 1), (10, 1), (3, 1), (11, 8)), "on a counter"),
                (event(10, (9, 1), (10, 1), (3, 1), outer=[(58, 3)]), "clock 3"),
                (packet((13, 2), (11, message((9, 2)))), "without a time"),
                (begin(2000), "between the boot and now"),
                (event(10, (9, 2), (12, 1), (12, 2)), "more values"),
                (event(10, (9, 2), (12, 1), (31, 7)), "value of no counter|end without"),
                (event(10, (9, 1), (10, 1), (3, 1), (4, message((1, 1)))), "one value"),
                (event(10, (9, 1), (10, 1), (3, 1), (4, message((1, 1), (3, 1))),
                       (4, message((1, 1), (3, 2)))), "annotation named")):
            with self.subTest(why=why):
                self.assert_malformed(START + data, why)

    def test_nesting(self):
        for data, why in (
                (end(10), "end without a begin"),
                # Sorted by time the end comes first.
                (begin(20) + end(10), "end without a begin"),
                (packet((13, 2), (60, message((1, 5), (5, 99)))), "unknown parent"),
                (packet((13, 2), (60, message((1, 7), (2, "other")))), "was Track")):
            with self.subTest(why=why):
                self.assert_malformed(START + data, why)
        outer = perfetto.Slice("outer", 10, 20)
        for child, why in ((perfetto.Slice("a", 5, 15), "overlaps"),
                           (perfetto.Slice("a", 15, 25), "outlasts"),
                           (perfetto.Slice("a", 15, None), "outlasts"),
                           (perfetto.Slice("a", 15, 12), "ends before")):
            outer.children = [child]
            with self.assertRaisesRegex(perfetto.Malformed, why):
                perfetto.check_nesting([outer])


if __name__ == "__main__":
    cases.main(__name__)
