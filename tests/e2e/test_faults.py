# SPDX-License-Identifier: Apache-2.0
"""Losing daemons, links and routers: who notices, how fast, what goes on."""

import signal

import pytest
from fabric import HOLD_TIME
from objects import await_address, service
from scenario import (AT_ONCE, GRACE, VIP, await_routes, await_sessions,
                      await_whole, spread)


def assert_lost(cluster, node, limit):
    """Both routers drop the node within the limit, and traffic goes on."""
    for router in cluster.fabric.routers:
        await_routes(router, limit, without=[node])
    for router in cluster.fabric.routers:
        nodes, errors = spread(cluster.whose(
            router.get(VIP, cluster.port, 60)))
        assert not errors
        assert node not in nodes


def test_killed_daemon_disappears_at_once(cluster):
    cluster.bgpd["node1"].stop(signal.SIGKILL)
    try:
        assert_lost(cluster, "node1", AT_ONCE)
    finally:
        cluster.start_bgpd("node1")


def test_stopped_daemon_disappears_at_once(cluster):
    code = cluster.bgpd["node2"].stop(signal.SIGTERM)
    try:
        assert code == 0
        assert_lost(cluster, "node2", AT_ONCE)
    finally:
        cluster.start_bgpd("node2")


def test_frozen_daemon_disappears_within_hold_time(cluster):
    cluster.bgpd["node3"].send(signal.SIGSTOP)
    try:
        assert_lost(cluster, "node3", HOLD_TIME + GRACE)
    finally:
        cluster.bgpd["node3"].send(signal.SIGCONT)


@pytest.mark.parametrize("node", ["node2", "node3"])
def test_unplugged_node_disappears_within_hold_time(cluster, node):
    cluster.fabric.cable(node, False)
    try:
        assert_lost(cluster, node, HOLD_TIME + GRACE)
    finally:
        cluster.fabric.cable(node, True)


def test_frozen_router_is_dropped_within_hold_time(cluster, router):
    router.send(signal.SIGSTOP)
    try:
        await_sessions(cluster, "node1", 1, HOLD_TIME + GRACE)
    finally:
        router.send(signal.SIGCONT)


def test_restarted_router_gets_everything_again(cluster, router):
    router.kill()
    router.start()
    await_whole(cluster)


def test_restarted_daemon_announces_the_same_again(cluster):
    cluster.bgpd["node5"].stop(signal.SIGKILL)
    cluster.start_bgpd("node5")
    await_whole(cluster)


def test_restarted_allocator_changes_nothing(cluster):
    before = cluster.addresses()
    cluster.allocator.stop(signal.SIGKILL)
    cluster.start_allocator()
    with cluster.added(service("again", "bgp-ippool")):
        await_address(cluster, "again", "10.33.192.1", 30)
    assert cluster.addresses() == before
