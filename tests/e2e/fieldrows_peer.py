# SPDX-License-Identifier: Apache-2.0
"""Every field of BGPPeer."""

import concurrent.futures
import contextlib
import errno
import os
import socket
import time

from fabric import NODES, PATIENCE, SWITCH_IP, until
from fieldrows import (AT_BIRD, AT_FRR, BIRD, BIRD_PEER, FRR, FRR_PEER, NOBODY,
                       assert_resets, await_bird_text, await_frr_neighbor,
                       await_peer, await_up, bird_conf, block_of, detail,
                       flaps, frr_conf, is_error, lines_of, link_local,
                       neighbors, row)
from objects import CONFIG, await_prefix, filtered
from scenario import POD_PREFIXES, SERVICE_CIDRS, expected_routes
from speaker import Closed, Speaker

NODE1 = NODES["node1"]
AT_NODE1 = frozenset({("node1", FRR)})
FAMILY = "ipv4 { import all; export none; };"


def secret(**values):
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "fields", "namespace": "lbbgp-system"},
            "stringData": values}


def peer(name, **spec):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": name}, "spec": spec}


def spec(**fields):
    return {"spec": fields}


def password(key):
    return spec(password={"secretKeyRef": {"name": "fields", "key": key}})


def bird_is_internal(cluster):
    """A BIRD of the nodes' AS, for as long as it lasts."""
    return bird_conf(cluster.fabric.bird, ("as 64517", "as 64516"))


@row("BGPPeer", "peerIP", AT_BIRD)
def port(cluster):
    """BIRD only waits, at another port: we have to come to it."""
    with (bird_conf(cluster.fabric.bird, (
            "local 10.31.100.100 as 64516;",
            "local 10.31.100.100 port 1790 as 64516; passive on;")),
          cluster.edited(*BIRD_PEER, spec(peerIP="10.31.100.100:1790"))):
        for node in NODES:
            assert await_up(cluster, node, BIRD)["port"] == 1790


@row("BGPPeer", "asNumber", AT_FRR)
def wrong_as_number(cluster):
    with cluster.edited(*FRR_PEER, spec(asNumber=64999)):
        for node in NODES:
            await_peer(cluster, node, FRR, "OPEN 2/2", is_error(2, 2))


@row("BGPPeer", "external", AT_FRR)
def any_other_as(cluster):
    with cluster.edited(*FRR_PEER, spec(asNumber=None, external=True)):
        for node in NODES:
            await_peer(cluster, node, FRR, "the AS of FRR",
                       lambda p: p["state"] == "Established"
                       and p["asNumber"] == 64512 and p["flaps"] > 0)


@row("BGPPeer", "internal", AT_BIRD)
def same_as(cluster):
    patch = spec(asNumber=None, internal=True, localASNumber=64516)
    with bird_is_internal(cluster), cluster.edited(*BIRD_PEER, patch):
        for node in NODES:
            assert await_up(cluster, node, BIRD)["asNumber"] == 64516
        await_bird_text(cluster, ["route", "all", POD_PREFIXES["node1"]],
                        "BGP.local_pref: 100")


@row("BGPPeer", "localASNumber", AT_FRR)
def other_as_of_ours(cluster):
    frr = cluster.fabric.frr
    with (frr_conf(frr, ["neighbor nodes remote-as 64999"],
                   ["neighbor nodes remote-as 64517"]),
          cluster.edited(*FRR_PEER, spec(localASNumber=64999))):
        await_prefix(frr, SERVICE_CIDRS[0], list(NODES.values()), 30)
        assert all(path.as_path == [64999]
                   for path in frr.paths(SERVICE_CIDRS[0]))


@contextlib.contextmanager
def from_node(cluster, field, by, value, **more):
    """The field of FRR's BGPPeer as each node has it in an annotation or label.

    Without a value it is the node's address.
    """
    key = "lbbgp.io/of-the-rack"
    part = {"annotation": "annotations", "label": "labels"}[by]

    def says(node, text):
        return cluster.edited("Node", None, node,
                              {"metadata": {part: {key: text}}})
    with contextlib.ExitStack() as nodes:
        for node in NODES:
            nodes.enter_context(says(node, value or NODES[node]))
        with cluster.edited(*FRR_PEER, spec(fromNode={field: {by: key}},
                                            **more)):
            yield says


def await_blocked(cluster, node, words):
    await_peer(cluster, node, FRR, words,
               lambda p: words in (p["blocked"] or ""))


def await_doubt(cluster, node, words):
    """In what the node says of itself."""
    def look():
        status = cluster.get("BGPNodeStatus", None, node)["status"]
        said = [c["message"] for c in status["conditions"]
                if c["type"] == "PeerDoubtful"]
        return any(words in message for message in said), said
    until(PATIENCE, f"{words} at {node}", look)


def address_of_node(by):
    def look(cluster):
        frr = "10.31.254.253"
        with from_node(cluster, "peerIP", by, frr, peerIP=None) as says:
            for node in NODES:
                assert await_up(cluster, node, FRR)["address"] == frr
            with says("node1", "nobody"):
                await_doubt(cluster, "node1", "nobody: not an IP address")
                await_up(cluster, "node1", FRR)
            with says("node1", None):
                await_blocked(cluster, "node1", "Node node1: metadata.")
                await_blocked(cluster, "node1", "missing")
                await_up(cluster, "node2", FRR)
            await_up(cluster, "node1", FRR)
    return look


def as_number_of_node(by):
    def look(cluster):
        with from_node(cluster, "asNumber", by, "64512", asNumber=None) as says:
            with says("node1", "64999"):
                await_peer(cluster, "node1", FRR, "the wrong AS",
                           lambda p: p["state"] != "Established"
                           and is_error(2, 2)(p), 60)
            for node in NODES:
                assert await_up(cluster, node, FRR, 60)["asNumber"] == 64512
    return look


def source_of_node(by):
    def look(cluster):
        with from_node(cluster, "sourceAddress", by, None) as says:
            await_up(cluster, "node1", FRR)
            with says("node1", "10.31"):
                await_doubt(cluster, "node1", "10.31: not an IP address")
            await_up(cluster, "node1", FRR)
    return look


def secret_of_node(by):
    def look(cluster):
        frr = cluster.fabric.frr
        with (cluster.added(secret(password="geheim")),
              frr_conf(frr, ["neighbor nodes password geheim"],
                       ["no neighbor nodes password"]),
              from_node(cluster, "passwordSecret", by, "fields")):
            for node in NODES:
                await_up(cluster, node, FRR, 60)
    return look


for word in ("annotation", "label"):
    for field, made, resets in (
            ("peerIP", address_of_node, AT_NODE1),
            ("asNumber", as_number_of_node, AT_NODE1),
            ("sourceAddress", source_of_node, NOBODY),
            ("passwordSecret", secret_of_node, AT_FRR)):
        row("BGPPeer", f"fromNode.{field}.{word}", resets, True)(made(word))


def known_as_64999(frr):
    return frr_conf(frr, ["neighbor nodes remote-as 64999"],
                    ["neighbor nodes remote-as 64517"])


def await_as_path(cluster, path):
    """FRR's paths of what the nodes announce."""
    frr = cluster.fabric.frr
    await_prefix(frr, SERVICE_CIDRS[0], list(NODES.values()), 60)
    until(PATIENCE, f"AS path {path}", lambda: (
        all(p.as_path == path for p in frr.paths(SERVICE_CIDRS[0])),
        frr.paths(SERVICE_CIDRS[0])))


@row("BGPPeer", "localASNumberOptions.noPrepend", AT_FRR)
def local_as_in_front(cluster):
    patch = spec(localASNumber=64999, numAllowedLocalASNumbers=1,
                 localASNumberOptions={"noPrepend": False})
    with (known_as_64999(cluster.fabric.frr),
          cluster.edited(*FRR_PEER, patch)):
        await_as_path(cluster, [64999])

        def look():
            routes = cluster.lbbgp_json("node1", "show", "routes", "received",
                                        POD_PREFIXES["node2"])["routes"]
            paths = [r["asPath"] for r in routes if r["neighborName"] == FRR]
            return [p[:2] for p in paths] == [[64999, 64512]], paths
        until(PATIENCE, "our number in front of FRR's", look)


@row("BGPPeer", "localASNumberOptions.replaceAS", AT_FRR)
def local_as_beside_ours(cluster):
    patch = spec(localASNumber=64999, localASNumberOptions={"replaceAS": False})
    with (known_as_64999(cluster.fabric.frr),
          cluster.edited(*FRR_PEER, patch)):
        await_as_path(cluster, [64999, 64517])


@row("BGPPeer", "localASNumberOptions.dualAS", AT_FRR)
def known_by_either(cluster):
    """FRR still has the nodes' own number, and is not to be changed today."""
    patch = spec(localASNumber=64999, localASNumberOptions={"dualAS": True})
    with cluster.edited(*FRR_PEER, patch):
        for node in NODES:
            await_peer(cluster, node, FRR, "the other number", lambda p: (
                p["state"] == "Established" and is_error(2, 2)(p)
                and p["localASNumber"] == 64517), 60)
        await_as_path(cluster, [64517])


@row("BGPPeer", "nodeSelector", frozenset(AT_FRR - {("node4", FRR)}), False)
def fewer_nodes(cluster):
    patch = spec(nodeSelector={"matchLabels": {
        "kubernetes.io/hostname": "node4"}})
    with cluster.edited(*FRR_PEER, patch):
        await_prefix(cluster.fabric.frr, SERVICE_CIDRS[0], [NODES["node4"]])
        assert FRR not in neighbors(cluster, "node1")


@row("BGPPeer", "keepOriginalNextHop")
def next_hop_of_reflected_paths_only(cluster):
    with cluster.edited(*FRR_PEER, spec(keepOriginalNextHop=False)):
        time.sleep(1)
        assert cluster.fabric.frr.routes() == expected_routes()


@row("BGPPeer", "password.secretKeyRef.name", AT_FRR)
def name_of_secret(cluster):
    frr = cluster.fabric.frr
    with (cluster.added(secret(a="geheim")),
          cluster.edited(*FRR_PEER, password("a"))):
        frr.set_password("geheim")
        try:
            for node in NODES:
                await_up(cluster, node, FRR, 30)
            assert detail(cluster, "node1", frr.address)["configured"][
                "password"]
        finally:
            frr.set_password(None)


@row("BGPPeer", "password.secretKeyRef.key", AT_FRR)
def key_in_secret(cluster):
    frr = cluster.fabric.frr
    with (cluster.added(secret(a="geheim", b="anders")),
          cluster.edited(*FRR_PEER, password("a"))):
        frr.set_password("anders")
        try:
            time.sleep(3)
            assert not frr.established()
            with cluster.edited(*FRR_PEER, password("b")):
                for node in NODES:
                    await_up(cluster, node, FRR, 30)
        finally:
            frr.set_password(None)


def lacks_ao():
    """Whether the kernel of the machine at hand has no TCP-AO."""
    with socket.socket() as asked:
        try:
            asked.getsockopt(socket.IPPROTO_TCP, 40, 48)
        except OSError as err:
            return err.errno == errno.ENOPROTOOPT
    return False


@row("BGPPeer", "tcpAO.secretName", AT_FRR)
@row("BGPPeer", "tcpAO.keys[].keyID", AT_FRR)
@row("BGPPeer", "tcpAO.keys[].recvID", AT_FRR)
@row("BGPPeer", "tcpAO.keys[].algorithm", AT_FRR)
@row("BGPPeer", "tcpAO.keys[].secretKey", AT_FRR)
def nothing_goes_out_unsigned(cluster):
    """Where the kernel has none the peer is blocked. What keys do: test_ao."""
    key = {"keyID": 1, "recvID": 2, "algorithm": "AES-128-CMAC-96", "secretKey": "a"}
    blocked = ("spec.tcpAO: the kernel has no TCP-AO: Linux 6.7 or later, built with "
               "CONFIG_TCP_AO") if lacks_ao() else None
    with (cluster.added(secret(a="geheim")),
          cluster.edited(*FRR_PEER, spec(tcpAO={
              "secretName": "fields", "keys": [key]}))):
        for node in NODES:
            await_peer(cluster, node, FRR, "down", lambda peer: (
                peer["state"] != "Established" and peer["blocked"] == blocked))
        time.sleep(2)
        assert not cluster.fabric.frr.established()


@row("BGPPeer", "ttlSecurity", AT_FRR)
def ttl_security(cluster):
    """FRR's packets come with TTL 1 until it does the same.

    Ours have 255, so that FRR may take the session for established.
    """
    with cluster.edited(*FRR_PEER, spec(ttlSecurity=1)):
        time.sleep(3)
        for node in NODES:
            assert neighbors(cluster, node)[FRR]["state"] != "Established"
        with frr_conf(cluster.fabric.frr,
                      ["neighbor nodes ttl-security hops 1"],
                      ["no neighbor nodes ttl-security hops 1"]):
            for node in NODES:
                await_up(cluster, node, FRR, 30)


@row("BGPPeer", "ebgpMultihop", AT_BIRD)
def ttl_of_what_is_sent(cluster):
    bird = cluster.fabric.bird
    with cluster.edited(*BIRD_PEER, spec(ebgpMultihop=7)):
        for node in NODES:
            await_up(cluster, node, BIRD, 30)
        seen = cluster.fabric.run(
            "node1", "tcpdump", "-nvlc", "2", "-i", "eth0",
            f"src {NODE1} and dst {bird.address} and tcp port 179")
        assert "ttl 7," in seen


@row("BGPPeer", "sourceAddress", AT_BIRD)
def other_source(cluster):
    """An address of node1 only, which the peer is for meanwhile."""
    source = "10.31.91.1"
    patch = spec(sourceAddress=source, nodeSelector={
        "matchLabels": {"kubernetes.io/hostname": "node1"}})
    bird = cluster.fabric.bird
    cluster.fabric.run("node1", "ip", "address", "add", f"{source}/32", "dev",
                       "eth0")
    try:
        with (bird_conf(bird, (f"neighbor {NODE1} as",
                               f"neighbor {source} as")),
              cluster.edited(*BIRD_PEER, patch)):
            await_prefix(bird, SERVICE_CIDRS[0], [source], 30)
            assert neighbors(cluster, "node1")[BIRD]["localAddress"] == source
    finally:
        cluster.fabric.run("node1", "ip", "address", "del", f"{source}/32",
                           "dev", "eth0")


@row("BGPPeer", "holdTime", AT_FRR)
def hold_time_is_agreed(cluster):
    with cluster.edited(*FRR_PEER, spec(holdTime=6)):
        for node, ip in NODES.items():
            await_peer(cluster, node, FRR, "hold time 6",
                       lambda p: p["holdTime"] == 6
                       and p["keepaliveTime"] == 2)
            await_frr_neighbor(cluster, ip, "hold time 6", lambda n: n[
                "bgpTimerHoldTimeMsecs"] == 6000)


@row("BGPPeer", "keepaliveTime", AT_BIRD)
def keepalives_are_sent_that_often(cluster):
    def sent():
        return detail(cluster, "node1", cluster.fabric.bird.address)[
            "messages"]["sent"]["keepalive"]
    with cluster.edited(*BIRD_PEER, spec(keepaliveTime=1)):
        for node in NODES:
            await_peer(cluster, node, BIRD, "a second",
                       lambda p: p["keepaliveTime"] == 1)
        before, began = sent(), time.monotonic()
        until(6, "three of them", lambda: (      # by itself it is one in 3 s
            (seen := sent() - before) >= 3, seen))
        most = 2 + (time.monotonic() - began) / .75     # RFC 4271 10: jitter
        assert sent() - before <= most


@contextlib.contextmanager
def nobody(cluster, name, **fields):
    """A peer that refuses every connection; how often it was tried."""
    with cluster.added(peer(name, peerIP=SWITCH_IP, asNumber=1, **fields)):
        await_peer(cluster, "node1", name, "a peer", bool)
        yield lambda: detail(cluster, "node1", SWITCH_IP)["connectAttempts"]


@row("BGPPeer", "connectRetryTime")
def attempts(cluster):
    with nobody(cluster, "hasty", connectRetryTime=1) as often:
        until(12, "three attempts", lambda: (           # by itself it is 15 s
            often() >= 3, often()))
    with nobody(cluster, "patient", connectRetryTime=60) as often:
        time.sleep(5)
        assert often() == 1
    with cluster.edited(*FRR_PEER, spec(connectRetryTime=1)):
        until(PATIENCE, "another retry time", lambda: (detail(
            cluster, "node1", cluster.fabric.frr.address)["configured"][
                "connectRetryTime"] == 1, "not yet"))


@row("BGPPeer", "connectRetryMaxTime")
def longest_pause(cluster):
    with nobody(cluster, "steady", connectRetryTime=1,
                connectRetryMaxTime=1) as often:
        until(PATIENCE, "seven attempts", lambda: (     # growing, it is 63 s
            often() >= 7, often()))
    with nobody(cluster, "slower", connectRetryTime=1) as often:
        time.sleep(8)
        assert often() <= 5             # at 0, 1, 3, 7 s


@row("BGPPeer", "families", AT_BIRD)
def both_families(cluster):
    cidr = "fd10:33:1::/112"
    bird = cluster.fabric.bird
    with (bird_conf(bird, (FAMILY, FAMILY + FAMILY.replace("4", "6"))),
          cluster.edited(*BIRD_PEER, spec(families=["IPv4", "IPv6"])),
          cluster.edited(*CONFIG, spec(
              serviceLoadBalancerIPs=[{"cidr": cidr}]))):
        hops = [f"fd10:31::90:{n}" for n in range(1, 7)]
        await_prefix(bird, cidr, hops, 30)
        await_prefix(bird, SERVICE_CIDRS[0], list(NODES.values()), 30)


@row("BGPPeer", "extendedNextHop", AT_BIRD)
def ipv4_by_ipv6(cluster):
    """Over IPv6: the node's address of that family is where IPv4 goes."""
    bird, by_v6 = cluster.fabric.bird, {
        "peerIP": "fd10:31::100:100", "families": ["IPv4"]}
    over_v6 = [("local 10.31.100.100 as", "local fd10:31::100:100 as"),
               ("neighbor 10.31.90.", "neighbor fd10:31::90:"),
               (FAMILY, FAMILY.replace("{", "{ extended next hop on;"))]
    with (bird_conf(bird, *over_v6),
          cluster.edited(*BIRD_PEER, spec(extendedNextHop=True, **by_v6))):
        await_prefix(bird, SERVICE_CIDRS[0],
                     [f"fd10:31::90:{n}" for n in range(1, 7)], 2 * PATIENCE)
        with cluster.edited(*BIRD_PEER, spec(extendedNextHop=False)):
            await_prefix(bird, SERVICE_CIDRS[0], list(NODES.values()),
                         2 * PATIENCE)


def behind(interface):
    """A peer of node1 alone: the link of the fabric has many hosts."""
    return peer("behind", interface=interface, external=True,
                nodeSelector={"matchLabels": {
                    "kubernetes.io/hostname": "node1"}})


def await_hops(cluster, bgp, ours):
    """At FRR both families by the session's own address, and back."""
    until(PATIENCE, "next hops at FRR", lambda: (
        (seen := {hop["ip"] for path in bgp().get("paths", [])
                  if path["peer"]["peerId"] == ours
                  for hop in path["nexthops"]}) >= {ours}, seen))


@row("BGPPeer", "interface", says=True)
def router_behind_an_interface(cluster):
    """FRR finds node1 by its advertisements, and is found by its own."""
    frr, fabric = cluster.fabric.frr, cluster.fabric
    ours, theirs = link_local(fabric, "node1"), link_local(fabric, "tor-a")
    with cluster.added(behind("eth9")):
        await_peer(cluster, "node1", "behind", "what it waits for", lambda p:
                   "no such interface" in str(p["lastError"]))
    with (cluster.added(behind("eth0")),
          frr_conf(frr, lines_of(block_of("doc/unnumbered.md", "frr")),
                   ["no neighbor eth0 interface"])):
        up = await_up(cluster, "node1", "behind", 2 * PATIENCE)
        assert up["address"] == f"{theirs}%eth0"
        await_hops(cluster, lambda: frr.json(
            f"show bgp ipv4 unicast {POD_PREFIXES['node1']}"), ours)


@row("BGPPeer", "maxPrefixes", AT_FRR, False)
def limit(cluster):
    """FRR passes on to each node what the others announce."""
    for node in NODES:
        await_peer(cluster, node, FRR, "prefixes",
                   lambda p: p["prefixes"]["ipv4"]["received"] > 1)
    before = flaps(cluster)
    with cluster.edited(*FRR_PEER, spec(maxPrefixes=1000)):
        time.sleep(1)
        assert_resets(cluster, before, NOBODY)
        with cluster.edited(*FRR_PEER, spec(maxPrefixes=1)):
            for node, ip in NODES.items():
                await_peer(cluster, node, FRR, "Cease 6/1", is_error(6, 1))
                await_frr_neighbor(cluster, ip, "Cease 6/1", lambda n:
                                   "Maximum Number of Prefixes" in n.get(
                                       "lastNotificationReason", ""))


@row("BGPPeer", "maxPrefixesRestartTime", AT_FRR, False)
def limit_for_a_while(cluster):
    for node in NODES:
        await_peer(cluster, node, FRR, "prefixes",
                   lambda p: p["prefixes"]["ipv4"]["received"] > 1)
    before = flaps(cluster)
    with cluster.edited(*FRR_PEER, spec(maxPrefixes=1)):
        for node in NODES:
            await_peer(cluster, node, FRR, "told to wait", lambda p:
                       "is changed" in (p["suspended"] or ""))
        time.sleep(5)                   # it used to come back by now
        assert all(flaps(cluster)[key] == before[key] + 1 for key in AT_FRR)
        with cluster.edited(*FRR_PEER, spec(maxPrefixesRestartTime=2)):
            for key in AT_FRR:
                until(PATIENCE, f"two tries more at {key}", lambda: (
                    flaps(cluster)[key] >= before[key] + 3, flaps(cluster)))
            await_peer(cluster, "node1", FRR, "a time", lambda p:
                       (p["suspended"] or "").startswith("until 2"))


@row("BGPPeer", "filters")
def own_filters(cluster):
    no_pods = filtered("edge", {"export": [
        {"name": "pods", "action": "Reject", "sources": ["Pod"]}]})
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    with (cluster.added(no_pods),
          cluster.edited(*FRR_PEER, spec(filters=["edge"]))):
        await_prefix(frr, POD_PREFIXES["node1"], [])
        await_prefix(bird, POD_PREFIXES["node1"], [NODE1])


@row("BGPPeer", "numAllowedLocalASNumbers")
def own_as(cluster):
    """FRR says a prefix of which it is said that it came from the nodes' AS."""
    heard, family = "198.51.100.0/24", "address-family ipv4 unicast"
    taken = {"import": [{"name": "one", "action": "Accept",
                         "prefixes": [{"cidr": heard}]}]}
    frr = cluster.fabric.frr
    with (frr_conf(frr, ["no bgp network import-check", family,
                         f"network {heard} route-map OURS", "exit",
                         "exit", "route-map OURS permit 10",
                         "set as-path prepend 64517"],
                   [family, f"no network {heard}", "exit", "exit",
                    "no route-map OURS"]),
          cluster.added(filtered("ours", taken)),
          cluster.edited(*FRR_PEER, spec(filters=["ours"]))):
        await_peer(cluster, "node1", FRR, "a route that is a loop", lambda p: (
            heard in received(cluster, "node1", FRR)
            and p["prefixes"]["ipv4"]["accepted"] == 0))
        with cluster.edited(*FRR_PEER, spec(numAllowedLocalASNumbers=1)):
            await_peer(cluster, "node1", FRR, "one route", lambda p: (
                p["prefixes"]["ipv4"]["accepted"] == 1))


def hosts(*names):
    return {"matchExpressions": [{"key": "kubernetes.io/hostname",
                                  "operator": "In", "values": list(names)}]}


@row("BGPPeer", "peerSelector")
def other_nodes(cluster):
    pair = peer("pair", nodeSelector=hosts("node1", "node2"),
                peerSelector=hosts("node4"))
    with cluster.added(pair):
        for node in ("node1", "node2"):
            await_up(cluster, node, "pair/node4")
            await_up(cluster, "node4", f"pair/{node}")
        assert "pair/node2" not in neighbors(cluster, "node1")


@row("BGPPeer", "reversePeering")
def one_way(cluster):
    there = peer("there", nodeSelector=hosts("node1"),
                 peerSelector=hosts("node4"), reversePeering="Manual")
    back = peer("back", nodeSelector=hosts("node4"),
                peerSelector=hosts("node1"), reversePeering="Manual")
    with cluster.added(there):
        await_peer(cluster, "node1", "there/node4", "no session",
                   lambda p: p["state"] != "Established")
        assert "there/node1" not in neighbors(cluster, "node4")
        with cluster.added(back):
            await_up(cluster, "node1", "there/node4")
            await_up(cluster, "node4", "back/node1")


@row("BGPPeer", "asNumbers[].from", AT_FRR)
def lowest_of_a_range(cluster):
    with cluster.edited(*FRR_PEER, spec(asNumber=None, asNumbers=[
            {"from": 64513}, {"from": 1, "to": 9}])):
        for node in NODES:
            await_peer(cluster, node, FRR, "OPEN 2/2", is_error(2, 2))
    with cluster.edited(*FRR_PEER, spec(asNumber=None, asNumbers=[{"from": 64512}])):
        for node in NODES:
            await_up(cluster, node, FRR, 30)


@row("BGPPeer", "asNumbers[].to", AT_FRR)
def highest_of_a_range(cluster):
    """The node's own is in it, and is not meant."""
    with cluster.edited(*FRR_PEER, spec(asNumber=None, asNumbers=[
            {"from": 64000, "to": 64511}])):
        for node in NODES:
            await_peer(cluster, node, FRR, "OPEN 2/2", is_error(2, 2))
    with cluster.edited(*FRR_PEER, spec(asNumber=None, asNumbers=[
            {"from": 64000, "to": 65000}])):
        for node in NODES:
            await_up(cluster, node, FRR, 30)


SOMEBODY_ELSE = "10.31.255.2"


@contextlib.contextmanager
def racks(cluster, **fields):
    """Peers from a prefix, who are given up after a second."""
    with cluster.added(peer("racks", peerPrefix="10.31.255.0/30", asNumbers=[
            {"from": 64600, "to": 64601}], connectRetryMaxTime=1, **fields)):
        until(PATIENCE, "racks", lambda: (
            bool(seen := prefixes(cluster)), seen))
        yield


def prefixes(cluster):
    return cluster.lbbgp_json("node1", "show", "neighbors")["peerPrefixes"]


def await_forgotten(cluster, address):
    until(PATIENCE, f"racks/{address} is forgotten", lambda: (
        f"racks/{address}" not in (seen := neighbors(cluster, "node1")), seen))


@row("BGPPeer", "peerPrefix")
def whoever_comes(cluster):
    switch = cluster.fabric.ns("switch")
    with racks(cluster):
        with Speaker(switch, SWITCH_IP, NODE1) as one:
            one.establish(asn=64600)
            await_up(cluster, "node1", f"racks/{SWITCH_IP}")
            assert detail(cluster, "node1", SWITCH_IP)["fromPrefix"]
            [racks_now] = prefixes(cluster)
            assert racks_now["peers"] == 1 and racks_now["state"] == "Open"
        await_forgotten(cluster, SWITCH_IP)


@row("BGPPeer", "peerLimit")
def no_more_than_may(cluster):
    switch = cluster.fabric.ns("switch")
    cluster.fabric.run("switch", "ip", "address", "add", f"{SOMEBODY_ELSE}/32",
                       "dev", "lo")

    def refused():
        """Once; as long as one has just come it is only too fast."""
        with (contextlib.suppress(Closed, ConnectionResetError),
              Speaker(switch, SOMEBODY_ELSE, NODE1) as other):
            other.read()
            raise AssertionError("it was let in")
        seen = prefixes(cluster)[0]
        return seen["refused"] == 1, seen

    def comes():
        try:
            with Speaker(switch, SOMEBODY_ELSE, NODE1) as other:
                other.establish(asn=64601)
                await_up(cluster, "node1", f"racks/{SOMEBODY_ELSE}")
        except (Closed, ConnectionResetError) as e:
            return False, e
        return True, None

    try:
        with racks(cluster, peerLimit=1):
            with Speaker(switch, SWITCH_IP, NODE1) as one:
                one.establish(asn=64601)
                until(PATIENCE, "one more is refused", refused)
                until(PATIENCE, "PeerLimitReached", lambda: (
                    "PeerLimitReached" in (seen := cluster.lbbgp(
                        "node1", "show", "status")), seen))
            until(PATIENCE, "it takes the place", comes)
            await_forgotten(cluster, SOMEBODY_ELSE)
    finally:
        cluster.fabric.run("switch", "ip", "address", "del",
                           f"{SOMEBODY_ELSE}/32", "dev", "lo")


REFLECTS = {"metadata": {"annotations": {"lbbgp.io/cluster-id": "10.9.9.9"}}}


@row("BGPPeer", "routeReflectorClient", says=True)
def clients(cluster):
    pair = peer("pair", nodeSelector=hosts("node1", "node2"),
                peerSelector=hosts("node4"), routeReflectorClient=True)
    with (cluster.edited("Node", None, "node4", REFLECTS),
          cluster.added(pair)):
        await_up(cluster, "node1", "pair/node4")
        await_up(cluster, "node4", "pair/node1")
        until(PATIENCE, "a route of node2 at node1", lambda: (
            POD_PREFIXES["node2"] in received(cluster, "node1", "pair/node4"),
            received(cluster, "node1", "pair/node4")))
        said = detail(cluster, "node4", NODE1)["configured"]
        assert said["clusterID"] == "10.9.9.9" and said["routeReflectorClient"]


def received(cluster, node, name):
    routes = cluster.lbbgp_json(node, "show", "routes", "received")["routes"]
    return {r["prefix"] for r in routes if r["neighborName"] == name}


@row("BGPPeer", "passive")
def waits(cluster):
    with nobody(cluster, "nobody", passive=True) as often:
        time.sleep(3)
        assert often() == 0
        assert neighbors(cluster, "node1")["nobody"]["state"] == "Active"
        with cluster.edited("BGPPeer", None, "nobody", spec(passive=False)):
            until(PATIENCE, "an attempt", lambda: (often() > 0, often()))
    with cluster.edited(*FRR_PEER, spec(passive=True)):
        until(PATIENCE, "passive", lambda: (detail(
            cluster, "node1", cluster.fabric.frr.address)["configured"][
                "passive"], "not yet"))


def path_ids(cluster, node, which, address):
    """Path ids of the prefixes that a node has from a peer, or tells it."""
    routes = cluster.lbbgp_json(node, "show", "routes", which, "neighbor",
                                address)
    return {(r["prefix"], r["pathID"]) for r in routes["routes"]}


@row("BGPPeer", "addPaths.send", AT_FRR)
def all_paths_to_frr(cluster):
    """FRR reads path ids by itself."""
    frr = cluster.fabric.frr
    with cluster.edited(*FRR_PEER, spec(addPaths={"send": "All"})):
        for node in NODES:
            await_up(cluster, node, FRR, 30)
        await_prefix(frr, SERVICE_CIDRS[0], list(NODES.values()), 30)
        assert frr.routes() == expected_routes()
        ids = path_ids(cluster, "node1", "advertised", frr.address)
        assert ids and all(number > 0 for _, number in ids)


@row("BGPPeer", "addPaths.best")
def best_paths_to_frr(cluster):
    """Without `send` it means nothing; between All and Best nothing resets."""
    with cluster.edited(*FRR_PEER, spec(addPaths={"best": 3})):
        time.sleep(1)
        assert cluster.fabric.frr.routes() == expected_routes()


@row("BGPPeer", "addPaths.receive", AT_FRR)
def all_paths_of_frr(cluster):
    """A Service CIDR that four nodes announce comes back from each of them."""
    frr = cluster.fabric.frr
    say = "neighbor nodes addpath-tx-all-paths"
    with (cluster.edited(*FRR_PEER, spec(addPaths={"receive": True})),
          frr_conf(frr, ["address-family ipv4 unicast", say],
                   ["address-family ipv4 unicast", f"no {say}"])):
        def several():
            ids = path_ids(cluster, "node1", "received", frr.address)
            return sum(p == SERVICE_CIDRS[0] for p, _ in ids) > 1, ids
        until(40, f"several paths of {SERVICE_CIDRS[0]}", several)


@row("BGPPeer", "role", AT_FRR)
def role_beside_frr(cluster):
    """FRR has none of its own; then one that does not go with ours."""
    frr = cluster.fabric.frr
    with cluster.edited(*FRR_PEER, spec(role="Customer")):
        for node in NODES:
            await_up(cluster, node, FRR, 30)
        assert frr.routes() == expected_routes()
        with frr_conf(frr, ["neighbor nodes local-role peer"],
                      ["no neighbor nodes local-role peer"]):
            await_peer(cluster, "node1", FRR, "Role Mismatch",
                       is_error(2, 11), 40)


@row("BGPPeer", "roleStrict", AT_FRR)
def role_of_frr_itself(cluster):
    """Without one of its own FRR is refused."""
    frr = cluster.fabric.frr
    with cluster.edited(*FRR_PEER, spec(role="Customer", roleStrict=True)):
        await_peer(cluster, "node1", FRR, "Role Mismatch", is_error(2, 11), 40)
        with frr_conf(frr, ["neighbor nodes local-role provider"],
                      ["no neighbor nodes local-role provider"]):
            for node in NODES:
                await_up(cluster, node, FRR, 30)


@row("BGPPeer", "extendedMessages", AT_FRR)
def long_messages(cluster):
    """FRR has them by itself."""
    def both(neighbor):
        return neighbor.get("neighborCapabilities", {}).get(
            "extendedMessage") == "advertisedAndReceived"
    with cluster.edited(*FRR_PEER, spec(extendedMessages=True)):
        for node, address in NODES.items():
            await_up(cluster, node, FRR, 30)
            await_frr_neighbor(cluster, address, "extended messages", both, 30)
        assert cluster.fabric.frr.routes() == expected_routes()


@row("BGPPeer", "shutdown.enabled", AT_BIRD)
def shut_down(cluster):
    """BIRD dials again after a second, and shows what comes of that."""
    path = f"{cluster.fabric.state}/tor-b/bird.log"
    before = os.path.getsize(path)

    def said():
        with open(path, errors="replace") as log:
            log.seek(before)
            text = log.read()
        return "Administrative shutdown" in text, text
    with cluster.edited(*BIRD_PEER, spec(shutdown={"enabled": True})):
        for node in NODES:
            await_peer(cluster, node, BIRD, "Idle",
                       lambda p: p["state"] == "Idle")
        until(PATIENCE, "shutdown in BIRD's log", said)


@contextlib.contextmanager
def heard_by_frr(pool, cluster, text):
    """It shows that until it dials again, so it is asked from before on."""
    heard = pool.submit(await_frr_neighbor, cluster, NODE1, text, lambda n:
                        n.get("lastShutdownDescription") == text)
    yield
    heard.result()


@row("BGPPeer", "shutdown.message", AT_FRR | AT_BIRD, False)
def words_for_the_peer(cluster):
    before = flaps(cluster)
    text = "moves to rack 7, see #42"
    words = spec(shutdown={"message": text})
    both = spec(shutdown={"enabled": True, "message": text})

    def said():
        with open(f"{cluster.fabric.state}/tor-b/bird.log") as log:
            seen = log.read()
        return text in seen, seen
    with cluster.edited(*FRR_PEER, words), cluster.edited(*BIRD_PEER, words):
        time.sleep(1)
        assert_resets(cluster, before, NOBODY)
        with (concurrent.futures.ThreadPoolExecutor(1) as pool,
              heard_by_frr(pool, cluster, text),
              cluster.edited(*FRR_PEER, both), cluster.edited(*BIRD_PEER, both)):
            for node in NODES:
                await_peer(cluster, node, BIRD, "Idle",
                           lambda p: p["state"] == "Idle")
                await_peer(cluster, node, FRR, "Idle",
                           lambda p: p["state"] == "Idle")
            until(PATIENCE, f"{text} in BIRD's log", said)
