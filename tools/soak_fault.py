# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""The control file of the fault injector, read and written without a process per request.

doc/fault-injection.md describes the layout.
"""

import collections
import fcntl
import mmap
import os
import struct
import time

MAGIC = 0x50465257
VERSION = 2
REQUEST_AT = 64
RING_AT = 72
RING_ENTRIES = 4
ENTRY_BYTES = 952
SLOTS_AT = 4096
SLOT_BYTES = 1024
STRIKE, RELEASE = 1, 3
TARGET_COMPOSITOR = 1
RESET_ACTIVE = 1

NAME_KINDS = ('textures', 'buffers', 'renderbuffers', 'shaders', 'programs', 'samplers',
              'gl_syncs', 'memory_objects', 'semaphores', 'framebuffers', 'vertex_arrays',
              'queries', 'transform_feedbacks', 'program_pipelines')
OBJECT_KINDS = ('contexts', 'surfaces', 'images', 'egl_syncs')

Slot = collections.namedtuple('Slot', 'struck reset bad_text first_frame losses faults '
                              'contexts_created objects contexts_dead names')


class Injector:
    """One process under the injector."""

    def __init__(self, path, pid):
        self.file = open(path, 'r+b')
        self.page = mmap.mmap(self.file.fileno(), 0)
        magic, version = struct.unpack_from('=II', self.page, 0)
        if (magic, version) != (MAGIC, VERSION):
            raise OSError(f'{path} is no control file of version {VERSION}')
        self.at = self._find(pid)

    def _find(self, pid):
        for at in range(SLOTS_AT, len(self.page), SLOT_BYTES):
            if struct.unpack_from('=i', self.page, at)[0] == pid:
                return at
        raise OSError('weston does not run under the injector')

    def _post(self, kind, text):
        fcntl.flock(self.file, fcntl.LOCK_EX)
        number = struct.unpack_from('=I', self.page, REQUEST_AT)[0] + 1
        at = RING_AT + number % RING_ENTRIES * ENTRY_BYTES
        struct.pack_into('=I', self.page, at, 0)
        struct.pack_into('=IIiq32s896s', self.page, at + 4, kind, TARGET_COMPOSITOR, 0,
                         time.monotonic_ns(), b'', text.encode())
        struct.pack_into('=I', self.page, at, number)
        struct.pack_into('=I', self.page, REQUEST_AT, number)
        fcntl.flock(self.file, fcntl.LOCK_UN)
        return number

    def strike(self, text):
        """Add a schedule; returns the number that Slot.struck reaches when it is taken up."""
        return self._post(STRIKE, text)

    def release(self):
        """End a reset that is under way, and all that still waits to strike."""
        return self._post(RELEASE, '')

    def read(self):
        def values(form, offset):
            return struct.unpack_from('=' + form, self.page, self.at + offset)

        struck, reset, _, bad_text = values('IIII', 16)
        return Slot(struck, reset, bad_text, values('q', 232)[0], *values('QQ', 240),
                    values('Q', 328)[0], dict(zip(OBJECT_KINDS, values('4Q', 360))),
                    values('Q', 392)[0], dict(zip(NAME_KINDS, values('14Q', 512))))

    def close(self):
        self.page.close()
        self.file.close()
