# SPDX-License-Identifier: Apache-2.0
"""Who gets which address: what people see on their Services and groups."""

import contextlib

import pytest
from fabric import PATIENCE, until
from objects import (GROUP, address_of, await_address, await_any_address,
                     pool_group, service)

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
    until(PATIENCE, f"reason of {name}", look)


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
        await_any_address(cluster, "leaves")
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
            until(PATIENCE, "no trace of an address", look)


def test_who_waits_gets_what_is_freed(cluster):
    with cluster.added(pool_group("tiny", "10.40.0.1-10.40.0.1",
                                  "10.40.0.0/16", autoAssign=False)):
        with cluster.added(service("first", "tiny")):
            await_address(cluster, "first", "10.40.0.1")
            cluster.put(service("second", "tiny"))
            await_reason(cluster, "second", "PoolExhausted")
        await_address(cluster, "second", "10.40.0.1")
        cluster.remove("Service", NAMESPACE, "second")


def explained(cluster, name):
    """The sentence of each rule, and all verdicts on announcing it."""
    steps = cluster.lbbgp_cluster_json(
        "explain", "service", f"{NAMESPACE}/{name}")["steps"]
    return ({step["rule"]: step["text"] for step in steps},
            [step["verdict"] for step in steps if step["rule"] == "announce"])


def test_it_is_explained_why_a_service_has_no_address(cluster):
    with cluster.added(service("asks", GROUP[2],
                               loadBalancerIP="192.0.2.1")):
        await_reason(cluster, "asks", "AddressOutsidePools")
        rules, announced = explained(cluster, "asks")
        assert rules["request"] == "spec.loadBalancerIP: 192.0.2.1"
        assert rules["address"].startswith("192.0.2.1 is in no pool")
        assert rules["status"].startswith("the status says: no address")
        assert announced == ["no"]


def test_it_is_explained_who_announces_a_service(cluster):
    with cluster.added(service("told", GROUP[2])):
        address = await_any_address(cluster, "told")
        await_reason(cluster, "told", "Assigned")
        rules, announced = explained(cluster, "told")
        assert rules["result"].startswith(f"Assigned: {address}")
        assert rules["status"].startswith(f"the status says: {address}")
        assert len(announced) > 0 and "no" not in announced


def test_an_odd_service_keeps_its_address_over_a_restart(cluster):
    tiny = pool_group("tiny", "10.40.0.1-10.40.0.1", "10.40.0.0/16",
                      autoAssign=False)
    with cluster.added(tiny), cluster.added(service("victim", "tiny")):
        await_address(cluster, "victim", "10.40.0.1")
        with cluster.edited("Service", NAMESPACE, "victim",
                            {"spec": {"externalIPs": ["010.1.2.3"]}}), \
                cluster.added(service("second", "tiny")):
            await_reason(cluster, "second", "PoolExhausted")
            cluster.allocator.stop()
            cluster.start_allocator()
            with cluster.added(service("third", GROUP[2])):
                await_any_address(cluster, "third")
            assert address_of(cluster, "victim") == "10.40.0.1"
            assert address_of(cluster, "second") is None
            rules, announced = explained(cluster, "victim")
            assert rules["result"].startswith("Assigned: 10.40.0.1")
            assert rules["service"].startswith("spec.externalIPs[0]: ")
            assert "no" not in announced
        assert address_of(cluster, "victim") == "10.40.0.1"


def test_a_huge_service_keeps_its_address_over_a_restart(cluster):
    tiny = pool_group("tiny", "10.40.0.1-10.40.0.1", "10.40.0.0/16",
                      autoAssign=False)
    huge = {"metadata": {"ownerReferences": [{
        "apiVersion": "v1", "kind": "Pod", "uid": "none",
        "name": 1_200_000 * "<"}]}}
    with cluster.added(tiny), cluster.added(service("victim", "tiny")):
        await_address(cluster, "victim", "10.40.0.1")
        with cluster.edited("Service", NAMESPACE, "victim", huge), \
                cluster.added(service("second", "tiny")):
            await_reason(cluster, "second", "PoolExhausted")
            cluster.allocator.stop()
            cluster.start_allocator()
            with cluster.added(service("third", GROUP[2])):
                await_any_address(cluster, "third")
            assert address_of(cluster, "victim") == "10.40.0.1"
            assert address_of(cluster, "second") is None


@pytest.mark.parametrize("cluster", ["kube"], indirect=True, scope="module")
def test_a_service_whose_annotations_are_full_has_its_address(cluster):
    """The record has no room (256 KiB of annotations); the status has."""
    full = service("full", GROUP[2])
    full["metadata"]["annotations"]["any"] = (256 * 1024 - 100) * "x"
    with cluster.added(full):
        address = await_any_address(cluster, "full")
        seen = cluster.get("Service", NAMESPACE, "full")
        assert "not recorded in annotations: HTTP 422" in condition(
            seen, ASSIGNED)["message"]
        assert "lbbgp.io/allocated-from" not in seen["metadata"]["annotations"]
        cluster.edit("Service", NAMESPACE, "full",
                     {"metadata": {"annotations": {"any": "x"}}})

        def look():
            seen = cluster.get("Service", NAMESPACE, "full")["metadata"]
            return seen["annotations"].get(
                "lbbgp.io/allocated-addresses") == address, seen
        until(PATIENCE, "the record", look)


def test_an_odd_request_is_told_on_the_service(cluster):
    bad = {"metadata": {"annotations": {
        "lbbgp.io/addresses": "10.33.193.7\x00"}}}
    with cluster.added(service("odd", GROUP[2])):
        address = await_any_address(cluster, "odd")
        with cluster.edited("Service", NAMESPACE, "odd", bad):
            await_reason(cluster, "odd", "BadRequest")
            seen = condition(cluster.get("Service", NAMESPACE, "odd"),
                             ASSIGNED)
            assert "10.33.193.7\\x00" in seen["message"]
            assert address_of(cluster, "odd") == address
        await_reason(cluster, "odd", "Assigned")


def test_a_pool_that_overlaps_is_told_and_not_used(cluster):
    late = pool_group("late", "10.33.192.0-10.33.192.9", "10.33.192.0/18")
    with cluster.added(late):
        def look():
            seen = condition(cluster.get("ServiceGroup", None, "late"),
                             "Accepted")
            return GROUP[2] in seen.get("message", ""), seen
        until(PATIENCE, "condition of the group", look)
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
        address = await_any_address(cluster, "eighty")
        await_address(cluster, "other", address)
        assert await_any_address(cluster, "same") != address


def test_annotations_of_others_are_understood(cluster):
    asked = {"purelb.io/addresses": "10.33.194.1",
             "metallb.io/loadBalancerIPs": "10.33.194.2",
             "metallb.universe.tf/loadBalancerIPs": "10.33.194.3",
             "kube-vip.io/loadbalancerIPs": "10.33.194.4",
             "lbipam.cilium.io/ips": "10.33.194.5",
             "projectcalico.org/loadBalancerIPs": '["10.33.194.6"]'}
    for key, value in asked.items():
        obj = service("moved", GROUP[2])
        obj["metadata"]["annotations"] = {key: value}
        with cluster.added(obj):
            await_address(cluster, "moved", value.strip('[]"'))


def test_many_services_at_once_have_an_address_each(cluster):
    names = [f"many-{i}" for i in range(50)]
    with contextlib.ExitStack() as stack:
        for name in names:
            stack.enter_context(cluster.added(service(name, GROUP[2])))
        found = {await_any_address(cluster, name) for name in names}
    assert len(found) == len(names)


def test_a_group_may_be_for_some_namespaces_and_services(cluster):
    space = {"apiVersion": "v1", "kind": "Namespace",
             "metadata": {"name": NAMESPACE, "labels": {"team": "edge"}}}
    group = pool_group(
        "some", "10.41.0.1-10.41.0.9", "10.41.0.0/16", autoAssign=False,
        namespaceSelector={"matchLabels": {"team": "edge"}},
        serviceSelector={"matchLabels": {"tier": "front"}})
    with cluster.added(group), cluster.added(service("chosen", "some")):
        await_reason(cluster, "chosen", "NamespaceNotAllowed")
        cluster.put(space)
        await_reason(cluster, "chosen", "ServiceNotAllowed")
        cluster.edit("Service", NAMESPACE, "chosen",
                     {"metadata": {"labels": {"tier": "front"}}})
        await_address(cluster, "chosen", "10.41.0.1")
        del space["metadata"]["labels"]
        cluster.put(space)
        await_reason(cluster, "chosen", "Assigned")


def test_addresses_of_the_api_server_are_never_given(cluster):
    server = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
              "metadata": {"name": "kubernetes", "namespace": "default"},
              "addressType": "IPv4", "endpoints": [
                  {"addresses": ["10.42.0.1"], "conditions": {"ready": True}}]}

    def look():
        seen = condition(cluster.get("ServiceGroup", None, "server"),
                         "Accepted").get("message", "")
        return "of the API server, never given" in seen, seen

    with cluster.added(server), cluster.added(pool_group(
            "server", "10.42.0.1-10.42.0.9", "10.42.0.0/16",
            autoAssign=False)):
        with cluster.added(service("never", "server",
                                   loadBalancerIP="10.42.0.1")):
            await_reason(cluster, "never", "AddressOutsidePools")
            until(PATIENCE, "condition of the group", look)


def test_a_restored_service_has_its_recorded_address(cluster):
    obj = service("restored", GROUP[2])
    obj["metadata"]["annotations"].update({
        "lbbgp.io/allocated-from": GROUP[2],
        "lbbgp.io/allocated-addresses": "10.33.195.1"})
    with cluster.added(obj):
        await_address(cluster, "restored", "10.33.195.1")
