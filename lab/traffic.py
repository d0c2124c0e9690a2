# SPDX-License-Identifier: Apache-2.0
"""traffic - the two ends of the lab's test traffic, run inside namespaces.

    traffic.py serve NAME PORT [PORT]...
        answers every TCP connection with one line of JSON: NAME and who asked;
        and every datagram with NAME and what it said
    traffic.py get ADDRESS PORT COUNT [TIMEOUT]
        makes COUNT connections, prints one JSON list: answers and errors
    traffic.py keep ADDRESS PORT
        asks 50 times a second until SIGTERM; prints one JSON object: how many
        were asked, how many failed with what, the longest gap between answers
    traffic.py silence ADDRESS PORT
        sends a datagram every 10 ms until SIGTERM, whatever comes back; prints
        lines of JSON: the name of who answers, whenever it changes; at the end
        how many were sent and answered, be it late, for how many in a row there
        was no answer, and the longest time without one in ms
    traffic.py probe ADDRESS PORT
        sends a datagram, prints what ICMP says about it, and who says it, and how
        often a capture saw the datagram leave and come back (a loop)
"""

import collections
import concurrent.futures
import errno
import json
import os
import select
import selectors
import signal
import socket
import struct
import sys
import time

IP_RECVERR = 11
SO_EE_ORIGIN_ICMP = 2


def listener(port):
    """A socket for both families, also for addresses that come later."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind(("::", port))
    sock.listen(128)
    return sock


def echoer(port):
    """The same for datagrams; says which address each one came to."""
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
    sock.bind(("::", port))
    return sock


def accept(sock, name):
    conn, peer = sock.accept()
    asked = peer[0].removeprefix("::ffff:")
    with conn:
        try:
            conn.sendall(json.dumps(
                {"name": name, "asked": asked}).encode() + b"\n")
        except OSError:
            pass                # the client went away: its loss


def echo(sock, name):
    """From the address that was asked, wherever the way back leads."""
    said, control, _, peer = sock.recvmsg(64, 64)
    for level, kind, at in control:
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            control = [(level, kind, at[:16] + bytes(4))]
    try:
        sock.sendmsg([said + name.encode()], control, 0, peer)
    except OSError:
        pass                    # the address has gone meanwhile


def serve(name, ports):
    selector = selectors.DefaultSelector()
    for port in ports:
        selector.register(listener(port), selectors.EVENT_READ, accept)
        selector.register(echoer(port), selectors.EVENT_READ, echo)
    while True:
        for key, _ in selector.select():
            key.data(key.fileobj, name)


def get_one(address, port, timeout, own_port=0):
    """own_port 0: the kernel chooses."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as conn:
            conn.settimeout(timeout)
            if own_port:
                conn.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                conn.bind(("", own_port))
            conn.connect((address, port))
            return json.loads(conn.makefile().readline())
    except (OSError, ValueError) as err:
        code = getattr(err, "errno", None)
        return {"error": errno.errorcode.get(code, type(err).__name__)}


def get(address, port, count, timeout):
    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        jobs = [pool.submit(get_one, address, port, timeout)
                for _ in range(count)]
        return [job.result() for job in jobs]


KEEP_EVERY = .02        # s
OWN_PORTS = range(11000, 31000)


def fresh_port():
    """One that no connection of the last minutes had, of this run or another.

    Where a change of next hops falls into a handshake, its last segment reaches
    another server, which resets it. Was there a connection from that port within a
    minute, that server takes the segment for one of its old connection, and
    answers so that the client waits for ever.
    """
    return OWN_PORTS[int(time.monotonic() / KEEP_EVERY) % len(OWN_PORTS)]


def keep(address, port):
    """One after the other, so that a fault is seen as long as it lasts."""
    over = []
    signal.signal(signal.SIGTERM, lambda *_: over.append(True))
    errors, asked, gap = collections.Counter(), 0, 0
    last = time.monotonic()
    while not over:
        start = time.monotonic()
        answer = get_one(address, port, 1, fresh_port())
        now = time.monotonic()
        asked += 1
        gap = max(gap, now - last)
        if "error" in answer:
            errors[answer["error"]] += 1
        else:
            last = now
        time.sleep(max(0, start + KEEP_EVERY - now))
    return {"asked": asked, "failed": sum(errors.values()),
            "errors": dict(errors), "gap": round(gap, 2)}


ASK_EVERY = .01         # s
LAST_ANSWER = 1         # s, after the last question


class Silence:
    """Asks by datagrams of one flow; one lost is not sent again.

    An answer that comes behind one to a later question says nothing of who has the
    address now. Who could not run for a while does not make up for what it has not
    asked: each question that was lost stands for 10 ms.
    """

    def __init__(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.to = (address, port)
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.asked = 0
        self.answers = set()    # to which questions
        self.newest = 0         # of them
        self.longest = 0
        self.last = time.monotonic()
        self.name = None

    def ask(self):
        self.asked += 1
        try:
            self.sock.sendto(struct.pack("!Q", self.asked), self.to)
        except OSError:
            pass                # no neighbour for it right now

    def hear(self):
        while True:
            try:
                said = self.sock.recv(64)
            except BlockingIOError:
                return
            except OSError:     # what ICMP said of an earlier one
                continue
            self.pause()
            self.last = time.monotonic()
            self.hear_one(*struct.unpack("!Q", said[:8]), said[8:].decode())

    def hear_one(self, number, name):
        self.answers.add(number)
        if number > self.newest and self.name != name:
            self.name = name
            print(json.dumps({"name": name}), flush=True)
        self.newest = max(self.newest, number)

    def hear_until(self, due):
        while (left := due - time.monotonic()) > 0:
            select.select([self.sock], [], [], left)
            self.hear()

    def pause(self):
        self.longest = max(self.longest, time.monotonic() - self.last)

    def lost_in_a_row(self):
        heard = [0, *sorted(self.answers), self.asked + 1]
        return max(after - before - 1 for before, after in zip(heard, heard[1:]))

    def run(self):
        over = []
        signal.signal(signal.SIGTERM, lambda *_: over.append(True))
        due = time.monotonic()
        while not over:
            self.ask()
            due = max(due + ASK_EVERY, time.monotonic())
            self.hear_until(due)
        self.pause()            # it may last still
        end = time.monotonic() + LAST_ANSWER
        while len(self.answers) < self.asked and time.monotonic() < end:
            self.hear_until(time.monotonic() + ASK_EVERY)
        return {"asked": self.asked, "answered": len(self.answers),
                "lost": self.lost_in_a_row(),
                "silence": round(1000 * self.longest)}


ETH_P_ALL = 3
PACKET_OUTGOING = 4


class Capture:
    """Counts UDP datagrams to an address that leave this host or reach it."""

    def __init__(self, address):
        self.address = socket.inet_aton(address)
        self.sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM,
                                  socket.htons(ETH_P_ALL))
        self.sock.setblocking(False)

    def count(self):
        seen = {"left": 0, "came_back": 0}
        while True:
            try:
                packet, (_, proto, kind, *_) = self.sock.recvfrom(2048)
            except BlockingIOError:
                return seen
            if (proto == 0x0800 and packet[9] == socket.IPPROTO_UDP
                    and packet[16:20] == self.address):
                seen["left" if kind == PACKET_OUTGOING
                     else "came_back"] += 1


def probe(address, port):
    """UDP datagrams until there is an ICMP error, or three were in vain.

    A node sends one host about one ICMP error a second.
    """
    capture = Capture(address)
    for _ in range(3):
        said = probe_once(address, port)
        if "type" in said:
            break
    return {**said, **capture.count()}


def probe_once(address, port):
    """The ICMP error comes back on the error queue."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        sock.connect((address, port))
        sock.send(b"anybody there?")
        sock.settimeout(1.5)
        try:
            sock.recv(1)
            return {"error": "an answer"}
        except TimeoutError:
            return {"error": "silence"}
        except OSError:
            pass                # the news is on the error queue
        _, control, _, _ = sock.recvmsg(512, 512, socket.MSG_ERRQUEUE)
    for level, kind, data in control:
        if level == socket.IPPROTO_IP and kind == IP_RECVERR:
            _, origin, icmp, code = struct.unpack_from("=IBBB", data)
            if origin == SO_EE_ORIGIN_ICMP:
                # struct sock_extended_err, then the sender's sockaddr_in
                sender = socket.inet_ntoa(data[20:24])
                return {"type": icmp, "code": code, "sender": sender}
    return {"error": "no ICMP"}


def main(args):
    if args[0] == "serve":
        serve(args[1], [int(port) for port in args[2:]])
    elif args[0] == "get":
        timeout = float(args[4]) if len(args) > 4 else 2.0
        print(json.dumps(get(args[1], int(args[2]), int(args[3]), timeout)))
    elif args[0] == "keep":
        print(json.dumps(keep(args[1], int(args[2]))), flush=True)
    elif args[0] == "silence":
        print(json.dumps(Silence(args[1], int(args[2])).run()), flush=True)
    elif args[0] == "probe":
        print(json.dumps(probe(args[1], int(args[2]))))


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        os._exit(130)
