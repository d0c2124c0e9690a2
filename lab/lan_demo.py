# SPDX-License-Identifier: Apache-2.0
"""lan_demo - addresses on a LAN without routers: three nodes, a client, a Service
with an IPv4 and an IPv6 address, found by ARP and NDP; and what the client
notices when the node that holds them dies, is moved away from, or comes back.
"""

import contextlib
import time

from checks import Checks
from cluster import DASHBOARD
from fabric import until
from failover import FAULTS, NOT_AWAY, fault
from lan import Lan, LanCluster

HOSTS = {
    **{f"node{n}": [f"10.31.90.{n}/16", f"fd10:31::90:{n}/64"]
       for n in (1, 2, 3)},
    "client": ["10.31.95.1/16", "fd10:31::95:1/64"]}
NAMESPACE, SERVICE = "shop", "web"
GROUP = {
    "apiVersion": "lbbgp.io/v1", "kind": "ServiceGroup",
    "metadata": {"name": "lan"},
    "spec": {"pools": [
        {"subnet": "10.31.0.0/16", "pool": "10.31.91.10-10.31.91.20"},
        {"subnet": "fd10:31::/64", "pool": "fd10:31::91:10-fd10:31::91:20"}],
        "announce": {"l2": {"nodeSelector": NOT_AWAY}}}}
WEB = {
    "apiVersion": "v1", "kind": "Service",
    "metadata": {"name": SERVICE, "namespace": NAMESPACE},
    "spec": {"type": "LoadBalancer", "clusterIP": "10.33.128.80",
             "clusterIPs": ["10.33.128.80", "fd10:33::80"],
             "ipFamilies": ["IPv4", "IPv6"],
             "ipFamilyPolicy": "RequireDualStack",
             "externalTrafficPolicy": "Cluster",
             "ports": [{"name": "http", "protocol": "TCP", "port": 80}]}}


def slice_of(family, nodes):
    addresses = {"IPv4": "10.33.{}.10", "IPv6": "fd10:33:{}::10"}[family]
    return {
        "apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
        "metadata": {"name": f"{SERVICE}-{family.lower()}",
                     "namespace": NAMESPACE,
                     "labels": {"kubernetes.io/service-name": SERVICE}},
        "addressType": family,
        "ports": [{"name": "http", "protocol": "TCP", "port": 80}],
        "endpoints": [{"addresses": [addresses.format(node[-1])],
                       "nodeName": node, "conditions": {
                           "ready": True, "serving": True,
                           "terminating": False}} for node in nodes]}


class LanDemoCluster(LanCluster):
    """The LAN with the Service on it."""

    title = "l2"

    def __init__(self, fabric):
        super().__init__(fabric)
        self.found = []         # the Service's addresses

    def start(self):
        super().start()
        self.serve()
        for obj in (GROUP, *(slice_of(family, self.nodes)
                             for family in ("IPv4", "IPv6")), WEB):
            self.put(obj)
        self.found = self.await_addresses(NAMESPACE, SERVICE, 2)
        for address in self.found:
            self.hold(address)

    def hints(self):
        return [("the manifests, to be edited", self.path),
                ("who answers", f"lab/fabric exec client python3 "
                 f"lab/neighbors.py {self.found[0]} eth0"),
                DASHBOARD]


class LanDemo:
    # ms, the most that a client may have to wait
    limits = {"dead": 1000, "killed": 50, "cut": 1000, "frozen": 50,
              "moved": 50, "drained": 50, "restarted": 50}
    back = 50

    def __init__(self, cluster):
        self.cluster = cluster
        self.fabric = cluster.fabric
        self.checks = Checks()

    def holders(self):
        return {address: self.cluster.await_holder(address)
                for address in self.cluster.found}

    def steady(self):
        checks, cluster = self.checks, self.cluster
        checks.show("lbbgp show addresses",
                    cluster.lbbgp_cluster("show", "addresses"))
        for address, holder in self.holders().items():
            way = "NDP" if ":" in address else "ARP"
            checks.check(f"{address}: {holder} answers by {way}, nobody else",
                         True)
            answers = self.fabric.get("client", address, count=20)
            checks.check(f"the client reaches {address} on {holder}",
                         {a.get("name") for a in answers} == {holder}, answers)
        checks.show("lbbgp show l2, on node1",
                    cluster.lbbgp("node1", "show", "l2"))

    @contextlib.contextmanager
    def silence(self, what, limit):
        """No client may wait longer meanwhile, whichever address it asks."""
        with contextlib.ExitStack() as stack:
            heard = {address: stack.enter_context(
                self.fabric.watched(address))
                for address in self.cluster.found}
            time.sleep(.3)
            yield
            time.sleep(.3)
        for address, got in heard.items():
            self.checks.check(
                f"{what}: {address} silent for {got.silence} ms, answered by "
                + ", ".join(got.names), got.answered and got.silence <= limit,
                f"at most {limit} ms; {got}")

    def lose(self, name):
        """It happens to the holder of the first address; others take over."""
        held = self.holders()
        node = held[self.cluster.found[0]]
        others = [other for other in self.cluster.nodes if other != node]
        with contextlib.ExitStack() as stack:
            with self.silence(f"{node} {name} ({FAULTS[name].what})",
                              self.limits[name]):
                stack.enter_context(fault(self.cluster, name, node))
                for address in held:
                    if name != "restarted" and held[address] == node:
                        self.cluster.await_holder(address, others)
            with self.silence(f"{node} comes back", self.back):
                stack.close()
                until(20, f"the addresses at {held}", lambda: (
                    (seen := self.holders()) == held, seen))

    def run(self):
        self.steady()
        for name in FAULTS:
            self.lose(name)
        return self.checks.failed == 0


def make_demo(name):
    return LanDemo(LanDemoCluster(Lan(name, HOSTS)))
