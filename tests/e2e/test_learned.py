# SPDX-License-Identifier: Apache-2.0
"""What FRR and BIRD teach a node, in its kernel: both as next hops; a cable
that is pulled; a daemon that is killed, and one that leaves."""

import contextlib
import json
import signal
import subprocess

import pytest
from cluster import SplitDirCluster
from fabric import Fabric, temporary_fabric, until
from fieldrows import bird_conf, frr_conf
from objects import CONFIG, filtered
from scenario import await_whole
from test_faults import ended

HEARD, ALSO = "198.51.100.0/24", "203.0.113.0/24"
DEFAULT = "0.0.0.0/0"
OWN = "10.33.5.128/25"          # in the pod CIDR of node1
TAKE = {"import": [{"name": "all", "action": "Accept"}]}
LEARN = {"spec": {"filters": ["learned"],
                  "learnedRoutes": {"enabled": True}}}
NODE = "node1"


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric(lambda name: Fabric(name, ("gr",))) as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        await_whole(running)
        with taught(running):
            yield running


@pytest.fixture(autouse=True)
def whole(cluster):
    """The routers have more than the scenario's routes here."""
    await_sessions(cluster)


def await_sessions(cluster):
    until(30, f"sessions of {NODE}", lambda: (
        all(peer["state"] == "Established" for peer in sessions(cluster)),
        sessions(cluster)))


def sessions(cluster):
    return cluster.lbbgp_json(NODE, "show", "neighbors")["neighbors"]


@contextlib.contextmanager
def taught(cluster):
    """Both routers say HEARD; FRR what else there is."""
    frr, bird, family = cluster.fabric.frr, cluster.fabric.bird, \
        "address-family ipv4 unicast"
    only_frr = [ALSO, DEFAULT, OWN]
    with (frr_conf(frr, ["no bgp network import-check", family,
                         *[f"network {p}" for p in [HEARD, *only_frr]]],
                   [family,
                    *[f"no network {p}" for p in [HEARD, *only_frr]]]),
          bird_conf(
              bird, ("template bgp node {", "protocol static { ipv4; route "
                     f"{HEARD} unreachable; }}\ntemplate bgp node {{"),
              ("ipv4 { export all; }",
               "ipv4 { export where source = RTS_BGP; }"),
              ("export none", "export where source = RTS_STATIC")),
          cluster.added(filtered("learned", TAKE)),
          cluster.edited(*CONFIG, LEARN)):
        yield


def installed(cluster, node=NODE):
    """{prefix: [next hops]} of our protocol in the node's kernel."""
    said = json.loads(cluster.fabric.run(
        node, "ip", "-j", "route", "show", "proto", "77"))
    return {"0.0.0.0/0" if r["dst"] == "default" else r["dst"]: sorted(
        hop["gateway"] for hop in r.get("nexthops", [r])) for r in said}


def await_installed(cluster, want, limit=20, node=NODE):
    until(limit, f"{want} in the kernel of {node}", lambda: (
        installed(cluster, node) == want, installed(cluster, node)))


def both(cluster):
    frr, bird = cluster.fabric.frr.address, cluster.fabric.bird.address
    return {HEARD: sorted([frr, bird]), ALSO: [frr]}


def kernel(cluster, prefix):
    """What show routes says of how its best route stands, or of one that is
    none for its next hop."""
    routes = cluster.lbbgp_json(NODE, "show", "routes", prefix)["routes"]
    return next((r["kernel"] for r in routes if "kernel" in r), None)


def changes(cluster):
    """So often has the kernel been asked, by result."""
    text = cluster.fabric.run(NODE, "curl", "-s",
                              "http://127.0.0.1:9179/metrics")
    return {line.split('"')[1]: int(line.split()[-1])
            for line in text.splitlines()
            if line.startswith("lbbgp_learned_route_changes_total{")}


@contextlib.contextmanager
def watched(cluster):
    """Meanwhile no route of ours leaves the node's kernel, nor comes."""
    monitor = subprocess.Popen(
        ["ip", "netns", "exec", cluster.fabric.ns(NODE), "ip", "monitor",
         "route"], stdout=subprocess.PIPE, text=True)
    try:
        yield
    finally:
        monitor.terminate()
        said = monitor.communicate(timeout=10)[0]
    assert "proto 77" not in said, said


def test_both_routers_are_next_hops(cluster):
    await_installed(cluster, both(cluster))
    assert kernel(cluster, HEARD) == {"state": "Installed", "message": None}
    assert kernel(cluster, DEFAULT)["state"] == "DefaultRoute"
    assert kernel(cluster, OWN)["state"] == "Own"
    assert "Installed" in cluster.lbbgp(NODE, "show", "routes", HEARD)


def test_one_router_that_withdraws_leaves_the_other(cluster):
    with frr_conf(cluster.fabric.frr,
                  ["address-family ipv4 unicast", f"no network {HEARD}"],
                  ["address-family ipv4 unicast", f"network {HEARD}"]):
        await_installed(cluster, {
            HEARD: [cluster.fabric.bird.address],
            ALSO: [cluster.fabric.frr.address]})
    await_installed(cluster, both(cluster))


def test_hops_behind_a_pulled_cable_go_before_their_sessions(cluster):
    cluster.fabric.cable(NODE, False)
    try:
        await_installed(cluster, {}, 5)
        assert kernel(cluster, HEARD)["state"] == "NextHopUnreachable"
    finally:
        cluster.fabric.cable(NODE, True)
    await_installed(cluster, both(cluster), 30)


def test_route_of_somebody_else_is_left_alone(cluster):
    net, via = "192.0.2.0/24", cluster.fabric.bird.address
    with frr_conf(cluster.fabric.frr,
                  ["address-family ipv4 unicast", f"network {net}"],
                  ["address-family ipv4 unicast", f"no network {net}"]):
        await_installed(cluster, {
            **both(cluster), net: [cluster.fabric.frr.address]})
        cluster.fabric.run(NODE, "ip", "route", "replace", net, "via", via,
                           "metric", "2048", "proto", "static")
        await_installed(cluster, both(cluster))
        until(10, "told", lambda: (
            kernel(cluster, net)["state"] == "Taken", kernel(cluster, net)))
        theirs = cluster.fabric.run(NODE, "ip", "route", "show", "proto",
                                    "static", net)
        assert via in theirs
        cluster.fabric.run(NODE, "ip", "route", "del", net, "metric", "2048")
        await_installed(cluster, {
            **both(cluster), net: [cluster.fabric.frr.address]})
    await_installed(cluster, both(cluster))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_routes_stay_while_the_daemon_is_away(cluster, number):
    await_installed(cluster, both(cluster))
    with watched(cluster):
        with ended(cluster, NODE, number):
            assert installed(cluster) == both(cluster)
        await_sessions(cluster)
        until(20, "all is adopted", lambda: (
            kernel(cluster, ALSO) == {"state": "Installed", "message": None},
            kernel(cluster, ALSO)))
    assert changes(cluster) == {"added": 0, "replaced": 0, "deleted": 0,
                                "refused": 0}


def test_leaving_takes_the_routes_along(cluster):
    await_installed(cluster, both(cluster))
    with ended(cluster, NODE, signal.SIGINT):
        assert installed(cluster) == {}
    await_installed(cluster, both(cluster), 30)


def test_turning_it_off_takes_the_routes_away(cluster):
    with cluster.edited(*CONFIG, {"spec": {"learnedRoutes": {
            "enabled": False}}}):
        await_installed(cluster, {})
    await_installed(cluster, both(cluster))
