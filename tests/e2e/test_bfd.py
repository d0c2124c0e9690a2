# SPDX-License-Identifier: Apache-2.0
"""BFD with FRR's bfdd and with BIRD: found gone in time, never by mistake."""

import contextlib
import os
import signal
import subprocess
import time

from bfd import PEERS, await_bfd, await_quick, bfd, name_of, with_bfd
from fabric import NODES, PATIENCE, until
from fieldrows import (FRR_PEER, await_up, bird_conf, detail, link_local,
                       neighbors)
from scenario import AT_ONCE, await_routes, await_whole


def test_both_ends_agree(cluster, router):
    with with_bfd(cluster, router, 50):
        for node, address in NODES.items():
            await_quick(cluster, node, router, 50)
            until(PATIENCE, "the router's BFD", lambda at=address: (
                router.bfd().get(at, ("",))[0] == "up", router.bfd()))
        one = bfd(cluster, "node1", name_of(router))[name_of(router)]
        assert one["remote"]["detectMultiplier"] == 3
        assert one["remote"]["discriminator"] != 0
        assert not one["multihop"]
        table = cluster.lbbgp("node1", "show", "bfd")
        assert "50 ms" in table and "150 ms" in table
        assert "Detection time" in cluster.lbbgp(
            "node1", "show", "bfd", name_of(router))
        assert neighbors(cluster, "node1")[name_of(router)]["bfd"][
            "state"] == "Up"
        status = cluster.lbbgp_cluster_json("show", "bfd", "--all-nodes")
        until(PATIENCE, "the status of all nodes", lambda: (
            {(row["node"], row["state"]) for row in cluster.lbbgp_cluster_json(
                "show", "bfd", "--all-nodes")["sessions"]
             if row["name"] == name_of(router)} ==
            {(node, "Up") for node in NODES}, status))
    until(PATIENCE, "the end of BFD", lambda: (
        not (seen := bfd(cluster, "node1")), seen))
    await_whole(cluster)


def test_times_change_while_it_is_up(cluster, router):
    with with_bfd(cluster, router, 50):
        before = bfd(cluster, "node2")[name_of(router)]["since"]
        with cluster.edited(*PEERS[router.title], {"spec": {"bfd": {
                "transmitInterval": 400, "receiveInterval": 700}}}):
            until(PATIENCE, "other times", lambda: (
                (seen := bfd(cluster, "node2")[name_of(router)])[
                    "transmitInterval"] == 400000 and
                seen["detectionTime"] == 3 * 700000, seen))
        await_quick(cluster, "node2", router, 50)
        seen = bfd(cluster, "node2")[name_of(router)]
        assert seen["since"] == before and seen["flaps"] == 0


def test_unplugged_node_is_found_at_once(cluster, router):
    """Its routes go long before the hold time, and it says why itself. In how
    many ms bench/failover measures."""
    with with_bfd(cluster, router, 50):
        await_quick(cluster, "node3", router, 50)
        cluster.fabric.cable("node3", False)
        try:
            began = time.monotonic()
            await_routes(router, AT_ONCE, without=["node3"])
            print(router.title, "routes gone after",
                  round(time.monotonic() - began, 3), "s")
            until(AT_ONCE, "the session's end", lambda: (
                (seen := neighbors(cluster, "node3")[name_of(router)])[
                    "state"] != "Established", seen))
            error = detail(cluster, "node3", name_of(router))["lastError"]
            assert (error["code"], error["subcode"]) == (6, 10)
            assert "Control Detection Time Expired" in error["text"]
            assert bfd(cluster, "node3")[name_of(router)]["lastDown"] == (
                "Control Detection Time Expired")
        finally:
            cluster.fabric.cable("node3", True)
        await_up(cluster, "node3", name_of(router), 30)
        await_bfd(cluster, "node3", router, "Up")
        if cluster.title == "kube":
            until(30, "events", lambda: (
                "node node3: BFD Down: Control Detection Time Expired" in
                (seen := cluster.kubectl("get", "events", "-A")) and
                "node node3: BFD is Up again" in seen, seen))


def test_frozen_router_is_found_at_once(cluster, router):
    with with_bfd(cluster, router, 50):
        await_quick(cluster, "node1", router, 50)
        router.send(signal.SIGSTOP)
        try:
            until(AT_ONCE, "the session's end", lambda: (
                (seen := neighbors(cluster, "node1")[name_of(router)])[
                    "state"] != "Established", seen))
        finally:
            router.send(signal.SIGCONT)
        for node in NODES:
            await_up(cluster, node, name_of(router), 40)


def test_bfd_that_the_peer_shuts_down_ends_nothing(cluster):
    """RFC 5882 3.2."""
    frr = cluster.fabric.frr
    with with_bfd(cluster, frr, 50):
        before = frr.established()
        frr.text("configure terminal", "bfd",
                 f"peer {NODES['node4']} interface eth0", "shutdown")
        try:
            seen = await_bfd(cluster, "node4", frr, "Down")
            # FRR says AdminDown for a moment, and then nothing.
            assert seen["lastDown"] == "Neighbor Signaled Session Down"
            time.sleep(2)
            assert frr.established() == before
            assert neighbors(cluster, "node4")[name_of(frr)][
                "state"] == "Established"
            until(PATIENCE, "a condition", lambda: (
                "the peer has it shut down" in
                cluster.lbbgp("node4", "show", "status"), ""))
        finally:
            frr.text("configure terminal", "bfd",
                     f"peer {NODES['node4']} interface eth0", "no shutdown")
        await_bfd(cluster, "node4", frr, "Up")


def test_daemon_that_leaves_says_so_first(cluster, router):
    """The router hears of an end on purpose, not that the node is gone."""
    with with_bfd(cluster, router, 50):
        await_quick(cluster, "node5", router, 50)
        heard = cluster.fabric.start(
            "node5", ["tcpdump", "-nvli", "eth0",
                      f"src {NODES['node5']} and udp dst port 3784"], "bfd-end")
        until(PATIENCE, "packets that are heard", lambda: (
            "State Up" in heard.tail(40), heard.tail(5)))
        cluster.bgpd["node5"].stop(signal.SIGINT)
        try:
            until(PATIENCE, "the word of its end", lambda: (
                "AdminDown" in heard.tail(40), heard.tail(5)))
        finally:
            heard.stop(signal.SIGTERM)
            cluster.start_bgpd("node5")
        await_whole(cluster)


def test_restarted_daemon_goes_on(cluster, router):
    """To the router's BFD nothing has happened, however short its patience."""
    node = "node5"
    with with_bfd(cluster, router, 50):
        await_quick(cluster, node, router, 50)
        before = router.bfd()[NODES[node]]
        mine = bfd(cluster, node, name_of(router))[name_of(router)][
            "discriminator"]
        cluster.bgpd[node].stop(signal.SIGTERM)
        time.sleep(2)
        assert router.bfd()[NODES[node]] == before == ("up", before[1])
        cluster.start_bgpd(node)
        await_up(cluster, node, name_of(router), 20)
        await_quick(cluster, node, router, 50)
        assert router.bfd()[NODES[node]] == before
        assert bfd(cluster, node, name_of(router))[name_of(router)][
            "discriminator"] == mine
    await_whole(cluster)


def test_bfd_that_goes_while_the_daemon_is_away_is_ended_by_the_next(
        cluster, router):
    """The router had been asked to wait for node5 for four minutes."""
    node = "node5"
    with with_bfd(cluster, router, 50):
        await_quick(cluster, node, router, 50)
        cluster.bgpd[node].stop(signal.SIGTERM)
        with cluster.edited(*PEERS[router.title],
                            {"spec": {"bfd": {"enabled": False}}}):
            assert router.bfd()[NODES[node]][0] == "up"
            cluster.start_bgpd(node)
            until(PATIENCE, "the end of BFD", lambda: (
                router.bfd().get(NODES[node], ("",))[0] != "up",
                router.bfd()))
        await_bfd(cluster, node, router, "Up")
    await_whole(cluster)


def test_strict_session_waits_for_bfd(cluster):
    frr = cluster.fabric.frr
    with cluster.edited(*FRR_PEER, {"spec": {"bfd": {"strict": True}}}):
        cluster.bgpd["node6"].stop(signal.SIGTERM)
        cluster.start_bgpd("node6")
        until(PATIENCE, "a session that waits", lambda: (
            "spec.bfd.strict" in ((seen := neighbors(cluster, "node6").get(
                name_of(frr), {})).get("lastError") or {}).get("text", ""),
            seen))
        time.sleep(3)
        assert NODES["node6"] not in frr.established()
        frr.set_bfd(300)
        try:
            await_up(cluster, "node6", name_of(frr), 20)
        finally:
            frr.set_bfd(None)
    await_whole(cluster)


@contextlib.contextmanager
def busy():
    """Every core is kept busy twice, by programs as important as ours."""
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"])
             for _ in range(2 * os.cpu_count())]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def lost(cluster, router):
    """{node: how often it was lost, by us and by the router}"""
    seen = router.bfd()
    return {node: (bfd(cluster, node)[name_of(router)]["flaps"],
                   seen[address][1]) for node, address in NODES.items()}


def test_busy_node_raises_no_false_alarm(cluster):
    """3 x 50 ms with both routers at once; bench/bfd does so for an hour."""
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    seconds = int(os.environ.get("BFD_SECONDS", "20"))
    with with_bfd(cluster, frr, 50), with_bfd(cluster, bird, 50):
        for node in NODES:
            await_quick(cluster, node, frr, 50)
            await_quick(cluster, node, bird, 50)
        before = [lost(cluster, router) for router in (frr, bird)]
        with busy():
            time.sleep(seconds)
        assert [lost(cluster, router) for router in (frr, bird)] == before
        for node in NODES:
            assert cluster.lbbgp_json(node, "show", "bfd")["realTime"]


def bird_hears(bird, *neighbors):
    """Sessions that BIRD has without BGP, as long as it lasts."""
    lines = "".join(f"neighbor {neighbor}; " for neighbor in neighbors)
    return bird_conf(bird, ("protocol device { }", "protocol device { }\n"
                            f"protocol bfd bfd2 {{ {lines}}}"))


def other_peer(address, **more):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "other"}, "spec": {
                "peerIP": address, "asNumber": 64516, "passive": True,
                "nodeSelector": {"matchLabels": {
                    "kubernetes.io/hostname": "node1"}},
                "bfd": {}, **more}}


def test_ipv6(cluster):
    bird = cluster.fabric.bird
    with bird_hears(bird, 'fd10:31::90:1 dev "eth0" local fd10:31::100:100'):
        with cluster.added(other_peer("fd10:31::100:100")):
            until(PATIENCE, "BFD over IPv6", lambda: (
                (seen := bfd(cluster, "node1").get("other", {})).get(
                    "state") == "Up", seen))


def test_link_local(cluster):
    bird = cluster.fabric.bird
    ours = link_local(cluster.fabric, "node1")
    theirs = link_local(cluster.fabric, "tor-b")
    with bird_hears(bird, f'{ours} dev "eth0" local {theirs}'):
        with cluster.added(other_peer(f"{theirs}%eth0")):
            until(PATIENCE, "BFD at a link-local address", lambda: (
                (seen := bfd(cluster, "node1").get("other", {})).get(
                    "state") == "Up", seen))


def test_several_hops(cluster):
    """RFC 5883; its port is chosen as the BGP session is. BIRD's TTL is 64."""
    fabric = cluster.fabric
    other = ["10.31.100.101/32", "dev", "eth0"]
    fabric.run("tor-b", "ip", "address", "add", *other)
    try:
        with bird_hears(fabric.bird,
                        "10.31.90.1 local 10.31.100.101 multihop on"):
            with cluster.added(other_peer("10.31.100.101", ebgpMultihop=3)):
                until(PATIENCE, "BFD over several hops", lambda: (
                    (seen := bfd(cluster, "node1").get("other", {})).get(
                        "state") == "Up" and seen["multihop"], seen))
    finally:
        fabric.run("tor-b", "ip", "address", "del", *other)
