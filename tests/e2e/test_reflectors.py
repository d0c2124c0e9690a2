# SPDX-License-Identifier: Apache-2.0
"""A node that reflects routes of other nodes to a router, its client.

BIRD is `direct`: else it looks for a route to the next hop, and has none.
"""

from fabric import NODES, PATIENCE
from fieldrows import BIRD, BIRD_PEER, await_bird_text, await_up, bird_conf
from fieldrows_peer import REFLECTS, hosts, peer
from objects import await_prefix
from scenario import POD_PREFIXES

REFLECTOR = "node4"


def test_a_router_hears_of_nodes_that_it_has_no_session_with(cluster):
    bird = cluster.fabric.bird
    internal = {"spec": {"asNumber": None, "internal": True,
                         "nodeSelector": hosts(REFLECTOR),
                         "routeReflectorClient": True}}
    nodes = peer("reflectors", nodeSelector=hosts("node1", "node2"),
                 peerSelector=hosts(REFLECTOR), routeReflectorClient=True)
    with (cluster.edited("Node", None, REFLECTOR, REFLECTS),
          cluster.added(nodes),
          bird_conf(bird, ("as 64516;", "as 64517; direct;")),
          cluster.edited(*BIRD_PEER, internal)):
        await_up(cluster, REFLECTOR, BIRD, 2 * PATIENCE)
        for node in ("node1", "node2", REFLECTOR):
            await_prefix(bird, POD_PREFIXES[node], [NODES[node]])
        await_prefix(bird, POD_PREFIXES["node3"], [])
        route = ["route", "all", POD_PREFIXES["node1"]]
        await_bird_text(cluster, route,
                        f"BGP.originator_id: {NODES['node1']}")
        await_bird_text(cluster, route, "BGP.cluster_list: 10.9.9.9")
