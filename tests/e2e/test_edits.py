# SPDX-License-Identifier: Apache-2.0
"""Changing objects while everything runs: what changes, and what must not."""

from fabric import NODES, PATIENCE, until
from kube import ApiError
from objects import (CONFIG, GROUP, PEERS, await_address, await_any_address,
                     await_communities, await_prefix, endpoints, other_than,
                     peer_of, pool_group, service)
from scenario import (POD_PREFIXES, SERVICE_CIDRS, await_routes,
                      await_whole, expected_routes)

SECRET = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
          "metadata": {"name": "bgp", "namespace": "lbbgp-system"},
          "data": {"password": "Z2VoZWlt"}}


def test_added_community_resets_nothing(cluster, router):
    sessions = router.established()
    advertisements = cluster.manifest(*CONFIG)["spec"]["prefixAdvertisements"]
    patch = {"spec": {"prefixAdvertisements": [
        *advertisements, {"cidr": SERVICE_CIDRS[1],
                          "communities": ["64517:555"]}]}}
    with cluster.edited(*CONFIG, patch):
        await_communities(router, SERVICE_CIDRS[1], {"64517:555"})
        for prefix in POD_PREFIXES.values():
            await_communities(router, prefix, {"64517:120"})
    await_communities(router, SERVICE_CIDRS[1], set())
    assert router.established() == sessions


def test_removed_service_cidr_is_withdrawn_alone(cluster, router):
    sessions = router.established()
    with cluster.edited(*CONFIG, {"spec": {"serviceClusterIPs": []}}):
        await_prefix(router, SERVICE_CIDRS[0], [])
        assert router.routes() == {
            prefix: hops for prefix, hops in expected_routes().items()
            if prefix != SERVICE_CIDRS[0]}
    await_routes(router, PATIENCE)
    assert router.established() == sessions


def test_pod_prefixes_can_be_kept_back(cluster, router):
    sessions = router.established()
    with cluster.edited(*CONFIG, {"spec": {"advertisePodCIDRs": False}}):
        for prefix in POD_PREFIXES.values():
            await_prefix(router, prefix, [])
    await_routes(router, PATIENCE)
    assert router.established() == sessions


def test_gateway_with_a_placeholder_is_announced_by_all_nodes(cluster, router):
    """As Cilium's, whose proxies are the nodes, with policy Local."""
    gateway = service("gateway", "gateways", externalTrafficPolicy="Local")
    del gateway["spec"]["selector"]
    gateway["metadata"]["labels"] = {
        "gateway.networking.k8s.io/gateway-name": "shop"}
    placeholder = endpoints("gateway", [])
    placeholder["endpoints"] = [{"addresses": ["192.192.192.192"],
                                 "conditions": {"ready": True}}]
    group = pool_group("gateways", "10.34.1.10-10.34.1.20", "10.34.1.0/24")
    with cluster.added(group), cluster.added(gateway):
        await_address(cluster, "gateway", "10.34.1.10")
        await_prefix(router, "10.34.1.10/32", [])
        with cluster.added(placeholder):
            await_prefix(router, "10.34.1.10/32", eligible(cluster))
        await_prefix(router, "10.34.1.10/32", [])


def test_deleted_peer_ends_its_sessions_only(cluster, router):
    other = other_than(router)
    sessions = other.established()
    with cluster.without(*peer_of(router)):
        until(PATIENCE, f"no session at {router.title}",
              lambda: (not router.established(), router.established()))
        assert other.routes() == expected_routes()
    await_routes(router, 30)
    assert other.established() == sessions


def test_peer_shut_down_ends_its_sessions_only(cluster, router):
    other = other_than(router)
    sessions = other.established()
    patch = {"spec": {"shutdown": {"enabled": True, "message": "for a test"}}}
    with cluster.edited(*peer_of(router), patch):
        until(PATIENCE, f"no session at {router.title}",
              lambda: (not router.established(), router.established()))
    await_routes(router, 30)
    assert other.established() == sessions


def test_peer_for_some_nodes_only(cluster, router):
    patch = {"spec": {"nodeSelector": {"matchLabels": {
        "kubernetes.io/hostname": "node4"}}}}
    with cluster.edited(*peer_of(router), patch):
        await_prefix(router, SERVICE_CIDRS[0], [NODES["node4"]])
    await_routes(router, 30)


def test_service_outside_announced_cidrs_gets_a_host_route(cluster, router):
    sessions = router.established()
    group = pool_group("outside", "10.34.0.10-10.34.0.20", "10.34.0.0/24")
    with (cluster.added(group), cluster.added(service("out", "outside")),
          cluster.endpoints(endpoints("out", ["node4", "node5"]))):
        await_address(cluster, "out", "10.34.0.10")
        await_prefix(router, "10.34.0.10/32", eligible(cluster))
    await_prefix(router, "10.34.0.10/32", [])
    assert router.established() == sessions


def eligible(cluster):
    """Who announces Services one by one: not who has the exclude label."""
    excluded = {"node1", "node2", "node3"} if cluster.title == "kube" else ()
    return [ip for node, ip in NODES.items() if node not in excluded]


def test_local_service_is_announced_by_nodes_with_endpoints(cluster, router):
    nodes = ["node4", "node5", "node6"]
    local = service("local", "bgp-ippool", externalTrafficPolicy="Local",
                    loadBalancerIP="10.33.200.1")
    with (cluster.added(local), cluster.endpoints(endpoints("local", nodes))):
        await_address(cluster, "local", "10.33.200.1")
        await_prefix(router, "10.33.200.1/32", [NODES[n] for n in nodes])
    await_prefix(router, "10.33.200.1/32", [])


def test_deleted_service_has_its_address_when_it_is_back(cluster):
    with cluster.added(service("first", "bgp-ippool")):
        address = await_any_address(cluster, "first")
    with cluster.added(service("second", "bgp-ippool")):
        assert await_any_address(cluster, "second") != address
        with cluster.added(service("first", "bgp-ippool")):
            await_address(cluster, "first", address)


def test_deleted_service_gives_its_address_to_who_asks_for_it(cluster):
    with cluster.added(service("first", "bgp-ippool")):
        address = await_any_address(cluster, "first")
    with cluster.added(service("second", "bgp-ippool",
                               loadBalancerIP=address)):
        await_address(cluster, "second", address)


def test_wrong_values_are_told_and_change_nothing(cluster):
    routers = cluster.fabric.routers
    sessions = [router.established() for router in routers]
    wrong = [(PEERS["frr"], {"spec": {"asNumber": 0}}, "asNumber"),
             (PEERS["frr"], {"spec": {"peerIP": "10.31.254"}}, "peerIP"),
             (PEERS["frr"], {"spec": {"holdTime": 2}}, "holdTime"),
             (CONFIG, {"spec": {"listenPort": 70000}}, "listenPort"),
             (CONFIG, {"spec": {"serviceClusterIPs": [{"cidr": "10/8"}]}},
              "serviceClusterIPs"),
             (CONFIG, {"spec": {"nodeToNodeMeshEnabled": "yes"}},
              "nodeToNodeMeshEnabled"),
             (CONFIG, {"spec": {"noSuchField": 1}}, "noSuchField"),
             (GROUP, {"spec": {"pools": [{"subnet": "10.33.192.0/18",
                                          "pool": "10.1.0.0/24"}]}}, "pool")]
    for obj, patch, field in wrong:
        assert_told(cluster, obj, patch, field)
    for router in routers:
        assert router.routes() == expected_routes()
    assert [router.established() for router in routers] == sessions


def assert_told(cluster, obj, patch, field):
    """The API server refuses it by name, or else the programs' logs do."""
    logs = cluster.log_sizes()
    try:
        with cluster.edited(*obj, patch):
            until(PATIENCE, f"{field} in a log",
                  lambda: (field in cluster.logged_since(logs), "nothing"))
    except ApiError as err:
        assert err.status == 422 or err.status == 400
        assert field in str(err)


def test_password_protects_the_session(cluster, router):
    patch = {"spec": {"password": {"secretKeyRef": {
        "name": "bgp", "key": "password"}}}}
    with cluster.added(SECRET), cluster.edited(*peer_of(router), patch):
        until(PATIENCE, f"no session at {router.title} without its password",
              lambda: (not router.established(), router.established()))
        router.set_password("geheim")
        await_routes(router, 30)
        router.set_password(None)
    await_routes(router, 60)


def test_removed_secret_resets_nothing_but_is_told(cluster, router):
    patch = {"spec": {"password": {"secretKeyRef": {
        "name": "bgp", "key": "password"}}}}
    with cluster.added(SECRET), cluster.edited(*peer_of(router), patch):
        router.set_password("geheim")
        await_whole(cluster)
        sessions = router.established()
        logs = cluster.log_sizes()
        with cluster.without("Secret", "lbbgp-system", "bgp"):
            until(PATIENCE, "the Secret in a log", lambda: (
                "no Secret bgp" in cluster.logged_since(logs), "nothing"))
            assert router.routes() == expected_routes()
        assert router.established() == sessions
        router.set_password(None)


def test_missing_secret_keeps_its_session_and_is_told(cluster, router):
    patch = {"spec": {"password": {"secretKeyRef": {
        "name": "nowhere", "key": "password"}}}}
    logs = cluster.log_sizes()
    sessions = router.established()
    with cluster.edited(*peer_of(router), patch):
        until(PATIENCE, "the Secret in a log", lambda: (
            "nowhere" in cluster.logged_since(logs), "nothing"))
        assert router.established() == sessions
        assert router.routes() == expected_routes()
    assert router.established() == sessions
