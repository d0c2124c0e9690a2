# SPDX-License-Identifier: Apache-2.0
"""cluster_lan - addresses of the LAN on a real cluster: the step "lan" of
cluster_demo.py. Another host of the LAN asks for them all the time, while the node that
answers is drained, comes back, and has its daemon restarted.
"""

import contextlib
import json
import secrets

from cluster import MANIFESTS
from fabric import PATIENCE, until
from kube import SYSTEM
from stream import Stream

HOST = "tor-b"          # who asks; a router, but these are on its own link
RATE = 500              # packets a second, to each address of the Service
VIRTUAL = ["10.31.92.10", "fd10:31::92:10"]
INGRESS_PORT = 7777
LONGEST = 50            # ms, that a VirtualIP that moves may not answer
OBJECTS = f"{MANIFESTS}/cluster/lan.yaml"


class LanSteps:
    """Part of ClusterDemo."""

    def lan(self):
        checks, cluster = self.checks, self.cluster
        cluster.kubectl("create", "secret", "generic", "lbbgp-l2",
                        f"--from-literal=key={secrets.token_hex(32)}",
                        f"--namespace={SYSTEM}")
        cluster.kubectl("apply", f"--filename={OBJECTS}")
        until(PATIENCE, "addresses of shop/lan", lambda: (
            len(cluster.ips("lan")) == 2, cluster.ips("lan")))
        with self.ingresses():
            held = {address: self.await_holder(address, cluster.nodes)
                    for address in (*cluster.ips("lan"), *VIRTUAL)}
            told = ", ".join(f"{address} {node}" for address, node in held.items())
            checks.check(f"one node answers for each address of the LAN: {told}", held)
            self.move(held[VIRTUAL[0]], held)
        cluster.kubectl("delete", f"--filename={OBJECTS}")
        cluster.kubectl("delete", "secret", "lbbgp-l2", f"--namespace={SYSTEM}")

    def move(self, node, held):
        checks, cluster = self.checks, self.cluster
        others = [other for other in cluster.nodes if other != node]
        moving = [address for address in held if held[address] == node]
        with self.lan_traffic(f"{node} drained, and taken back", moving):
            cluster.kubectl("annotate", "node", node, "lbbgp.io/drain=lab")
            cluster.kubectl("wait", "--for=condition=Drained", "--timeout=60s",
                            f"bgpnodestatus.lbbgp.io/{node}")
            for address in held:
                self.await_holder(address, others)
            cluster.kubectl("annotate", "node", node, "lbbgp.io/drain-")
            checks.within(f"{node} drained: others answer; taken back: as before",
                          self.await_held, held)
            checks.within("and announced", self.await_routes, PATIENCE)
        with self.lan_traffic(f"{node}'s daemon restarted", moving):
            cluster.kubectl("delete", "pod", cluster.pod_name(node),
                            f"--namespace={SYSTEM}")
            self.rollout("daemonset/lbbgp-bgpd")
            checks.within(f"{node}'s daemon restarted: it answers as before",
                          self.await_held, held)

    @contextlib.contextmanager
    def ingresses(self):
        """One on each node, which says whose it is."""
        running = [self.fabric.serve(node, node, INGRESS_PORT)
                   for node in self.cluster.nodes]
        try:
            yield
        finally:
            for server in running:
                server.stop()

    @contextlib.contextmanager
    def lan_traffic(self, what, moving):
        """To all of these addresses, and to what is announced to routers."""
        checks = self.checks
        with contextlib.ExitStack() as stack:
            streams = {address: stack.enter_context(Stream(
                self.cluster, RATE, connections=4, address=address,
                behind={HOST: HOST})) for address in self.cluster.ips("lan")}
            heard = {address: stack.enter_context(self.fabric.watched(
                address, INGRESS_PORT, HOST)) for address in VIRTUAL}
            packets = stack.enter_context(self.packets())
            yield
        for address, stream in streams.items():
            seen = stream.seen[HOST]
            checks.check(f"{what}: packets to {address} of the LAN: {seen}",
                         seen.lost == 0, seen.counts)
        for address, got in heard.items():
            checks.check(f"{what}: {address}: {got}",
                         got.answered and got.outage <= LONGEST
                         and (len(got.names) > 1) == (address in moving), moving)
        for name, seen in packets.items():
            checks.check(f"{what}: packets to {name}: {seen}", seen.lost == 0,
                         seen.counts)

    def answerers(self, address):
        """[node, ...] of those that answer by ARP or NDP, once or twice."""
        macs = {json.loads(self.fabric.run(
            node, "ip", "-j", "link", "show", "dev", "eth0"))[0]["address"]: node
            for node in self.cluster.nodes}
        return sorted({macs.get(mac, mac) for mac in json.loads(self.fabric.python(
            HOST, "neighbors.py", address, "eth0"))})

    def await_holder(self, address, nodes, limit=PATIENCE):
        found = []

        def look():
            found[:] = self.answerers(address)
            return len(found) == 1 and found[0] in nodes, found
        until(limit, f"one of {nodes} that answers for {address}", look)
        return found[0]

    def await_held(self, held):
        return sum(until(PATIENCE, f"{node} answers for {address}", lambda a=address: (
            (seen := self.answerers(a)) == [held[a]], seen))
            for address, node in held.items())
