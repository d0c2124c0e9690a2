# SPDX-License-Identifier: Apache-2.0
"""The pages of doc/ about topologies, with nodes and routers: what is to be applied,
the routers' lines, what is to be seen.

Commands are those of the pages, word for word. A page's block "routes" is what both
routers' kernels are to have, "routes-b" BIRD's alone, "kernel" the routes of node5.
"""

import contextlib
import json
import re

import pytest
from fabric import NODES, PATIENCE, TOP, temporary_fabric, until
from fieldrows import bird_configure, lines_of
from kube import KubeCluster
from scenario import POD_PREFIXES
from test_pages import bash

PAGES = ["tor", "racks", "tor-reflects", "mesh", "reflectors"]
NODE = "node5"


@pytest.fixture(scope="module")
def cluster():
    """Nodes that know nothing: no BGP is configured, and no CNI has routes."""
    with temporary_fabric() as fabric:
        running = KubeCluster(fabric)
        running.start()
        running.kubectl("delete", "bgpconfiguration,bgppeer", "--all")
        fabric.frr.text("configure terminal", "no router bgp 64512")
        for node in NODES:
            for other in set(NODES) - {node}:
                fabric.run(node, "ip", "route", "del", POD_PREFIXES[other])
        yield running


@pytest.fixture(autouse=True)
def whole():
    """Nothing is there until a page says so."""


class Page:
    def __init__(self, name):
        with open(f"{TOP}/doc/topology-{name}.md") as text:
            self.text = text.read()
        self.sections = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", self.text,
                                        re.S | re.M))

    def blocks(self, section, *kinds):
        return [block for kind, block in re.findall(
                    r"```([\w-]+)\n(.*?)```", self.sections[section], re.S)
                if kind in kinds]

    def commands(self, section):
        """Those of kubectl, one after the other."""
        return [re.sub(r"^\$ ", "", block, flags=re.M)
                for block in self.blocks(section, "sh", "console")
                if "kubectl" in block]

    def take_back(self):
        """The commands behind these words, which end the page."""
        end = self.text[self.text.index("To take all of it back:"):]
        return re.search(r"```sh\n(.*?)```", end, re.S)[1]

    def table(self, kind):
        """{prefix: [next hop, ...]} of a block; None: there is none."""
        found = self.blocks("What to see", kind)
        if not found:
            return None
        rows = [line.replace(" via ", " ").split() for line in lines_of(found[0])]
        return {row[0]: row[1:] for row in rows}


@contextlib.contextmanager
def routers(cluster, page):
    """With the page's lines, where it has some."""
    fabric, undo = cluster.fabric, None
    for block in page.blocks("The routers", "frr"):
        undo = "no " + re.search("^router bgp .*$", block, re.M)[0]
        said = fabric.frr.text("configure terminal", *lines_of(block))
        assert "%" not in said, said
    path = f"{fabric.state}/tor-b/bird.conf"
    base = (f"router id {fabric.bird.address};\n"
            f'log "{fabric.state}/tor-b/bird.log" all;\nprotocol device {{ }}\n')
    bird_configure(fabric.bird, path, "\n".join(
        [base, *page.blocks("The routers", "bird")]))
    try:
        yield
    finally:
        if undo:
            fabric.frr.text("configure terminal", undo)
        bird_configure(fabric.bird, path, base)


@contextlib.contextmanager
def applied(cluster, page):
    for section in ("What to apply", "The routers"):
        for command in page.commands(section):
            bash(cluster, command)
    try:
        yield
    finally:
        take_back(cluster, page)


def take_back(cluster, page):
    bash(cluster, page.take_back())
    bash(cluster, "kubectl label node --all reflector- example.com/rack-; "
         "kubectl annotate node --all lbbgp.io/cluster-id-")
    await_neighbors(cluster, set())


def neighbors(cluster, node):
    """{name: state}, of what no reset waits for"""
    return {peer["name"]: peer["pendingReset"] or peer["state"]
            for peer in cluster.lbbgp_json(node, "show",
                                           "neighbors")["neighbors"]}


def await_neighbors(cluster, want, nodes=NODES, limit=60):
    """Until these are all the neighbors, and up; a function says whose."""
    for node in nodes:
        names = want(node) if callable(want) else want

        def look(node=node, names=names):
            seen = neighbors(cluster, node)
            return seen == dict.fromkeys(names, "Established"), seen
        until(limit, f"{names} at {node}", look)


def installed(cluster, node):
    said = json.loads(cluster.fabric.run(
        node, "ip", "-j", "route", "show", "proto", "77"))
    return {route["dst"]: [hop["gateway"] for hop in
                           route.get("nexthops", [route])] for route in said}


def all_others(node):
    """What learned routes come to."""
    return {POD_PREFIXES[other]: [ip] for other, ip in NODES.items()
            if other != node}


def await_installed(cluster, want, limit=PATIENCE):
    for node in NODES:
        until(limit, f"learned routes of {node}", lambda node=node: (
            installed(cluster, node) == want(node), installed(cluster, node)))


def await_routers(cluster, want, which):
    """Until their kernels have at least these."""
    for router in which:
        def look(router=router):
            seen = router.kernel_routes()
            return want.items() <= seen.items(), seen
        until(PATIENCE, f"routes of {router.title}", look)


def first_columns(table):
    """Who, and that it is up: of the others some depend on who was first."""
    return [line.split()[:4] for line in table.splitlines()]


@pytest.mark.parametrize("name", PAGES)
def test_page_does_what_it_says(cluster, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    page, fabric = Page(name), cluster.fabric
    shown, = (block for block in page.blocks("What to see", "console"))
    command, _, table = shown.partition("\n")
    assert command == "$ lbbgp show neighbors"
    with routers(cluster, page), applied(cluster, page):
        def look():
            seen = cluster.lbbgp(NODE, "show", "neighbors")
            return first_columns(seen) == first_columns(table), seen
        until(60, f"{name}: neighbors of {NODE}", look)
        for kind, which in (("routes", fabric.routers), ("routes-b", [fabric.bird])):
            want = page.table(kind)
            if want:
                await_routers(cluster, want, which)
        want = page.table("kernel")
        if want:
            assert want == all_others(NODE)
            await_installed(cluster, all_others)
