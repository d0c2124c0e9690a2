# SPDX-License-Identifier: Apache-2.0
"""The stream of packets and the tap on the wire see what they are there for: losses
that are made here are counted, with their causes. And what must lose none does.
"""

import contextlib
import signal
import time

import pytest
from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, Fabric, temporary_fabric, until
from fieldrows import frr_conf
from objects import CONFIG
from scenario import await_sessions
from stream import (ADDRESS, BEHIND, ROUTE, SLICE, Stream, await_all, await_hops, lay,
                    start_echo)
from watches import RouteWatch
from wire import Tap

RATE = 2000             # a second, of each client; CI has other work, too
AWAY = 1                # s, from the end of a daemon to its start
UNREAD = 20             # datagrams in a socket of a node, at most


@pytest.fixture(scope="module", params=[[], ["debian13"]],
                ids=["debian12", "debian13"])
def cluster(request):
    """FRR 8 and BIRD 2.0, or FRR 10 and BIRD 2.17."""
    with temporary_fabric(lambda name: Fabric(
            name, ["clients", "gr", "external", *request.param])) as fabric:
        running = SplitDirCluster(fabric)
        fabric.taps = {router.where: Tap(router) for router in fabric.routers}
        running.start()
        lay(running)
        yield running


@pytest.fixture(autouse=True)
def whole(cluster):
    """With the stream's own route, too."""
    await_all(cluster)


def counts(cluster):
    return {where: tap.seen() for where, tap in cluster.fabric.taps.items()}


@pytest.fixture
def stream(cluster):
    for tap in cluster.fabric.taps.values():
        tap.start()
    return Stream(cluster, rate=RATE, flows=128, connections=48)


def echo_of(cluster, node):
    return next(process for process in reversed(cluster.applications)
                if process.args[1:3] == ["echo", node])


def test_stream_spreads_and_loses_nothing(cluster, stream):
    with stream:
        pass
    for seen in stream.seen.values():
        assert seen.counts["sent"] > RATE and seen.lost == 0, str(seen)
        assert set(seen.counts["nodes"]) == set(NODES)
        assert seen.counts["connections"]["opened"] == 48
    assert counts(cluster) == {where: {} for where in BEHIND}


def test_what_a_node_refuses_is_counted(cluster, stream):
    with stream:
        echo_of(cluster, "node2").stop(signal.SIGKILL)
        time.sleep(.5)
        start_echo(cluster, "node2")
    for seen in stream.seen.values():
        assert 0 < seen.lost < seen.counts["sent"] / 3, str(seen)
        refused = seen.counts["icmp"]
        assert set(refused) == {f"{ADDRESS} 3/3"}, str(seen)
        # Those that its socket had when it ended are lost without a word.
        assert 0 <= seen.lost - sum(refused.values()) <= UNREAD, str(seen)
        assert seen.longest > 300 and len(seen.counts["holes"]) == 1
    assert stream.broken > 0    # of one client's connections none may be there


def test_what_goes_nowhere_is_counted_as_silence(cluster, stream):
    with stream:
        cluster.fabric.cable("node3", False)
        time.sleep(.5)
        cluster.fabric.cable("node3", True)
    for seen in stream.seen.values():
        assert 0 < seen.counts["silence"] == seen.lost, str(seen)
        assert not seen.counts["icmp"]


def test_tap_tells_the_same_routes_from_others(cluster, stream):
    cluster.bgpd["node1"].stop()
    time.sleep(.2)
    cluster.start_bgpd("node1")
    await_all(cluster)
    # Its pod CIDR, both CIDRs of Services, the host route.
    until(PATIENCE, "the end of what it says", lambda: (
        all(seen["ends"] for seen in counts(cluster).values()), counts(cluster)))
    for seen in counts(cluster).values():
        assert (seen["opens"], seen["same"], seen["others"], seen["ends"]) == (
            1, 4, 0, 1), seen
    with cluster.edited(*CONFIG, {"spec": {"serviceClusterIPs": []}}):
        until(PATIENCE, "withdrawals", lambda: (
            all(seen["withdrawn"] == len(NODES)
                for seen in counts(cluster).values()), counts(cluster)))
    until(PATIENCE, "announcements", lambda: (
        all(seen["others"] == len(NODES)
            for seen in counts(cluster).values()), counts(cluster)))


def assert_nothing_lost(cluster, stream, restarted=()):
    """And routers were told nothing new, but the same by those who restarted."""
    assert stream.lost == 0, [str(seen) for seen in stream.seen.values()]
    assert stream.broken == 0, [str(seen) for seen in stream.seen.values()]
    for seen in counts(cluster).values():
        assert seen["notifications"] == seen["withdrawn"] == 0, seen
        assert (seen["others"], seen["ends"]) == (0, len(restarted)), seen
        assert seen["same"] == 4 * len(restarted), seen


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_restart_of_a_daemon_loses_nothing(cluster, stream, number):
    with stream:
        cluster.bgpd["node1"].stop(number)
        time.sleep(AWAY)
        cluster.start_bgpd("node1")
        await_all(cluster)
    assert_nothing_lost(cluster, stream, ["node1"])


def test_restart_of_every_daemon_loses_nothing(cluster, stream):
    with stream:
        for node in NODES:
            cluster.bgpd[node].stop()
            cluster.start_bgpd(node)
            await_sessions(cluster, node, 2)
        await_all(cluster)
    assert_nothing_lost(cluster, stream, NODES)


def test_drain_and_return_lose_nothing(cluster, stream):
    """Long connections through the node are moved: only a router could help it."""
    with cluster.edited(*CONFIG, {"spec": {"drain": {"wait": 1}}}), stream:
        cluster.lbbgp_cluster("drain", "node4", "--wait")
        await_hops(cluster, ["node4"])
        cluster.lbbgp_cluster("undrain", "node4", "--wait")
        await_all(cluster)
    assert stream.lost == 0, [str(seen) for seen in stream.seen.values()]


def test_another_as_number_loses_nothing(cluster, stream):
    """Routers take any. BIRD refuses the first connection with another one, and is
    without the node for as long as that takes."""
    edit = {"spec": {"asNumber": 64999}}
    with RouteWatch(cluster.fabric.frr) as watch, stream:
        with cluster.edited(*CONFIG, edit):
            await_all(cluster)
            for router in cluster.fabric.routers:
                paths = router.paths(ROUTE)
                assert [path.as_path for path in paths] == [[64999]] * len(NODES)
        await_all(cluster)
    assert stream.lost == 0, [str(seen) for seen in stream.seen.values()]
    assert watch.fewest(ROUTE) == len(NODES), watch.told(ROUTE)


#
# A daemon is away for longer than its routes are kept: kubelet pulls an image.
#

FRR_LIVES_LONG = "bgp long-lived-graceful-restart stale-time 3600"


@contextlib.contextmanager
def on_one_node(cluster):
    """The Service has its only endpoint there, so nobody else can help."""
    cluster.put({**SLICE, "endpoints": SLICE["endpoints"][:1]})
    try:
        await_hops(cluster, list(NODES)[1:])
        yield
    finally:
        cluster.put(SLICE)


@contextlib.contextmanager
def restart_settings(cluster, **fields):
    with cluster.edited(*CONFIG, {"spec": {"gracefulRestart": fields}}):
        for node in NODES:
            await_sessions(cluster, node, 2)
        yield


def away_too_long(cluster, stream):
    """Seconds from its end until routers use its routes again."""
    with stream:
        began = time.monotonic()
        cluster.bgpd["node1"].stop()
        time.sleep(2 + 3)
        cluster.start_bgpd("node1")
        await_sessions(cluster, "node1", 2)
        await_hops(cluster, list(NODES)[1:])
        return time.monotonic() - began


def late(cluster):
    return [condition["message"] for condition in cluster.lbbgp_json(
                "node1", "show", "status")["conditions"]
            if condition["type"] == "RestartedLate"]


def test_restart_that_takes_too_long_loses_and_says_so(cluster, stream):
    with on_one_node(cluster), restart_settings(cluster, restartTime=2):
        took = away_too_long(cluster, stream)
        for seen in stream.seen.values():
            assert 2000 < seen.longest < 1000 * (took - 2), str(seen)
        assert "kept the routes for 2 s" in late(cluster)[0]


def test_routes_that_live_long_lose_nothing_meanwhile(cluster, stream):
    """Both routers keep them (RFC 9494), FRR because it is told to."""
    frr = cluster.fabric.frr
    with (frr_conf(frr, [FRR_LIVES_LONG], [f"no {FRR_LIVES_LONG}"]),
          on_one_node(cluster),
          restart_settings(cluster, restartTime=2, longLivedTime=60)):
        away_too_long(cluster, stream)
        assert stream.lost == stream.broken == 0, [
            str(seen) for seen in stream.seen.values()]
        assert not late(cluster)


def test_graceful_restart_of_routers_changes_nothing(cluster, stream):
    frr, bird = cluster.fabric.routers
    with RouteWatch(frr) as watch, stream:
        frr.restart_bgp()
        bird.restart_gracefully()
        await_all(cluster)
    assert stream.lost == stream.broken == 0, [
        str(seen) for seen in stream.seen.values()]
    assert watch.fewest(ROUTE) == len(NODES), watch.told(ROUTE)
