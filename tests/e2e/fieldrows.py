# SPDX-License-Identifier: Apache-2.0
"""Rows of the table of fieldrows_all.py: what each field of a schema does.

A row edits its field on the running fabric, looks for the effect at a router
or a daemon, and puts everything back. It says which sessions that may reset.
"""

import contextlib
import json
import re

from fabric import NODES, PATIENCE, TOP, Failed, until
from scenario import await_whole

FRR, BIRD = "openwrt-peer", "tiny-unraid-peer"      # BGPPeers
FRR_PEER, BIRD_PEER = ("BGPPeer", None, FRR), ("BGPPeer", None, BIRD)

NOBODY = frozenset()
AT_FRR = frozenset((node, FRR) for node in NODES)
AT_BIRD = frozenset((node, BIRD) for node in NODES)
EVERYBODY = AT_FRR | AT_BIRD

ROWS = {}


class Row:
    """resets: (node, BGPPeer) of the sessions that must reset, all others not.

    says: what the schema says of it; not the same where the edit of the row
    ends sessions by what the field means, as a peer for fewer nodes does.
    """

    def __init__(self, look, resets, says):
        self.look = look
        self.resets = resets
        self.says = bool(resets) if says is None else says


def row(kind, path, resets=NOBODY, says=None):
    def add(look):
        assert (kind, path) not in ROWS
        ROWS[kind, path] = Row(look, resets, says)
        return look
    return add


# What daemons tell.

def neighbors(cluster, node):
    reply = cluster.lbbgp_json(node, "show", "neighbors")
    return {peer["name"]: peer for peer in reply["neighbors"]}


def flaps(cluster):
    """{(node, BGPPeer): how often that session has come down}"""
    return {(node, name): peer["flaps"] for node in NODES
            for name, peer in neighbors(cluster, node).items()}


def assert_resets(cluster, before, resets):
    after = flaps(cluster)
    assert {key for key in before if after[key] != before[key]} == resets


def assert_does_what_its_row_says(cluster, key):
    before = flaps(cluster)
    ROWS[key].look(cluster)
    await_whole(cluster)
    assert_resets(cluster, before, ROWS[key].resets)


def await_peer(cluster, node, name, what, good, limit=PATIENCE):
    """Until good(peer), a neighbour as the daemon of node shows it."""
    def look():
        peer = neighbors(cluster, node).get(name)
        return peer is not None and bool(good(peer)), peer
    until(limit, f"{what} at {node}'s {name}", look)
    return neighbors(cluster, node)[name]


def await_up(cluster, node, name, limit=PATIENCE):
    return await_peer(cluster, node, name, "Established",
                      lambda peer: peer["state"] == "Established", limit)


def is_error(code, subcode):
    return lambda peer: (peer["lastError"] or {}).get("code") == code and \
        peer["lastError"]["subcode"] == subcode


def detail(cluster, node, address):
    reply = cluster.lbbgp_json(node, "show", "neighbors", address)
    return reply["neighbors"][0]


# What routers are configured with and tell.

def blocks_of(page, language):
    """The blocks of a page that are marked so."""
    with open(f"{TOP}/{page}") as text:
        return re.findall(rf"```{language}\n(.*?)```", text.read(), re.S)


def block_of(page, language):
    """The first one."""
    return blocks_of(page, language)[0]


def lines_of(text):
    return [line.strip() for line in text.splitlines()]


def link_local(fabric, where, device="eth0"):
    """The address of its device."""
    text = fabric.run(where, "ip", "-j", "address", "show", "dev", device)
    return next(address["local"] for address in json.loads(text)[0]["addr_info"]
                if address["scope"] == "link")


@contextlib.contextmanager
def bird_conf(bird, *changes):
    """(old, new) texts of its configuration, put back at the end."""
    path = f"{bird.fabric.state}/tor-b/bird.conf"
    with open(path) as conf:
        before = conf.read()
    text = before
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new)
    bird_configure(bird, path, text)
    try:
        yield
    finally:
        bird_configure(bird, path, before)


def bird_configure(bird, path, text):
    with open(path, "w") as conf:
        conf.write(text)
    said = bird.text("configure")
    assert "Reconfigur" in said, said


@contextlib.contextmanager
def frr_conf(frr, do, undo):
    """Lines below `router bgp`, and those that take them back."""
    frr.text("configure terminal", "router bgp 64512", *do)
    try:
        yield
    finally:
        frr.text("configure terminal", "router bgp 64512", *undo)


def frr_neighbor(cluster, address):
    frr = cluster.fabric.frr
    return frr.json(f"show bgp neighbors {address}")[address]


def await_frr_neighbor(cluster, address, what, good, limit=PATIENCE):
    def look():
        seen = frr_neighbor(cluster, address)
        return bool(good(seen)), seen
    until(limit, f"{what} at FRR", look)


def await_bird_text(cluster, words, text, limit=PATIENCE):
    def look():
        try:
            seen = cluster.fabric.bird.text("show", *words)
        except Failed as err:               # it has no such route
            seen = str(err)
        return text in seen, seen
    until(limit, f"{text!r} at BIRD", look)
