# SPDX-License-Identifier: Apache-2.0
"""External IPs on edge nodes: the address of an ingress goes to the nodes of a
label and to no other, whatever kube-proxy does with it on all of them.

In the modes iptables and nftables all nodes are namespaces. IPVS needs a kernel
that has it: there an edge node and another one are virtual machines, and pods are
on the rest.
"""

import contextlib
import json
import signal

import pytest
from fabric import NODES, PATIENCE, temporary_fabric, until
from kube import PODS, KubeCluster
from objects import CONFIG, await_prefix
from scenario import POD_PREFIXES, await_sessions, spread
from vm import Machine

EDGE = "node-role.kubernetes.io/edge"
EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers"
DEPRECATED = "lbbgp.io/ExternalIPsDeprecated"
ADDRESS = "192.168.61.10"
HOST = f"{ADDRESS}/32"
INGRESS = {"apiVersion": "v1", "kind": "Service",
           "metadata": {"name": "ingress", "namespace": "nginx-quic"},
           "spec": {"selector": {"app": "nginx-quic"},
                    "externalIPs": [ADDRESS],
                    "ports": [{"name": "http", "protocol": "TCP", "port": 80,
                               "targetPort": 8080}]}}
EDGE_ONLY = {"spec": {
    "serviceExternalIPs": [{"cidr": HOST}],
    "serviceNodeSelector": {"matchLabels": {EDGE: ""}}}}


class EdgeCluster(KubeCluster):
    """Nodes 4 and 5 are edge nodes."""

    edge = ("node4", "node5")
    machines = ()
    await_limit = 30

    def hops(self, nodes):
        return [NODES[node] for node in nodes]

    def label(self, node, edge):
        self.edit("Node", None, node,
                  {"metadata": {"labels": {EDGE: "" if edge else None}}})

    def start(self):
        super().start()
        self.edit(*CONFIG, EDGE_ONLY)
        for node in self.edge:
            self.label(node, True)
        self.put(INGRESS)
        until(self.await_limit, f"rules for {ADDRESS}", self.look_at_proxies)

    def look_at_proxies(self):
        missing = [node for node in NODES
                   if ADDRESS not in self.proxy_rules(node)]
        return not missing, missing

    @contextlib.contextmanager
    def edge_too(self, node):
        self.label(node, True)
        try:
            yield
        finally:
            self.label(node, False)

    def node_addresses(self, node):
        """{interface: addresses} of that node."""
        links = json.loads(self.fabric.run(node, "ip", "-j", "address"))
        return {link["ifname"]: sorted(
            f"{addr['local']}/{addr['prefixlen']}"
            for addr in link["addr_info"]) for link in links}


class IptablesCluster(EdgeCluster):
    proxy_mode = "iptables"


class NftablesCluster(EdgeCluster):
    proxy_mode = "nftables"


class IpvsCluster(EdgeCluster):
    """Node 1, an edge node, and node 2 are virtual machines with IPVS."""

    edge = ("node1", "node4")
    machines = ("node1", "node2")
    await_limit = 120

    def start(self):
        machines = [Machine(self.fabric, node) for node in self.machines]
        for machine in machines:
            machine.boot()
        for machine in machines:
            machine.await_boot()
        super().start()

    def start_nodes(self):
        """Machines of the control plane that serve Services all the same."""
        super().start_nodes()
        for node in self.machines:
            self.edit("Node", None, node,
                      {"metadata": {"labels": {EXCLUDED: None}}})

    def mode_of(self, node):
        return "ipvs" if node in self.machines else "iptables"

    def await_proxies(self, limit=180):
        return super().await_proxies(limit)


CLUSTERS = {kind.__name__.removesuffix("Cluster").lower(): kind for kind in (
    IptablesCluster, NftablesCluster, IpvsCluster)}


@pytest.fixture(scope="module", params=CLUSTERS)
def cluster(request):
    with temporary_fabric() as fabric:
        running = CLUSTERS[request.param](fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole(cluster):
    """Every node speaks to both routers; the address is at the edge nodes."""
    for node in NODES:
        await_sessions(cluster, node, 2, 60)
    for router in cluster.fabric.routers:
        await_prefix(router, HOST, cluster.hops(cluster.edge), 30)


def test_router_has_the_address_from_edge_nodes_only(cluster, router):
    assert router.routes()[HOST] == cluster.hops(cluster.edge)
    assert router.kernel_routes()[HOST] == cluster.hops(cluster.edge)
    assert router.routes()[POD_PREFIXES["node6"]] == [NODES["node6"]]


def test_traffic_reaches_pods_over_edge_nodes(cluster, router):
    answers = cluster.whose(router.get(ADDRESS, 80, 60))
    nodes, errors = spread(answers)
    assert not errors
    assert set(nodes) == set(cluster.edge)
    assert {answer["name"] for answer in answers} == {
        f"nginx-{node[-1]}" for node in PODS}


def test_service_is_told_that_external_ips_go(cluster):
    def look():
        status = cluster.get("Service", "nginx-quic", "ingress")["status"]
        seen = status.get("conditions", [])
        return any(c["type"] == DEPRECATED and c["status"] == "True"
                   for c in seen), seen
    until(PATIENCE, DEPRECATED, look)


def test_node_becomes_an_edge_node_and_stops_being_one(cluster, router):
    with cluster.edge_too("node6"):
        await_prefix(router, HOST, cluster.hops([*cluster.edge, "node6"]))
    await_prefix(router, HOST, cluster.hops(cluster.edge))


def test_address_goes_with_the_last_ready_pod(cluster, router):
    try:
        for node in PODS:
            cluster.set_pod_ready(node, False)
        await_prefix(router, HOST, [])
    finally:
        for node in PODS:
            cluster.set_pod_ready(node, True)
    await_prefix(router, HOST, cluster.hops(cluster.edge))


def test_addresses_of_kube_proxy_are_left_alone(cluster):
    """Over an end of the daemon for good and its start; on IPVS every node has
    the address on kube-ipvs0."""
    nodes = [cluster.edge[0], "node2"]
    before = {node: cluster.node_addresses(node) for node in nodes}
    for node in cluster.machines:
        assert HOST in before[node]["kube-ipvs0"]
    for node in nodes:
        cluster.bgpd[node].stop(signal.SIGINT)
        assert cluster.node_addresses(node) == before[node]
        cluster.start_bgpd(node)
        await_sessions(cluster, node, 2, 60)
        assert cluster.node_addresses(node) == before[node]
