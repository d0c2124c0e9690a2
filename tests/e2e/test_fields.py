# SPDX-License-Identifier: Apache-2.0
"""Every field of our schemas on the running fabric, and every wrong value.

The table is in fieldrows_*.py. A field of a schema without a row fails. The fields of
BGPPeer are in test_fields_peer.py.
"""

import contextlib
import os
import re
import time

import pytest
import yaml
from fabric import NODES, PATIENCE, TOP, until
from fieldrows import (BIRD_PEER, FRR, FRR_PEER, assert_does_what_its_row_says,
                       assert_resets, await_peer, await_up, bird_conf, block_of, flaps,
                       frr_conf, link_local, neighbors)
from fieldrows_all import ROWS
from fieldrows_peer import behind
from objects import CONFIG, GROUP, accepted, await_prefix, pool_group
from scenario import POD_PREFIXES, await_whole, expected_routes

pytestmark = pytest.mark.parametrize("cluster", ["dir"], indirect=True,
                                     scope="module")

SCHEMAS = {"BGPPeer": ("bgppeers", ""),
           "BGPConfiguration": ("bgpconfigurations", ""),
           "BGPFilter": ("bgpfilters", ""),
           "ServiceGroup": ("servicegroups", "announce."),
           "VirtualIP": ("virtualips", "")}


def leaves(schema, path="", said=""):
    """(path, description of it and of what it is in) of the fields in it."""
    inner = schema
    if schema["type"] == "array" and schema["items"]["type"] == "object":
        inner, path = schema["items"], f"{path}[]"
    said += schema.get("description", "")
    fields = inner.get("properties", {})
    if not fields or "matchLabels" in fields:       # a selector is one field
        yield path, said
        return
    for name, field in fields.items():
        yield from leaves(field, f"{path}.{name}".lstrip("."),
                          said if path else "")


def described():
    """{(kind, path): description}"""
    found = {}
    for kind, (plural, part) in SCHEMAS.items():
        with open(os.path.join(TOP, "crd", f"lbbgp.io_{plural}.yaml")) as crd:
            version = yaml.safe_load(crd)["spec"]["versions"][0]
        schema = version["schema"]["openAPIV3Schema"]["properties"]["spec"]
        found.update({(kind, path): said for path, said in leaves(schema)
                      if path.startswith(part)})
    return found


def test_every_field_has_a_row(cluster):
    assert set(described()) == set(ROWS)


def test_schema_says_what_resets_a_session(cluster):
    said = {key: bool(re.search(r"resets (the|their) session|ends the session",
                                text)) for key, text in described().items()}
    assert said == {key: row.says for key, row in ROWS.items()}


@pytest.mark.parametrize("key", [key for key in ROWS if key[0] != "BGPPeer"],
                         ids="-".join)
def test_field(cluster, key):
    assert_does_what_its_row_says(cluster, key)


# What is wrong.

def holds(cluster, node, condition):
    """The message of what node says in its BGPNodeStatus, or None."""
    status = (cluster.get("BGPNodeStatus", None, node) or {}).get("status", {})
    return next((c["message"] for c in status.get("conditions", [])
                 if c["type"] == condition), None)


def await_condition(cluster, condition, words, node="node1"):
    def look():
        seen = holds(cluster, node, condition)
        return (seen is None if words is None else
                seen is not None and all(word in seen for word in words)), seen
    until(PATIENCE, f"{condition} at {node}", look)


WRONG = [
    (FRR_PEER, {"holdTime": 2}, "spec.holdTime: 2: not 0 or 3..65535"),
    (FRR_PEER, {"asNumber": 0}, "spec.asNumber: 0: not 1..4294967295"),
    (FRR_PEER, {"peerIP": "10.31.254"}, 'spec.peerIP: "10.31.254": not an IP'),
    (FRR_PEER, {"noSuch": 1}, "spec.noSuch: unknown field"),
    (CONFIG, {"listenPort": 70000}, "spec.listenPort: 70000: not 1..65535"),
    (CONFIG, {"bindMode": "Some"},
     'spec.bindMode: "Some": not one of NodeIP, None'),
    (CONFIG, {"serviceClusterIPs": [{"cidr": "10/8"}]},
     'spec.serviceClusterIPs[0].cidr: "10/8": not an IP prefix'),
    (CONFIG, {"nodeMeshPassword": {"secretKeyRef": {"name": "a"}}},
     "spec.nodeMeshPassword.secretKeyRef.key: missing"),
    (FRR_PEER, {"peerSelector": {}},
     "spec: one of peerIP, interface, peerPrefix, peerSelector and fromNode.peerIP"),
    (CONFIG, {"prefixAdvertisements": [{"cidr": "10.33.0.0/17",
                                        "communities": ["blue"]}]},
     'spec: "blue": prefixAdvertisements use a community'),
    (GROUP, {"priority": -1}, "spec.priority: -1: not "),
    (GROUP, {"pools": [{"subnet": "10.33.192.0/18", "pool": "10.1"}]},
     'spec.pools[0].pool: "10.1": not an IP prefix'),
]


@pytest.mark.parametrize("obj, fields, why", WRONG, ids=[
    f"{obj[0]}-{next(iter(fields))}" for obj, fields, _ in WRONG])
def test_wrong_value_is_told_and_the_last_good_one_stays(
        cluster, obj, fields, why):
    before = flaps(cluster)
    logs = cluster.log_sizes()
    kind, _, name = obj
    with cluster.edited(*obj, {"spec": fields}):
        until(PATIENCE, "a log line", lambda: (any(
            name in line and why in line
            for line in cluster.logged_since(logs).splitlines()),
            cluster.logged_since(logs)))
        until(PATIENCE, "Accepted: False", lambda: (
            (accepted(cluster, kind, name) or ("", ""))[0] == "False"
            and why in accepted(cluster, kind, name)[1],
            accepted(cluster, kind, name)))
        for router in cluster.fabric.routers:
            assert router.routes() == expected_routes()
    until(PATIENCE, "Accepted: True", lambda: (
        accepted(cluster, kind, name) == ("True", ""),
        accepted(cluster, kind, name)))
    assert_resets(cluster, before, frozenset())


def test_node_status_names_what_is_refused(cluster):
    with (cluster.edited(*FRR_PEER, {"spec": {"holdTime": 1}}),
          cluster.edited(*CONFIG, {"spec": {"asNumber": 0}}),
          cluster.edited(*GROUP, {"spec": {"priority": -1}})):
        for node in NODES:
            await_condition(cluster, "ObjectsRefused", [
                "BGPPeer openwrt-peer: spec.holdTime: 1: not",
                "BGPConfiguration default: spec.asNumber: 0: not",
                "ServiceGroup bgp-ippool: spec.priority: -1: not"], node)
    await_condition(cluster, "ObjectsRefused", None)


def test_younger_of_two_peers_with_one_address_is_told(cluster):
    before = flaps(cluster)
    twin = {**cluster.manifest(*FRR_PEER), "metadata": {"name": "twin"}}
    with cluster.added(twin):
        for node in NODES:
            await_condition(cluster, "PeerBlocked", [
                "BGPPeer twin: spec.peerIP: BGPPeer openwrt-peer"], node)
        assert neighbors(cluster, "node1")["twin"]["state"] == "Idle"
    await_condition(cluster, "PeerBlocked", None)
    assert_resets(cluster, before, frozenset())


def test_younger_of_two_configurations_is_told(cluster):
    before = flaps(cluster)
    both = {"matchLabels": {"kubernetes.io/hostname": "node1"}}

    def rack(name):
        spec = {**cluster.manifest(*CONFIG)["spec"], "nodeSelector": both}
        return {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                "metadata": {"name": name}, "spec": spec}
    with cluster.added(rack("rack-a")), cluster.added(rack("rack-b")):
        await_condition(cluster, "ConfigurationConflict", [
            "BGPConfiguration rack-b selects this node too, but rack-a is"])
        assert holds(cluster, "node2", "ConfigurationConflict") is None
    await_condition(cluster, "ConfigurationConflict", None)
    assert_resets(cluster, before, frozenset())


def test_unknown_community_of_a_group_is_told(cluster):
    group = pool_group("named", "10.34.1.0/24", "10.34.1.0/24", announce={
        "bgp": {"communities": ["blue"]}})
    with cluster.added(group):
        await_condition(cluster, "CommunityUnknown", [
            "ServiceGroup named: spec.announce.bgp.communities", "blue"])
    await_condition(cluster, "CommunityUnknown", None)


def test_session_over_ipv6_carries_both_families(cluster):
    """Next hops are the node's addresses of each family."""
    bird, cidr = cluster.fabric.bird, "fd10:33:1::/112"
    channel = "ipv4 { import all; export none; };"
    over_ipv6 = [("local 10.31.100.100 as", "local fd10:31::100:100 as"),
                 ("neighbor 10.31.90.", "neighbor fd10:31::90:"),
                 (channel, channel + channel.replace("4", "6"))]
    with (bird_conf(bird, *over_ipv6),
          cluster.edited(*BIRD_PEER, {"spec": {
              "peerIP": "fd10:31::100:100", "families": ["IPv4", "IPv6"]}}),
          cluster.edited(*CONFIG, {"spec": {
              "serviceLoadBalancerIPs": [{"cidr": cidr}]}})):
        await_prefix(bird, cidr, [f"fd10:31::90:{n}" for n in range(1, 7)], 30)
        until(30, "the routes of IPv4", lambda: (
            expected_routes().items() <= bird.routes().items(),
            bird.routes()))


def test_ipv4_by_next_hops_of_a_link(cluster):
    """FRR has both next hops of a node, and tells its own in the same way."""
    frr, name = cluster.fabric.frr, "linked"
    ours = link_local(cluster.fabric, "node1")
    theirs = link_local(cluster.fabric, "tor-a")
    peer = {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": name},
            "spec": {"peerIP": f"{theirs}%eth0", "asNumber": 64512,
                     "families": ["IPv4", "IPv6"],
                     "nodeSelector": {"matchLabels": {
                         "kubernetes.io/hostname": "node1"}}}}
    lines = ["remote-as 64517", "interface eth0",
             "capability extended-nexthop", "timers connect 1"]

    def hops():
        found = frr.json(f"show bgp ipv4 unicast {POD_PREFIXES['node1']}")
        return {hop["ip"] for path in found.get("paths", [])
                if path["peer"]["peerId"] == ours
                for hop in path["nexthops"]}

    def received():
        routes = cluster.lbbgp_json("node1", "show", "routes", "received",
                                    "neighbor", f"{theirs}%eth0")["routes"]
        return {(r["nextHop"], r["linkLocalNextHop"]) for r in routes
                if ":" not in r["prefix"]}

    with (cluster.added(peer),
          frr_conf(frr, [f"neighbor {ours} {line}" for line in lines],
                   [f"no neighbor {ours}"])):
        await_up(cluster, "node1", name, 2 * PATIENCE)
        want = {"fd10:31::90:1", ours}
        until(PATIENCE, f"{want} at FRR", lambda: (hops() == want, hops()))
        want = {("fd10:31::254:253", theirs)}
        until(PATIENCE, f"{want} at node1",
              lambda: (received() == want, received()))


def test_unnumbered_with_bird(cluster):
    """Any neighbour on the link, and advertisements of its `protocol radv`."""
    bird = cluster.fabric.bird
    more = block_of("doc/unnumbered.md", "bird")
    with (bird_conf(bird, ("protocol device", more + "protocol device")),
          cluster.added(behind("eth0"))):
        await_up(cluster, "node1", "behind", 2 * PATIENCE)
        prefix = POD_PREFIXES["node1"]
        until(PATIENCE, f"{prefix} over IPv6", lambda: (
            "fd10:31::90:1" in (seen := bird.routes().get(prefix, [])), seen))


def test_twin_without_password_opens_no_door(cluster):
    """The listener keeps the key of the one that is in force."""
    frr = cluster.fabric.frr
    secret = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
              "metadata": {"name": "twin", "namespace": "lbbgp-system"},
              "stringData": {"password": "geheim"}}
    twin = {**cluster.manifest(*FRR_PEER), "metadata": {"name": "twin"}}
    patch = {"spec": {"passive": True, "password": {"secretKeyRef": {
        "name": "twin", "key": "password"}}}}
    with (cluster.added(secret), cluster.edited(*FRR_PEER, patch),
          cluster.added(twin)):
        await_condition(cluster, "PeerBlocked", ["BGPPeer twin"])
        time.sleep(3)
        assert not frr.established()
        frr.set_password("geheim")
        for node in NODES:
            await_up(cluster, node, FRR, 30)
        frr.set_password(None)
    await_whole(cluster)


# The peer that is the node's default gateway.

def default_route(cluster, verb, *rest):
    """FRR has it in all of the fabric."""
    cluster.fabric.run("node1", "ip", "route", verb, "default", *rest)


def test_default_gateway(cluster):
    frr, bird = "10.31.254.253", "10.31.100.100"
    others = {"spec": {"nodeSelector": {"matchExpressions": [{
        "key": "kubernetes.io/hostname", "operator": "NotIn",
        "values": ["node1"]}]}}}
    peer = {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "gateway"},
            "spec": {"peerIP": "gateway", "external": True, "holdTime": 9,
                     "nodeSelector": {"matchLabels": {
                         "kubernetes.io/hostname": "node1"}}}}

    def is_at(address, limit=PATIENCE):
        await_peer(cluster, "node1", "gateway", f"up with {address}", lambda p: (
            p["state"] == "Established" and p["address"] == address), limit)
    with (cluster.edited(*FRR_PEER, others), cluster.edited(*BIRD_PEER, others),
          cluster.added(peer)):
        is_at(frr)
        try:
            default_route(cluster, "replace", "via", bird)
            is_at(bird, 60)
            default_route(cluster, "del")
            time.sleep(1)               # the route went, the router did not
            is_at(bird)
        finally:
            default_route(cluster, "replace", "via", frr)
        is_at(frr, 60)


# Several peers at one address.

def test_two_speakers_on_one_address(cluster):
    """BIRD has a protocol at each of two ports.

    Of protocols with one neighbour it starts those that differ by its port.
    """
    bird = cluster.fabric.bird
    ports = {"speaker0": 1790, "speaker1": 1791}
    more = "".join(f"""
        protocol bgp {name} {{
            local 10.31.100.100 port {port} as 6453{port % 10};
            neighbor 10.31.90.1 port {port} as 64517;
            passive on;
            ipv4 {{ import all; export none; }};
        }}""" for name, port in ports.items())
    others = {"spec": {"nodeSelector": {"matchExpressions": [{
        "key": "kubernetes.io/hostname", "operator": "NotIn",
        "values": ["node1"]}]}}}
    with contextlib.ExitStack() as stack:
        stack.enter_context(cluster.edited(*BIRD_PEER, others))
        stack.enter_context(bird_conf(bird, (
            "protocol device { }", "protocol device { }" + more)))
        for name, port in ports.items():
            stack.enter_context(cluster.added({
                "apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                "metadata": {"name": name},
                "spec": {"peerIP": f"10.31.100.100:{port}", "external": True,
                         "nodeSelector": {"matchLabels": {
                             "kubernetes.io/hostname": "node1"}}}}))
        for name, port in ports.items():
            up = await_up(cluster, "node1", name, 60)
            assert up["asNumber"] == 64530 + port % 10
            assert up["port"] == port
