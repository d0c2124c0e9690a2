# SPDX-License-Identifier: Apache-2.0
"""stream - packets from behind each router to an address on all nodes, meanwhile
something happens; how many of them were lost, and why. The ends are stream.c.
"""

import json
import os
import signal
import time

from fabric import NODES, Failed

PORT = 9000
BEHIND = {"tor-a": "client-a", "tor-b": "client-b"}
# A host or router says at most one ICMP error a second to one host, and a thousand
# to all: here each packet's is wanted.
TALKATIVE = ["net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=1000000",
             "net.ipv4.icmp_msgs_burst=1000000"]


def start_echoes(cluster):
    """Something that answers, on each node."""
    fabric = cluster.fabric
    for where in (*NODES, *BEHIND):
        fabric.run(where, "sysctl", "-q", "-w", *TALKATIVE)
    for node in NODES:
        start_echo(cluster, node)


def start_echo(cluster, node):
    cluster.applications.append(cluster.fabric.start(
        node, [cluster.program("lab/stream"), "echo", node, str(PORT)],
        f"echo-{node}"))


def dropped_by_machine(fabric):
    """Packets that the kernel had no time or no room for, so far."""
    with open("/proc/net/softnet_stat") as cpus:
        count = sum(int(line.split()[1], 16) for line in cpus)
    for where in (*NODES, *BEHIND.values()):
        out = fabric.run("switch", "ip", "netns", "pids", fabric.ns(where))
        pid = next(iter(out.split()), None)
        if pid and os.path.exists(f"/proc/{pid}/net/snmp"):
            with open(f"/proc/{pid}/net/snmp") as snmp:
                names, values = [line.split() for line in snmp
                                 if line.startswith("Udp:")]
            count += int(values[names.index("RcvbufErrors")])
    return count


class Seen:
    """What one client's stream came to, as stream.c tells it."""

    def __init__(self, counts):
        self.counts = counts
        self.lost = counts["sent"] - counts["answered"]
        self.reset = counts["connections"]["reset"]
        self.refused = counts["connections"]["refused"]
        self.stall = counts["connections"]["stall"]

    @property
    def longest(self):
        """ms, of the longest hole"""
        return max((hole["to"] - hole["from"] for hole in
                    self.counts["holes"]), default=0)

    def causes(self):
        """For people: of what they were lost."""
        found = [f"{count} ICMP {who}"
                 for who, count in self.counts["icmp"].items()]
        found += [f"{self.counts[name]} {word}" for name, word in (
            ("unsent", "not sent"), ("silence", "in silence"))
            if self.counts[name]]
        return ", ".join(found)

    def __str__(self):
        text = f"{self.lost} of {self.counts['sent']} lost"
        if self.lost:
            text += f" ({self.causes()}; {self.longest} ms)"
        if self.reset or self.refused:
            text += (f", {self.reset} connections reset, {self.refused} "
                     "refused")
        return text


class Stream:
    """A context manager; when it has ended, seen[router] is what was Seen."""

    def __init__(self, cluster, address, rate=10000, flows=256,
                 connections=32, before=1.0, after=1.0):
        self.cluster, self.fabric = cluster, cluster.fabric
        self.args = [address, str(PORT), str(rate), str(flows),
                     str(connections)]
        self.before, self.after = before, after
        self.senders, self.seen = {}, {}
        self.drops = 0

    def __enter__(self):
        program = self.cluster.program("lab/stream")
        self.drops = dropped_by_machine(self.fabric)
        for router, client in BEHIND.items():
            name = f"stream-{client}"
            with open(f"{self.fabric.state}/log/{name}.log", "w"):
                pass                    # of this one alone
            self.senders[router] = self.fabric.start(
                client, [program, "send", *self.args], name)
        time.sleep(self.before)
        return self

    def __exit__(self, *_):
        time.sleep(self.after)
        for sender in self.senders.values():
            sender.send(signal.SIGTERM)
        for router, sender in self.senders.items():
            sender.stop()
            try:
                self.seen[router] = Seen(json.loads(sender.tail()))
            except ValueError:
                raise Failed(f"stream: {sender.tail()}") from None
        self.drops = dropped_by_machine(self.fabric) - self.drops

    @property
    def lost(self):
        return sum(seen.lost for seen in self.seen.values())
