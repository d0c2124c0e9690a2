# SPDX-License-Identifier: Apache-2.0
"""places - where a Service is seen on its way, and when: in a watch of the API
server, at a peer that only listens, in the kernels of the routers. All of it
is told, nothing is asked for; times are CLOCK_MONOTONIC's.
"""

import contextlib
import json
import socket
import struct
import subprocess
import threading
import time

import stage      # noqa: F401, which finds lab/
from fabric import Failed
from kube import Api, in_namespace

SINK, SINK_AS = "10.31.200.1", 64999
MARKER = b"\xff" * 16
OPEN, UPDATE, KEEPALIVE, ROUTE_REFRESH = 1, 2, 4, 5
END_OF_RIB = b"\0\0\0\0"
RTM_NEWROUTE, RTMGRP_IPV4_ROUTE = 24, 0x40
RTA_DST, RTA_MULTIPATH = 1, 9
SO_RCVBUFFORCE = 33


def thread(run, *args):
    threading.Thread(target=run, args=args, daemon=True).start()


class Arrivals:
    """When each thing was first seen, and what was seen."""

    def __init__(self, title):
        self.title = title
        self.seen = {}
        self.news = threading.Condition()

    def saw(self, thing, when, what=None):
        with self.news:
            if thing not in self.seen:
                self.seen[thing] = when, what
                self.news.notify_all()

    def forget(self, thing):
        """It may come once more."""
        with self.news:
            self.seen.pop(thing, None)

    def wait(self, thing, limit=10):
        with self.news:
            if not self.news.wait_for(lambda: thing in self.seen, limit):
                raise Failed(f"{thing} did not come to {self.title}")
            return self.seen[thing]


class Kernel:
    """Host routes of a router's kernel, as netlink tells of them."""

    def __init__(self, fabric, router, nodes):
        self.any = Arrivals(f"{router.title}'s kernel")
        self.all = Arrivals(f"… by all {nodes} nodes")
        self.nodes = nodes
        with in_namespace(fabric.ns(router.where)):
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW,
                                      socket.NETLINK_ROUTE)
        self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.sock.bind((0, RTMGRP_IPV4_ROUTE))
        thread(self.run)

    def run(self):
        while True:
            told = self.sock.recv(65536)
            when = time.monotonic()
            for address, hops in self.new_routes(told):
                self.any.saw(address, when)
                if hops == self.nodes:
                    self.all.saw(address, when)

    @classmethod
    def new_routes(cls, told):
        while len(told) >= 16:
            length, kind = struct.unpack_from("=IH", told)
            if kind == RTM_NEWROUTE and told[17] == 32:     # rtm_dst_len
                found = dict(cls.attributes(told[28:length]))
                yield (socket.inet_ntoa(found[RTA_DST]),
                       cls.next_hops(found.get(RTA_MULTIPATH, b"")))
            told = told[(length + 3) & ~3:]

    @staticmethod
    def attributes(told):
        while len(told) >= 4:
            size, kind = struct.unpack_from("=HH", told)
            yield kind, told[4:size]
            told = told[max((size + 3) & ~3, 4):]

    @staticmethod
    def next_hops(multipath):
        """Of a struct rtnexthop each; a single one comes in another form."""
        count = 0
        while len(multipath) >= 8:
            size, = struct.unpack_from("=H", multipath)
            multipath = multipath[max((size + 3) & ~3, 8):]
            count += 1
        return count or 1


def wire_sink(fabric):
    """A namespace for a peer of ours, on the fabric's switch."""
    ns, switch = fabric.ns("sink"), fabric.ns("switch")
    for words in (
            f"netns add {ns}",
            f"-n {switch} link add name sink type veth peer name eth0 "
            f"netns {ns}", f"-n {switch} link set dev sink master br0 up",
            f"-n {ns} link set dev eth0 up",
            f"-n {ns} address add {SINK}/16 dev eth0"):
        subprocess.run(["ip", *words.split()], check=True)


def listen(fabric):
    with in_namespace(fabric.ns("sink")):
        return socket.create_server((SINK, 179))


def sink_peer(node, **more):
    """The BGPPeer by which one node's daemon talks to the sink; more of its spec."""
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "sink"},
            "spec": {"peerIP": SINK, "asNumber": SINK_AS,
                     "nodeSelector": {"matchLabels": {
                         "kubernetes.io/hostname": node}}, **more}}


def message(kind, body=b""):
    return MARKER + struct.pack("!HB", 19 + len(body), kind) + body


def open_message():
    """IPv4, route refresh, AS numbers of four octets."""
    capabilities = (struct.pack("!BBHBB", 1, 4, 1, 0, 1)
                    + struct.pack("!BB", 2, 0)
                    + struct.pack("!BBI", 65, 4, SINK_AS))
    return message(OPEN, struct.pack(
        "!BHH4sBBB", 4, SINK_AS, 90, socket.inet_aton(SINK),
        len(capabilities) + 2, 2, len(capabilities)) + capabilities)


def messages(conn):
    """(kind, body, when) of all that comes, until the daemon goes away. OPEN
    and KEEPALIVE are answered."""
    conn.sendall(open_message())
    held = b""
    with contextlib.suppress(OSError):
        while came := conn.recv(65536):
            when = time.monotonic()
            held += came
            while len(held) >= 19:
                length, kind = struct.unpack_from("!HB", held, 16)
                if len(held) < length:
                    break
                if kind in (OPEN, KEEPALIVE):
                    conn.sendall(message(KEEPALIVE))
                yield kind, held[19:length], when
                held = held[length:]


class Sink:
    """A BGP speaker that only listens: it notes when the UPDATE with a host
    route has come."""

    def __init__(self, fabric):
        self.arrivals = Arrivals("the sink")
        self.ready = threading.Event()      # End-of-RIB has come
        wire_sink(fabric)
        self.listener = listen(fabric)
        thread(self.run)

    def run(self):
        while True:
            conn, _ = self.listener.accept()
            thread(self.serve, conn)

    def serve(self, conn):
        for kind, body, when in messages(conn):
            if kind == UPDATE and body == END_OF_RIB:
                self.ready.set()
            elif kind == UPDATE:
                for address in self.host_routes(body):
                    self.arrivals.saw(address, when)

    @staticmethod
    def host_routes(body):
        withdrawn, = struct.unpack_from("!H", body)
        attributes, = struct.unpack_from("!H", body, 2 + withdrawn)
        at = 4 + withdrawn + attributes
        while at < len(body):
            bits = body[at]
            if bits == 32:
                yield socket.inet_ntoa(body[at + 1:at + 5])
            at += 1 + (bits + 7) // 8


class ServiceWatch:
    """Services as the API server tells of them: the new one, then the one
    with its address."""

    def __init__(self, cluster):
        self.created = Arrivals("a watch: the Service")
        self.addressed = Arrivals("a watch: its address")
        self.api = Api(cluster.api.namespace, f"{cluster.dir}/ca.crt",
                       cluster.token)
        listed = self.api.call("GET", "api/v1/services")
        thread(self.run, listed["metadata"]["resourceVersion"])

    def run(self, version):
        self.api.conn.request(
            "GET", f"/api/v1/services?watch=true&resourceVersion={version}",
            headers={"Authorization": f"Bearer {self.api.token}"})
        for line in self.api.conn.getresponse():
            when = time.monotonic()
            service = json.loads(line)["object"]
            name = service["metadata"]["name"]
            self.created.saw(name, when)
            for entry in (service["status"].get("loadBalancer", {})
                          .get("ingress", [])):
                self.addressed.saw(name, when, entry["ip"])


MOST = 4096             # bytes of a message, RFC 4271 4


def attributes(n):
    """ORIGIN, AS_PATH, NEXT_HOP and one community that makes a set of it."""
    as_path = struct.pack("!BBII", 2, 2, SINK_AS, 100000 + n % 5000)
    return (struct.pack("!BBBB", 0x40, 1, 1, 0)
            + struct.pack("!BBB", 0x40, 2, len(as_path)) + as_path
            + struct.pack("!BBB", 0x40, 3, 4) + socket.inet_aton(SINK)
            + struct.pack("!BBBI", 0xc0, 8, 4, n))


def table(prefixes, sets):
    """All UPDATEs, as full as they go."""
    said = []
    each = -(-prefixes // sets)
    for n in range(sets):
        attrs = attributes(n)
        head = struct.pack("!HH", 0, len(attrs)) + attrs
        room = (MOST - 19 - len(head)) // 5
        end = min((n + 1) * each, prefixes)
        for first in range(n * each, end, room):
            said.append(message(UPDATE, head + b"".join(
                struct.pack("!BI", 32, 0x0b000000 + i)
                for i in range(first, min(first + room, end)))))
    return b"".join(said)
