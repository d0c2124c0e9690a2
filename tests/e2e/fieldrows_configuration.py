# SPDX-License-Identifier: Apache-2.0
"""Every field of BGPConfiguration, and of ServiceGroup.announce."""

import contextlib
import json
import struct
import time

from fabric import NODES, PATIENCE, PYTHON, by_address, until
from fieldrows import (AT_BIRD, BIRD, BIRD_PEER, EVERYBODY, FRR,
                       await_bird_text, await_frr_neighbor, await_peer,
                       await_up, bird_conf, detail, frr_conf, neighbors, row)
from fieldrows_peer import lacks_ao, secret
from objects import (CONFIG, address_of, await_communities, await_prefix,
                     endpoints, filtered, pool_group, service)
from scenario import POD_PREFIXES, SERVICE_CIDRS, expected_routes

HOST = "10.34.0.10"             # of the Service that has a route of its own
PORT = 18080                    # where a stand-in for kube-proxy's health is


def spec(**fields):
    return {"spec": fields}


def hops(*nodes):
    return by_address(NODES[node] for node in nodes)


def named(*nodes):
    return {"matchExpressions": [{"key": "kubernetes.io/hostname",
                                  "operator": "In", "values": list(nodes)}]}


def await_both(cluster, prefix, nodes, limit=PATIENCE):
    for router in cluster.fabric.routers:
        await_prefix(router, prefix, hops(*nodes), limit)


@contextlib.contextmanager
def host_route(cluster, nodes=("node4", "node5"), **announce):
    """A Service at HOST, with endpoints on nodes, outside every CIDR."""
    group = pool_group("outside", f"{HOST}-10.34.0.20", "10.34.0.0/24",
                       announce={"bgp": announce})
    with contextlib.ExitStack() as there:
        there.enter_context(cluster.added(group))
        there.enter_context(cluster.added(service("out", "outside")))
        if nodes:
            there.enter_context(cluster.endpoints(endpoints("out", nodes)))
        until(PATIENCE, "its address", lambda: (
            address_of(cluster, "out") == HOST, address_of(cluster, "out")))
        yield f"{HOST}/32"
    await_both(cluster, f"{HOST}/32", [])


@row("BGPConfiguration", "nodeSelector")
def second_configuration(cluster):
    """It replaces the default one as a whole on the nodes that it selects."""
    rack = {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
            "metadata": {"name": "rack"},
            "spec": {"asNumber": 64517, "nodeSelector": named("node6"),
                     "serviceExternalIPs": [{"cidr": SERVICE_CIDRS[1]}]}}
    with cluster.added(rack):
        await_both(cluster, SERVICE_CIDRS[0], list(NODES)[:5])
        await_both(cluster, SERVICE_CIDRS[1], NODES)
        for router in cluster.fabric.routers:
            await_communities(router, POD_PREFIXES["node6"], set())
            await_communities(router, POD_PREFIXES["node5"], {"64517:120"})


@row("BGPConfiguration", "asNumber", EVERYBODY)
def as_number(cluster):
    frr, bird = cluster.fabric.routers
    with (frr_conf(frr, ["neighbor nodes remote-as 64999"],
                   ["neighbor nodes remote-as 64517"]),
          bird_conf(bird, ("as 64517", "as 64999")),
          cluster.edited(*CONFIG, spec(asNumber=64999))):
        await_both(cluster, SERVICE_CIDRS[0], NODES, 30)
        for router in cluster.fabric.routers:
            assert all(path.as_path == [64999]
                       for path in router.paths(SERVICE_CIDRS[0]))


@row("BGPConfiguration", "routerID", EVERYBODY)
def router_id(cluster):
    with cluster.edited(*CONFIG, spec(routerID="Hash")):
        for ip in NODES.values():
            await_frr_neighbor(
                cluster, ip, "another router id",
                lambda n, ip=ip: n["remoteRouterId"] not in (ip, "0.0.0.0"))
        await_both(cluster, SERVICE_CIDRS[0], NODES, 30)


def await_listens(cluster, at):
    def look():
        seen = cluster.fabric.run("node1", "ss", "-Hltn", "-4")
        return f" {at} " in seen, seen
    until(PATIENCE, f"node1 listens at {at}", look)


@row("BGPConfiguration", "listenPort")
def listen_port(cluster):
    with cluster.edited(*CONFIG, spec(listenPort=1179)):
        await_listens(cluster, "10.31.90.1:1179")
    await_listens(cluster, "10.31.90.1:179")


@row("BGPConfiguration", "bindMode")
def bind_mode(cluster):
    with cluster.edited(*CONFIG, spec(bindMode="None")):
        await_listens(cluster, "0.0.0.0:179")
    await_listens(cluster, "10.31.90.1:179")


def mesh_of(node):
    return {f"mesh:{other}" for other in NODES if other != node}


def await_mesh(cluster, password=False):
    for node in NODES:
        for name in mesh_of(node):
            await_up(cluster, node, name)
    assert detail(cluster, "node1", NODES["node2"])["configured"][
        "password"] == password


@row("BGPConfiguration", "nodeToNodeMeshEnabled")
def mesh(cluster):
    with cluster.edited(*CONFIG, spec(nodeToNodeMeshEnabled=True)):
        await_mesh(cluster)
        await_peer(cluster, "node1", "mesh:node2", "its routes", lambda p: (
            p["prefixes"]["ipv4"]["received"] > 0))
    until(PATIENCE, "no mesh", lambda: (
        not mesh_of("node1") & set(neighbors(cluster, "node1")), "still"))


def mesh_with(key):
    return spec(nodeToNodeMeshEnabled=True, nodeMeshPassword={
        "secretKeyRef": {"name": "fields", "key": key}})


@row("BGPConfiguration", "nodeMeshPassword.secretKeyRef.name", says=True)
def mesh_secret(cluster):
    with (cluster.added(secret(a="geheim")),
          cluster.edited(*CONFIG, mesh_with("a"))):
        await_mesh(cluster, True)


@row("BGPConfiguration", "nodeMeshPassword.secretKeyRef.key", says=True)
def mesh_key(cluster):
    with (cluster.added(secret(a="geheim")),
          cluster.edited(*CONFIG, mesh_with("b"))):
        await_peer(cluster, "node1", "mesh:node2", "no key", lambda p: (
            "nodeMeshPassword" in (p["blocked"] or "")))


@row("BGPConfiguration", "nodeMeshTCPAO.secretName", says=True)
@row("BGPConfiguration", "nodeMeshTCPAO.keys[].keyID", says=True)
@row("BGPConfiguration", "nodeMeshTCPAO.keys[].algorithm", says=True)
@row("BGPConfiguration", "nodeMeshTCPAO.keys[].secretKey", says=True)
def mesh_ao(cluster):
    """Blocked where the kernel has none, else signed."""
    key = {"keyID": 1, "algorithm": "AES-128-CMAC-96", "secretKey": "a"}
    wanted = spec(nodeToNodeMeshEnabled=True,
                  nodeMeshTCPAO={"secretName": "fields", "keys": [key]})
    with cluster.added(secret(a="geheim")), cluster.edited(*CONFIG, wanted):
        if not lacks_ao():
            await_mesh(cluster)
            assert detail(cluster, "node1", NODES["node2"])["tcpAO"]["good"] > 0
            return
        await_peer(cluster, "node1", "mesh:node2", "no TCP-AO", lambda p: (
            (p["blocked"] or "").startswith(
                "spec.nodeMeshTCPAO: the kernel has no TCP-AO")))


@row("BGPConfiguration", "serviceClusterIPs[].cidr")
def cluster_ips(cluster):
    cidr = "10.33.128.0/19"
    with cluster.edited(*CONFIG, spec(serviceClusterIPs=[{"cidr": cidr}])):
        await_both(cluster, cidr, NODES)
        await_both(cluster, SERVICE_CIDRS[0], [])


@row("BGPConfiguration", "serviceClusterIPSource")
def cluster_ip_source(cluster):
    cidr = "10.35.0.0/24"
    more = {"apiVersion": "networking.k8s.io/v1", "kind": "ServiceCIDR",
            "metadata": {"name": "more"}, "spec": {"cidrs": [cidr]}}
    with cluster.added(more):
        with cluster.edited(*CONFIG, spec(serviceClusterIPSource="Auto")):
            await_both(cluster, cidr, NODES)
            await_both(cluster, SERVICE_CIDRS[0], NODES)
        await_both(cluster, cidr, [])


@row("BGPConfiguration", "serviceExternalIPs[].cidr")
def external_ips(cluster):
    cidr = "10.36.0.0/24"
    with cluster.edited(*CONFIG, spec(serviceExternalIPs=[
            {"cidr": SERVICE_CIDRS[1]}, {"cidr": cidr}])):
        await_both(cluster, cidr, NODES)
    await_both(cluster, cidr, [])


@row("BGPConfiguration", "serviceLoadBalancerIPs[].cidr")
def load_balancer_ips(cluster):
    """The host route inside goes: its CIDR covers it."""
    cidr = "10.34.0.0/24"
    with host_route(cluster) as host:
        await_both(cluster, host, NODES)
        with cluster.edited(*CONFIG, spec(
                serviceLoadBalancerIPs=[{"cidr": cidr}])):
            await_both(cluster, cidr, NODES)
            await_both(cluster, host, [])


@row("BGPConfiguration", "advertisePodCIDRs")
def pod_cidrs(cluster):
    with cluster.edited(*CONFIG, spec(advertisePodCIDRs=False)):
        for prefix in POD_PREFIXES.values():
            await_both(cluster, prefix, [])
        await_both(cluster, SERVICE_CIDRS[0], NODES)


@row("BGPConfiguration", "podCIDRSource")
def pod_cidr_source(cluster):
    node1 = POD_PREFIXES["node1"]
    block = {"apiVersion": "crd.projectcalico.org/v1",
             "kind": "BlockAffinity", "metadata": {"name": "node1-block"},
             "spec": {"node": "node1", "cidr": "10.33.98.0/24",
                      "state": "confirmed", "deleted": "false"}}
    note = {"metadata": {"annotations": {
        "lbbgp.io/pod-cidrs": "10.33.99.0/24"}}}
    with (cluster.added(block), cluster.edited("Node", None, "node1", note)):
        await_both(cluster, "10.33.98.0/24", ["node1"])     # Auto: Calico
        for source, prefix in [("Annotation", "10.33.99.0/24"),
                               ("NodeSpec", node1),
                               ("CalicoIPAM", "10.33.98.0/24")]:
            with cluster.edited(*CONFIG, spec(podCIDRSource=source)):
                await_both(cluster, prefix, ["node1"])
    await_both(cluster, node1, ["node1"])


@row("BGPConfiguration", "excludeLabel")
def exclude_label(cluster):
    label = {"metadata": {"labels": {
        "node.kubernetes.io/exclude-from-external-load-balancers": ""}}}
    with (host_route(cluster) as host,
          cluster.edited("Node", None, "node1", label)):
        await_both(cluster, host, list(NODES)[1:])
        await_both(cluster, SERVICE_CIDRS[1], NODES)
        with cluster.edited(*CONFIG, spec(excludeLabel="Ignore")):
            await_both(cluster, host, NODES)


GRACEFUL_SHUTDOWN = {"65535:0", "gracefulShutdown"}       # as BIRD, FRR say
DRAIN = {"metadata": {"annotations": {"lbbgp.io/drain": "a row"}}}


def await_drained(cluster, node="node1"):
    """No Service has a route to it, its pods have; all sessions stay."""
    others = [name for name in NODES if name != node]
    for cidr in SERVICE_CIDRS:
        await_both(cluster, cidr, others)
    await_both(cluster, POD_PREFIXES[node], [node])


@row("BGPConfiguration", "drain.wait")
def drain_wait(cluster):
    """Until it is over routers have the route, with the community. What is left
    of it follows a change."""
    def marked(router):
        return [bool(GRACEFUL_SHUTDOWN & path.communities)
                for path in router.paths(SERVICE_CIDRS[0])]
    with (cluster.edited(*CONFIG, spec(drain={"wait": 300})),
          cluster.edited("Node", None, "node1", DRAIN)):
        for router in cluster.fabric.routers:
            until(PATIENCE, "one path with the community", lambda router=router: (
                sorted(marked(router)) == [False] * 5 + [True],
                marked(router)))
        with cluster.edited(*CONFIG, spec(drain={"wait": 1})):
            await_drained(cluster)
    for cidr in SERVICE_CIDRS:
        await_both(cluster, cidr, NODES)


def tainted(key):
    return spec(taints=[{"key": key, "effect": "NoSchedule"}])


@row("BGPConfiguration", "drain.taints")
def drain_taints(cluster):
    with cluster.edited("Node", None, "node1", tainted("example.com/broken")):
        await_both(cluster, SERVICE_CIDRS[0], NODES)
        with cluster.edited(*CONFIG, spec(drain={
                "wait": 0, "taints": ["example.com/broken:NoSchedule"]})):
            await_drained(cluster)
    for cidr in SERVICE_CIDRS:
        await_both(cluster, cidr, NODES)


@row("BGPConfiguration", "drain.whenCordoned")
def drain_when_cordoned(cluster):
    with cluster.edited("Node", None, "node1", spec(unschedulable=True)):
        await_both(cluster, SERVICE_CIDRS[0], NODES)
        with cluster.edited(*CONFIG, spec(drain={
                "wait": 0, "whenCordoned": True})):
            await_drained(cluster)
    for cidr in SERVICE_CIDRS:
        await_both(cluster, cidr, NODES)


@row("BGPConfiguration", "advertiseWithoutEndpoints")
def without_endpoints(cluster):
    with host_route(cluster, nodes=()) as host:
        await_both(cluster, host, [])
        with cluster.edited(*CONFIG, spec(advertiseWithoutEndpoints=True)):
            await_both(cluster, host, NODES)
        await_both(cluster, host, [])


def answer(cluster, node):
    """A stand-in for kube-proxy that is well."""
    return cluster.fabric.start(
        node, [PYTHON, "-m", "http.server", "--bind", "127.0.0.1",
               "--directory", cluster.path, str(PORT)], f"health-{node}")


@row("BGPConfiguration", "staleAfter")
def stale_after(cluster):
    """A folder of manifests is never away."""
    with cluster.edited(*CONFIG, spec(staleAfter=4, listenPort=1179)):
        await_listens(cluster, "10.31.90.1:1179")
        if cluster.title != "kube":
            return
        time.sleep(2)               # the others have it, too
        cluster.stop_server()
        try:
            await_both(cluster, SERVICE_CIDRS[0], [], 45)
            await_both(cluster, POD_PREFIXES["node6"], ["node6"])
        finally:
            cluster.start_server()
        await_both(cluster, SERVICE_CIDRS[0], NODES, 90)


@row("BGPConfiguration", "dataPlaneHealth")
def health(cluster):
    """Nodes where the URL does not answer announce no Services."""
    url = f"http://127.0.0.1:{PORT}/"
    answering = answer(cluster, "node4")
    try:
        with cluster.edited(*CONFIG, spec(dataPlaneHealth=url)):
            await_both(cluster, SERVICE_CIDRS[0], ["node4"])
            answering.stop()
            await_both(cluster, SERVICE_CIDRS[0], [])
            await_both(cluster, POD_PREFIXES["node4"], ["node4"])
            answering = answer(cluster, "node5")
            await_both(cluster, SERVICE_CIDRS[0], ["node5"])
    finally:
        answering.stop()


def advertise(**fields):
    return spec(prefixAdvertisements=[{"cidr": "10.33.0.0/17", **fields}])


def await_pod_communities(cluster, want):
    for router in cluster.fabric.routers:
        await_communities(router, POD_PREFIXES["node1"], want)


@row("BGPConfiguration", "communities[].name")
def community_name(cluster):
    patch = {"spec": {"communities": [{"name": "blue", "value": "64517:9"}],
                      **advertise(communities=["blue"])["spec"]}}
    with cluster.edited(*CONFIG, patch):
        await_pod_communities(cluster, {"64517:9"})
    await_pod_communities(cluster, {"64517:120"})


@row("BGPConfiguration", "communities[].value")
def community_value(cluster):
    patch = spec(communities=[{"name": "bgp-large-community",
                               "value": "64517:300:200"}])

    def look():
        seen = [path.large_communities for router in cluster.fabric.routers
                for path in router.paths(POD_PREFIXES["node1"])]
        return seen == [{"64517:300:200"}] * 2, seen
    with cluster.edited(*CONFIG, patch):
        until(PATIENCE, "the large community", look)


@row("BGPConfiguration", "prefixAdvertisements[].cidr")
def advertised_cidr(cluster):
    patch = spec(prefixAdvertisements=[
        {"cidr": POD_PREFIXES["node2"], "communities": ["64517:8"]}])
    with cluster.edited(*CONFIG, patch):
        for router in cluster.fabric.routers:
            await_communities(router, POD_PREFIXES["node2"], {"64517:8"})
            await_communities(router, POD_PREFIXES["node1"], set())


@row("BGPConfiguration", "prefixAdvertisements[].communities")
def advertised_communities(cluster):
    with cluster.edited(*CONFIG, advertise(
            communities=["64517:7", "no-export"])):
        bird = cluster.fabric.bird
        await_communities(bird, POD_PREFIXES["node1"],
                          {"64517:7", "65535:65281"})


def inside(cluster):
    """BIRD in the nodes' AS: iBGP."""
    return (bird_conf(cluster.fabric.bird, ("as 64517", "as 64516")),
            cluster.edited(*BIRD_PEER, spec(
                asNumber=None, internal=True, localASNumber=64516)))


@row("BGPConfiguration", "prefixAdvertisements[].localPreference", AT_BIRD,
     False)
def advertised_preference(cluster):
    bird, peer = inside(cluster)
    words = ["route", "all", POD_PREFIXES["node1"]]
    with bird, peer:
        await_bird_text(cluster, words, "BGP.local_pref: 100")
        for value in 0, 4294967295:
            with cluster.edited(*CONFIG, advertise(localPreference=value)):
                await_bird_text(cluster, words, f"BGP.local_pref: {value}\n")
        assert cluster.fabric.frr.routes() == expected_routes()


@row("BGPConfiguration", "filters")
def filters_of_all(cluster):
    no_pods = filtered("edge", {"export": [
        {"name": "pods", "action": "Reject", "sources": ["Pod"]}]})
    with (cluster.added(no_pods),
          cluster.edited(*CONFIG, spec(filters=["edge"]))):
        await_both(cluster, POD_PREFIXES["node1"], [])


HEARD = "198.51.100.0/24"
OTHER = "192.0.2.0/24"
TAKE = {"import": [{"name": "all", "action": "Accept"}]}


@contextlib.contextmanager
def learning(cluster, *prefixes, **fields):
    """Both routers announce these, and nodes install what they may."""
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    family = "address-family ipv4 unicast"
    routes = " ".join(f"route {p} unreachable;" for p in prefixes)
    with (frr_conf(frr, ["no bgp network import-check", family,
                         *[f"network {p}" for p in prefixes]],
                   [family, *[f"no network {p}" for p in prefixes]]),
          bird_conf(bird, ("template bgp node {", "protocol static { ipv4; "
                           f"{routes} }}\ntemplate bgp node {{"),
                    ("ipv4 { export all; }",
                     "ipv4 { export where source = RTS_BGP; }"),
                    ("export none", "export where source = RTS_STATIC")),
          cluster.added(filtered("learned", TAKE)),
          cluster.edited(*CONFIG, spec(filters=["learned"], learnedRoutes={
              "enabled": True, **fields}))):
        yield


def await_learned(cluster, want, *words):
    """Until node1 has as many next hops for each prefix, as `ip route` says."""
    def look():
        said = json.loads(cluster.fabric.run(
            "node1", "ip", "-j", "route", "show", "proto", "77", *words))
        seen = {r["dst"]: len(r.get("nexthops", [r])) for r in said}
        return seen == want, said
    until(20, f"{want} in the kernel of node1", look)


@row("BGPConfiguration", "learnedRoutes.enabled")
def learned_at_all(cluster):
    with learning(cluster, HEARD):
        await_learned(cluster, {HEARD: 2})
    await_learned(cluster, {})


@row("BGPConfiguration", "learnedRoutes.table")
def learned_elsewhere(cluster):
    with learning(cluster, HEARD, table=1000):
        await_learned(cluster, {HEARD: 2}, "table", "1000")
        await_learned(cluster, {})
    await_learned(cluster, {}, "table", "all")


@row("BGPConfiguration", "learnedRoutes.metric")
def learned_metric(cluster):
    with learning(cluster, HEARD, metric=77):
        await_learned(cluster, {HEARD: 2}, "metric", "77")


@row("BGPConfiguration", "learnedRoutes.maxPaths")
def learned_paths(cluster):
    with learning(cluster, HEARD, maxPaths=1):
        await_learned(cluster, {HEARD: 1})


@row("BGPConfiguration", "learnedRoutes.defaultRoute")
def learned_default(cluster):
    with learning(cluster, OTHER, "0.0.0.0/0"):
        await_learned(cluster, {OTHER: 2})
    with learning(cluster, OTHER, "0.0.0.0/0", defaultRoute="Install"):
        await_learned(cluster, {OTHER: 2, "default": 2})


def nothing_to_write(cluster, **fields):
    """Into a folder of manifests; test_node_readiness.py has an API server."""
    before = cluster.get("Node", None, "node1")
    with cluster.edited(*CONFIG, spec(nodeReadiness=fields, listenPort=1179)):
        await_listens(cluster, "10.31.90.1:1179")
        assert cluster.get("Node", None, "node1") == before


@row("BGPConfiguration", "nodeReadiness.enabled")
def readiness(cluster):
    nothing_to_write(cluster, enabled=True)


@row("BGPConfiguration", "nodeReadiness.minSessions")
def readiness_sessions(cluster):
    nothing_to_write(cluster, enabled=True, minSessions=2)


@row("BGPConfiguration", "serviceNodeSelector")
def service_nodes(cluster):
    chosen = ["node4", "node5"]
    with cluster.edited(*CONFIG, spec(serviceNodeSelector=named(*chosen))):
        await_both(cluster, SERVICE_CIDRS[0], chosen)
        await_both(cluster, SERVICE_CIDRS[1], chosen)
        await_both(cluster, POD_PREFIXES["node1"], ["node1"])


@row("ServiceGroup", "announce.bgp.communities")
def group_communities(cluster):
    with host_route(cluster, communities=["64517:5"]) as host:
        for router in cluster.fabric.routers:
            await_communities(router, host, {"64517:5"})
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"communities": ["bgp-large-community"]}})):
            for router in cluster.fabric.routers:
                await_communities(router, host, set())


@row("ServiceGroup", "announce.bgp.localPreference", AT_BIRD, False)
def group_preference(cluster):
    bird, peer = inside(cluster)
    with bird, peer, host_route(cluster, localPreference=250) as host:
        await_bird_text(cluster, ["route", "all", host],
                        "BGP.local_pref: 250")


@row("ServiceGroup", "announce.bgp.nodeSelector")
def group_nodes(cluster):
    with host_route(cluster, nodeSelector=named("node2")) as host:
        await_both(cluster, host, ["node2"])
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"nodeSelector": named("node3")}})):
            await_both(cluster, host, ["node3"])


def daemons(nodes):
    """Their slice, as the controller makes it of manifests/."""
    slices = endpoints("lbbgp-bgpd", nodes)
    slices["metadata"]["namespace"] = "lbbgp-system"
    return slices


def announcers(cluster, host, most):
    """The nodes that it comes from at all routers, once they are so many."""
    def look():
        seen = [sorted(r.routes().get(host, []))
                for r in cluster.fabric.routers]
        return (len(seen[0]) == most and seen.count(seen[0]) == len(seen),
                seen)
    until(20, f"{host} by {most} nodes", look)
    return set(cluster.fabric.frr.routes()[host])


@row("ServiceGroup", "announce.bgp.maxAnnouncers")
def group_limit(cluster):
    names = list(NODES)
    with (cluster.added(daemons(names)),
          host_route(cluster, maxAnnouncers=2) as host):
        two = announcers(cluster, host, 2)
        gone = next(n for n, address in NODES.items() if address in two)
        with cluster.edited("EndpointSlice", "lbbgp-system", "lbbgp-bgpd-lab",
                            {"endpoints": daemons(
                                [n for n in names if n != gone]
                            )["endpoints"]}):
            three = announcers(cluster, host, 3)
            assert two < three


@row("ServiceGroup", "announce.bgp.peers")
def group_peers(cluster):
    """At one router, then at the other: FRR and BIRD take turns."""
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    with host_route(cluster, peers=[FRR]) as host:
        await_prefix(frr, host, hops(*NODES))
        await_prefix(bird, host, hops())
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"peers": [BIRD]}})):
            await_prefix(bird, host, hops(*NODES))
            await_prefix(frr, host, hops())


def annotated(cluster, **annotations):
    """The Service of host_route() says these of its route."""
    return cluster.edited("Service", "nginx-quic", "out", {"metadata": {
        "annotations": {f"lbbgp.io/{name.replace('_', '-')}": value
                        for name, value in annotations.items()}}})


@row("ServiceGroup", "announce.bgp.serviceAnnotations")
def service_annotations(cluster):
    """What is not listed has no effect; what shares the prefix neither."""
    frr, bird = cluster.fabric.frr, cluster.fabric.bird
    with (host_route(cluster, peers=[FRR, BIRD], med=3,
                     serviceAnnotations=["med", "peers"]) as host,
          annotated(cluster, med="7", peers=BIRD, prepend="2")):
        await_bird_text(cluster, ["route", "all", host], "BGP.med: 7\n")
        await_bird_text(cluster, ["route", "all", host],
                        "BGP.as_path: 64517\n")
        await_prefix(bird, host, hops(*NODES))
        await_prefix(frr, host, hops())
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"serviceAnnotations": []}})):
            await_bird_text(cluster, ["route", "all", host], "BGP.med: 3\n")
            await_prefix(frr, host, hops(*NODES))


@row("ServiceGroup", "announce.bgp.serviceCommunities")
def service_communities(cluster):
    """One that is not listed takes the others of its annotation with it."""
    words = ["route", "all"]
    with host_route(cluster, serviceAnnotations=["communities"],
                    serviceCommunities=["64517:7"]) as host:
        with annotated(cluster, communities="64517:7"):
            await_bird_text(cluster, words + [host], "(64517,7)")
        with annotated(cluster, communities="64517:8, 64517:7"):
            until(PATIENCE, "no community", lambda: (
                "(64517" not in cluster.fabric.bird.text(
                    "show", *words, host), None))
            with cluster.edited("ServiceGroup", None, "outside", spec(
                    announce={"bgp": {"serviceCommunities": [
                        "64517:7", "64517:8"]}})):
                await_bird_text(cluster, words + [host],
                                "(64517,7) (64517,8)")


@row("ServiceGroup", "announce.bgp.med")
def group_med(cluster):
    with host_route(cluster, med=4294967295) as host:
        await_bird_text(cluster, ["route", "all", host],
                        "BGP.med: 4294967295")
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"med": 0}})):
            await_bird_text(cluster, ["route", "all", host], "BGP.med: 0\n")


@row("ServiceGroup", "announce.bgp.prepend")
def group_prepend(cluster):
    with host_route(cluster, prepend=2) as host:
        await_bird_text(cluster, ["route", "all", host],
                        "BGP.as_path: 64517 64517 64517\n")
        with cluster.edited("ServiceGroup", None, "outside", spec(
                announce={"bgp": {"prepend": None}})):
            await_bird_text(cluster, ["route", "all", host],
                            "BGP.as_path: 64517\n")


@contextlib.contextmanager
def weighted(cluster, **fields):
    """HOST with policy Local, an endpoint each on two nodes; waits for so many Mbit/s
    at BIRD."""
    with (host_route(cluster, weightedECMP=fields) as host,
          cluster.edited("Service", "nginx-quic", "out",
                         spec(externalTrafficPolicy="Local"))):
        await_both(cluster, host, ["node4", "node5"])

        def await_said(mbits, kind=0x4):
            value, = struct.unpack(">I", struct.pack(">f", mbits * 125000))
            await_bird_text(cluster, ["route", "all", host],
                            f"(unknown {kind:#x}, 64517, {value})\n")
        yield await_said


def weigh(cluster, **fields):
    return cluster.edited("ServiceGroup", None, "outside", spec(
        announce={"bgp": {"weightedECMP": fields}}))


@row("ServiceGroup", "announce.bgp.weightedECMP.bandwidth")
def group_bandwidth(cluster):
    with weighted(cluster) as await_said:
        await_said(100)
        with weigh(cluster, bandwidth=1000):
            await_said(1000)


@row("ServiceGroup", "announce.bgp.weightedECMP.form")
def group_form(cluster):
    with weighted(cluster, form="NonTransitive") as await_said:
        await_said(100, 0x4004)
        with weigh(cluster, form="Transitive"):
            await_said(100)


@row("ServiceGroup", "announce.bgp.weightedECMP.bucket")
def group_bucket(cluster):
    with weighted(cluster, bucket=10) as await_said:
        await_said(1000)
        with weigh(cluster, bucket=1):
            await_said(100)


@row("ServiceGroup", "announce.bgp.weightedECMP.minInterval")
def group_interval(cluster):
    """Of two changes the second waits, until that is no longer asked for."""
    with weighted(cluster, minInterval=3600) as await_said:
        await_said(100)
        with weigh(cluster, bucket=2):
            await_said(200)
            with weigh(cluster, bucket=10):
                time.sleep(2)
                await_said(200)
                with weigh(cluster, minInterval=1):
                    await_said(1000)


@row("ServiceGroup", "announce.bgp.lengths")
def group_lengths(cluster):
    """An address of a pool with an aggregation of 256."""
    group = pool_group("lengths", "10.35.0.10-10.35.0.20", "10.35.0.0/24",
                       announce={"bgp": {"lengths": "Both"}})
    group["spec"]["pools"][0]["aggregation"] = "/24"
    everybody = list(NODES)
    with (cluster.added(group), cluster.added(service("long", "lengths")),
          cluster.endpoints(endpoints("long", ("node4",)))):
        await_both(cluster, "10.35.0.10/32", everybody)
        await_both(cluster, "10.35.0.0/24", everybody)
        with cluster.edited("ServiceGroup", None, "lengths", spec(
                announce={"bgp": {"lengths": "Host"}})):
            await_both(cluster, "10.35.0.0/24", [])
            await_both(cluster, "10.35.0.10/32", everybody)
        with cluster.edited("ServiceGroup", None, "lengths", spec(
                announce={"bgp": {"lengths": "Aggregate"}})):
            await_both(cluster, "10.35.0.10/32", [])
            await_both(cluster, "10.35.0.0/24", everybody)
    await_both(cluster, "10.35.0.0/24", [])
