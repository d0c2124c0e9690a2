# SPDX-License-Identifier: Apache-2.0
"""A Service of policy Local whose pods come and go, under connections from both
routers: nobody but the pods themselves drops any.

What the controller of EndpointSlices and kube-proxy do is done here, with their
delays: a node serves the address while it is on its `lo`, a second later than the
slice says so.
"""

import contextlib
import time

import pytest
from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, temporary_fabric
from objects import (await_address, await_prefix, endpoints, pool_group,
                     service)
from scenario import AT_ONCE
from watches import Client

ADDRESS = "10.34.0.10"          # in no CIDR that is announced as a whole
GRACE = 6       # s that a pod serves while it terminates, as with a preStop
BEHIND = 1      # s that kube-proxy gathers changes
TORN = 4        # handshakes that a change of next hops may fall into


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        yield running


class Shop:
    """The Service, and its pods by node: Ready or Terminating."""

    def __init__(self, cluster, nodes):
        self.cluster = cluster
        self.pods = {}
        self.served = set()
        for node in nodes:
            self.pods[node] = "Ready"
            self.serve(node)

    def slice(self):
        found = endpoints("local", list(self.pods))
        for endpoint in found["endpoints"]:
            ends = self.pods[endpoint["nodeName"]] == "Terminating"
            endpoint["conditions"] = {"ready": not ends, "serving": True,
                                      "terminating": ends}
        return found

    def tell(self, nodes, state):
        """state None: the pods have ended."""
        for node in nodes:
            self.pods[node] = state
        self.pods = {node: s for node, s in self.pods.items() if s}
        self.cluster.put(self.slice())

    def serve(self, node, does=True):
        self.cluster.fabric.run(node, "ip", "address", "add" if does else
                                "del", f"{ADDRESS}/32", "dev", "lo")
        (self.served.add if does else self.served.discard)(node)

    def begin(self, nodes):
        self.tell(nodes, "Ready")
        time.sleep(BEHIND)
        for node in nodes:
            self.serve(node)

    def end(self, nodes):
        for node in nodes:
            self.serve(node, False)
        self.tell(nodes, None)

    @contextlib.contextmanager
    def open(self):
        group = pool_group("outside", "10.34.0.10-10.34.0.20", "10.34.0.0/24")
        with (self.cluster.added(group),
              self.cluster.added(service("local", "outside",
                                         externalTrafficPolicy="Local")),
              self.cluster.endpoints(self.slice())):
            try:
                await_address(self.cluster, "local", ADDRESS)
                self.await_hops()
                time.sleep(5)           # nothing is new any more
                yield
            finally:
                for node in list(self.served):
                    self.serve(node, False)

    def await_hops(self, limit=PATIENCE):
        for router in self.cluster.fabric.routers:
            await_prefix(router, f"{ADDRESS}/32", [NODES[node] for node
                                                   in NODES
                                                   if node in self.pods],
                         limit)


@contextlib.contextmanager
def nothing_is_lost(cluster):
    """Of 50 connections a second from behind each router."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(
            cluster.fabric, ADDRESS, cluster.port, router.where))
            for router in cluster.fabric.routers]
        time.sleep(1)
        yield
        time.sleep(1)
    for client in clients:
        torn = client.seen["errors"].pop("ECONNRESET", 0)
        print(client.where, client.seen, torn)
        assert client.seen["asked"] > 100
        assert not client.seen["errors"], client.seen
        assert torn <= TORN


def test_rolling_update_over_all_nodes_loses_nothing(cluster):
    shop = Shop(cluster, NODES)
    nodes = list(NODES)
    with shop.open(), nothing_is_lost(cluster):
        # two at a time; the next two end when these are ready
        for two in (nodes[:2], nodes[2:4], nodes[4:]):
            shop.tell(two, "Terminating")
            time.sleep(GRACE)
            shop.end(two)
            time.sleep(.5)
            shop.begin(two)
        shop.await_hops()


def test_two_pods_updated_one_by_one_lose_nothing(cluster):
    """The second ends a moment after the first one is ready again."""
    shop = Shop(cluster, ["node4", "node5"])
    with shop.open(), nothing_is_lost(cluster):
        shop.tell(["node4"], "Terminating")
        time.sleep(GRACE)
        shop.end(["node4"])
        shop.tell(["node4"], "Ready")
        shop.tell(["node5"], "Terminating")
        time.sleep(BEHIND)
        shop.serve("node4")
        time.sleep(GRACE - BEHIND)
        shop.end(["node5"])
        shop.begin(["node5"])
        shop.await_hops()


def test_pods_that_end_together_serve_until_others_do(cluster):
    shop = Shop(cluster, ["node1", "node2", "node3"])
    old = list(shop.pods)
    with shop.open(), nothing_is_lost(cluster):
        shop.tell(old, "Terminating")
        time.sleep(1)
        shop.begin(["node5", "node6"])
        time.sleep(GRACE - 1)
        shop.end(old)
        shop.await_hops()


def test_pods_that_end_together_are_withdrawn_at_once_beside_others(
        cluster, router):
    """Long before kubelet kills them."""
    shop = Shop(cluster, NODES)
    with shop.open():
        shop.tell(["node1", "node2", "node3"], "Terminating")
        await_prefix(router, f"{ADDRESS}/32",
                     [NODES[node] for node in ("node4", "node5", "node6")],
                     AT_ONCE)
