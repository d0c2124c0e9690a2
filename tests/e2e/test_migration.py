# SPDX-License-Identifier: Apache-2.0
"""From another load balancer to lbbgp: nobody loses an address.

Each tests/migration/NAME.yaml is a cluster as another system leaves it: its
resources, and Services with the addresses that it gave them.
"""

import contextlib
import glob
import json
import os
import subprocess

import pytest
import yaml
from cluster import build_dir
from fabric import PATIENCE, TOP, temporary_fabric, until
from kube import KubeCluster
from objects import pool_group, service

ASSIGNED = "lbbgp.io/AddressAssigned"
MIGRATIONS = sorted(glob.glob(f"{TOP}/tests/migration/*.yaml"))
BUILT_IN = ("v1",)


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def cluster():
    """An API server with our kinds and rights, and no program of ours."""
    with temporary_fabric() as fabric:
        running = KubeCluster(fabric)
        running.start_api()
        running.install()
        yield running


def documents(path):
    with open(path) as text:
        return list(yaml.safe_load_all(text))


def plural(obj):
    group = obj["apiVersion"].rpartition("/")[0]
    return f"{obj['kind'].lower()}s" + (f".{group}" if group else "")


def definition(obj):
    """Another system's kind, of any shape."""
    group, _, version = obj["apiVersion"].partition("/")
    name, _, _ = plural(obj).partition(".")
    scope = "Namespaced" if "namespace" in obj["metadata"] else "Cluster"
    note = {"api-approved.kubernetes.io": "unapproved, a stand-in"}
    return {"apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": plural(obj), "annotations": note},
            "spec": {"group": group, "scope": scope,
                     "names": {"kind": obj["kind"], "plural": name},
                     "versions": [{
                         "name": version, "served": True, "storage": True,
                         "schema": {"openAPIV3Schema": {
                             "type": "object",
                             "x-kubernetes-preserve-unknown-fields": True}}}]}}


def apply(cluster, objects, *options):
    cluster.kubectl("apply", "--filename=-", *options,
                    text_in=yaml.safe_dump_all(objects))


def install(cluster, theirs):
    """The other system's kinds and objects."""
    kinds = {plural(obj): definition(obj) for obj in theirs
             if obj["apiVersion"] not in BUILT_IN}
    if kinds:
        apply(cluster, kinds.values())
        cluster.kubectl("wait", "--for=condition=Established",
                        "--timeout=30s", *(f"crd/{name}" for name in kinds))
    spaces = {obj["metadata"].get("namespace") for obj in theirs}
    apply(cluster, [{"apiVersion": "v1", "kind": "Namespace",
                     "metadata": {"name": name}}
                    for name in sorted(spaces - {None, "kube-system"})] +
          theirs)


def key(service):
    return service["metadata"]["namespace"], service["metadata"]["name"]


def give(cluster, service):
    """A Service with the address that it has had for long."""
    meta = service["metadata"]
    bare = {k: v for k, v in service.items() if k != "status"}
    cluster.put(bare)
    cluster.api.patch("Service", meta["namespace"], meta["name"],
                      {"status": service["status"]}, "status")


def balancer(cluster, service):
    """status.loadBalancer as the API server writes it."""
    got = cluster.get("Service", *key(service))
    return json.dumps(got["status"]["loadBalancer"])


def conditions(cluster, service):
    got = cluster.get("Service", *key(service))
    return {c["type"]: c for c in got["status"].get("conditions", [])}


def convert(cluster, theirs):
    """What `kubectl get | lbbgp convert` prints; the remarks."""
    kinds = sorted({plural(obj) for obj in theirs
                    if obj["apiVersion"] not in BUILT_IN})
    text = cluster.kubectl("get", "--output=yaml", "--all-namespaces",
                           ",".join(kinds)) if kinds else \
        cluster.kubectl("get", "--output=yaml", "--namespace=kube-system",
                        "configmap", "kubevip")
    done = subprocess.run([f"{build_dir()}/lbbgp", "convert"], text=True,
                          input=text, capture_output=True, check=True)
    return done.stdout, done.stderr


def await_assigned(cluster, services):
    def look():
        seen = {key(s): conditions(cluster, s).get(ASSIGNED, {})
                for s in services}
        return all(c.get("status") == "True" for c in seen.values()), seen
    until(PATIENCE, "all Services taken over", look)


def held(services):
    return {ingress["ip"] for service in services
            for ingress in service["status"]["loadBalancer"]["ingress"]}


def await_newcomer(cluster, namespace):
    """A new Service gets an address; the Service."""
    cluster.put({"apiVersion": "v1", "kind": "Service",
                 "metadata": {"name": "newcomer", "namespace": namespace},
                 "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}})

    def look():
        got = cluster.get("Service", namespace, "newcomer")
        return got["status"]["loadBalancer"].get("ingress"), got["status"]
    until(PATIENCE, "an address of the new Service", look)
    return cluster.get("Service", namespace, "newcomer")


@contextlib.contextmanager
def old_cluster(cluster, path):
    """As the other system leaves it: what is its own, and the Services."""
    objects = documents(path)
    services = [obj for obj in objects if obj["kind"] == "Service"]
    spaces = [obj for obj in objects if obj["kind"] == "Namespace"]
    theirs = [obj for obj in objects if obj not in services + spaces]
    install(cluster, theirs)
    apply(cluster, spaces)
    for service in services:
        give(cluster, service)
    try:
        yield theirs, services
    finally:
        for service in services:
            cluster.remove("Service", *key(service))
        cluster.kubectl("delete", "servicegroups.lbbgp.io,bgppeers.lbbgp.io,"
                        "bgpconfigurations.lbbgp.io", "--all")


@contextlib.contextmanager
def allocator(cluster):
    cluster.start_allocator()
    try:
        yield
    finally:
        cluster.allocator.stop()


@pytest.mark.parametrize("path", MIGRATIONS, ids=[
    os.path.basename(path).removesuffix(".yaml") for path in MIGRATIONS])
def test_every_service_keeps_its_address(cluster, path):
    with old_cluster(cluster, path) as (theirs, services):
        before = {key(s): balancer(cluster, s) for s in services}
        told = {key(s): conditions(cluster, s) for s in services}

        ours, remarks = convert(cluster, theirs)
        assert "left out" not in remarks
        apply(cluster, list(yaml.safe_load_all(ours)), "--dry-run=server")
        apply(cluster, list(yaml.safe_load_all(ours)))
        with allocator(cluster):
            await_assigned(cluster, services)
        with allocator(cluster):        # which lists everything anew
            new = await_newcomer(cluster, key(services[0])[0])
        cluster.remove("Service", *key(new))

        assert not held([new]) & held(services)
        assert {key(s): balancer(cluster, s) for s in services} == before
        for service in services:        # others' conditions stay
            seen = conditions(cluster, service)
            assert {**seen, **told[key(service)]} == seen


def explain(cluster, who):
    """lbbgp explain with the rights of one of our programs."""
    done = subprocess.run(
        ["ip", "netns", "exec", cluster.fabric.ns("switch"),
         f"{build_dir()}/lbbgp", "--kubeconfig", cluster.identity(who),
         "explain", "service", "default/told"],
        text=True, capture_output=True, timeout=PATIENCE)
    return done.returncode, done.stdout + done.stderr


def test_a_node_daemons_rights_are_enough_to_explain(cluster):
    group = pool_group("by-label", "10.60.0.1-10.60.0.9", "10.60.0.0/24",
                       namespaceSelector={"matchLabels": {"team": "shop"}})
    told = service("told", "by-label")
    told["metadata"]["namespace"] = "default"
    with cluster.added(group), cluster.added(told), allocator(cluster):
        code, text = explain(cluster, "bgpd")
        assert (code, "NamespaceNotAllowed" in text) == (0, True), text


def test_a_right_that_is_missing_is_named_at_once(cluster):
    code, text = explain(cluster, "allocator")
    assert code == 1
    assert 'cannot list resource "bgpfilters"' in text.splitlines()[-1]
