# SPDX-License-Identifier: Apache-2.0
"""Losing daemons, links and routers: who notices, how fast, what goes on."""

import contextlib
import signal
import time

import pytest
from fabric import HOLD_TIME, NODES, PATIENCE, until
from objects import CONFIG, await_address, service
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


def assert_stays(cluster, node, seconds):
    """Neither router drops the node, and traffic goes there all the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        for router in cluster.fabric.routers:
            await_routes(router, 0)
        time.sleep(.2)
    for router in cluster.fabric.routers:
        nodes, errors = spread(cluster.whose(
            router.get(VIP, cluster.port, 60)))
        assert not errors
        assert node in nodes


@contextlib.contextmanager
def ended(cluster, node, number):
    assert cluster.bgpd[node].stop(number) == (
        -signal.SIGKILL if number == signal.SIGKILL else 0)
    try:
        yield
    finally:
        cluster.start_bgpd(node)


def flaps(cluster):
    """{(node, peer): how often}, of sessions that are up."""
    return {(node, peer["name"]): peer["flaps"]
            for node in NODES
            for peer in cluster.lbbgp_json(node, "show", "neighbors")[
                "neighbors"] if peer["state"] == "Established"}


def renewed(cluster, edit, meanwhile=lambda: None):
    """Every session has been reset once for it: 5 to 15 s after an edit."""
    before = flaps(cluster)
    edit()

    def look():
        meanwhile()
        now = flaps(cluster)
        return all(now.get(at, 0) > n for at, n in before.items()), now
    until(PATIENCE, "new sessions", look)


@contextlib.contextmanager
def restart_settings(cluster, **fields):
    """A BGPConfiguration with that gracefulRestart, in force."""
    with contextlib.ExitStack() as edits:
        renewed(cluster, lambda: edits.enter_context(cluster.edited(
            *CONFIG, {"spec": {"gracefulRestart": fields}})))
        yield
        await_whole(cluster)
        renewed(cluster, edits.close)


#
# Graceful restart (RFC 4724), which both routers know without being told.
#

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_daemon_that_ends_for_a_restart_stays_in_the_routes(cluster, number):
    with ended(cluster, "node1", number):
        assert_stays(cluster, "node1", 3)
    await_whole(cluster)
    assert_stays(cluster, "node1", 2)


def test_daemon_that_ends_for_good_disappears_at_once(cluster):
    with ended(cluster, "node2", signal.SIGINT):
        assert_lost(cluster, "node2", AT_ONCE)


def test_daemon_that_does_not_come_back_goes_after_restart_time(cluster):
    with restart_settings(cluster, restartTime=10):
        with ended(cluster, "node1", signal.SIGKILL):
            assert_stays(cluster, "node1", 3)
            assert_lost(cluster, "node1", 10 + GRACE)


def test_daemon_that_comes_back_too_late_says_so(cluster):
    """As when kubelet has pulled the image meanwhile."""
    with restart_settings(cluster, restartTime=2):
        with ended(cluster, "node1", signal.SIGTERM):
            time.sleep(4)
        await_sessions(cluster, "node1", 2)

        def look():
            late = [condition["message"] for condition in cluster.lbbgp_json(
                        "node1", "show", "status")["conditions"]
                    if condition["type"] == "RestartedLate"]
            return len(late) == 1 and "kept the routes for 2 s" in late[0], late
        until(PATIENCE, "word of it", look)


def test_restart_that_routers_did_not_see_costs_no_route(cluster):
    """To them the old connections are up: new ones take their place."""
    cluster.fabric.cable("node1", False)
    try:
        cluster.fabric.run("node1", "ss", "-K",
                           "( sport = 179 or dport = 179 )")
        with ended(cluster, "node1", signal.SIGKILL):
            cluster.fabric.cable("node1", True)
    finally:
        cluster.fabric.cable("node1", True)
    assert_stays(cluster, "node1", HOLD_TIME + GRACE)
    await_sessions(cluster, "node1", 2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_without_graceful_restart_it_disappears_at_once(cluster, number):
    with restart_settings(cluster, enabled=False):
        with ended(cluster, "node1", number):
            assert_lost(cluster, "node1", AT_ONCE)


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
