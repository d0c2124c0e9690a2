# SPDX-License-Identifier: Apache-2.0
"""Every field of ServiceGroup.announce and BGPConfiguration about links."""

import contextlib
import json
import signal
import time

from fabric import NODES, PATIENCE, until
from fieldrows import row
from objects import CONFIG, address_of, endpoints, pool_group, service

GROUP = ("ServiceGroup", None, "lan")
ON_LAN = ("10.31.200.1-10.31.200.9", "10.31.0.0/16")
ELSEWHERE = ("10.34.2.1-10.34.2.9", "10.34.2.0/24")     # on no node's subnet
SHARER = "tor-a"


def named(*nodes):
    return {"matchExpressions": [{"key": "kubernetes.io/hostname",
                                  "operator": "In", "values": list(nodes)}]}


def on_links(interface=None, **l2):
    announce = {"l2": l2}
    if interface is not None:
        announce["interface"] = interface
    return {"spec": {"announce": announce}}


def spec_l2(**fields):
    return {"spec": {"l2": fields}}


# What is to be seen on the link.

def macs(cluster):
    """{MAC address: node}"""
    return {cluster.fabric.run(node, "cat",
                               "/sys/class/net/eth0/address").strip(): node
            for node in NODES}


def holders(cluster, address):
    """Nodes that answer for the address, "?" for a stranger."""
    known = macs(cluster)
    found = json.loads(cluster.fabric.python(SHARER, "neighbors.py", address,
                                             "eth0"))
    return sorted(known.get(mac, "?") for mac in set(found))


def await_holders(cluster, address, what, good, limit=PATIENCE):
    def look():
        seen = holders(cluster, address)
        return bool(good(seen)), seen
    until(limit, what, look)
    return holders(cluster, address)


def await_one(cluster, address, limit=PATIENCE):
    return await_holders(cluster, address, "one holder",
                         lambda seen: len(seen) == 1, limit)[0]


def await_holder(cluster, address, node, limit=PATIENCE):
    await_holders(cluster, address, f"{node} holds it",
                  lambda seen: seen == [node], limit)


def await_nobody(cluster, address):
    await_holders(cluster, address, "nobody holds it", lambda seen: not seen)


@contextlib.contextmanager
def lan(cluster, pool=ON_LAN, **announce):
    """A Service that any node may serve; its address."""
    group = pool_group("lan", *pool, **on_links(**announce)["spec"])
    with contextlib.ExitStack() as there:
        there.enter_context(cluster.added(group))
        there.enter_context(cluster.added(service("lan", "lan")))
        there.enter_context(cluster.added(endpoints("lan", list(NODES))))
        until(PATIENCE, "its address", lambda: (
            address_of(cluster, "lan"), address_of(cluster, "lan")))
        yield address_of(cluster, "lan")


# ServiceGroup

@row("ServiceGroup", "announce.l2.mode")
def mode(cluster):
    with lan(cluster, ELSEWHERE) as address:
        time.sleep(3)
        assert holders(cluster, address) == []
        with cluster.edited(*GROUP, on_links(mode="Always")):
            await_one(cluster, address)


@row("ServiceGroup", "announce.l2.interfaces")
def interfaces(cluster):
    with lan(cluster, interfaces=["eth[1-9]"]) as address:
        time.sleep(3)
        assert holders(cluster, address) == []
        with cluster.edited(*GROUP, on_links(interfaces=["eth.", "no"])):
            await_one(cluster, address)


@row("ServiceGroup", "announce.l2.nodeSelector")
def node_selector(cluster):
    with lan(cluster, nodeSelector=named("node2")) as address:
        await_holder(cluster, address, "node2")
        with cluster.edited(*GROUP, on_links(nodeSelector=named("node5"))):
            await_holder(cluster, address, "node5")


def preferring(**weights):
    return {"preferred": [{"weight": weight, "nodeSelector": named(node)}
                          for node, weight in weights.items()]}


@row("ServiceGroup", "announce.l2.preferred[].weight")
def weight(cluster):
    with lan(cluster, **preferring(node2=1, node3=9)) as address:
        await_holder(cluster, address, "node3")
        with cluster.edited(*GROUP, on_links(**preferring(node2=10,
                                                          node3=9))):
            await_holder(cluster, address, "node2")


@row("ServiceGroup", "announce.l2.preferred[].nodeSelector")
def preferred_nodes(cluster):
    with lan(cluster, **preferring(node6=1)) as address:
        await_holder(cluster, address, "node6")
        with cluster.edited(*GROUP, on_links(**preferring(node1=1))):
            await_holder(cluster, address, "node1")


@row("ServiceGroup", "announce.l2.failBack")
def fail_back(cluster):
    with lan(cluster, **preferring(node2=1)) as address:
        await_holder(cluster, address, "node2")
        with cluster.edited(*GROUP, on_links(failBack=False,
                                             **preferring(node3=1))):
            time.sleep(3)
            assert holders(cluster, address) == ["node2"]
            with cluster.edited(*GROUP, on_links(failBack=True,
                                                 **preferring(node3=1))):
                await_holder(cluster, address, "node3")


@row("ServiceGroup", "announce.l2.duplicateDetection")
def duplicate_detection(cluster):
    """A router has the first address of the pool."""
    taken = ON_LAN[0].split("-", maxsplit=1)[0]
    device = ("dev", "eth0")
    cluster.fabric.run("tor-b", "ip", "address", "add", f"{taken}/32", *device)
    try:
        with lan(cluster) as address:
            assert address == taken
            time.sleep(3)
            assert holders(cluster, address) == ["?"]
            with cluster.edited(*GROUP, on_links(duplicateDetection=False)):
                await_holders(cluster, address, "both answer",
                              lambda seen: len(seen) == 2, 30)
    finally:
        cluster.fabric.run("tor-b", "ip", "address", "del", f"{taken}/32",
                           *device)


@row("ServiceGroup", "announce.interface")
def interface(cluster):
    def has(node, address):
        shown = cluster.fabric.run(node, "ip", "-o", "address", "show", "dev",
                                   "lbbgp0", check=False)
        return f" {address}/32 " in shown

    with lan(cluster, interface="lbbgp0",
             nodeSelector=named("node2")) as address:
        await_holder(cluster, address, "node2")
        until(PATIENCE, "it is on the interface", lambda: (
            has("node2", address), "it is not"))
        assert not has("node3", address)
    until(PATIENCE, "it is off the interface", lambda: (
        not has("node2", address), "it is there"))


# BGPConfiguration

@row("BGPConfiguration", "l2.helloInterval")
def hello_interval(cluster):
    def count():
        counts = json.loads(cluster.fabric.python(SHARER, "links.py", "2"))
        known = macs(cluster)
        return {known[mac]: n for mac, n in counts.items() if mac in known}

    with lan(cluster) as address:
        await_one(cluster, address)
        until(PATIENCE, "a hello each 200 ms", lambda: (
            set(count()) == set(NODES) and min(count().values()) >= 7,
            count()))
        with cluster.edited(*CONFIG, spec_l2(helloInterval=1000,
                                             deadInterval=3000)):
            until(PATIENCE, "a hello each second", lambda: (
                max(count().values()) <= 4, count()))


@row("BGPConfiguration", "l2.deadInterval")
def dead_interval(cluster):
    """The holder goes on before its hold time is over."""
    with (lan(cluster) as address,
          cluster.edited(*CONFIG, spec_l2(deadInterval=3500))):
        holder = await_one(cluster, address)
        time.sleep(1)
        logs = cluster.log_sizes()
        began = time.monotonic()
        cluster.bgpd[holder].send(signal.SIGSTOP)
        try:
            until(PATIENCE, "another one takes it", lambda: (
                f"{address}: answered for" in (
                    seen := cluster.logged_since(logs)), seen))
            took = time.monotonic() - began
        finally:
            cluster.bgpd[holder].send(signal.SIGCONT)
        assert took > 2                         # by itself it is 0.8 s


def secret(**values):
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "lan", "namespace": "lbbgp-system"},
            "stringData": values}


def signed_with(name, key):
    return spec_l2(secretKeyRef={"name": name, "key": key})


KEY = "6f1d2c3b4a5968778695a4b3c2d1e0ff"


@row("BGPConfiguration", "l2.secretKeyRef.name")
def name_of_secret(cluster):
    """Without the one that is named a node holds nothing."""
    with lan(cluster) as address:
        await_one(cluster, address)
        with cluster.edited(*CONFIG, signed_with("lan", "a")):
            await_nobody(cluster, address)
            with cluster.added(secret(a=KEY)):
                await_one(cluster, address)


@row("BGPConfiguration", "l2.secretKeyRef.key")
def key_in_secret(cluster):
    with (lan(cluster) as address, cluster.added(secret(a=KEY)),
          cluster.edited(*CONFIG, signed_with("lan", "b"))):
        await_nobody(cluster, address)
        with cluster.edited(*CONFIG, signed_with("lan", "a")):
            await_one(cluster, address)
