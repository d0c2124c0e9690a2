# SPDX-License-Identifier: Apache-2.0
"""The virtual IP of an ingress by VRRP: two nodes, a proxy on each, an address
that follows the proxy; between two of ours, and between ours and a keepalived.
"""

import json
import signal

import pytest
from beside import start_haproxy, start_keepalived
from fabric import PATIENCE, until
from lan import LanCluster, temporary_lan

HOSTS = {"node1": ["192.168.10.11/24", "fd10:10::11/64"],
         "node2": ["192.168.10.12/24", "fd10:10::12/64"],
         "client": ["192.168.10.100/24", "fd10:10::100/64"]}
PRIORITY = {"node1": 100, "node2": 90}
V4 = ["192.168.10.15/24"]
V6 = ["fe80::15/64", "fd10:10::15/64"]
OURS, THEIRS = "lbbgp", "keepalived"


class Ingress(LanCluster):
    """speakers: what runs on node1 and on node2."""

    def __init__(self, fabric, speakers, version, addresses, interval):
        super().__init__(fabric)
        self.speakers = dict(zip(self.nodes, speakers))
        self.version = version
        self.cidrs = addresses
        self.interval = interval        # s, of node1 and of node2
        self.vip = addresses[-1].partition("/")[0]
        self.proxies = {}

    def start(self):
        self.lay_nodes()
        self.serve(8080)
        self.put(self.virtual_ip())
        for node in self.nodes:
            self.start_proxy(node)
            self.start_speaker(node)

    def virtual_ip(self):
        return {"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
                "metadata": {"name": "ingress"},
                "spec": {"addresses": self.cidrs,
                         "health": {"checks": [
                             {"name": "proxy", "tcp": {"port": 80},
                              "interval": 500, "rise": 2, "fall": 2}]},
                         "vrrp": {
                             "interface": "eth0", "virtualRouterID": 50,
                             "version": self.version,
                             "advertisementInterval": 1000 * self.interval[
                                 self.ours()],
                             "priorities": [
                                 {"priority": priority, "nodeSelector": {
                                     "matchLabels": {
                                         "kubernetes.io/hostname": node}}}
                                 for node, priority in PRIORITY.items()]}}}

    def ours(self):
        return list(self.speakers.values()).index(OURS)

    def start_proxy(self, node):
        self.proxies[node] = start_haproxy(self.fabric, node, 80, 8080)

    def start_speaker(self, node):
        if self.speakers[node] == OURS:
            self.start_bgpd(node)
        else:
            self.bgpd[node] = start_keepalived(
                self.fabric, node, 80, version=self.version, vrid=50,
                priority=PRIORITY[node], addresses=self.cidrs,
                interval=self.interval[self.nodes.index(node)])

    def has(self, node):
        """The virtual IPs that the interface of the node has, with lengths."""
        link, = json.loads(self.fabric.run(
            node, "ip", "-j", "address", "show", "dev", "eth0"))
        return sorted({f"{addr['local']}/{addr['prefixlen']}"
                       for addr in link["addr_info"]} & set(self.cidrs))

    def await_at(self, node, limit=PATIENCE):
        """Until that node has it, alone, and its proxy answers there."""
        took = self.await_holder(self.vip, [node], limit)
        until(PATIENCE, f"{self.vip} on the interface of {node} alone", lambda: (
            self.has(node) == sorted(self.cidrs) and not any(
                self.has(other) for other in self.nodes if other != node),
            {node: self.has(node) for node in self.nodes}))
        answers = self.fabric.get("client", self.vip, 80, 10)
        assert {a.get("name") for a in answers} == {node}, answers
        return took


# name: what runs on node1 and node2, version, addresses, their intervals in s
CASES = {
    "two-of-ours": ((OURS, OURS), 3, V4, (1, 1)),
    "two-of-ours-v6": ((OURS, OURS), 3, V6, (1, 1)),
    "above-keepalived": ((OURS, THEIRS), 3, V4, (1, 1)),
    "below-keepalived": ((THEIRS, OURS), 3, V4, (1, 1)),
    "above-keepalived-v2": ((OURS, THEIRS), 2, V4, (1, 1)),
    "below-keepalived-v2": ((THEIRS, OURS), 2, V4, (1, 1)),
    "above-keepalived-v6": ((OURS, THEIRS), 3, V6, (1, 1)),
    "below-keepalived-v6": ((THEIRS, OURS), 3, V6, (1, 1)),
    "above-slower-keepalived": ((OURS, THEIRS), 3, V4, (1, 2)),
    "below-slower-keepalived": ((THEIRS, OURS), 3, V4, (2, 1)),
}

# Those of them in which nothing is particular.
plain = pytest.mark.parametrize(
    "cluster", ["two-of-ours", "above-keepalived", "below-keepalived"],
    indirect=True, scope="module")


@pytest.fixture(scope="module", params=CASES)
def cluster(request):
    with temporary_lan(HOSTS) as fabric:
        running = Ingress(fabric, *CASES[request.param])
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole(cluster):
    """The address is at node1, which has the higher priority."""
    cluster.await_at("node1", 40)


def test_it_follows_the_proxy_and_comes_back(cluster):
    cluster.proxies["node1"].stop(signal.SIGKILL)
    try:
        cluster.await_at("node2")
    finally:
        cluster.start_proxy("node1")
    cluster.await_at("node1")


@plain
def test_it_leaves_a_dead_node_and_comes_back(cluster):
    cluster.bgpd["node1"].stop(signal.SIGKILL)
    cluster.fabric.cable("node1", False)
    try:
        cluster.await_holder(cluster.vip, ["node2"])
    finally:
        cluster.fabric.cable("node1", True)
        cluster.start_speaker("node1")
    cluster.await_at("node1", 40)


@plain
def test_it_is_given_up_by_who_is_stopped(cluster):
    """Priority 0: the other waits for its skew time only, below a second."""
    with cluster.fabric.watched(cluster.vip, 8080) as heard:
        cluster.bgpd["node1"].stop(signal.SIGTERM)
        cluster.await_at("node2")
        heard.await_names("node1", "node2")
    cluster.start_speaker("node1")
    cluster.await_at("node1", 40)
    assert heard.outage < 1500 * max(cluster.interval), str(heard)


def test_split_and_healed_the_higher_priority_has_it(cluster):
    """Each side has a master meanwhile, as nobody can know better."""
    with cluster.fabric.split("node2"):
        until(PATIENCE, "node2 takes it, too", lambda: (
            cluster.has("node2") == sorted(cluster.cidrs),
            cluster.has("node2")))
        assert cluster.await_holder(cluster.vip, ["node1"])
    if cluster.speakers["node2"] == THEIRS:
        # keepalived yields without a word: no one tells a host anew that asked
        # meanwhile.
        until(PATIENCE, "node2 yields", lambda: (
            cluster.has("node2") == [], cluster.has("node2")))
    cluster.await_at("node1", 40)
