# SPDX-License-Identifier: Apache-2.0
"""From one topology to another, and back, under a stream of packets from nodes to
pods of other nodes, of which none may be lost. The commands are those of
doc/topology-*.md, in their order.
"""

import contextlib

import pytest
from fabric import NODES, PATIENCE, until
from scenario import POD_PREFIXES
from stream import PORT, TALKATIVE, Stream
from test_pages import bash
from test_topologies import (Page, all_others, await_installed, await_neighbors,
                             await_routers, cluster, routers)

__all__ = ["cluster"]

RATE = 500              # a second, of each sender
TARGETS = {"node1": ["node3", "node5"], "node4": ["node2", "node6"]}
TORS = {"tor-a", "tor-b"}
REFLECTORS = {"node1", "node2"}


@pytest.fixture(scope="module")
def pods(cluster):
    """What answers on each node, at an address of a pod."""
    for node in NODES:
        cluster.fabric.run(node, "sysctl", "-q", "-w", *TALKATIVE)
        cluster.fabric.run(node, "ip", "address", "add", f"{pod_of(node)}/32",
                           "dev", "lo")
        cluster.applications.append(cluster.fabric.start(
            node, [cluster.program("lab/stream"), "echo", node, str(PORT)],
            f"echo-{node}"))


@pytest.fixture(autouse=True)
def whole(cluster, pods, tmp_path, monkeypatch):
    """Nothing is there until a test says so, nor behind it."""
    monkeypatch.chdir(tmp_path)         # of the pages' commands
    yield
    bash(cluster, "kubectl delete bgppeer,bgpconfiguration,bgpfilter --all; "
         "kubectl label node --all reflector-; "
         "kubectl annotate node --all lbbgp.io/cluster-id-")
    await_neighbors(cluster, set())


def pod_of(node):
    return POD_PREFIXES[node].replace(".0/24", ".9")


@contextlib.contextmanager
def streams(cluster):
    running = [Stream(cluster, rate=RATE, flows=16, connections=8,
                      address=pod_of(target), behind={node: node for node in senders})
               for target, senders in TARGETS.items()]
    with contextlib.ExitStack() as stack:
        for stream in running:
            stack.enter_context(stream)
        yield
    for stream in running:
        for seen in stream.seen.values():
            assert seen.counts["sent"] > RATE
        assert stream.lost == stream.broken == 0, [
            str(seen) for seen in stream.seen.values()]


@pytest.fixture
def no_gateway(cluster):
    """Whoever has no route has none: no default route helps."""
    for node in NODES:
        cluster.fabric.run(node, "ip", "route", "del", "default")
    yield
    for node in NODES:
        cluster.fabric.run(node, "ip", "route", "add", "default", "via",
                           cluster.fabric.frr.address)


@pytest.fixture
def mesh(cluster, no_gateway):
    page = Page("mesh")
    bash(cluster, command(page, "What to apply", "kind: BGPFilter"))
    await_mesh(cluster)
    return page


def command(page, section, *words):
    """The page's only one there that has all of them."""
    found = [script for script in page.commands(section)
             if all(word in script for word in words)]
    assert len(found) == 1, (section, words, found)
    return found[0]


def of_mesh(node):
    return {f"mesh:{other}" for other in NODES if other != node}


def of_reflectors(node):
    return {f"reflectors/{other}" for other in NODES
            if other != node and {node, other} & REFLECTORS}


def of_both(node):
    """A node's BGPPeer goes before the mesh."""
    return of_reflectors(node) | {
        f"mesh:{other}" for other in NODES
        if other != node and not {node, other} & REFLECTORS}


def await_mesh(cluster, beside=frozenset()):
    await_neighbors(cluster, lambda node: of_mesh(node) | beside)
    await_installed(cluster, all_others)


def test_mesh_to_reflectors_and_back(cluster, mesh):
    page, section = Page("reflectors"), "From a mesh"
    with streams(cluster):
        bash(cluster, command(page, "What to apply", "annotate"))
        bash(cluster, command(page, "What to apply", "name: reflectors"))
        await_neighbors(cluster, of_both)
        bash(cluster, command(page, section, "false"))
        await_neighbors(cluster, of_reflectors)
        await_installed(cluster, all_others)
        on, *off = command(page, section, "true").splitlines()
        bash(cluster, on)
        await_neighbors(cluster, of_both)
        bash(cluster, "\n".join(off))
        await_mesh(cluster)


def test_mesh_to_routers_that_reflect_and_back(cluster, mesh):
    page, section = Page("tor-reflects"), "From a mesh"
    with streams(cluster), routers(cluster, page):
        bash(cluster, command(page, "What to apply", "kind: BGPPeer"))
        await_mesh(cluster, TORS)
        await_heard(cluster)
        bash(cluster, command(page, section, "false"))
        await_neighbors(cluster, TORS)
        await_installed(cluster, all_others)
        on, off = command(page, section, "true").splitlines()
        bash(cluster, on)
        await_mesh(cluster, TORS)
        bash(cluster, off)
        await_mesh(cluster)


def await_heard(cluster):
    """Until each node has the pods of all others from both routers."""
    def look():
        heard = [(node, peer["prefixes"]["ipv4"]["accepted"])
                 for node in NODES for peer in cluster.lbbgp_json(
                     node, "show", "neighbors")["neighbors"]
                 if peer["name"] in TORS]
        return all(count == len(NODES) - 1 for _, count in heard), heard
    until(PATIENCE, "routes from routers", look)


def test_routers_to_mesh_and_back(cluster):
    """Packets take the default route to FRR, and come back from it."""
    tor, mesh = Page("tor"), Page("mesh")
    section = "From routers of the rack"
    wanted = {prefix: [NODES[node]] for node, prefix in POD_PREFIXES.items()}
    with routers(cluster, tor):
        for script in tor.commands("What to apply"):
            bash(cluster, script)
        await_neighbors(cluster, TORS)
        await_routers(cluster, wanted, cluster.fabric.routers)
        with streams(cluster):
            bash(cluster, command(mesh, "What to apply", "kind: BGPFilter"))
            await_mesh(cluster, TORS)
            bash(cluster, command(mesh, section, "delete bgppeer"))
            await_mesh(cluster)
            bash(cluster, command(tor, "What to apply", "kind: BGPPeer"))
            await_mesh(cluster, TORS)
            await_routers(cluster, wanted, cluster.fabric.routers)
            bash(cluster, command(mesh, section, "false"))
            await_neighbors(cluster, TORS)
            await_installed(cluster, lambda _: {})
