# SPDX-License-Identifier: Apache-2.0
"""stream - packets from behind each router to a Service on all nodes, while
something happens; how many of them were lost, and why. The ends are stream.c.

The Service has a route of its own: it is announced by what the daemons know of it,
not just by a CIDR of the configuration.
"""

import json
import os
import signal
import time

from fabric import NODES, Failed, until
from scenario import SERVICE_CIDRS, await_sessions

PORT = 9000
NAMESPACE, NAME = "nginx-quic", "stream"
ADDRESS, CIDR = "10.34.0.9", "10.34.0.0/24"
ROUTE = f"{ADDRESS}/32"
GROUP = {"apiVersion": "lbbgp.io/v1", "kind": "ServiceGroup",
         "metadata": {"name": NAME},
         "spec": {"pools": [{"subnet": CIDR, "pool": ROUTE,
                             "aggregation": "/32"}]}}
SERVICE = {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": NAME, "namespace": NAMESPACE,
                        "annotations": {"lbbgp.io/service-group": NAME}},
           "spec": {"type": "LoadBalancer", "clusterIP": "10.33.128.99",
                    "clusterIPs": ["10.33.128.99"], "ipFamilies": ["IPv4"],
                    "ipFamilyPolicy": "SingleStack",
                    "externalTrafficPolicy": "Local",
                    "ports": [{"name": proto.lower(), "protocol": proto,
                               "port": PORT, "targetPort": PORT}
                              for proto in ("TCP", "UDP")]}}
SLICE = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
         "metadata": {"name": f"{NAME}-lab", "namespace": NAMESPACE,
                      "labels": {"kubernetes.io/service-name": NAME}},
         "addressType": "IPv4",
         "ports": [{"name": proto.lower(), "protocol": proto, "port": PORT}
                   for proto in ("TCP", "UDP")],
         "endpoints": [{"addresses": [ip], "nodeName": node,
                        "conditions": {"ready": True, "serving": True,
                                       "terminating": False}}
                       for node, ip in NODES.items()]}
BEHIND = {"tor-a": "client-a", "tor-b": "client-b"}
# A host or router says at most one ICMP error a second to one host, and a thousand
# to all: here each packet's is wanted.
TALKATIVE = ["net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=1000000",
             "net.ipv4.icmp_msgs_burst=1000000"]


def lay(cluster):
    """The Service, and what answers on each node, with kube-proxy or without."""
    for where in (*NODES, *BEHIND):
        cluster.fabric.run(where, "sysctl", "-q", "-w", *TALKATIVE)
    for node in NODES:
        cluster.fabric.run(node, "ip", "address", "add", ROUTE, "dev", "lo")
        start_echo(cluster, node)
    cluster.include_all()
    for obj in (GROUP, SLICE, SERVICE):
        cluster.put(obj)
    await_hops(cluster)


def start_echo(cluster, node):
    cluster.applications.append(cluster.fabric.start(
        node, [cluster.program("lab/stream"), "echo", node, str(PORT)],
        f"echo-{node}"))


def await_hops(cluster, without=(), limit=30, prefix=ROUTE):
    """Until the routers' kernels have all nodes but those as next hops."""
    want = [ip for node, ip in NODES.items() if node not in without]
    for router in cluster.fabric.routers:
        def look(router=router):
            seen = router.kernel_routes().get(prefix, [])
            return seen == want, seen
        until(limit, f"{prefix} at {router.title}", look)


def await_all(cluster, limit=60):
    """Until all sessions are up, and the routes lead to all nodes."""
    for node in NODES:
        await_sessions(cluster, node, 2, limit)
    for prefix in (*SERVICE_CIDRS, ROUTE):
        await_hops(cluster, limit=limit, prefix=prefix)


def dropped_by_machine(fabric, clients):
    """Packets that the kernel had no time or no room for, so far."""
    with open("/proc/net/softnet_stat") as cpus:
        count = sum(int(line.split()[1], 16) for line in cpus)
    for where in (*NODES, *clients):
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
        self.ended = counts["connections"]["ended"]
        self.reset = counts["connections"]["reset"]
        self.refused = counts["connections"]["refused"]
        self.silent = counts["connections"]["silent"]
        self.stall = counts["connections"]["stall"]

    @property
    def broken(self):
        """Connections that did not stay open, for whatever reason."""
        return self.ended + self.reset + self.refused

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
        if self.ended:
            text += f", {self.ended} connections closed by the other end"
        if self.reset:
            text += f", {self.reset} connections moved by the router and reset"
        if self.refused:
            text += f", {self.refused} connections refused"
        return text


class Stream:
    """A context manager; when it has ended, seen[router] is what was Seen by the
    client behind it."""

    def __init__(self, cluster, rate=10000, flows=256, connections=32,
                 before=1.0, after=1.0, address=ADDRESS, behind=None):
        self.cluster, self.fabric = cluster, cluster.fabric
        self.args = [address, str(PORT), str(rate), str(flows),
                     str(connections)]
        self.name = f"stream-{address}"
        self.behind = behind or BEHIND
        self.before, self.after = before, after
        self.senders, self.seen = {}, {}
        self.drops = 0

    def __enter__(self):
        program = self.cluster.program("lab/stream")
        self.drops = dropped_by_machine(self.fabric, self.behind.values())
        for router, client in self.behind.items():
            name = f"{self.name}-{client}"
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
        self.drops = dropped_by_machine(
            self.fabric, self.behind.values()) - self.drops

    @property
    def lost(self):
        return sum(seen.lost for seen in self.seen.values())

    @property
    def broken(self):
        return sum(seen.broken for seen in self.seen.values())
