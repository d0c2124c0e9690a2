# SPDX-License-Identifier: Apache-2.0
"""A node that is drained and comes back, under traffic, by lbbgp and by kubectl.

FRR prefers other paths to those with GRACEFUL_SHUTDOWN by itself, BIRD by the
filter that doc/drain.md has.
"""

import contextlib
import threading
import time

import pytest
from book import block
from fabric import NODES, PATIENCE, Failed, until
from fieldrows import assert_resets, bird_conf, flaps
from objects import CONFIG
from scenario import (POD_PREFIXES, SERVICE_CIDRS, VIP, await_routes,
                      await_whole, expected_routes)
from test_pages import bash
from watches import Client

NODE = ("Node", None, "node1")
OTHERS = [name for name in NODES if name != "node1"]
# A router that has another number of paths, once for the drain and once for its end,
# may move the connection that is open just then to a node that knows nothing of it.
TORN = 2
MARKED = {"65535:0", "gracefulShutdown"}
FILTER = ("import all;", "import filter { if (65535, 0) ~ bgp_community then "
                         "bgp_local_pref = 0; accept; };")


def node_status(cluster):
    return (cluster.get("BGPNodeStatus", None, "node1") or {}).get(
        "status", {})


def drained(cluster):
    """(state, status of the condition Drained)"""
    status = node_status(cluster)
    return status.get("drain", {}).get("state"), next(
        (c["status"] for c in status.get("conditions", [])
         if c["type"] == "Drained"), None)


def await_state(cluster, state, condition, limit=PATIENCE):
    until(limit, f"node1 is {state}", lambda: (
        drained(cluster) == (state, condition), drained(cluster)))


def hops(router, prefix):
    """Those that packets take."""
    return set(router.kernel_routes().get(prefix, []))


def waiting(cluster, wait):
    """So many seconds from the community to the withdrawal."""
    return cluster.edited(*CONFIG, {"spec": {"drain": {"wait": wait}}})


@contextlib.contextmanager
def careful_routers(cluster, wait=8):
    """The wait is short, and BIRD heeds the community."""
    with (waiting(cluster, wait), bird_conf(cluster.fabric.bird, FILTER)):
        await_whole(cluster)
        yield


def await_marked(cluster):
    """Both routers have heard that node1 is to be avoided."""
    routers = cluster.fabric.routers
    until(PATIENCE, "the community", lambda: (all(
        any(path.communities & MARKED
            for path in r.paths(SERVICE_CIDRS[0])) for r in routers), ""))


def assert_led_away(router):
    """The route is there and says so, but is not used beside others."""
    for cidr in SERVICE_CIDRS:
        marked = [path.next_hop for path in router.paths(cidr)
                  if path.communities & MARKED]
        assert marked == [NODES["node1"]], router.paths(cidr)
        until(PATIENCE, f"no use of node1 for {cidr}", lambda cidr=cidr: (
            hops(router, cidr) == {NODES[name] for name in OTHERS},
            hops(router, cidr)))
    assert not any(path.communities & MARKED
                   for path in router.paths(POD_PREFIXES["node1"]))


def assert_withdrawn(router):
    want = expected_routes(without=["node1"])
    want[POD_PREFIXES["node1"]] = [NODES["node1"]]
    until(PATIENCE, f"{router.title} without Services at node1", lambda: (
        router.routes() == want, router.routes()))


def test_drain_and_undrain_lose_nothing(cluster):
    """A connection that a router moves is reset, or dropped by kube-proxy."""
    torn = {"ECONNRESET"} | ({"TimeoutError"} if cluster.title == "kube" else set())
    before = flaps(cluster)
    routers = cluster.fabric.routers
    with careful_routers(cluster, 300), contextlib.ExitStack() as there:
        clients = [there.enter_context(Client(
            cluster.fabric, VIP, cluster.port, router.where)) for router in routers]
        said = cluster.lbbgp_cluster("drain", "node1")
        assert said == "Node node1 is to be drained.\n"
        await_marked(cluster)
        for router in routers:
            assert_led_away(router)
        there.enter_context(waiting(cluster, 8))
        said = cluster.lbbgp_cluster(
            "drain", "node1", "--wait", "--timeout", "40s")
        assert said == "Node node1 is drained.\n"
        assert drained(cluster) == ("Drained", "True")
        for router in routers:
            assert_withdrawn(router)
        shown = cluster.lbbgp("node1", "show", "status")
        assert "Drained: annotation lbbgp.io/drain: lbbgp drain at" in shown
        said = cluster.lbbgp_cluster(
            "undrain", "node1", "--wait", "--timeout", "40s")
        assert said == "Node node1 is in service.\n"
        for router in routers:
            await_routes(router, PATIENCE)
            assert not any(path.communities & MARKED
                           for path in router.paths(SERVICE_CIDRS[0]))
    for client in clients:
        assert client.seen["asked"] > 100
        assert set(client.seen["errors"]) <= torn, client.seen
        assert client.seen["failed"] <= TORN, client.seen
    assert drained(cluster) == ("Active", "False")
    assert_resets(cluster, before, frozenset())


def test_undrain_before_the_end_withdraws_nothing(cluster):
    with careful_routers(cluster, 300):
        seen = [r.updates_received(NODES["node1"])
                for r in cluster.fabric.routers]
        cluster.lbbgp_cluster("drain", "node1")
        await_marked(cluster)
        cluster.lbbgp_cluster("undrain", "node1")
        for router, before in zip(cluster.fabric.routers, seen):
            await_routes(router, PATIENCE)
            until(PATIENCE, "the paths as before", lambda router=router: (
                not any(path.communities & MARKED
                        for path in router.paths(SERVICE_CIDRS[0])), ""))
            assert router.updates_received(NODES["node1"]) - before <= 6


def test_daemon_that_starts_on_a_drained_node_announces_pods_alone(cluster):
    with careful_routers(cluster):
        cluster.lbbgp_cluster("drain", "node1", "--wait")
        sizes = cluster.log_sizes()
        cluster.bgpd["node1"].stop()
        assert "the node is drained" in cluster.logged_since(sizes)
        cluster.start_bgpd("node1")
        for router in cluster.fabric.routers:
            until(PATIENCE, "its pods", lambda router=router: (
                hops(router, POD_PREFIXES["node1"]) == {NODES["node1"]}, ""))
            assert_withdrawn(router)
        await_state(cluster, "Drained", "True")
        cluster.lbbgp_cluster("undrain", "node1", "--wait")


class Command(threading.Thread):
    """lbbgp, with whatever else happens meanwhile; then what it said or why not."""

    def __init__(self, cluster, *words):
        super().__init__()
        self.cluster, self.words = cluster, words
        self.said = self.failed = ""
        self.start()

    def run(self):
        try:
            self.said = self.cluster.lbbgp_cluster(*self.words)
        except Failed as failed:
            self.failed = str(failed)


def test_two_who_drain_a_node_are_done_together(cluster):
    with careful_routers(cluster):
        first = Command(cluster, "drain", "node1", "--wait", "--timeout", "40s")
        time.sleep(2)
        second = Command(cluster, "drain", "node1", "--wait", "--timeout", "40s")
        first.join()
        second.join()
        assert first.said == second.said == "Node node1 is drained.\n", (
            first.failed, second.failed)
        cluster.lbbgp_cluster("undrain", "node1", "--wait")


def test_who_is_overruled_does_not_wait(cluster):
    with careful_routers(cluster, 300):
        began = time.monotonic()
        first = Command(cluster, "drain", "node1", "--wait", "--timeout", "90s")
        await_marked(cluster)
        cluster.lbbgp_cluster("undrain", "node1", "--wait")
        first.join()
        assert "somebody has taken away the annotation" in first.failed
        assert time.monotonic() - began < 60


def test_who_is_not_there_is_told(cluster):
    with pytest.raises(Failed, match="there is no Node node9"):
        cluster.lbbgp_cluster("drain", "node9")
    with pytest.raises(Failed, match="--wait: not with show pools"):
        cluster.lbbgp_cluster("show", "pools", "--wait")


def test_taint_goes_on_where_the_annotation_ends(cluster):
    taint = {"key": "ToBeDeletedByClusterAutoscaler", "value": "1",
             "effect": "NoSchedule"}
    with careful_routers(cluster):
        with cluster.edited(*NODE, {"spec": {"taints": [taint]}}):
            await_state(cluster, "Drained", "True")
            with pytest.raises(Failed, match="not in service after 5 s: it is "
                               "Drained: the Node has the taint ToBeDel"):
                cluster.lbbgp_cluster("undrain", "node1", "--wait",
                                      "--timeout", "5s")
        await_state(cluster, "Active", "False")


@pytest.mark.parametrize("cluster", ["kube"], indirect=True, scope="module")
def test_kubectl_drains_waits_and_brings_back(cluster):
    drain, wait, back = block("doc/drain.md", "annotate").splitlines()
    with careful_routers(cluster):
        bash(cluster, f"{drain}\n{wait}")
        for router in cluster.fabric.routers:
            assert_withdrawn(router)
        until(PATIENCE, "the event", lambda: (
            "DrainBegun" in (seen := cluster.kubectl("get", "events", "-A")) and
            "annotation lbbgp.io/drain" in seen, seen))
        bash(cluster, back)
        cluster.kubectl("wait", "--for=condition=Drained=False",
                        "--timeout=30s", "bgpns/node1")


@pytest.mark.parametrize("cluster", ["kube"], indirect=True, scope="module")
def test_role_is_enough_and_needed(cluster):
    drain = ["--as", "drainer", "drain", "node1", "--wait"]
    with pytest.raises(Failed, match="drainer.*cannot"):
        cluster.lbbgp_cluster(*drain)
    cluster.kubectl("create", "clusterrolebinding", "drainer",
                    "--clusterrole=lbbgp-drain", "--user=drainer")
    with careful_routers(cluster):
        cluster.lbbgp_cluster(*drain)
        cluster.lbbgp_cluster("--as", "drainer", "undrain", "node1", "--wait")
    cluster.kubectl("delete", "clusterrolebinding", "drainer")
