# SPDX-License-Identifier: Apache-2.0
"""The address of a control plane: three nodes with an API server behind a proxy,
an address that is where one answers; with no API server at the start, by VRRP and
by BGP. Objects are manifests in a folder of each node, as a static pod has them.
"""

import json
import signal
import time

import pytest
from beside import start_haproxy
from fabric import NODES, Failed, temporary_fabric, until
from kube import KubeCluster
from lan import LanCluster, temporary_lan
from objects import await_prefix

VIP = "10.31.90.0"
PORT = 8443
CONTROL_PLANE = ["node1", "node2", "node3"]
HOSTS = {**{node: [f"{NODES[node]}/16"] for node in CONTROL_PLANE},
         "client": ["10.31.95.1/16"]}
LIVEZ = {"interval": 500, "timeout": 1000, "rise": 2, "fall": 2}
HERE = {"name": "here", **LIVEZ, "https": {
    "url": f"https://localhost:{PORT}/livez", "verify": False}}
THROUGH = {"name": "through", "askedBy": "Holder", **LIVEZ, "https": {
    "url": f"https://{VIP}:{PORT}/livez", "verify": False}}
VRRP = {"vrrp": {"interface": "eth0", "virtualRouterID": 90,
                 "advertisementInterval": 200, "priorities": [
                     {"priority": 130 - 10 * n, "nodeSelector": {
                         "matchLabels": {"kubernetes.io/hostname": node}}}
                     for n, node in enumerate(CONTROL_PLANE)]}}
PEER = {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
        "metadata": {"name": "openwrt-peer"},
        "spec": {"peerIP": "10.31.254.253", "asNumber": 64512}}
CONFIG = {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
          "metadata": {"name": "default"},
          "spec": {"asNumber": 64517, "dataPlaneHealth": "None"}}


class ControlPlane(LanCluster):
    """One etcd at the switch; an API server and a proxy on each node."""

    def __init__(self, fabric, by, checks):
        super().__init__(fabric, HOSTS)
        self.by = by
        self.checks = checks
        self.kube = KubeCluster(fabric)
        self.kube.server_names = [f"IP:{ip}" for ip in (
            VIP, *(NODES[node] for node in CONTROL_PLANE))]
        self.servers, self.proxies = {}, {}
        self.before = None      # who answered before there was an API server

    def start(self):
        self.lay_nodes()
        self.put({"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
                  "metadata": {"name": "control-plane"},
                  "spec": {"addresses": [VIP],
                           "health": {"checks": self.checks}, **self.by}})
        if "bgp" in self.by:
            self.put(CONFIG)
            self.put(PEER)
        for node in self.nodes:
            self.start_bgpd(node)

    def start_servers(self):
        self.kube.make_dir()
        self.kube.make_keys()
        self.kube.start_etcd()
        for node in self.nodes:
            self.start_server(node)
            self.proxies[node] = start_haproxy(self.fabric, node, PORT, 6443)

    def start_server(self, node):
        self.servers[node] = self.fabric.start(
            node, self.kube.server_command("0.0.0.0", NODES[node]),
            f"kube-apiserver-{node}")

    def stop_server(self, node):
        self.servers[node].stop(signal.SIGKILL)

    def version(self, client):
        """What kubectl hears there through the virtual IP."""
        return json.loads(self.fabric.run(
            client, self.kube.tool("kubectl"),
            f"--kubeconfig={self.kube.dir}/admin.kubeconfig",
            f"--server=https://{VIP}:{PORT}", "--request-timeout=5s",
            "get", "--raw", "/version"))

    def await_version(self, client, limit=60):
        def look():
            try:
                return self.version(client)["major"] == "1", "another"
            except Failed as err:
                return False, err
        return until(limit, f"an API server at {VIP}", look)


def by_vrrp(checks):
    with temporary_lan(HOSTS) as fabric:
        yield ControlPlane(fabric, VRRP, checks)


def by_bgp(checks):
    with temporary_fabric() as fabric:
        yield ControlPlane(fabric, {"bgp": {}}, checks)


@pytest.fixture(scope="module")
def vrrp():
    for running in by_vrrp([HERE, THROUGH]):
        running.start()
        time.sleep(3)
        running.before = running.fabric.answerers(VIP)
        running.start_servers()
        running.await_holder(VIP, ["node1"], 120)
        yield running


@pytest.fixture(scope="module")
def bgp():
    for running in by_bgp([HERE]):
        running.start()
        running.start_servers()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """Each way has a fixture of its own."""


def await_hops(running, nodes, limit=120):
    await_prefix(running.fabric.frr, f"{VIP}/32",
                 [NODES[node] for node in nodes], limit)


def test_vrrp_nobody_had_it_before_an_api_server_answered(vrrp):
    assert vrrp.before == []


def test_vrrp_kubectl_reaches_an_api_server(vrrp):
    vrrp.await_holder(VIP, ["node1"])
    vrrp.await_version("client")


def test_vrrp_it_leaves_a_node_whose_api_server_is_dead(vrrp):
    vrrp.stop_server("node1")
    try:
        vrrp.await_holder(VIP, ["node2"])
        vrrp.await_version("client")
    finally:
        vrrp.start_server("node1")
    vrrp.await_holder(VIP, ["node1"], 120)


def test_vrrp_it_leaves_a_dead_node(vrrp):
    with vrrp.fabric.split("node1"):
        vrrp.await_holder(VIP, ["node2"])
        vrrp.await_version("client")
    # Cut off it may have found its own proxy dead, and rests 30 s then.
    vrrp.await_holder(VIP, ["node1"], 60)


def test_vrrp_a_daemon_that_starts_without_api_server_takes_part(vrrp):
    for node in vrrp.nodes:
        vrrp.stop_server(node)
    try:
        vrrp.await_nobody(VIP)
        vrrp.bgpd["node3"].stop()
        vrrp.start_bgpd("node3")
        vrrp.start_server("node3")
        vrrp.await_holder(VIP, ["node3"], 120)
        vrrp.await_version("client")
    finally:
        for node in "node1", "node2":
            vrrp.start_server(node)
    vrrp.await_holder(VIP, ["node1"], 120)


def test_vrrp_holder_that_is_not_reached_through_it_gives_up(vrrp):
    """The proxy hears the node itself only: `here` is well, `through` is not."""
    refuse = ["-d", VIP, "-p", "tcp", "--dport", str(PORT), "-j", "REJECT"]
    vrrp.fabric.run("node1", "iptables", "-A", "OUTPUT", *refuse)
    try:
        # Who held it while the servers came back may rest 30 s, too.
        vrrp.await_holder(VIP, ["node2"], 60)
    finally:
        vrrp.fabric.run("node1", "iptables", "-D", "OUTPUT", *refuse)
    vrrp.await_holder(VIP, ["node1"], 60)   # 30 s later


def test_bgp_router_has_it_from_every_healthy_node(bgp):
    await_hops(bgp, CONTROL_PLANE)
    bgp.await_version("tor-a")


def test_bgp_it_is_withdrawn_where_no_api_server_answers(bgp):
    await_hops(bgp, CONTROL_PLANE)
    bgp.stop_server("node2")
    try:
        await_hops(bgp, ["node1", "node3"])
        bgp.await_version("tor-a")
    finally:
        bgp.start_server("node2")
    await_hops(bgp, CONTROL_PLANE)


def test_bgp_nobody_has_it_without_an_api_server(bgp):
    for node in bgp.nodes:
        bgp.stop_server(node)
    try:
        await_hops(bgp, [])
    finally:
        for node in bgp.nodes:
            bgp.start_server(node)
    await_hops(bgp, CONTROL_PLANE)
