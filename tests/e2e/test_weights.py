# SPDX-License-Identifier: Apache-2.0
"""Routers that share traffic among nodes by how many endpoints these have.

Pods are here the node itself, with the address on its `lo`; the slice of the Service
says how many there are.
"""

import collections
import contextlib
import json
import time

import pytest
from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, Fabric, temporary_fabric, until
from fieldrows import bird_conf, block_of, frr_conf, lines_of
from objects import (CONFIG, await_address, await_prefix, endpoints, filtered,
                     pool_group, service)

ADDRESS = "10.34.0.10"          # in no CIDR that is announced as a whole
PREFIX = f"{ADDRESS}/32"
PAGE = "doc/weights.md"
HEARD = "198.51.100.0/24"
TAKE = {"import": [{"name": "all", "action": "Accept"}]}
FLOWS = 600
PODS = {"node1": 4, "node2": 1, "node3": 1}


@pytest.fixture(scope="module", params=[[], ["debian13"]], ids=["debian12", "debian13"])
def cluster(request):
    """FRR 8.4 and BIRD 2.0; FRR 10 and BIRD 2.17."""
    with temporary_fabric(lambda name: Fabric(name, request.param)) as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        yield running


def slice_of(pods):
    found = endpoints("shop", [node for node, n in pods.items() for _ in range(n)])
    for number, endpoint in enumerate(found["endpoints"]):
        host = endpoint["addresses"][0].rpartition(".")[0]
        endpoint["addresses"] = [f"{host}.{number + 10}"]
    return found


@contextlib.contextmanager
def shop(cluster, pods, **weighted):
    """The Service, once all its nodes announce it and none is new any more."""
    group = pool_group("outside", f"{ADDRESS}-10.34.0.20", "10.34.0.0/24",
                       announce={"bgp": {"weightedECMP": weighted}})
    with (cluster.added(group),
          cluster.added(service("shop", "outside", externalTrafficPolicy="Local")),
          cluster.endpoints(slice_of(pods)), served(cluster, pods)):
        await_address(cluster, "shop", ADDRESS)
        for router in cluster.fabric.routers:
            await_prefix(router, PREFIX, [NODES[node] for node in pods])
        yield


@contextlib.contextmanager
def served(cluster, nodes):
    with contextlib.ExitStack() as there:
        for node in nodes:
            address = [PREFIX, "dev", "lo"]
            cluster.fabric.run(node, "ip", "address", "add", *address)
            there.callback(cluster.fabric.run, node, "ip", "address", "del", *address)
        yield


def weights(router):
    """{node: weight} of the address in the router's kernel."""
    out = router.fabric.run("switch", "ip", "-n", router.fabric.ns(router.where), "-j",
                            "route", "show", PREFIX)
    names = {address: node for node, address in NODES.items()}
    return {names[hop["gateway"]]: hop["weight"]
            for route in json.loads(out or "[]") for hop in route.get("nexthops", [])}


def await_shares(router, pods, limit=PATIENCE):
    """Weights in proportion, as near as percent come."""
    total = sum(pods.values())

    def look():
        seen = weights(router)
        whole = sum(seen.values())
        return (set(seen) == set(pods) and all(
            abs(seen[node] / whole - n / total) < .02
            for node, n in pods.items()), seen)
    until(limit, f"weights as {pods} at {router.title}", look)


def assert_flows(cluster, router, pods):
    """Shares of FLOWS connections: at most 4 times the standard deviation off."""
    answers = router.get(ADDRESS, cluster.port, FLOWS)
    assert not [a for a in answers if "name" not in a]
    got = collections.Counter(answer["name"] for answer in answers)
    print(router.title, dict(got))
    for node, n in pods.items():
        share = n / sum(pods.values())
        sigma = (FLOWS * share * (1 - share)) ** .5
        assert abs(got[node] - FLOWS * share) < 4 * sigma, got


def said_to(frr):
    return frr.text(f"show bgp ipv4 unicast {PREFIX}")


@pytest.mark.parametrize("form", ["Transitive", "NonTransitive"])
def test_frr_shares_flows_by_endpoints(cluster, form):
    """FRR 10.3 shows what is not transitive, but does not go by it."""
    frr = cluster.fabric.frr
    ignored = form == "NonTransitive" and "debian13" in cluster.fabric.options
    shares = dict.fromkeys(PODS, 1) if ignored else PODS
    with shop(cluster, PODS, form=form, bandwidth=1000):
        until(PATIENCE, "the link bandwidth at FRR", lambda: (
            "LB:64517:500000000 (4.000 Gbps)" in said_to(frr), said_to(frr)))
        await_shares(frr, shares)
        assert_flows(cluster, frr, shares)


def test_without_weights_frr_shares_equally(cluster):
    frr = cluster.fabric.frr
    with shop(cluster, PODS):
        with cluster.edited("ServiceGroup", None, "outside",
                            {"spec": {"announce": {"bgp": {"weightedECMP": None}}}}):
            equal = dict.fromkeys(PODS, 1)
            await_shares(frr, equal)
            assert_flows(cluster, frr, equal)
        await_shares(frr, PODS)


def test_rolling_update_is_few_updates(cluster):
    """Eight changes within an interval: the first is told, and the last."""
    frr = cluster.fabric.frr
    with shop(cluster, PODS, minInterval=5):
        await_shares(frr, PODS)
        before = frr.updates_received(NODES["node1"])
        for n in (5, 3, 6, 2, 7, 1, 6, 5, 2):
            cluster.put(slice_of({**PODS, "node1": n}))
            time.sleep(.3)
        await_shares(frr, {**PODS, "node1": 2}, 10)
        assert frr.updates_received(NODES["node1"]) - before == 2


def test_node_that_all_endpoints_leave_is_withdrawn_at_once(cluster):
    with shop(cluster, PODS, minInterval=3600):
        left = {"node1": 1, "node2": 3}
        cluster.put(slice_of(left))
        await_prefix(cluster.fabric.frr, PREFIX, [NODES[node] for node in left], 3)


def test_bird_shares_by_the_filter_of_the_page(cluster):
    bird = cluster.fabric.bird
    with (bird_conf(bird,
                    ("template bgp node {",
                     block_of(PAGE, "bird") + "template bgp node {"),
                    ("import all", "import filter { by_endpoints(); accept; }")),
          shop(cluster, PODS)):
        await_shares(bird, PODS)
        assert_flows(cluster, bird, PODS)


def test_frr_takes_the_lines_of_the_page(cluster):
    frr = cluster.fabric.frr
    lines = lines_of(block_of(PAGE, "frr"))
    with frr_conf(frr, [], ["no bgp bestpath as-path multipath-relax",
                            "address-family ipv4 unicast", "no maximum-paths 16"]):
        said = frr.text("configure terminal", "router bgp 64512", *lines)
        assert "%" not in said
        with shop(cluster, PODS):
            await_shares(frr, PODS)


def test_what_frr_says_is_read(cluster):
    """By FRR 10 in the wide form, too."""
    frr, family = cluster.fabric.frr, "address-family ipv4 unicast"
    wide = "neighbor nodes extended-link-bandwidth"
    share = "neighbor nodes route-map share out"
    as_float = "debian13" not in cluster.fabric.options

    def shown():
        routes = cluster.lbbgp_json("node1", "show", "routes", HEARD)["routes"]
        return [route["linkBandwidth"] for route in routes]

    frr.text("configure terminal", "route-map share permit 10",
             "set extcommunity bandwidth 1000")
    with (cluster.added(filtered("all", TAKE)),
          cluster.edited(*CONFIG, {"spec": {"filters": ["all"]}}),
          frr_conf(frr, ["no bgp network import-check", *([] if as_float else [wide]),
                         family, f"network {HEARD}", share],
                   [*([] if as_float else [f"no {wide}"]),
                    family, f"no network {HEARD}", f"no {share}"])):
        until(PATIENCE, "1 gigabit a second at node1", lambda: (
            shown() == [1000.0], shown()))
