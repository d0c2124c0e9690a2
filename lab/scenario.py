# SPDX-License-Identifier: Apache-2.0
"""scenario - what must be true of the reference fabric.

Expectations and the waiting for them, the same for the demo and the tests.
"""

import collections

from fabric import NODES, PATIENCE, Failed, until

POD_PREFIXES = {"node1": "10.33.5.0/24", "node2": "10.33.23.0/24",
                "node3": "10.33.57.0/24", "node4": "10.33.26.0/24",
                "node5": "10.33.12.0/24", "node6": "10.33.93.0/24"}
SERVICE_CIDRS = ["10.33.128.0/18", "10.33.192.0/18"]
SERVICES = {"nginx-quic/nginx-lb-service": "10.33.192.80",
            "nginx-quic/nginx-lb2-service": "10.33.192.0"}
VIP, NOBODY = "10.33.192.80", "10.33.192.81"
COMMUNITIES = ({"64517:120"}, {"64517:300:100"})
AT_ONCE = 4.0           # seconds, polling and vtysh included; long before hold times
GRACE = 5.0             # over the hold time


def expected_routes(without=()):
    """What a router must have; `without` are nodes that are lost."""
    left = {node: ip for node, ip in NODES.items() if node not in without}
    routes = {POD_PREFIXES[node]: [ip] for node, ip in left.items()}
    for cidr in SERVICE_CIDRS:
        routes[cidr] = list(left.values())
    return routes


def await_routes(router, limit, without=()):
    """Until router and its kernel have exactly those; the seconds it took."""
    want = expected_routes(without)

    def look():
        seen = router.kernel_routes()
        if seen == want:
            seen = router.routes()
        return seen == want, seen
    return until(limit, f"{router.title}'s routes", look)


def wrong_communities(router):
    """[(prefix, path)] of those with other communities than they must."""
    wrong = []
    for prefix in expected_routes():
        want = (set(), set()) if prefix in SERVICE_CIDRS else COMMUNITIES
        wrong += [(prefix, path) for path in router.paths(prefix)
                  if (path.communities, path.large_communities) != want]
    return wrong


def spread(answers):
    """Counter of the nodes that were passed, Counter of the errors."""
    nodes = collections.Counter(answer["node"] for answer in answers
                                if "node" in answer)
    errors = collections.Counter(answer["error"] for answer in answers
                                 if "error" in answer)
    return nodes, errors


def established(reply):
    """The Established neighbours in a reply of `show neighbors`."""
    return [(peer.get("node"), peer["address"]) for peer in reply["neighbors"]
            if peer["state"] == "Established"]


def await_sessions(cluster, node, count, limit=PATIENCE):
    def look():
        try:
            seen = established(cluster.lbbgp_json(node, "show", "neighbors"))
        except Failed as err:           # a daemon that has just started
            return False, err
        return len(seen) == count, seen
    return until(limit, f"{count} sessions on {node}", look)


def await_all_sessions(cluster, count, limit):
    def look():
        seen = established(cluster.lbbgp_cluster_json(
            "show", "neighbors", "--all-nodes"))
        return len(seen) == count, seen
    return until(limit, f"{count} sessions in BGPNodeStatus", look)


def await_whole(cluster, limit=60):
    """All sessions up at both ends, all routes at both routers.

    The nodes' word comes first: a router that was frozen believes in its old
    table until it has read what happened meanwhile.
    """
    return (sum(await_sessions(cluster, node, 2, limit) for node in NODES)
            + sum(await_routes(router, limit)
                  for router in cluster.fabric.routers))


def await_addresses(cluster, limit=PATIENCE):
    want = {service: [ip] for service, ip in SERVICES.items()}

    def look():
        seen = cluster.addresses()
        return seen == want, seen
    return until(limit, "addresses of the Services", look)
