# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Reads a trace in Perfetto's format from its bytes.

Knows the wire format of protobuf and the public field numbers, and nothing of the program that
wrote the file: no code, no .proto and no generated class is shared with it. What is not as the
format has it raises Malformed; so does what breaks the rules of packet sequences (names and
defaults that were not defined, or are used after packets were lost).
"""
import dataclasses

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5
BOOTTIME = 6
CLEARED, NEEDED = 1, 2
BEGIN, END, INSTANT, COUNTER = 1, 2, 3, 4
UNITS = {0: None, 1: "ns", 2: "count", 3: "bytes"}


class Malformed(Exception):
    pass


def read_varint(data, at):
    """Return (value, index after it)."""
    value = shift = 0
    while True:
        if at >= len(data):
            raise Malformed("a varint is cut short")
        if shift > 63:
            raise Malformed("a varint has more than 64 bits")
        byte = data[at]
        at += 1
        value |= (byte & 0x7f) << shift
        shift += 7
        if not byte & 0x80:
            return value & 0xffffffffffffffff, at


def read_fields(data):
    """Yield (field number, wire type, value) of one message."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        number, wire = key >> 3, key & 7
        if number == 0:
            raise Malformed("field number 0")
        if wire == VARINT:
            value, at = read_varint(data, at)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
            if at + size > len(data):
                raise Malformed("a fixed value is cut short")
            value, at = int.from_bytes(data[at:at + size], "little"), at + size
        elif wire == BYTES:
            size, at = read_varint(data, at)
            if at + size > len(data):
                raise Malformed("a field is cut short")
            value, at = data[at:at + size], at + size
        else:
            raise Malformed(f"wire type {wire}")
        yield number, wire, value


class Message:
    """The fields of one message, by number."""

    def __init__(self, data):
        self.fields = {}
        for number, wire, value in read_fields(data):
            self.fields.setdefault(number, []).append((wire, value))

    def all(self, number, wire):
        for got, value in self.fields.get(number, []):
            if got != wire:
                raise Malformed(f"field {number} has wire type {got}, not {wire}")
            yield value

    def one(self, number, wire, default=None):
        values = list(self.all(number, wire))
        if len(values) > 1:
            raise Malformed(f"field {number} is there {len(values)} times")
        return values[0] if values else default

    def number(self, number, default=None):
        return self.one(number, VARINT, default)

    def numbers(self, number):
        return list(self.all(number, VARINT))

    def text(self, number):
        value = self.one(number, BYTES)
        try:
            return None if value is None else value.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Malformed(f"field {number} is no UTF-8") from error

    def message(self, number):
        value = self.one(number, BYTES)
        return None if value is None else Message(value)

    def messages(self, number):
        return [Message(value) for value in self.all(number, BYTES)]


def signed(value):
    return value - (1 << 64) if value >> 63 else value


@dataclasses.dataclass
class Track:
    uuid: int
    name: str = None
    parent: int = None
    pid: int = None
    tid: int = None
    counter: bool = False
    unit: str = None


@dataclasses.dataclass
class Event:
    kind: int
    time: int
    clock: int
    sequence: int
    track: int
    name: str
    categories: list
    notes: dict
    counters: list  # (track, value)
    flows: list


@dataclasses.dataclass
class Sequence:
    """What later packets of a sequence refer to."""
    valid: bool = False
    categories: dict = dataclasses.field(default_factory=dict)
    names: dict = dataclasses.field(default_factory=dict)
    note_names: dict = dataclasses.field(default_factory=dict)
    clock: int = BOOTTIME
    track: int = 0
    counter_tracks: list = dataclasses.field(default_factory=list)


class Trace:
    """A whole file. .events is in the order of the file, .timeline() in that of time."""

    def __init__(self, data):
        self.events = []
        self.tracks = {}
        self.snapshots = []  # {clock: time}
        self.sequences = {}
        self.losses = 0  # times that packets were said to be lost
        self.packets = 0
        for number, wire, value in read_fields(data):
            if (number, wire) != (1, BYTES):
                raise Malformed(f"field {number} in a trace")
            self.packets += 1
            self.read_packet(Message(value))

    def read_packet(self, packet):
        sequence_id = packet.number(10)
        if not sequence_id:
            raise Malformed("a packet of no sequence")
        sequence = self.sequences.setdefault(sequence_id, Sequence())
        flags = packet.number(13, 0)
        if packet.number(42):
            self.losses += 1
            sequence.valid = False
        if flags & CLEARED:
            sequence.__init__(valid=True)
        if flags & NEEDED and not sequence.valid:
            raise Malformed("a packet needs what no earlier one defines")
        self.read_state(packet, sequence)
        snapshot, track = packet.message(6), packet.message(60)
        if snapshot:
            clocks = snapshot.messages(1)
            self.snapshots.append({clock.number(1): clock.number(2) for clock in clocks})
        if track:
            self.read_track(track)
        event = packet.message(11)
        if event:
            if not flags & NEEDED:
                raise Malformed("an event uses state without saying so")
            self.events.append(self.read_event(packet, event, sequence_id, sequence))

    @staticmethod
    def read_state(packet, sequence):
        defaults, interned = packet.message(59), packet.message(12)
        if defaults:
            sequence.clock = defaults.number(58, sequence.clock)
            event = defaults.message(11)
            if event:
                sequence.track = event.number(11, 0)
                sequence.counter_tracks = event.numbers(31)
        if interned:
            for number, table in ((1, sequence.categories), (2, sequence.names),
                                  (3, sequence.note_names)):
                for entry in interned.messages(number):
                    iid, name = entry.number(1), entry.text(2)
                    if not iid or name is None:
                        raise Malformed("an interned name without number or text")
                    if table.setdefault(iid, name) != name:
                        raise Malformed(f"{iid} means {table[iid]!r} and {name!r}")

    def read_track(self, message):
        process, thread, counter = message.message(3), message.message(4), message.message(8)
        track = Track(message.number(1), message.text(2), message.number(5))
        if process:
            track.pid, track.name = process.number(1), process.text(6)
        if thread:
            track.pid, track.tid, track.name = thread.number(1), thread.number(2), thread.text(5)
        if counter:
            track.counter, track.unit = True, UNITS[counter.number(3, 0)]
        if not track.uuid:
            raise Malformed("a track without a number")
        if self.tracks.setdefault(track.uuid, track) != track:
            raise Malformed(f"{track} was {self.tracks[track.uuid]}")

    @staticmethod
    def look_up(table, iid):
        if iid is None:
            return None
        if iid not in table:
            raise Malformed(f"no name has the number {iid}")
        return table[iid]

    def read_event(self, packet, event, sequence_id, sequence):
        own_tracks, values = event.numbers(31), event.numbers(12)
        counter_tracks = own_tracks or sequence.counter_tracks
        if len(values) > len(counter_tracks):
            raise Malformed("more values than counters")
        time = packet.number(8)
        if time is None:
            raise Malformed("an event without a time")
        return Event(
            kind=event.number(9), time=time, clock=packet.number(58, sequence.clock),
            sequence=sequence_id, track=event.number(11, sequence.track),
            name=self.look_up(sequence.names, event.number(10)),
            categories=[self.look_up(sequence.categories, iid) for iid in event.numbers(3)],
            notes=self.read_notes(event, sequence),
            counters=list(zip(counter_tracks, map(signed, values))),
            flows=list(event.all(47, FIXED64)))

    def read_notes(self, event, sequence):
        notes = {}
        for note in event.messages(4):
            values = [value for value in (
                None if note.number(2) is None else bool(note.number(2)), note.number(3),
                note.text(6)) if value is not None]
            if len(values) != 1:
                raise Malformed("an annotation has one value")
            name = self.look_up(sequence.note_names, note.number(1))
            if not name or name in notes:
                raise Malformed(f"an annotation named {name!r}")
            notes[name] = values[0]
        return notes

    def timeline(self):
        """Events by time; those of the same time as the file has them."""
        return sorted(self.events, key=lambda event: event.time)

    def track_named(self, name, **what):
        found = [track for track in self.tracks.values() if track.name == name
                 and all(getattr(track, key) == value for key, value in what.items())]
        if len(found) != 1:
            raise Malformed(f"{len(found)} tracks are named {name!r}")
        return found[0]

    def values(self, name):
        """[(time, value)] of a counter."""
        uuid = self.track_named(name, counter=True).uuid
        return [(event.time, value) for event in self.timeline()
                for track, value in event.counters if track == uuid]


@dataclasses.dataclass
class Slice:
    name: str
    begin: int
    end: int = None  # None: not ended yet
    notes: dict = dataclasses.field(default_factory=dict)
    flows: list = dataclasses.field(default_factory=list)
    children: list = dataclasses.field(default_factory=list)

    def shape(self):
        """("name", child, child, …), for comparisons."""
        return (self.name, *(child.shape() for child in self.children))


def slices(trace, track):
    """Nest the events of one track as a viewer does. Instants are slices that take no time."""
    top, opened = [], []
    for event in trace.timeline():
        if event.track != track.uuid:
            continue
        if event.kind in (BEGIN, INSTANT):
            new = Slice(event.name, event.time, notes=dict(event.notes), flows=event.flows)
            (opened[-1].children if opened else top).append(new)
            if event.kind == INSTANT:
                new.end = event.time
            else:
                opened.append(new)
        elif event.kind == END:
            if not opened:
                raise Malformed("an end without a begin")
            ended = opened.pop()
            ended.end = event.time
            if set(ended.notes) & set(event.notes):
                raise Malformed(f"begin and end of {ended.name!r} tell the same")
            ended.notes.update(event.notes)
    return top


def check(trace, now=None):
    """Fail unless the whole trace is sound: times, clocks, tracks, nesting."""
    if not trace.packets:
        raise Malformed("an empty trace")
    if not trace.snapshots:
        raise Malformed("no clock snapshot")
    for event in trace.events:
        if event.clock != BOOTTIME:
            raise Malformed(f"a time of clock {event.clock}")
        if now is not None and not 0 < event.time <= now:
            raise Malformed(f"{event.time} is not between the boot and now ({now})")
        track = trace.tracks.get(event.track)
        if not track or track.counter:
            raise Malformed("an event on no track, or on a counter's")
        if event.kind in (BEGIN, INSTANT) and not (event.name and event.categories):
            raise Malformed("an event without a name or category")
        for uuid, _ in event.counters:
            if uuid not in trace.tracks or not trace.tracks[uuid].counter:
                raise Malformed("a value of no counter")
    for track in trace.tracks.values():
        if track.parent is not None and track.parent not in trace.tracks:
            raise Malformed(f"{track.name!r} has an unknown parent")
        check_nesting(slices(trace, track))


def check_nesting(siblings, parent=None):
    """Slices are within their parent; siblings do not overlap."""
    last = parent.begin if parent else 0
    for one in siblings:
        if one.begin < last:
            raise Malformed(f"{one.name!r} overlaps the one before")
        if one.end is not None and one.end < one.begin:
            raise Malformed(f"{one.name!r} ends before it begins")
        if parent and parent.end is not None and (one.end is None or one.end > parent.end):
            raise Malformed(f"{one.name!r} outlasts {parent.name!r}")
        last = one.end if one.end is not None else one.begin
        check_nesting(one.children, one)


def frame_ends(data):
    """Offsets at which a packet ends, also those of a file that is cut short."""
    ends, at = {0}, 0
    while at < len(data):
        _, at = read_varint(data, at)
        size, at = read_varint(data, at)
        at += size
        ends.add(at)
    return ends
