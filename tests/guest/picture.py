# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Pictures of the guest's screen: reading PPM, writing PNG, comparing. Rectangles are (left, top,
right, bottom) in pixels, origin at the top left, right and bottom outside."""
import pathlib
import struct
import zlib


class Picture:
    """A screen's pixels, three bytes each."""

    def __init__(self, path):
        data = pathlib.Path(path).read_bytes()
        kind, width, height, depth = data[:64].split(None, 4)[:4]
        if kind != b"P6" or depth != b"255":
            raise ValueError(f"{path} is no PPM of 8 bits")
        self.width, self.height = int(width), int(height)
        self.pixels = data[len(data) - 3 * self.width * self.height:]

    def row(self, y):
        return self.pixels[3 * self.width * y:3 * self.width * (y + 1)]

    def at(self, x, y):
        return tuple(self.row(y)[3 * x:3 * x + 3])

    def colours(self):
        """How many different pixel values there are in every 8th row and column, up to 1000."""
        found = set()
        for y in range(0, self.height, 8):
            row = self.row(y)
            found.update(row[x:x + 3] for x in range(0, len(row), 24))
        return len(found)

    def save(self, path):
        """As PNG."""
        def chunk(name, data):
            body = name + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))
        raw = b"".join(b"\0" + self.row(y) for y in range(self.height))
        pathlib.Path(path).write_bytes(
            b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", self.width, self.height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(raw, 6)) + chunk(b"IEND", b""))


def differing(one, other, mask=()):
    """How many pixels outside the mask's rectangles differ, and the rectangle around them."""
    if (one.width, one.height) != (other.width, other.height):
        return one.width * one.height, (0, 0, one.width, one.height)
    count, box = 0, None
    for y in range(one.height):
        first, second = one.row(y), other.row(y)
        if first == second:
            continue
        for x in range(one.width):
            if first[3 * x:3 * x + 3] == second[3 * x:3 * x + 3] or inside(mask, x, y):
                continue
            count += 1
            box = united(box, (x, y, x + 1, y + 1))
    return count, box


def inside(mask, x, y):
    """Whether that pixel is in one of the rectangles."""
    return any(box[0] <= x < box[2] and box[1] <= y < box[3] for box in mask or ())


def united(one, other):
    if one is None or other is None:
        return one or other
    return (min(one[0], other[0]), min(one[1], other[1]), max(one[2], other[2]),
            max(one[3], other[3]))
