# SPDX-License-Identifier: Apache-2.0
"""wire - what the nodes' BGP says to a router, as it comes over the wire.

A Tap listens at the router's interface, puts the TCP streams together and reads
the messages. It knows what each node announced last, so it tells routes that come
once more, as after a restart, from routes that are other ones than before.
"""

import collections
import contextlib
import ctypes
import socket
import struct
import threading

from fabric import NODES
from kube import in_namespace

ETH_P_IP = 0x0800
SO_ATTACH_FILTER, SO_RCVBUFFORCE = 26, 33
OPEN, UPDATE, NOTIFICATION = 1, 2, 3
MP_REACH, MP_UNREACH = 14, 15
SYN = 2

# TCP from or to port 179, of a packet that begins with its IPv4 header.
FILTER = [(0x30, 0, 0, 9), (0x15, 0, 6, socket.IPPROTO_TCP),
          (0xb1, 0, 0, 0), (0x48, 0, 0, 0), (0x15, 2, 0, 179),
          (0x48, 0, 0, 2), (0x15, 0, 1, 179),
          (0x06, 0, 0, 0xffffffff), (0x06, 0, 0, 0)]


def attach_filter(sock):
    code = b"".join(struct.pack("=HBBI", *step) for step in FILTER)
    held = ctypes.create_string_buffer(code)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack(
        "@HL", len(FILTER), ctypes.addressof(held)))


class Flow:
    """One direction of a TCP connection, as far as it has come in order."""

    def __init__(self, first):
        self.next = first
        self.early = {}
        self.text = b""

    def segment(self, number, text):
        self.early[number] = text
        while True:
            for at, part in sorted(self.early.items()):
                new = (self.next - at) & 0xffffffff
                if new < 1 << 31:               # it begins here, or before
                    del self.early[at]
                    if new < len(part):
                        self.text += part[new:]
                        self.next = (at + len(part)) & 0xffffffff
                    break
            else:
                return

    def messages(self):
        while len(self.text) >= 19:
            length, kind = struct.unpack_from("!HB", self.text, 16)
            if length < 19 or len(self.text) < length:
                return
            body, self.text = self.text[19:length], self.text[length:]
            yield kind, body


def prefixes(text):
    """As they stand in the message: with their length."""
    while text:
        size = 1 + (text[0] + 7) // 8
        yield text[:size]
        text = text[size:]


def attributes(text):
    """[(type, value), ...]"""
    while len(text) >= 3:
        head = "!BBH" if text[0] & 0x10 else "!BBB"
        _, kind, length = struct.unpack_from(head, text)
        at = struct.calcsize(head)
        yield kind, text[at:at + length]
        text = text[at + length:]


class Routes:
    """What an UPDATE says: announced {prefix: attributes}, withdrawn."""

    def __init__(self, body):
        size, = struct.unpack_from("!H", body)
        length, = struct.unpack_from("!H", body, 2 + size)
        found = list(attributes(body[4 + size:4 + size + length]))
        others = tuple(sorted(pair for pair in found
                              if pair[0] not in (MP_REACH, MP_UNREACH)))
        self.announced = {(1, prefix): others for prefix in
                          prefixes(body[4 + size + length:])}
        self.withdrawn = {(1, prefix)
                          for prefix in prefixes(body[2:2 + size])}
        for kind, value in found:
            family = value[:3]
            if kind == MP_UNREACH:
                self.withdrawn |= {(family, p) for p in prefixes(value[3:])}
            elif kind == MP_REACH:
                hop = value[4:4 + value[3]]
                self.announced |= {(family, p): (hop, others) for p in
                                   prefixes(value[5 + value[3]:])}

    def end_of_rib(self):
        return not self.announced and not self.withdrawn


class Tap:
    """Counts of what has come since start(), of all nodes together:

    opens, updates (messages), of them ends (End-of-RIB); of their routes
    the same (as that node had told before), others (that are new or not as
    before), withdrawn; and notifications.
    """

    def __init__(self, router):
        self.nodes = {ip: node for node, ip in NODES.items()}
        self.flows, self.told = {}, collections.defaultdict(dict)
        self.counts = collections.Counter()
        self.lock = threading.Lock()
        fabric = router.fabric
        with in_namespace(fabric.ns(router.where)):
            self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0)
            attach_filter(self.sock)
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
            self.sock.bind(("eth0", ETH_P_IP))
        threading.Thread(target=self.run, daemon=True).start()

    def start(self):
        with self.lock:
            self.counts.clear()

    def seen(self):
        with self.lock:
            return collections.Counter(self.counts)

    def close(self):
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def run(self):
        with contextlib.suppress(OSError):
            while True:
                packet = self.sock.recv(1 << 17)
                with self.lock:
                    self.packet(packet)

    def packet(self, packet):
        node = self.nodes.get(socket.inet_ntoa(packet[12:16]))
        if node is None:
            return
        tcp = packet[(packet[0] & 15) * 4:struct.unpack_from("!H", packet,
                                                             2)[0]]
        ports, number = tcp[:4], struct.unpack_from("!I", tcp, 4)[0]
        if tcp[13] & SYN:
            self.flows[node, ports] = Flow((number + 1) & 0xffffffff)
            return
        flow = self.flows.get((node, ports))
        text = tcp[(tcp[12] >> 4) * 4:]
        if flow and text:
            flow.segment(number, text)
            for kind, body in flow.messages():
                self.message(node, kind, body)

    def message(self, node, kind, body):
        if kind == OPEN:
            self.counts["opens"] += 1
        elif kind == NOTIFICATION:
            self.counts["notifications"] += 1
        elif kind == UPDATE:
            self.counts["updates"] += 1
            self.update(self.told[node], Routes(body))

    def update(self, told, routes):
        self.counts["ends"] += routes.end_of_rib()
        for prefix in routes.withdrawn:
            told.pop(prefix, None)
            self.counts["withdrawn"] += 1
        for prefix, path in routes.announced.items():
            known = told.get(prefix) == path
            self.counts["same" if known else "others"] += 1
            told[prefix] = path
