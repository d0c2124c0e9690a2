# SPDX-License-Identifier: Apache-2.0
"""speaker - a BGP router made by hand, that may say whatever it likes.

Its sockets are opened in a namespace of the fabric and stay there; this
process does not.
"""

import ctypes
import os
import select
import socket
import struct
import time

from fabric import PATIENCE

CLONE_NEWNET = 0x40000000
OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = range(1, 6)
MARKER = b"\xff" * 16
NODE_AS = 64517


class Closed(Exception):
    """The other side has closed; rest is what it said before."""


def socket_in(namespace, kind=socket.SOCK_STREAM, family=socket.AF_INET):
    libc = ctypes.CDLL(None, use_errno=True)
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    away = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if libc.setns(away, CLONE_NEWNET) != 0:
            raise OSError(ctypes.get_errno(), f"setns {namespace}")
        try:
            return socket.socket(family, kind)
        finally:
            libc.setns(home, CLONE_NEWNET)
    finally:
        os.close(home)
        os.close(away)


def message(kind, body=b"", length=None, marker=MARKER):
    return marker + struct.pack("!HB", 19 + len(body) if length is None
                                else length, kind) + body


def capability(code, value=b""):
    return bytes([code, len(value)]) + value


def parameters(*capabilities):
    text = b"".join(capabilities)
    return bytes([2, len(text)]) + text if text else b""


IPV4 = capability(1, b"\0\1\0\1")
IPV6 = capability(1, b"\0\2\0\1")
ROUTE_REFRESH = capability(2)


def four_octets(asn):
    return capability(65, struct.pack("!I", asn))


def open_message(asn=64600, hold=9, router_id="10.31.200.1", version=4,
                 params=None, length=None):
    if params is None:
        params = parameters(IPV4, ROUTE_REFRESH, four_octets(asn))
    return message(OPEN, struct.pack(
        "!BHH4sB", version, min(asn, 23456) if asn > 65535 else asn, hold,
        socket.inet_aton(router_id), len(params) if length is None else
        length) + params)


def attribute(code, value, flags=0x40):
    if len(value) > 255:
        return struct.pack("!BBH", flags | 0x10, code, len(value)) + value
    return struct.pack("!BBB", flags, code, len(value)) + value


def as_path(*asns, kind=2):
    return attribute(2, b"".join(
        struct.pack(f"!BB{len(part)}I", kind, len(part), *part)
        for part in (asns[at:at + 255] for at in range(0, len(asns), 255))))


ORIGIN = attribute(1, b"\0")


def next_hop(address):
    return attribute(3, socket.inet_aton(address))


def only_to_customer(asn):
    """RFC 9234 5."""
    return attribute(35, struct.pack("!I", asn), 0xc0)


def prefix(text):
    address, length = text.split("/")
    octets = (int(length) + 7) // 8
    return bytes([int(length)]) + socket.inet_aton(address)[:octets]


def update(attributes=b"", nlri=b"", withdrawn=b""):
    return message(UPDATE, struct.pack("!H", len(withdrawn)) + withdrawn
                   + struct.pack("!H", len(attributes)) + attributes + nlri)


class Speaker:
    def __init__(self, namespace, local, node, port=179, limit=PATIENCE):
        self.local = local
        self.buffer = b""
        self.socket = socket_in(namespace)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((local, 0))
        self.socket.settimeout(limit)
        self.socket.connect((node, port))

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def reset(self):
        """Ends with a RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                               struct.pack("ii", 1, 0))
        self.socket.close()

    def send(self, *messages):
        self.socket.sendall(b"".join(messages))

    def read(self, limit=PATIENCE):
        """The next message: (type, body)."""
        until = time.monotonic() + limit
        while True:
            if len(self.buffer) >= 19:
                length = struct.unpack("!H", self.buffer[16:18])[0]
                if len(self.buffer) >= length:
                    one = self.buffer[:length]
                    self.buffer = self.buffer[length:]
                    return one[18], one[19:]
            left = until - time.monotonic()
            if left <= 0 or not select.select([self.socket], [], [], left)[0]:
                raise TimeoutError
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                raise Closed("reset") from None
            if not more:
                raise Closed("closed")
            self.buffer += more

    def read_until(self, kind, limit=PATIENCE):
        while True:
            got, body = self.read(limit)
            if got == kind:
                return body

    def establish(self, attributes=None, **offer):
        self.send(attributes or open_message(router_id=self.local, **offer))
        self.read_until(OPEN)
        self.send(message(KEEPALIVE))
        self.read_until(KEEPALIVE)
        return self

    def verdict(self, limit=PATIENCE):
        """How it ends: (code, subcode) of a NOTIFICATION, or "closed"."""
        try:
            body = self.read_until(NOTIFICATION, limit)
            return body[0], body[1]
        except Closed:
            return "closed"
        except TimeoutError:
            return "silent"

    def goes_on(self):
        """Established still: a ROUTE-REFRESH is answered with the table."""
        try:
            while select.select([self.socket], [], [], 0)[0]:
                self.read(0.1)
        except TimeoutError:
            pass
        except Closed:
            return False
        self.buffer = b""
        self.send(message(REFRESH, b"\0\1\0\1"))
        try:
            self.read_until(UPDATE)
        except (Closed, TimeoutError):
            return False
        return True
