# SPDX-License-Identifier: Apache-2.0
"""bmp - a BMP station (RFC 7854) made by hand, that waits in a namespace."""

import contextlib
import ipaddress
import socket
import struct
import threading

from speaker import socket_in

ROUTES, STATISTICS, DOWN, UP, INITIATION, TERMINATION = range(6)


def cut(data, n):
    assert len(data) >= n, data
    return data[:n], data[n:]


def prefixes_of(data, bits):
    """Of NLRI (RFC 4271 4.3)."""
    found = []
    while data:
        length, data = data[0], data[1:]
        octets, data = cut(data, (length + 7) // 8)
        address = ipaddress.ip_address(octets.ljust(bits // 8, b"\0"))
        found.append(f"{address}/{length}")
    return found


def update_of(data):
    """(announced, withdrawn) of an UPDATE; of an End-of-RIB both are empty."""
    assert data[18] == 2 and len(data) == struct.unpack("!H", data[16:18])[0]
    size, data = struct.unpack("!H", data[19:21])[0], data[21:]
    gone, data = cut(data, size)
    size, data = struct.unpack("!H", data[:2])[0], data[2:]
    attributes, nlri = cut(data, size)
    announced, withdrawn = prefixes_of(nlri, 32), prefixes_of(gone, 32)
    while attributes:
        flags, code, attributes = attributes[0], attributes[1], attributes[2:]
        size, attributes = cut(attributes, 2 if flags & 0x10 else 1)
        value, attributes = cut(attributes, int.from_bytes(size, "big"))
        if code == 14 and value[:3] == b"\0\2\1":
            announced += prefixes_of(value[5 + value[3]:], 128)
        elif code == 15 and value[:3] == b"\0\2\1":
            withdrawn += prefixes_of(value[3:], 128)
    return announced, withdrawn


class Line:
    """What one node has said on one connection: `peers`, by type and address their
    AS; `routes` by table ("pre", "post" or "table") and address; `ends`, the reasons
    of Peer Downs; `reports`, how many statistics; `over`, it told of its end; `closed`,
    it has.
    """

    def __init__(self):
        self.name = None
        self.peers, self.routes, self.ends = {}, {}, []
        self.reports, self.over, self.closed = 0, False, False

    def read(self, connection, n):
        data = b""
        while len(data) < n:
            more = connection.recv(n - len(data))
            if not more:
                raise ConnectionError
            data += more
        return data

    def hear(self, connection, named):
        while True:
            version, size, kind = struct.unpack(
                "!BIB", self.read(connection, 6))
            assert version == 3
            self.take(kind, self.read(connection, size - 6))
            if kind == INITIATION:
                named()

    def take(self, kind, body):
        if kind == INITIATION:
            while body:
                what, size = struct.unpack("!HH", body[:4])
                text, body = cut(body[4:], size)
                if what == 2:
                    self.name = text.decode()
        elif kind == TERMINATION:
            self.over = True
        else:
            head, body = cut(body, 42)
            self.take_of_peer(kind, head, body)

    def take_of_peer(self, kind, head, body):
        table = {0: "post" if head[1] & 0x40 else "pre", 3: "table"}[head[0]]
        raw = head[10:26] if head[1] & 0x80 else head[22:26]
        address = str(ipaddress.ip_address(raw))
        if kind == UP:
            self.peers[head[0], address] = struct.unpack("!I", head[26:30])[0]
            assert body[20:36] == b"\xff" * 16      # the OPEN that was sent
            size = struct.unpack("!H", body[36:38])[0]
            assert body[20 + size:36 + size] == b"\xff" * 16
        elif kind == DOWN:
            del self.peers[head[0], address]
            for name in "pre", "post", "table":
                if (name == "table") == (head[0] == 3):
                    self.routes.pop((name, address), None)
            self.ends.append(body[0])
        elif kind == STATISTICS:
            self.reports += 1
        elif kind == ROUTES:
            announced, withdrawn = update_of(body)
            routes = self.routes.setdefault((table, address), set())
            routes.update(announced)
            routes.difference_update(withdrawn)


class Station:
    """`lines` by node, the last of each."""

    def __init__(self, listener):
        self.listener = listener
        self.lines, self.faults = {}, []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self.hear, args=(connection,),
                                 daemon=True).start()

    def hear(self, connection):
        line = Line()
        with connection, contextlib.suppress(ConnectionError):
            try:
                line.hear(connection, lambda: self.lines.update(
                    {line.name: line}))
            except ConnectionError:
                raise
            except Exception as fault:  # is told by who looks
                self.faults.append(repr(fault))
                raise
            finally:
                line.closed = True


@contextlib.contextmanager
def station(fabric, where, address, port):
    listener = socket_in(fabric.ns(where))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(16)
    heard = Station(listener)
    try:
        yield heard
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
    assert heard.faults == []
