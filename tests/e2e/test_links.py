# SPDX-License-Identifier: Apache-2.0
"""Who may connect, where to, and from how far: passwords, addresses, TTL."""

import contextlib

import pytest
from fabric import NODES, PATIENCE, until
from fieldrows import BIRD, BIRD_PEER, FRR, FRR_PEER, await_peer, await_up
from objects import CONFIG
from speaker import OPEN, Closed, Speaker

pytestmark = pytest.mark.parametrize("cluster", ["dir"], indirect=True,
                                     scope="module")

NODE1 = NODES["node1"]
SOMEBODY = "10.31.200.7"        # a router of ours, at the switch
OTHER = "10.31.91.7"            # of node1, and no InternalIP
SECRETS = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
           "metadata": {"name": "links", "namespace": "lbbgp-system"},
           "stringData": {"frr": "geheim", "bird": "anders"}}


def password(key):
    return {"secretKeyRef": {"name": "links", "key": key}}


def peer(name, **spec):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": name},
            "spec": {"peerIP": SOMEBODY, "asNumber": 64600, "passive": True,
                     "nodeSelector": {"matchLabels": {
                         "kubernetes.io/hostname": "node1"}}, **spec}}


@contextlib.contextmanager
def address_at(fabric, where, address, device):
    fabric.run(where, "ip", "address", "add", f"{address}/32", "dev", device)
    try:
        yield
    finally:
        fabric.run(where, "ip", "address", "del", f"{address}/32", "dev",
                   device)


def hears(fabric, node, where="switch", local=SOMEBODY, limit=10):
    """What a client without a password hears: "OPEN", or how it ends."""
    try:
        with Speaker(fabric.ns(where), local, node, limit=limit) as client:
            return "OPEN" if client.read(limit)[0] == OPEN else "else"
    except (Closed, ConnectionResetError):
        return "closed"
    except TimeoutError:
        return "silence"
    except ConnectionRefusedError:
        return "refused"


def condition(cluster, word):
    status = cluster.lbbgp_json("node1", "show", "status")
    return [c["message"] for c in status["conditions"] if word in c["message"]]


def test_peers_swap_addresses_and_passwords(cluster):
    """The objects change places; nobody gets in without a password meanwhile."""
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    at_frr = {"peerIP": frr.address, "asNumber": 64512,
              "password": password("frr")}
    at_bird = {"peerIP": bird.address, "asNumber": 64516,
               "password": password("bird")}
    try:
        with (cluster.added(SECRETS),
              cluster.edited(*FRR_PEER, {"spec": at_frr}),
              cluster.edited(*BIRD_PEER, {"spec": at_bird})):
            frr.set_password("geheim")
            bird.set_password("anders")
            for node in NODES:
                await_up(cluster, node, FRR, 60)
                await_up(cluster, node, BIRD, 60)
            with (cluster.edited(*FRR_PEER, {"spec": at_bird}),
                  cluster.edited(*BIRD_PEER, {"spec": at_frr})):
                for where, router in (("tor-a", frr), ("tor-b", bird)):
                    assert hears(cluster.fabric, NODE1, where,
                                 router.address) == "silence"
                for node in NODES:
                    for name, asn in ((FRR, 64516), (BIRD, 64512)):
                        await_peer(cluster, node, name, "the other router",
                                   lambda p, asn=asn: p["asNumber"] == asn
                                   and p["state"] == "Established", 60)
    finally:
        frr.set_password(None)
        bird.set_password(None)
    for node in NODES:
        await_up(cluster, node, FRR, 60)
        await_up(cluster, node, BIRD, 60)


def test_peer_is_taken_at_the_address_of_its_session_only(cluster):
    """A virtual IP that is here for the moment is nobody's next hop."""
    fabric = cluster.fabric
    logs = cluster.log_sizes()
    with (address_at(fabric, "switch", SOMEBODY, "br0"),
          address_at(fabric, "node1", OTHER, "eth0"),
          cluster.added(peer("somebody")),
          cluster.edited(*CONFIG, {"spec": {"bindMode": "None"}})):
        until(PATIENCE, "an OPEN at the InternalIP", lambda: (
            hears(fabric, NODE1) == "OPEN", "none"))
        assert hears(fabric, OTHER) == "closed"
        until(PATIENCE, "the reason in a log", lambda: (
            f"it connects to {OTHER}" in cluster.logged_since(logs), "none"))


def test_passive_peer_is_waited_for_at_its_source_address(cluster):
    fabric = cluster.fabric
    with (address_at(fabric, "switch", SOMEBODY, "br0"),
          address_at(fabric, "node1", OTHER, "eth0")):
        assert hears(fabric, OTHER) == "refused"
        with cluster.added(peer("somebody", sourceAddress=OTHER)):
            until(PATIENCE, "an OPEN at the source address", lambda: (
                hears(fabric, OTHER) == "OPEN", "none"))
            assert hears(fabric, NODE1) == "closed"
        until(PATIENCE, "nobody at it", lambda: (
            hears(fabric, OTHER) == "refused", "somebody"))


@pytest.mark.parametrize("mode", ["NodeIP", "None"])
def test_source_address_that_the_node_lacks_is_told(cluster, mode):
    said = (f"BGPPeer somebody: spec.sourceAddress: {OTHER}: no interface of "
            "this node has that address")
    with (cluster.edited(*CONFIG, {"spec": {"bindMode": mode}}),
          cluster.added(peer("somebody", sourceAddress=OTHER))):
        until(PATIENCE, "the condition", lambda: (
            condition(cluster, said), cluster.lbbgp_json(
                "node1", "show", "status")["conditions"]))
        with address_at(cluster.fabric, "node1", OTHER, "eth0"):
            until(PATIENCE, "no condition", lambda: (
                not condition(cluster, said), "it stands"))


def test_peer_too_far_away_is_told_by_its_field(cluster):
    """Behind BIRD, for which one hop is not enough."""
    far, fabric = "198.51.100.9", cluster.fabric
    fabric.run("node1", "ip", "route", "add", far, "via", fabric.bird.address,
               "onlink", "dev", "eth0")
    fabric.run("tor-b", "ip", "route", "add", far, "via", NODE1, "onlink",
               "dev", "eth0")
    try:
        with cluster.added(peer("far", peerIP=far, passive=False)):
            await_peer(cluster, "node1", "far", "a hint", lambda p:
                       "spec.ebgpMultihop" in (p["lastError"] or {}).get(
                           "text", ""), 30)
    finally:
        fabric.run("node1", "ip", "route", "del", far)
        fabric.run("tor-b", "ip", "route", "del", far)


def test_strangers_are_told_less_and_less(cluster):
    fabric = cluster.fabric
    logs = cluster.log_sizes()
    with address_at(fabric, "switch", SOMEBODY, "br0"):
        for _ in range(20):
            assert hears(fabric, NODE1) == "closed"
    said = f"connection from {SOMEBODY}, which is no peer"
    until(PATIENCE, "a line", lambda: (
        said in cluster.logged_since(logs), "none"))
    assert cluster.logged_since(logs).count(said) == 1
