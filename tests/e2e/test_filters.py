# SPDX-License-Identifier: Apache-2.0
"""BGPFilters with real routers: what these are told, and what is taken."""

from fabric import NODES, PATIENCE, until
from fieldrows import FRR, FRR_PEER, await_peer, detail, frr_conf
from objects import accepted as accepted_of
from objects import await_communities, await_prefix, filtered, peer_of
from scenario import POD_PREFIXES, SERVICE_CIDRS, await_routes

HEARD = "198.51.100.0/24"
WITHOUT_PODS = {"export": [
    {"name": "pods", "action": "Reject", "sources": ["Pod"]},
    {"name": "rest", "action": "Accept",
     "set": {"addCommunities": ["64517:77"], "prepend": {"times": 2}}}]}
ONE = {"import": [{"name": "one", "action": "Accept",
                   "prefixes": [{"cidr": HEARD}]}]}
NONE = {"import": [{"name": "none", "action": "Reject"}]}


def test_a_router_is_told_what_its_filter_lets_out(cluster, router):
    sessions = router.established()
    with (cluster.added(filtered("edge", WITHOUT_PODS)),
          cluster.edited(*peer_of(router), {"spec": {"filters": ["edge"]}})):
        for prefix in POD_PREFIXES.values():
            await_prefix(router, prefix, [])
        await_communities(router, SERVICE_CIDRS[1], {"64517:77"})
        await_prefix(router, SERVICE_CIDRS[1], list(NODES.values()))
    await_routes(router, PATIENCE)
    await_communities(router, SERVICE_CIDRS[1], set())
    assert router.established() == sessions


def accepted(peer):
    return peer["prefixes"]["ipv4"]["accepted"]


def test_routes_of_a_router_are_taken_as_its_filter_says(cluster):
    frr = cluster.fabric.frr
    sessions = frr.established()
    family = "address-family ipv4 unicast"
    with (frr_conf(frr, ["no bgp network import-check", family,
                         f"network {HEARD}"],
                   [family, f"no network {HEARD}"]),
          cluster.added(filtered("edge", ONE)),
          cluster.edited(*FRR_PEER, {"spec": {"filters": ["edge"]}})):
        for node in NODES:
            await_peer(cluster, node, FRR, "one route",
                       lambda p: accepted(p) == 1)
        rule = detail(cluster, "node1", frr.address)["filters"][0]
        assert rule["rule"] == "one" and rule["hits"] >= 1
        with cluster.edited("BGPFilter", None, "edge", {"spec": NONE}):
            for node in NODES:
                await_peer(cluster, node, FRR, "no route",
                           lambda p: accepted(p) == 0)
        await_peer(cluster, "node1", FRR, "one route again",
                   lambda p: accepted(p) == 1)
    await_peer(cluster, "node1", FRR, "nothing taken",
               lambda p: accepted(p) == 0)
    assert frr.established() == sessions


def await_verdict(cluster, want):
    def look():
        seen = accepted_of(cluster, "BGPPeer", FRR)
        return seen == want, seen
    until(PATIENCE, f"BGPPeer {FRR} says {want}", look)


def test_a_filter_that_is_missing_is_told(cluster):
    frr = cluster.fabric.frr
    sessions = frr.established()
    with cluster.edited(*FRR_PEER, {"spec": {"filters": ["nobody"]}}):
        until(PATIENCE, "told", lambda: (
            "nobody" in (detail(cluster, "node1", frr.address)[
                "filterFault"] or ""), detail(cluster, "node1", frr.address)))
        await_verdict(cluster, ("False", (
            'spec.filters[0]: there is no valid BGPFilter "nobody"')))
        await_routes(frr, PATIENCE)
    await_verdict(cluster, ("True", ""))
    assert frr.established() == sessions
