# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""An X server without a screen, for a QEMU that draws with GL: such a QEMU can't say itself what it
shows. It ends with its `with` block, and with this process."""
import os
import struct
import subprocess


class Window:
    """Xvfb, filled by QEMU's window."""

    def __init__(self, folder, size, end_with_parent):
        """folder: for what is on the screen. size: (width, height) of QEMU's window, in pixels.
        end_with_parent: runs in the child."""
        self.folder, self.size = folder, size
        reading, writing = os.pipe()
        with open(folder / "xvfb.log", "wb") as log:
            self.process = subprocess.Popen(
                ["Xvfb", "-displayfd", str(writing), "-screen", "0", f"{size[0]}x{size[1]}x24",
                 "-fbdir", folder, "-nolisten", "tcp", "-nocursor"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=[writing],
                preexec_fn=end_with_parent)
        os.close(writing)
        with os.fdopen(reading) as answer:
            self.display = f":{answer.readline().strip()}"

    def picture(self, path):
        """Save the screen as PPM."""
        width, height = self.size
        data = (self.folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        start, stride = header[0] + 12 * header[19], header[12]
        pixels = bytearray(3 * width * height)
        for y in range(height):
            row = data[start + y * stride:start + y * stride + 4 * width]
            for place, colour in enumerate((2, 1, 0)):
                pixels[3 * width * y + place:3 * width * (y + 1):3] = row[colour::4]
        path.write_bytes(b"P6\n%d %d\n255\n" % (width, height) + pixels)

    def stop(self):
        self.process.kill()
        self.process.wait()
