# SPDX-License-Identifier: Apache-2.0
"""Who gets which address: what people see on their Services and groups."""

from fabric import until
from objects import GROUP, address_of, await_address, pool_group, service

NAMESPACE = "nginx-quic"
ASSIGNED = "lbbgp.io/AddressAssigned"


def condition(obj, kind):
    found = (obj or {}).get("status", {}).get("conditions") or []
    return next((c for c in found
                 if c["type"] == kind and "$patch" not in c), {})


def await_reason(cluster, name, want):
    def look():
        obj = cluster.get("Service", NAMESPACE, name)
        seen = condition(obj, ASSIGNED).get("reason")
        return seen == want, seen
    until(10, f"reason of {name}", look)


def test_a_changed_request_is_followed(cluster):
    with cluster.added(service("moves", GROUP[2],
                               loadBalancerIP="10.33.193.7")):
        await_address(cluster, "moves", "10.33.193.7")
        with cluster.edited("Service", NAMESPACE, "moves",
                            {"spec": {"loadBalancerIP": "10.33.193.9"}}):
            await_address(cluster, "moves", "10.33.193.9")
        await_address(cluster, "moves", "10.33.193.7")


def test_a_request_that_can_not_be_met_changes_nothing(cluster):
    with cluster.added(service("stays", GROUP[2],
                               loadBalancerIP="10.33.193.7")):
        await_address(cluster, "stays", "10.33.193.7")
        with cluster.edited("Service", NAMESPACE, "stays",
                            {"spec": {"loadBalancerIP": "192.0.2.1"}}):
            await_reason(cluster, "stays", "AddressOutsidePools")
            assert address_of(cluster, "stays") == "10.33.193.7"
        await_reason(cluster, "stays", "Assigned")


def test_a_type_changed_away_leaves_nothing_behind(cluster):
    with cluster.added(service("leaves", GROUP[2])):
        await_address(cluster, "leaves", "10.33.192.1")
        with cluster.edited("Service", NAMESPACE, "leaves",
                            {"spec": {"type": "ClusterIP"}}):
            def look():
                obj = cluster.get("Service", NAMESPACE, "leaves")
                notes = obj["metadata"]["annotations"]
                marks = [key for key, value in notes.items()
                         if "allocated" in key and value]
                status = obj.get("status", {})
                told = condition(obj, ASSIGNED)
                ingress = status.get("loadBalancer", {}).get("ingress")
                return not (marks or told or ingress), obj
            until(10, "no trace of an address", look)


def test_who_waits_gets_what_is_freed(cluster):
    with cluster.added(pool_group("tiny", "10.40.0.1-10.40.0.1",
                                  "10.40.0.0/16", autoAssign=False)):
        with cluster.added(service("first", "tiny")):
            await_address(cluster, "first", "10.40.0.1")
            cluster.put(service("second", "tiny"))
            await_reason(cluster, "second", "PoolExhausted")
        await_address(cluster, "second", "10.40.0.1")
        cluster.remove("Service", NAMESPACE, "second")


def test_a_pool_that_overlaps_is_told_and_not_used(cluster):
    late = pool_group("late", "10.33.192.0-10.33.192.9", "10.33.192.0/18")
    with cluster.added(late):
        def look():
            seen = condition(cluster.get("ServiceGroup", None, "late"),
                             "Accepted")
            return GROUP[2] in seen.get("message", ""), seen
        until(10, "condition of the group", look)
        with cluster.added(service("nowhere", "late")):
            await_reason(cluster, "nowhere", "FamilyMismatch")


def test_services_with_one_key_share_an_address(cluster):
    def sharer(name, port):
        obj = service(name, GROUP[2], ports=[
            {"name": "p", "protocol": "TCP", "port": port}])
        obj["metadata"]["annotations"]["lbbgp.io/sharing-key"] = "k"
        return obj

    with cluster.added(sharer("eighty", 80)), \
            cluster.added(sharer("other", 8443)), \
            cluster.added(sharer("same", 80)):
        await_address(cluster, "eighty", "10.33.192.1")
        await_address(cluster, "other", "10.33.192.1")
        await_address(cluster, "same", "10.33.192.2")
