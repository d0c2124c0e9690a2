# SPDX-License-Identifier: Apache-2.0
"""Another version of the node daemon, one node after the other as a DaemonSet does it:
the next one has its turn when the last one is Ready. Routers notice nothing.
"""

import contextlib
import signal

import pytest
from fabric import NODES, PYTHON, Failed, until
from scenario import (POD_PREFIXES, SERVICE_CIDRS, VIP, await_whole,
                      expected_routes)
from watches import Client, RouteWatch

READY = ("import urllib.request as r; "
         "print(r.urlopen('http://127.0.0.1:9179/readyz', timeout=5).status)")


def await_ready(cluster, node, limit=30):
    def look():
        try:
            return cluster.fabric.run(node, PYTHON, "-c", READY) == "200\n", ""
        except Failed as err:
            return False, str(err).splitlines()[-1]
    return until(limit, f"{node} ready", look, pause=.2)


def roll(cluster):
    for node in NODES:
        assert cluster.bgpd[node].stop(signal.SIGTERM) == 0
        cluster.start_bgpd(node)
        await_ready(cluster, node)


def updates(router):
    return {node: router.updates_received(address)
            for node, address in NODES.items()}


def test_rolling_update_takes_no_next_hop_from_any_route(cluster):
    with contextlib.ExitStack() as stack:
        routers = cluster.fabric.routers
        watches = [stack.enter_context(RouteWatch(router))
                   for router in routers]
        clients = [stack.enter_context(Client(
            cluster.fabric, VIP, cluster.port, router.where))
            for router in routers]
        roll(cluster)
        await_whole(cluster)
    for watch in watches:
        for prefix, hops in expected_routes().items():
            assert watch.fewest(prefix) == len(hops), watch.told(prefix)
    for client in clients:
        assert client.seen["asked"] > 100
        assert client.seen["failed"] == 0, client.seen


def test_daemon_tells_its_routes_once_and_that_it_is_ready(cluster, router):
    """Every route in one UPDATE at most, and the End-of-RIB."""
    before = updates(router)
    roll(cluster)
    await_whole(cluster)
    told = {node: count - before[node]
            for node, count in updates(router).items()}
    most = len(SERVICE_CIDRS) + len({POD_PREFIXES["node1"]}) + 1
    assert all(1 < count <= most for count in told.values()), told


def test_daemon_is_not_ready_before_routers_have_been_told(cluster):
    """A router that hangs holds the rollout up, for 30 s at most."""
    router = cluster.fabric.frr
    router.send(signal.SIGSTOP)
    try:
        assert cluster.bgpd["node1"].stop(signal.SIGTERM) == 0
        cluster.start_bgpd("node1")
        with pytest.raises(Failed, match="not within 8 s"):
            await_ready(cluster, "node1", 8)
    finally:
        router.send(signal.SIGCONT)
    await_ready(cluster, "node1")
