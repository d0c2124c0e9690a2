# SPDX-License-Identifier: Apache-2.0
"""Losing the API server, what kubectl tells of us, and what we may not do."""

import json
import signal
import time

import pytest
from fabric import NODES, PATIENCE, Failed, until
from failover import restart
from kube import ApiError
from objects import CONFIG, await_any_address, await_prefix, endpoints, service
from scenario import SERVICE_CIDRS, await_routes, await_sessions, expected_routes

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

DAEMON = "system:serviceaccount:lbbgp-system:lbbgp-bgpd"


def sessions(cluster):
    return [router.established() for router in cluster.fabric.routers]


def test_kubectl_tells_the_state(cluster):
    text = cluster.kubectl("get", "sg,bgppeer,bgpns")
    for word in ("bgp-ippool", "openwrt-peer", "tiny-unraid-peer", "node1",
                 "node6"):
        assert word in text


def test_kubectl_shows_used_and_free(cluster):
    """By family, under the titles of its columns."""
    def look():
        titles, *rows = cluster.kubectl("get", "sg").splitlines()
        wanted = ("NAME", "IPV4-USED", "IPV4-FREE", "WAITING")
        seen = [{title: row[titles.index(title):].split()[0]
                 for title in wanted} for row in rows]
        return {"NAME": "bgp-ippool", "IPV4-USED": "2", "WAITING": "0",
                "IPV4-FREE": str(2 ** 14 - 3)} in seen, seen
    until(PATIENCE, "columns of the group", look)


def test_group_counts_what_it_gave(cluster):
    def look():
        status = cluster.get("ServiceGroup", None, "bgp-ippool").get("status")
        return "2" in str(status), status
    until(PATIENCE, "status of the group", look)


THEIRS = {"type": "Theirs", "status": "True", "reason": "Theirs",
          "message": "", "lastTransitionTime": "2026-01-01T00:00:00Z"}


def conditions(cluster, kind, name):
    status = cluster.get(kind, None, name).get("status", {})
    return {c["type"]: c for c in status.get("conditions", [])}


MORE = "10.35.0.0/24"


def await_service(cluster, obj):
    """An API server takes addresses of a new ServiceCIDR when it knows of it."""
    def look():
        try:
            cluster.put(obj)
        except ApiError as err:
            return False, err
        return True, None
    until(PATIENCE, f"a Service in {MORE}", look)


def await_ready(cluster, name, status):
    def look():
        seen = conditions(cluster, "ServiceCIDR", name)
        return seen.get("Ready", {}).get("status") == status, seen
    until(PATIENCE, f"ServiceCIDR {name}: Ready {status}", look)


def await_cidr(cluster, prefix, nodes):
    for router in cluster.fabric.routers:
        await_prefix(router, prefix, nodes)


def test_service_cidrs_are_followed(cluster):
    """One that is deleted stays as long as a Service has an address of it."""
    before = sessions(cluster)
    more = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR",
            "metadata": {"name": "more"}, "spec": {"cidrs": [MORE]}}
    user = {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "user", "namespace": "nginx-quic"},
            "spec": {"clusterIP": "10.35.0.9", "ports": [{"port": 80}]}}
    with cluster.edited(*CONFIG, {"spec": {
            "serviceClusterIPs": [], "serviceClusterIPSource": "Auto"}}):
        await_cidr(cluster, SERVICE_CIDRS[0], NODES.values())
        cluster.put(more)
        await_ready(cluster, "more", "True")
        await_cidr(cluster, MORE, NODES.values())
        await_service(cluster, user)
        cluster.remove("ServiceCIDR", None, "more")
        await_ready(cluster, "more", "False")
        await_cidr(cluster, MORE, NODES.values())
        cluster.remove("Service", "nginx-quic", "user")
        await_cidr(cluster, MORE, [])
        await_cidr(cluster, SERVICE_CIDRS[0], NODES.values())
    await_cidr(cluster, SERVICE_CIDRS[0], NODES.values())
    assert sessions(cluster) == before


@pytest.mark.parametrize("kind, name, spec", [
    ("ServiceGroup", "bgp-ippool", {"priority": 7}),
    ("BGPPeer", "openwrt-peer",
     {"password": {"secretKeyRef": {"name": "none", "key": "none"}}}),
], ids=["group", "peer"])
def test_conditions_of_others_stay(cluster, kind, name, spec):
    """Ours is written beside them when the object changes."""
    cluster.api.patch(kind, None, name,
                      {"status": {"conditions": [THEIRS]}}, "status")
    with cluster.edited(kind, None, name, {"spec": spec}):
        def look():
            seen = conditions(cluster, kind, name)
            generation = cluster.get(
                kind, None, name)["metadata"]["generation"]
            ours = seen.get("Accepted", {})
            return (ours.get("observedGeneration") == generation or
                    ours.get("status") == "False"), seen
        until(PATIENCE, f"our condition of {kind} {name}", look)
        assert conditions(cluster, kind, name)["Theirs"] == THEIRS


def test_kubectl_waits_for_what_is_announced(cluster):
    for what in (["service/nginx-lb-service", "--namespace=nginx-quic"],
                 ["sg/bgp-ippool"], ["bgppeer/openwrt-peer"], ["bgpns/node1"]):
        word = "lbbgp.io/Announced" if "service" in what[0] else "Ready"
        cluster.kubectl("wait", f"--for=condition={word}",
                        f"--timeout={PATIENCE}s", *what)
    assert announced(cluster)[0][0] == "True"


PEERS = ("openwrt-peer", "tiny-unraid-peer")


def ready_since(cluster):
    seen = {peer: conditions(cluster, "BGPPeer", peer)["Ready"] for peer in PEERS}
    return {peer: (ready["status"], ready["lastTransitionTime"])
            for peer, ready in seen.items()}


def await_peers(cluster):
    cluster.kubectl("wait", "--for=condition=Ready", f"--timeout={PATIENCE}s",
                    *(f"bgppeer/{peer}" for peer in PEERS))


def warnings_of_peers(cluster):
    events = json.loads(cluster.kubectl("get", "events", "--all-namespaces",
                                        "--output=json"))["items"]
    return [(event["reason"], event["message"]) for event in events
            if event["type"] == "Warning" and
            event["involvedObject"]["kind"] == "BGPPeer"]


def test_restarts_and_a_new_node_are_no_fault_of_peers(cluster):
    """No condition turns and nobody is warned: not in an upgrade, and not when a
    Node has joined whose daemon is yet to come."""
    await_peers(cluster)
    was, warned = ready_since(cluster), warnings_of_peers(cluster)
    for node in ("node1", "node2"):
        restart(cluster, node)
        await_sessions(cluster, node, len(PEERS))
    with cluster.added({"apiVersion": "v1", "kind": "Node",
                        "metadata": {"name": "node7"}}):
        time.sleep(10)
        assert ready_since(cluster) == was
        assert warnings_of_peers(cluster) == warned
    assert {status for status, _ in was.values()} == {"True"}


def ready(cluster, peer):
    return conditions(cluster, "BGPPeer", peer).get("Ready", {})


def test_a_new_peer_is_ready_when_all_nodes_have_it(cluster):
    """kubectl wait passes no sooner, and nobody is warned meanwhile."""
    warned = warnings_of_peers(cluster)
    with cluster.without("BGPPeer", None, PEERS[0]):
        pass
    await_peers(cluster)
    assert [len(up) for up in sessions(cluster)] == [len(NODES)] * 2
    assert warnings_of_peers(cluster) == warned


def test_whose_address_a_peer_has_is_told_on_it(cluster):
    twin = cluster.manifest("BGPPeer", None, PEERS[0])
    twin["metadata"] = {"name": "twin"}
    with cluster.added(twin):
        until(10, "twin says why", lambda: (
            ready(cluster, "twin").get("status") == "False" and
            f"BGPPeer {PEERS[0]}, which is older, has the same address" in
            ready(cluster, "twin")["message"], ready(cluster, "twin")))


def test_a_daemon_that_is_killed_is_told_on_peers(cluster):
    """As its endpoint has it, within 10 s."""
    slices = endpoints("lbbgp-bgpd", list(NODES))
    slices["metadata"]["namespace"] = "lbbgp-system"
    others = [endpoint for endpoint in slices["endpoints"]
              if endpoint["nodeName"] != "node2"]
    with cluster.added(slices):
        cluster.bgpd["node2"].stop(signal.SIGKILL)
        with cluster.edited("EndpointSlice", "lbbgp-system", "lbbgp-bgpd-lab",
                            {"endpoints": others}):
            until(10, "the peer says so", lambda: (
                "the daemon of node node2 is not ready" in
                ready(cluster, PEERS[0])["message"], ready(cluster, PEERS[0])))
            assert ready(cluster, PEERS[0])["status"] == "False"
        cluster.start_bgpd("node2")
        await_peers(cluster)


def test_a_group_that_no_node_may_announce_is_told(cluster):
    """And the addresses stay where they are.

    Where no CIDR covers them: nodes announce those whatever the groups say.
    """
    addresses = announced(cluster)[1]
    uncovered = {"spec": {"serviceExternalIPs": []}}
    nobody = {"announce": {"bgp": {"nodeSelector": {
        "matchLabels": {"no": "node"}}}}}
    with cluster.edited(*CONFIG, uncovered), \
            cluster.edited("ServiceGroup", None, "bgp-ippool",
                           {"spec": nobody}):
        def look():
            ready = conditions(cluster, "ServiceGroup",
                               "bgp-ippool").get("Ready", {})
            told, has = announced(cluster)
            assert has == addresses
            return (told[0] == ready.get("status") == "False" and
                    "3 NodeExcluded, 3 NodeNotSelected" in ready["message"]
                    ), (ready, told)
        until(PATIENCE, "conditions", look)
    until(PATIENCE, "it is announced again",
          lambda: (announced(cluster)[0][0] == "True", announced(cluster)))
    for router in cluster.fabric.routers:
        await_routes(router, 30)


def test_allocator_and_daemon_both_write_on_a_peer(cluster):
    """Ready of the one, Accepted of the other; neither takes the other's away."""
    none = {"password": {"secretKeyRef": {"name": "none", "key": "none"}}}
    with cluster.edited("BGPPeer", None, "openwrt-peer", {"spec": none}):
        def look():
            seen = conditions(cluster, "BGPPeer", "openwrt-peer")
            return {"Accepted", "Ready"} <= set(seen), seen
        until(PATIENCE, "both", look)
    until(PATIENCE, "both are True", lambda: (all(
        c["status"] == "True" for c in conditions(
            cluster, "BGPPeer", "openwrt-peer").values()),
        conditions(cluster, "BGPPeer", "openwrt-peer")))


def test_nothing_is_lost_while_it_is_away(cluster):
    """A minute without it; what is asked for afterwards is done."""
    before = sessions(cluster)
    cluster.stop_server()
    time.sleep(60)
    for router in cluster.fabric.routers:
        assert router.routes() == expected_routes()
    cluster.start_server()
    with cluster.added(service("after", "bgp-ippool")):
        await_any_address(cluster, "after", 90)
    assert sessions(cluster) == before


def test_compaction_loses_nothing(cluster):
    """etcd forgets the past while the server is away: 410, list again."""
    before = sessions(cluster)
    cluster.stop_server()
    cluster.compact()
    cluster.start_server()
    with cluster.edited(*CONFIG, {"spec": {"serviceClusterIPs": []}}):
        for router in cluster.fabric.routers:
            await_prefix(router, SERVICE_CIDRS[0], [], 90)
    for router in cluster.fabric.routers:
        await_routes(router, 30)
    assert sessions(cluster) == before


def test_daemon_may_not_write_services(cluster):
    with pytest.raises(Failed, match="forbidden"):
        cluster.kubectl_as("bgpd", "node1", "annotate", "service",
                           "nginx-lb-service", "a=b",
                           "--namespace=nginx-quic")


def test_daemon_may_not_write_the_status_of_another_node(cluster):
    status = {"apiVersion": "lbbgp.io/v1", "kind": "BGPNodeStatus",
              "metadata": {"name": "node2"}}
    with pytest.raises(Failed, match="of its own node only"):
        cluster.kubectl_as("bgpd", "node1", "patch", "bgpns", "node2",
                           "--type=merge", "--patch", json.dumps(
                               {"metadata": {"labels": {"a": "b"}}}))
    with pytest.raises(Failed, match="of its own node only"):
        cluster.kubectl_as("bgpd", "node1", "create", "--filename=-",
                           text_in=json.dumps(status))


def test_daemon_reads_secrets_of_its_namespace_only(cluster):
    answer = cluster.kubectl("auth", "can-i", "list", "secrets",
                             "--namespace=nginx-quic", f"--as={DAEMON}",
                             check=False)
    assert answer.strip() == "no"


def announced(cluster):
    """Its condition, and its addresses beside it."""
    status = cluster.get("Service", "nginx-quic", "nginx-lb-service")["status"]
    return (next(((c["status"], c["reason"]) for c in status["conditions"]
                  if c["type"] == "lbbgp.io/Announced"), None),
            status["loadBalancer"].get("ingress"))
