# SPDX-License-Identifier: Apache-2.0
"""The main job: what the routers have, who answers, what the programs tell."""

import re

from fabric import NODES, TOP
from scenario import (NOBODY, POD_PREFIXES, SERVICE_CIDRS, SERVICES, VIP,
                      await_all_sessions, await_sessions, expected_routes,
                      spread, wrong_communities)


def test_router_has_exactly_the_routes(router):
    assert router.routes() == expected_routes()


def test_kernel_of_router_forwards_by_them(router):
    assert router.kernel_routes() == expected_routes()


def test_pod_prefix_has_one_next_hop_its_node(router):
    routes = router.routes()
    for node, prefix in POD_PREFIXES.items():
        assert routes[prefix] == [NODES[node]]


def test_service_prefixes_have_six_next_hops(router):
    routes = router.routes()
    for prefix in SERVICE_CIDRS:
        assert routes[prefix] == list(NODES.values())


def test_communities_are_on_the_pod_prefixes_only(router):
    assert wrong_communities(router) == []


def test_paths_come_straight_from_our_as(router):
    for prefix in expected_routes():
        assert all(path.as_path == [64517] for path in router.paths(prefix))


def test_services_have_their_addresses(cluster):
    assert cluster.addresses() == {service: [ip]
                                   for service, ip in SERVICES.items()}


def test_every_node_tells_two_sessions(cluster):
    for node in NODES:
        await_sessions(cluster, node, 2)


def test_status_objects_tell_twelve_sessions(cluster):
    await_all_sessions(cluster, 12, 15)


def test_routers_tell_the_same_sessions(router):
    assert sorted(router.established()) == sorted(NODES.values())


def test_traffic_spreads_over_the_nodes(cluster, router):
    nodes, errors = spread(cluster.whose(router.get(VIP, cluster.port, 120)))
    assert not errors
    assert len(nodes) >= 4


def test_both_services_answer(cluster, router):
    for ip in SERVICES.values():
        _, errors = spread(cluster.whose(router.get(ip, cluster.port, 20)))
        assert not errors


def test_address_that_nobody_has_is_unreachable(router):
    said = router.probe(NOBODY)
    assert said["type"] == 3
    assert said["sender"] in NODES.values()
    assert said["left"] > 0 and said["came_back"] == 0


def test_unassigned_cluster_ip_is_unreachable(router):
    said = router.probe("10.33.191.250")
    assert said["type"] == 3
    assert said["sender"] in NODES.values()


def test_nodes_reach_the_services_themselves(cluster, fabric):
    for node in NODES:
        answers = fabric.get(node, VIP, cluster.port, 3)
        assert all("name" in answer for answer in answers), (node, answers)


def test_what_is_scraped_is_on_the_page(fabric):
    with open(f"{TOP}/doc/metrics.md") as page:
        rows = {name: re.findall(r"`(\w+)`", labels) for name, labels in
                re.findall(r"^\| `(\w+)` \| \w+ \| (.*?) \|", page.read(), re.M)}
    text = fabric.run("node1", "curl", "-s", "http://127.0.0.1:9179/metrics")
    scraped = re.findall(r"^(lbbgp_\w+)(?:{(.*)})? ", text, re.M)
    assert len(scraped) > 50
    for name, labels in scraped:
        assert re.findall(r'(\w+)="', labels) == rows[name], name
