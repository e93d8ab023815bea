# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: weston-robust contributors
"""A Wayland client on the bare wire, for tests that need to say what no library would say.

Interfaces are read from the protocols' XML. An Object's requests are its methods' names:

    client = wire.Client(path)
    recovery = client.bind('weston_gpu_recovery_v1')
    surface = client.bind('wl_compositor', 4).request('create_surface')
    watch = recovery.request('get_surface', surface)
    client.sync()
    watch.events            # [('content_lost', (reason, hi, lo)), …]
"""

import array
import os
import pathlib
import select
import socket
import struct
import time
import xml.etree.ElementTree

TOP = pathlib.Path(__file__).resolve().parents[2]
XML = (pathlib.Path('/usr/share/wayland/wayland.xml'),
       pathlib.Path('/usr/share/wayland-protocols/stable/xdg-shell/xdg-shell.xml'),
       TOP / 'protocol' / 'weston-gpu-recovery-v1.xml')


class ProtocolError(Exception):
    """The server sent wl_display.error."""

    def __init__(self, interface, code, message):
        super().__init__(f'{interface}: error {code}: {message}')
        self.interface = interface
        self.code = code


class Closed(Exception):
    """The server closed the connection without a word."""


def load_interfaces():
    interfaces = {}
    for path in XML:
        for node in xml.etree.ElementTree.parse(path).getroot().iter('interface'):
            entry = {'request': [], 'event': [], 'enum': {}}
            for kind in ('request', 'event'):
                for message in node.findall(kind):
                    entry[kind].append((message.get('name'), [
                        (a.get('type'), a.get('interface')) for a in message.findall('arg')]))
            for enum in node.findall('enum'):
                entry['enum'][enum.get('name')] = {
                    e.get('name'): int(e.get('value'), 0) for e in enum.findall('entry')}
            interfaces[node.get('name')] = entry
    return interfaces


INTERFACES = load_interfaces()


def enum(interface, name, entry):
    return INTERFACES[interface]['enum'][name][entry]


def pack_string(text):
    data = text if isinstance(text, bytes) else text.encode()
    data += b'\0'
    return struct.pack('=I', len(data)) + data + b'\0' * (-len(data) % 4)


class Object:
    def __init__(self, client, number, interface):
        self.client = client
        self.number = number
        self.interface = interface
        self.events = []

    def request(self, name, *arguments):
        """Sends a request; returns the new object if it makes one."""
        specs = INTERFACES[self.interface]['request']
        opcode = [n for n, _ in specs].index(name)
        body, fds, made = b'', [], None
        arguments = list(arguments)
        for kind, interface in specs[opcode][1]:
            if kind == 'new_id':
                made = self.client.new_object(interface)
                body += struct.pack('=I', made.number)
                continue
            value = arguments.pop(0)
            if kind == 'fd':
                fds.append(value)
            elif kind == 'string':
                body += pack_string(value)
            elif kind == 'object':
                body += struct.pack('=I', value.number if value else 0)
            else:
                body += struct.pack('=i' if value < 0 else '=I', value)
        self.client.send(self.number, opcode, body, fds)
        return made

    def named(self, name):
        """The arguments of all events of that name so far."""
        return [arguments for event, arguments in self.events if event == name]

    def names(self):
        return [name for name, _ in self.events]


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.buffer = b''
        self.objects = {}
        self.next_id = 2
        self.globals = {}
        self.display = Object(self, 1, 'wl_display')
        self.objects[1] = self.display
        self.registry = self.display.request('get_registry')
        self.sync()

    def new_object(self, interface):
        made = Object(self, self.next_id, interface)
        self.objects[self.next_id] = made
        self.next_id += 1
        return made

    def send(self, number, opcode, body, fds=()):
        message = struct.pack('=IHH', number, opcode, 8 + len(body)) + body
        control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', fds))] if fds else []
        try:
            self.socket.sendmsg([message], control)
        except (BrokenPipeError, ConnectionResetError):
            self.read(0.2)  # the error that ended it may lie there
            raise Closed() from None

    def offered(self, interface):
        return interface in {name for name, _ in self.globals.values()}

    def bind(self, interface, version=1):
        for number, (name, _) in self.globals.items():
            if name == interface:
                return self.bind_name(number, interface, version)
        raise KeyError(interface)

    def bind_name(self, number, interface, version=1):
        made = self.new_object(interface)
        body = struct.pack('=I', number) + pack_string(interface)
        self.send(self.registry.number, 0, body + struct.pack('=II', version, made.number))
        return made

    def read(self, timeout):
        """Reads once; False when nothing came in time."""
        ready, _, _ = select.select([self.socket], [], [], max(timeout, 0))
        if not ready:
            return False
        try:
            data, _, _, _ = self.socket.recvmsg(65536, socket.CMSG_SPACE(28 * 4))
        except ConnectionResetError:
            data = b''
        if not data:
            raise Closed()
        self.buffer += data
        while len(self.buffer) >= 8:
            number, opcode, size = struct.unpack_from('=IHH', self.buffer)
            if len(self.buffer) < size:
                break
            body, self.buffer = self.buffer[8:size], self.buffer[size:]
            self.dispatch(number, opcode, body)
        return True

    def dispatch(self, number, opcode, body):
        target = self.objects.get(number)
        if target is None:
            return
        name, specs = INTERFACES[target.interface]['event'][opcode]
        arguments = self.unpack(body, specs)
        target.events.append((name, arguments))
        if target is self.display and name == 'error':
            culprit = self.objects.get(arguments[0])
            raise ProtocolError(culprit.interface if culprit else '?', *arguments[1:])
        if target.interface == 'wl_registry':
            if name == 'global':
                self.globals[arguments[0]] = arguments[1:]
            else:
                self.globals.pop(arguments[0], None)

    @staticmethod
    def unpack(body, specs):
        at, arguments = 0, []
        for kind, _ in specs:
            if kind in ('string', 'array'):
                size, = struct.unpack_from('=I', body, at)
                data = body[at + 4:at + 4 + size]
                arguments.append(data[:-1].decode() if kind == 'string' else data)
                at += 4 + size + -size % 4
            elif kind != 'fd':
                arguments.append(struct.unpack_from('=i' if kind == 'int' else '=I', body, at)[0])
                at += 4
        return tuple(arguments)

    def sync(self, timeout=5):
        callback = self.display.request('sync')
        self.wait(lambda: callback.events, timeout)
        del self.objects[callback.number]

    def wait(self, condition, timeout=5):
        deadline = time.monotonic() + timeout
        while not condition():
            if not self.read(deadline - time.monotonic()):
                raise TimeoutError('the compositor does not answer')

    def shm_buffer(self, width=16, height=16):
        size = width * height * 4
        fd = os.memfd_create('wire')
        os.ftruncate(fd, size)
        pool = self.bind('wl_shm').request('create_pool', fd, size)
        os.close(fd)
        return pool.request('create_buffer', 0, width, height, width * 4, 1)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
