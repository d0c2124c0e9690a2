# SPDX-License-Identifier: Apache-2.0
"""Objects that tests change or add, and waiting for what becomes of them."""

from fabric import PATIENCE, by_address, until
from scenario import POD_PREFIXES

CONFIG = ("BGPConfiguration", None, "default")
PEERS = {"frr": ("BGPPeer", None, "openwrt-peer"),
         "bird": ("BGPPeer", None, "tiny-unraid-peer")}
GROUP = ("ServiceGroup", None, "bgp-ippool")


def peer_of(router):
    return PEERS["frr" if router is router.fabric.frr else "bird"]


def other_than(router):
    return next(r for r in router.fabric.routers if r is not router)


def service(name, group, **spec):
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "namespace": "nginx-quic",
                         "annotations": {"lbbgp.io/service-group": group}},
            "spec": {"type": "LoadBalancer", "selector": {"app": "nginx-quic"},
                     "ports": [{"name": "http", "protocol": "TCP", "port": 80,
                                "targetPort": 8080}], **spec}}


def pool_group(name, pool, subnet, **spec):
    return {"apiVersion": "lbbgp.io/v1", "kind": "ServiceGroup",
            "metadata": {"name": name},
            "spec": {"pools": [{"subnet": subnet, "pool": pool,
                                "aggregation": "/32"}], **spec}}


def filtered(name, rules):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPFilter",
            "metadata": {"name": name}, "spec": rules}


def endpoints(name, nodes):
    """Needed on dir only: on kube the controller makes them."""
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": f"{name}-lab", "namespace": "nginx-quic",
                         "labels": {"kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "ports": [{"name": "http", "protocol": "TCP", "port": 8080}],
            "endpoints": [{"addresses": [POD_PREFIXES[node].replace(
                               ".0/24", ".10")], "nodeName": node,
                           "conditions": {"ready": True, "serving": True,
                                          "terminating": False}}
                          for node in nodes]}


def address_of(cluster, name):
    obj = cluster.get("Service", "nginx-quic", name) or {}
    ingress = obj.get("status", {}).get("loadBalancer", {}).get("ingress")
    return ingress[0]["ip"] if ingress else None


def await_address(cluster, name, want, limit=PATIENCE):
    def look():
        seen = address_of(cluster, name)
        return seen == want, seen
    return until(limit, f"address of {name}", look)


def await_any_address(cluster, name, limit=PATIENCE):
    """The address that it gets. Others may be spared for who had them."""
    def look():
        seen = address_of(cluster, name)
        return bool(seen), seen
    until(limit, f"an address of {name}", look)
    return address_of(cluster, name)


def accepted(cluster, kind, name):
    """(status, message) of the condition that the object has."""
    status = (cluster.get(kind, None, name) or {}).get("status", {})
    return next(((c["status"], c["message"])
                 for c in status.get("conditions", [])
                 if c["type"] == "Accepted"), None)


def await_prefix(router, prefix, hops, limit=PATIENCE):
    def look():
        seen = router.routes().get(prefix, [])
        return seen == by_address(hops), seen
    return until(limit, f"{prefix} at {router.title}", look)


def await_communities(router, prefix, want, limit=PATIENCE):
    def look():
        seen = [path.communities for path in router.paths(prefix)]
        return bool(seen) and all(have == want for have in seen), seen
    return until(limit, f"communities of {prefix} at {router.title}", look)
