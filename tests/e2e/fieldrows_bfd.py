# SPDX-License-Identifier: Apache-2.0
"""Every field of spec.bfd of BGPPeer.

FRR ends its sessions when BFD is taken from one end, so most of these reset.
"""

import time

from bfd import await_bfd, bfd, name_of, with_bfd
from fabric import NODES, PATIENCE, until
from fieldrows import (AT_FRR, FRR, FRR_PEER, NOBODY, assert_resets, await_peer,
                       await_up, flaps, row)

NODE1 = NODES["node1"]
# RFC 5880 4.1: version 1, Down, detect multiplier 3, 24 bytes.
PACKET = "20400318" + "00000007" + "00000000" + "000f4240" * 2 + "00000000"


def spec(**fields):
    return {"spec": {"bfd": fields}}


def frr_sees(cluster, key, value):
    """What FRR says of its session with node1, as soon as it is that."""
    def look():
        peers = {peer["peer"]: peer for peer in cluster.fabric.frr.json(
            "show bfd peers")}
        return peers.get(NODE1, {}).get(key) == value, peers.get(NODE1)
    until(PATIENCE, f"{key} at FRR", look)


@row("BGPPeer", "bfd.enabled", AT_FRR, False)
def off(cluster):
    frr = cluster.fabric.frr
    with with_bfd(cluster, frr, 300):
        with cluster.edited(*FRR_PEER, spec(enabled=False)):
            until(PATIENCE, "no BFD", lambda: (not bfd(cluster, "node1"),
                                        bfd(cluster, "node1")))
        await_bfd(cluster, "node1", frr, "Up")


@row("BGPPeer", "bfd.receiveInterval", AT_FRR, False)
def rarely_heard(cluster):
    with with_bfd(cluster, cluster.fabric.frr, 300):
        with cluster.edited(*FRR_PEER, spec(receiveInterval=450)):
            frr_sees(cluster, "remote-receive-interval", 450)


@row("BGPPeer", "bfd.transmitInterval", AT_FRR, False)
def rarely_sent(cluster):
    with with_bfd(cluster, cluster.fabric.frr, 300):
        with cluster.edited(*FRR_PEER, spec(transmitInterval=450)):
            frr_sees(cluster, "remote-transmit-interval", 450)


@row("BGPPeer", "bfd.detectMultiplier", AT_FRR, False)
def more_that_may_be_lost(cluster):
    with with_bfd(cluster, cluster.fabric.frr, 300):
        with cluster.edited(*FRR_PEER, spec(detectMultiplier=7)):
            frr_sees(cluster, "remote-detect-multiplier", 7)


@row("BGPPeer", "bfd.multihop")
def port_of_several_hops(cluster):
    with cluster.edited(*FRR_PEER, spec(multihop=True)):
        seen = cluster.fabric.run(
            "node1", "tcpdump", "-nvlc", "1", "-i", "eth0",
            f"src {NODE1} and udp dst port 4784")
        assert "ttl 255" in seen
        assert bfd(cluster, "node1")[FRR]["multihop"]


def send_from_afar(cluster, ttl):
    cluster.fabric.run(
        "tor-a", "python3", "-c",
        "import socket\n"
        "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\n"
        f"s.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, {ttl})\n"
        f"s.sendto(bytes.fromhex('{PACKET}'), ('{NODE1}', 4784))")


@row("BGPPeer", "bfd.minimumTTL")
def from_not_too_far(cluster):
    with cluster.edited(*FRR_PEER, spec(multihop=True, minimumTTL=200)):
        until(PATIENCE, "BFD", lambda: (bfd(cluster, "node1"), None))
        send_from_afar(cluster, 199)
        until(PATIENCE, "a packet from too far", lambda: (
            (seen := bfd(cluster, "node1", FRR)[FRR])["refusal"] == "ttl",
            seen))
        assert seen_none(cluster)
        send_from_afar(cluster, 200)
        until(PATIENCE, "a packet from near", lambda: (
            (seen := bfd(cluster, "node1", FRR)[FRR])["state"] == "Init", seen))


def seen_none(cluster):
    return bfd(cluster, "node1", FRR)[FRR]["received"] == 0


@row("BGPPeer", "bfd.strict", AT_FRR, False)
def waits_for_bfd(cluster):
    """Sessions that are up stay so; once down they wait."""
    frr = cluster.fabric.frr
    before = flaps(cluster)
    with cluster.edited(*FRR_PEER, spec(strict=True)):
        time.sleep(1)
        assert_resets(cluster, before, NOBODY)
        frr.text("clear bgp *")
        for node in NODES:
            await_peer(cluster, node, name_of(frr), "waiting for BFD", lambda p:
                       "spec.bfd.strict" in (p["lastError"] or {}).get(
                           "text", ""))
        frr.set_bfd(300)
        try:
            for node in NODES:
                await_up(cluster, node, FRR)
        finally:
            frr.set_bfd(None)
