# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""Messages as udev sends them to programs that listen by libudev, made without udev or a kernel event.

They go to multicast group 2 of NETLINK_KOBJECT_UEVENT: a header in host byte order with the magic
number and hashes for socket filters in network byte order, then the properties, each ended by NUL.
Only the superuser of the network namespace may send there, and libudev takes nothing from others.
"""

import os
import shutil
import socket
import struct
import sys

NETLINK_KOBJECT_UEVENT = 15
GROUP_UDEV = 2
MAGIC = 0xfeedcafe
HEADER_SIZE = 40
INSIDE = 'WR_UEVENT_NAMESPACE'


def murmur_hash_2(data):
    """MurmurHash2 of bytes with seed 0: what udev's socket filters compare."""
    factor, mask = 0x5bd1e995, 0xffffffff
    value = len(data)
    whole = len(data) // 4 * 4
    for (word,) in struct.iter_unpack('<I', data[:whole]):
        word = word * factor & mask
        word = (word ^ word >> 24) * factor & mask
        value = (value * factor & mask) ^ word
    if whole < len(data):
        value ^= int.from_bytes(data[whole:], 'little')
        value = value * factor & mask
    value = (value ^ value >> 13) * factor & mask
    return value ^ value >> 15


def properties(pairs):
    """(key, value) pairs as the bytes of a message; values may be bytes that are no text."""
    lines = []
    for key, value in pairs:
        value = value if isinstance(value, bytes) else str(value).encode()
        lines.append(key.encode() + b'=' + value + b'\0')
    return b''.join(lines)


def message(body, subsystem=b'drm', magic=MAGIC, offset=HEADER_SIZE, length=None):
    """A whole message with the properties in body; offset and length may lie."""
    return (b'libudev\0' + struct.pack('>I', magic) +
            struct.pack('=III', HEADER_SIZE, offset, len(body) if length is None else length) +
            struct.pack('>IIII', murmur_hash_2(subsystem), 0, 0, 0) + body)


def drm_event(*pairs):
    """A change event of the first graphics device."""
    return message(properties((
        ('ACTION', 'change'), ('DEVPATH', '/devices/pci0000:00/0000:00:02.0/drm/card0'),
        ('SUBSYSTEM', 'drm'), ('SEQNUM', 4711), ('DEVNAME', '/dev/dri/card0'),
        ('DEVTYPE', 'drm_minor'), ('MAJOR', 226), ('MINOR', 0), *pairs)))


def send(data):
    """Raises OSError where the kernel itself refuses the message."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_KOBJECT_UEVENT) as sender:
        sender.bind((0, 0))
        sender.sendto(data, (0, GROUP_UDEV))


def enter_namespace():
    """Starts this program again where nobody else listens: a false alarm must not leave the test.

    Returns there; ends the program with status 77 where there can be no such place.
    """
    if os.environ.get(INSIDE):
        return
    if not shutil.which('unshare'):
        print('skipped: unshare is not installed')
        sys.exit(77)
    command = ['unshare', '--net']
    if os.geteuid() != 0:
        command += ['--user', '--map-root-user']
    if os.spawnvp(os.P_WAIT, command[0], [*command, 'true']) != 0:
        print('skipped: no network namespace of our own: unshare --net is not allowed here')
        sys.exit(77)
    os.environ[INSIDE] = '1'
    os.execvp(command[0], [*command, sys.executable, *sys.argv])
