# SPDX-License-Identifier: Apache-2.0
"""Graceful restart with routers that restart gracefully themselves.

What routers do that were told nothing is in test_faults.py.
"""

import contextlib
import os
import signal
import time

import pytest
from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, Fabric, temporary_fabric, until
from fieldrows import (BIRD, FRR, await_bird_text, await_frr_neighbor,
                       bird_conf, frr_conf)
from fieldrows_configuration import PORT, answer
from objects import CONFIG
from scenario import (AT_ONCE, GRACE, POD_PREFIXES, SERVICE_CIDRS,
                      await_routes, await_whole)
from test_faults import (assert_lost, assert_stays, ended, renewed,
                         restart_settings)

NODE1 = NODES["node1"]
SERVICES = SERVICE_CIDRS[0]
OURS = {"FRR": "10.99.1.0/24", "BIRD": "10.99.2.0/24"}  # of routers themselves


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric(lambda name: Fabric(name, ("gr",))) as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        yield running


def paths_of(router, node):
    """Of all that the node announces."""
    return [path for prefix in router.routes()
            for path in router.paths(prefix) if path.next_hop == NODES[node]]


def await_waits(router, node, waits):
    """Routes of node are stale: FRR marks each, BIRD says that it waits."""
    def look():
        if router.title == "BIRD":
            seen = router.text("show", "protocols", "all", node)
            return ("Neighbor graceful restart active" in seen) == waits, seen
        seen = paths_of(router, node)
        return bool(seen) and all(path.stale == waits for path in seen), seen
    until(PATIENCE, f"{router.title} waits for {node}: {waits}", look)


#
# The daemon restarts.
#

@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_routes_are_stale_until_the_daemon_has_said_all(
        cluster, router, number):
    with ended(cluster, "node1", number):
        await_waits(router, "node1", True)
        assert_stays(cluster, "node1", 2)
    await_whole(cluster)
    await_waits(router, "node1", False)


def test_daemon_says_that_it_has_restarted_and_forwarded_on(cluster):
    with ended(cluster, "node1", signal.SIGKILL):
        pass
    await_frr_neighbor(
        cluster, NODE1, "R and F", lambda n: n["bgpState"] == "Established"
        and n["gracefulRestartInfo"]["rBit"]
        and n["gracefulRestartInfo"]["ipv4Unicast"]["fBit"])
    await_bird_text(cluster, ["protocols", "all", "node1"],
                    "Restart recovery\n        AF supported: ipv4\n"
                    "        AF preserved: ipv4\n")


def boot_mark(cluster, node):
    """What boot_io.c keeps, of a network namespace."""
    inode = cluster.fabric.run(node, "stat", "-Lc", "%i", "/proc/self/ns/net")
    return f"/run/lbbgp/boot-{inode.strip()}"


def test_node_that_has_booted_has_not_forwarded_on(cluster):
    """Routers drop its routes as soon as they hear that, and get them anew."""
    mark = boot_mark(cluster, "node1")
    with ended(cluster, "node1", signal.SIGKILL):
        with open(mark, "w") as file:
            file.write("another boot")
    await_whole(cluster)
    await_frr_neighbor(cluster, NODE1, "no F", lambda n: not n[
        "gracefulRestartInfo"]["ipv4Unicast"]["fBit"])
    with ended(cluster, "node1", signal.SIGKILL):
        pass
    await_frr_neighbor(
        cluster, NODE1, "F", lambda n: n["bgpState"] == "Established"
        and n["gracefulRestartInfo"]["ipv4Unicast"]["fBit"])


def test_leaving_takes_the_mark_along(cluster):
    mark = boot_mark(cluster, "node2")
    assert os.path.exists(mark)
    with ended(cluster, "node2", signal.SIGINT):
        assert not os.path.exists(mark)
        assert_lost(cluster, "node2", AT_ONCE)


def test_what_is_gone_meanwhile_goes_at_end_of_rib(cluster):
    pods, none = POD_PREFIXES["node1"], {"podCIDR": None, "podCIDRs": None}
    with contextlib.ExitStack() as edits:
        with ended(cluster, "node1", signal.SIGKILL):
            edits.enter_context(cluster.edited(
                "Node", None, "node1", {"spec": none}))
            assert all(router.paths(pods) for router in cluster.fabric.routers)
        for router in cluster.fabric.routers:
            until(PATIENCE, f"no {pods} at {router.title}", lambda router=router: (
                not router.paths(pods), router.paths(pods)))


def test_changed_field_renews_sessions_without_a_gap(cluster):
    """Routers keep what they have until it has been said anew."""
    patch = {"spec": {"gracefulRestart": {"restartTime": 50}}}
    with contextlib.ExitStack() as edits:
        renewed(cluster, lambda: edits.enter_context(
            cluster.edited(*CONFIG, patch)), lambda: [
                await_routes(router, 0) for router in cluster.fabric.routers])
        renewed(cluster, edits.close, lambda: [
            await_routes(router, 0) for router in cluster.fabric.routers])


@contextlib.contextmanager
def data_plane(cluster):
    """Of node1, the only one that answers; SIGSTOP keeps it waiting."""
    process = answer(cluster, "node1")
    try:
        with cluster.edited(*CONFIG, {"spec": {
                "dataPlaneHealth": f"http://127.0.0.1:{PORT}/"}}):
            for router in cluster.fabric.routers:
                await_paths(router, ["node1"])
            yield process
    finally:
        process.stop(signal.SIGKILL)


def await_paths(router, nodes):
    """To what nodes announce while their data plane answers."""
    want = [NODES[node] for node in nodes]
    until(PATIENCE, f"{SERVICES} by {nodes} at {router.title}", lambda: (
        [path.next_hop for path in router.paths(SERVICES)] == want,
        router.paths(SERVICES)))


def test_daemon_restarted_again_at_once_loses_no_route(cluster):
    """Routers drop what is stale if a session ends before its End-of-RIB."""
    with data_plane(cluster) as process:
        with ended(cluster, "node1", signal.SIGTERM):
            process.send(signal.SIGSTOP)
        until(PATIENCE, "sessions of node1", lambda: (
            all(NODE1 in r.established() for r in cluster.fabric.routers),
            [r.established() for r in cluster.fabric.routers]))
        daemon = cluster.bgpd["node1"]
        daemon.send(signal.SIGTERM)
        time.sleep(1)
        assert daemon.alive()           # it has more to say, and 5 s for it
        process.send(signal.SIGCONT)
        until(PATIENCE, "the end of the daemon", lambda: (
            not daemon.alive(), daemon.tail(5)))
        for router in cluster.fabric.routers:
            await_waits(router, "node1", True)
            assert NODE1 in [path.next_hop for path in router.paths(SERVICES)]
        cluster.start_bgpd("node1")
        for router in cluster.fabric.routers:
            await_waits(router, "node1", False)
            await_paths(router, ["node1"])
    await_whole(cluster)


#
# RFC 8538, which FRR knows; RFC 9494, which BIRD knows.
#

@contextlib.contextmanager
def over_notifications(cluster):
    with frr_conf(cluster.fabric.frr, ["bgp graceful-restart notification"],
                  ["no bgp graceful-restart notification"]), \
            restart_settings(cluster, notification=True):
        await_frr_neighbor(
            cluster, NODE1, "N at both ends", lambda n: n[
                "gracefulRestartInfo"]["nBit"])
        until(PATIENCE, "N is agreed", lambda: (
            neighbor(cluster, FRR)["gracefulRestart"]["notification"],
            neighbor(cluster, FRR)))
        yield


def test_hold_time_that_is_over_takes_no_routes_where_both_say_n(cluster):
    frr = cluster.fabric.frr
    with over_notifications(cluster):
        cluster.bgpd["node1"].send(signal.SIGSTOP)
        try:
            until(PATIENCE, "the hold time is over", lambda: (
                NODE1 not in frr.established(), frr.established()))
            time.sleep(2)
            await_routes(frr, 0)
        finally:
            cluster.bgpd["node1"].send(signal.SIGCONT)
        await_whole(cluster)


def test_hard_reset_takes_them_where_both_say_n(cluster):
    with over_notifications(cluster):
        with ended(cluster, "node1", signal.SIGINT):
            assert_lost(cluster, "node1", AT_ONCE)
        await_whole(cluster)


def test_routes_are_the_last_resort_behind_the_restart_time(cluster):
    bird = cluster.fabric.bird
    with restart_settings(cluster, restartTime=2, longLivedTime=15):
        with ended(cluster, "node1", signal.SIGKILL):
            until(15, "LLGR_STALE", lambda: (
                any("65535:6" in path.communities
                    for path in paths_of(bird, "node1")),
                paths_of(bird, "node1")))
            await_routes(bird, 15 + GRACE, without=["node1"])


#
# A router restarts.
#

def neighbor(cluster, name):
    reply = cluster.lbbgp_json("node1", "show", "neighbors")
    return next(p for p in reply["neighbors"] if p["name"] == name)


def received(cluster, prefix):
    """[stale] of what node1 has of it."""
    reply = cluster.lbbgp_json("node1", "show", "routes", "received", prefix)
    return [route["stale"] for route in reply["routes"]
            if route["prefix"] == prefix]


def await_received(cluster, prefix, want, limit=PATIENCE):
    until(limit, f"{prefix} at node1", lambda: (
        received(cluster, prefix) == want, received(cluster, prefix)))


@contextlib.contextmanager
def frr_announces(frr):
    path = f"{frr.fabric.state}/tor-a/bgpd.conf"
    lines = ["no bgp network import-check", f"network {OURS['FRR']}"]
    with open(path) as conf:
        before = conf.read()
    with open(path, "w") as conf:       # for the bgpd after it
        conf.write(before + "".join(f" {line}\n" for line in lines))
    try:
        with frr_conf(frr, lines, [f"no network {OURS['FRR']}"]):
            yield
    finally:
        with open(path, "w") as conf:
            conf.write(before)


def bird_announces(bird):
    return bird_conf(
        bird, ("template bgp node {", "protocol static { ipv4; route "
               f"{OURS['BIRD']} unreachable; }}\ntemplate bgp node {{"),
        ("ipv4 { export all; }", "ipv4 { export where source = RTS_BGP; }"),
        ("export none", "export where source = RTS_STATIC"))


def announcing(router):
    return frr_announces(router) if router.title == "FRR" \
        else bird_announces(router)


def kill_speaker(router):
    pid = router.pid_of("bgpd" if router.title == "FRR" else "bird")
    os.kill(pid, signal.SIGKILL)
    router.await_end(pid)


def test_routes_of_a_router_that_restarts_stay(cluster, router):
    prefix = OURS[router.title]
    with announcing(router):
        await_received(cluster, prefix, [False])
        kill_speaker(router)
        try:
            await_received(cluster, prefix, [True])
            name = FRR if router.title == "FRR" else BIRD
            seen = neighbor(cluster, name)["gracefulRestart"]
            assert seen["staleRoutes"] >= 1 and seen["staleUntil"]
            assert "S" in cluster.lbbgp("node1", "show", "routes", "received",
                                        prefix)
        finally:
            router.start(*([] if router.title == "FRR" else ["-R"]))
        await_received(cluster, prefix, [False])
        await_whole(cluster)
        until(PATIENCE, "the end of the restart", lambda: (
            (seen := neighbor(cluster, name)["gracefulRestart"])[
                "staleRoutes"] == 0, seen))
    await_received(cluster, prefix, [])
