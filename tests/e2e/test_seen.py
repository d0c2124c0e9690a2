# SPDX-License-Identifier: Apache-2.0
"""Routes as people and programs look for them, and as other programs read them."""

import contextlib
import ipaddress
import json
import struct
import subprocess

import pytest
from cluster import SplitDirCluster
from fabric import NODES, temporary_fabric, until
from fieldrows import (BIRD, BIRD_PEER, FRR, FRR_PEER, assert_resets, await_up,
                       flaps, frr_conf)
from fieldrows_bmp import await_routers, told
from objects import CONFIG, await_prefix, filtered
from scenario import POD_PREFIXES, SERVICE_CIDRS, await_whole

OURS = "10.99.1.0/24"           # FRR's own
FRR_AS, NODE_AS = 64512, 64517
SERVICES = SERVICE_CIDRS[0]


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        yield running


def prefixes(cluster, *words):
    reply = cluster.lbbgp_json("node1", "show", "routes", *words)
    return [route["prefix"] for route in reply["routes"]]


@contextlib.contextmanager
def frr_announces(cluster):
    """FRR has a prefix of its own, and node1 has heard of it."""
    with frr_conf(cluster.fabric.frr,
                  ["no bgp network import-check", f"network {OURS}"],
                  [f"no network {OURS}"]):
        until(30, f"{OURS} at node1", lambda: (
            prefixes(cluster, "received", OURS) == [OURS],
            prefixes(cluster, "received")))
        yield


#
# Selectors.
#

def test_routes_are_found_by_prefix(cluster):
    inside = str(ipaddress.ip_network(OURS)[7])
    with frr_announces(cluster):
        assert prefixes(cluster, "received", inside, "covering") == [OURS]
        assert prefixes(cluster, "received", inside, "shorter") == [OURS]
        assert prefixes(cluster, "received", inside, "longer") == []
        assert OURS in prefixes(cluster, "10.0.0.0/8", "longer")
        assert OURS not in prefixes(cluster, "10.0.0.0/8")


def test_routes_are_found_by_their_as_path(cluster):
    """FRR sends the nodes' own routes back, behind its own AS."""
    starts, contains = "as-path-starts", "as-path-contains"
    path = [starts, str(FRR_AS)]
    with frr_announces(cluster):
        given = prefixes(cluster, "received", *path)
        returned = prefixes(cluster, "received", *path, starts, str(NODE_AS))
        assert set(given) - set(returned) == {OURS}
        assert returned == prefixes(cluster, "received", *path, contains,
                                    str(NODE_AS))
        assert prefixes(cluster, "received", contains, "1") == []


def test_routes_are_found_by_their_communities(cluster):
    every = cluster.lbbgp_json("node1", "show", "routes")["routes"]
    marked = sorted(route["prefix"] for route in every
                    if "64517:120" in route["communities"])
    assert marked
    assert sorted(prefixes(cluster, "community", "64517:120")) == marked
    assert prefixes(cluster, "community", "64517:121") == []


def test_what_a_router_is_told_is_found_by_an_address(cluster):
    inside = str(ipaddress.ip_network(SERVICES)[9])
    for peer in (FRR, BIRD):
        assert SERVICES in prefixes(cluster, "advertised", "neighbor", peer,
                                    inside, "shorter")


def test_a_limit_cuts_and_says_so(cluster):
    assert len(prefixes(cluster)) > 1
    assert len(prefixes(cluster, "limit", "1")) == 1
    assert "More may follow" in cluster.lbbgp("node1", "show", "routes",
                                              "limit", "1")


#
# MRT.
#

def cut(data, n):
    return data[:n], data[n:]


def mrt_peers(body):
    """[(address, AS)] of a PEER_INDEX_TABLE (RFC 6396 4.3.1)."""
    length = struct.unpack("!H", body[4:6])[0]
    count, body = struct.unpack("!H", body[6 + length:8 + length])[0], \
        body[8 + length:]
    peers = []
    for _ in range(count):
        kind, body = body[0], body[5:]
        assert kind & 2                 # AS numbers of 4 octets
        address, body = cut(body, 16 if kind & 1 else 4)
        asn, body = cut(body, 4)
        peers.append((str(ipaddress.ip_address(address)),
                      struct.unpack("!I", asn)[0]))
    assert not body
    return peers


def mrt_routes(body, bits, peers):
    """[(prefix, (address, AS))] of a RIB_IPVx_UNICAST (RFC 6396 4.3.2)."""
    length, body = body[4], body[5:]
    octets, body = cut(body, (length + 7) // 8)
    address = ipaddress.ip_address(octets.ljust(bits // 8, b"\0"))
    count, body = struct.unpack("!H", body[:2])[0], body[2:]
    routes = []
    for _ in range(count):
        peer, _, size = struct.unpack("!HIH", body[:8])
        routes.append((f"{address}/{length}", peers[peer]))
        body = body[8 + size:]
    assert not body
    return routes


def mrt_read(path):
    data, peers, routes = path.read_bytes(), None, []
    while data:
        _, kind, subtype, size = struct.unpack("!IHHI", data[:12])
        body, data = cut(data[12:], size)
        assert kind == 13 and len(body) == size
        if subtype == 1:
            peers = mrt_peers(body)
        else:
            routes += mrt_routes(body, {2: 32, 4: 128}[subtype], peers)
    return routes


def test_dump_has_all_routes_and_who_gave_them(cluster, tmp_path):
    path = tmp_path / "node1.mrt"
    with frr_announces(cluster):
        said = cluster.lbbgp("node1", "dump", "mrt", str(path))
        routes = mrt_read(path)
        assert f"{len(routes)} routes" in said
        assert sorted(prefix for prefix, _ in routes) == \
            sorted(prefixes(cluster))
    assert (OURS, (cluster.fabric.frr.address, FRR_AS)) in routes
    assert (SERVICES, ("0.0.0.0", NODE_AS)) in routes


def test_bgpdump_reads_the_dump(cluster, tmp_path):
    path = tmp_path / "node1.mrt"
    with frr_announces(cluster):
        cluster.lbbgp("node1", "dump", "mrt", str(path))
    text = subprocess.run(["bgpdump", "-m", str(path)], text=True, timeout=30,
                          check=True, capture_output=True).stdout
    fields = [line.split("|") for line in text.splitlines()]
    assert sorted(line[5] for line in fields) == \
        sorted(prefix for prefix, _ in mrt_read(path))
    assert [cluster.fabric.frr.address, str(FRR_AS), OURS, str(FRR_AS)] in \
        [line[3:7] for line in fields]


#
# Monitor.
#

@contextlib.contextmanager
def monitored(cluster, *kinds):
    """A function that gives the events of node1 so far."""
    log = "monitor-" + "-".join(kinds)
    process = cluster.fabric.start(
        "node1", [cluster.program("lbbgp"), "--socket",
                  cluster.socket("node1"), "-o", "json", "monitor", *kinds],
        log)

    def events():
        with open(process.log) as lines:
            seen = [json.loads(line) for line in lines if line.endswith("\n")]
        return [event for event in seen if "kind" in event]

    def begun():
        with open(process.log) as lines:
            text = lines.read()
        return '"kinds"' in text, text

    try:
        until(20, "monitor has begun", begun)
        yield events
    finally:
        process.stop()


def test_monitor_tells_of_routes_that_come_and_go(cluster):
    with monitored(cluster, "route") as events:
        with frr_announces(cluster):
            pass
        until(30, "what became of it", lambda: (
            [event["routes"] for event in events()
             if event["prefix"] == OURS][-1:] == [[]], events()))
        first = next(event for event in events() if event["prefix"] == OURS)
        assert first["routes"][0]["asPath"] == [FRR_AS]
        assert first["at"].endswith("Z")


def test_monitor_tells_of_sessions(cluster):
    with monitored(cluster, "session") as events:
        cluster.fabric.frr.text(f"clear bgp {NODES['node1']}")
        until(30, "up again", lambda: (
            [event["state"] for event in events()
             if event["neighborName"] == FRR][-1:] == ["Established"], events()))
        ends = [event["lastError"] for event in events()
                if event["neighborName"] == FRR and event["lastError"]]
        assert (ends[0]["sentBy"], ends[0]["code"]) == ("Peer", 6)
    await_whole(cluster)


#
# BMP, but for the fields of its configuration, which are in fieldrows_bmp.py.
#

def test_station_is_told_of_a_session_that_ends(cluster):
    frr = cluster.fabric.frr
    with told(cluster) as heard:
        line = heard.lines["node1"]
        await_routers(cluster, line)
        frr.text(f"clear bgp {NODES['node1']}")
        until(30, "down by a NOTIFICATION, and up", lambda: (
            line.ends == [3] and (0, frr.address) in line.peers, line.ends))
    await_whole(cluster)


def test_daemon_that_stops_says_so_and_the_next_begins_anew(cluster):
    with told(cluster, routes=["LocRIB"]) as heard:
        first = heard.lines["node1"]
        cluster.bgpd["node1"].stop()
        until(20, "its end", lambda: (first.over and first.closed, vars(first)))
        cluster.start_bgpd("node1")
        until(30, "all of it again", lambda: (
            heard.lines["node1"] is not first and
            heard.lines["node1"].routes == first.routes,
            vars(heard.lines["node1"])))
    await_whole(cluster)


#
# Before a change.
#

MORE = "10.98.0.0/24"


def test_what_diff_says_is_what_then_happens(cluster, tmp_path):
    """FRR's session is reset, BIRD loses the pods, both are told of a prefix."""
    change, external = tmp_path / "change.json", [{"cidr": MORE}]
    no_pods = filtered("no-pods", {"export": [
        {"name": "pods", "action": "Reject", "sources": ["Pod"]}]})
    patches = [(FRR_PEER, {"holdTime": 60}), (BIRD_PEER, {"filters": ["no-pods"]})]
    patches.append((CONFIG, {"serviceExternalIPs": cluster.manifest(*CONFIG)[
        "spec"].get("serviceExternalIPs", []) + external}))
    changed = [no_pods]
    for who, fields in patches:
        obj = cluster.manifest(*who)
        obj["spec"].update(fields)
        changed.append(obj)
    change.write_text("\n".join(json.dumps(obj) for obj in changed))
    said = cluster.lbbgp_cluster_json("diff", "-f", str(change))["changes"]
    unknown = [c for c in said if c["change"] == "Unknown"]
    assert [c["message"].split(": ")[1] for c in unknown] == ["spec.filters"]
    assert sorted((c["node"], c["neighborName"], c["change"], c["prefix"] or "",
                   c["message"]) for c in said if c not in unknown) == sorted(
        row for node in NODES for row in (
            (node, FRR, "Reset", "", "holdTime"),
            (node, FRR, "Announce", MORE, None),
            (node, BIRD, "Announce", MORE, None),
            (node, BIRD, "Withdraw", POD_PREFIXES[node], None)))
    bird, frr = cluster.fabric.bird, cluster.fabric.frr
    pods = POD_PREFIXES["node1"]
    before = flaps(cluster)
    with contextlib.ExitStack() as stack:
        stack.enter_context(cluster.added(no_pods))
        for who, fields in patches:
            stack.enter_context(cluster.edited(*who, {"spec": fields}))
        for node in NODES:
            await_up(cluster, node, FRR)
        for router in bird, frr:
            await_prefix(router, MORE, NODES.values(), limit=30)
        await_prefix(bird, pods, [], limit=30)
        await_prefix(frr, pods, [NODES["node1"]], limit=30)
        assert_resets(cluster, before, {(node, FRR) for node in NODES})
    for router in bird, frr:
        await_prefix(router, pods, [NODES["node1"]], limit=30)
        await_prefix(router, MORE, [], limit=30)
