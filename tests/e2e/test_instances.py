# SPDX-License-Identifier: Apache-2.0
"""Two lbbgp on one real API server, each with the rights of its own manifests.

The second is that of doc/install.md. Neither touches the Services of the other, no
address is given by both, and what would clash is told.
"""

import contextlib
import json
import os
import re
import shutil
import time

import pytest
from fabric import PATIENCE, TOP, temporary_fabric, until
from kube import ACCOUNTS, SYSTEM
from objects import address_of, pool_group, service
from test_leader import ApiOnly

SPACE = "nginx-quic"
SECOND, CLASS = "lbbgp-second", "lbbgp.io/second"
OF_SECOND = {"annotations": {"lbbgp.io/class": CLASS}}


def page_files():
    """kustomization.yaml and instance.yaml of the page."""
    with open(f"{TOP}/doc/install.md") as page:
        return [block for block in re.findall(r"```yaml\n(.*?)```\n", page.read(), re.S)
                if "second" in block]


def of_second(obj):
    obj["metadata"] |= OF_SECOND
    return obj


class Two(ApiOnly):
    """An API server with the manifests of both."""

    def start(self):
        super().start()
        self.remove("ServiceGroup", None, "pool")
        for name in "manifests", "crd":
            shutil.copytree(f"{TOP}/{name}", f"{self.dir}/{name}")
        folder = f"{self.dir}/second"
        os.makedirs(folder)
        for name, text in zip(("kustomization", "instance"), page_files()):
            with open(f"{folder}/{name}.yaml", "w") as out:
                out.write(text)
        self.kubectl("apply", "--kustomize", folder)
        self.put(pool_group("first", "10.40.0.0-10.40.0.255", "10.40.0.0/24"))
        self.put(of_second(
            pool_group("second", "10.41.0.0-10.41.0.255", "10.41.0.0/24")))

    def account(self, who, namespace, node):
        """A kubeconfig of the service account in that namespace, by a pod."""
        name = f"{who}-{node}-{namespace}"
        self.api.apply({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"serviceAccountName": ACCOUNTS[who], "nodeName": node,
                     "containers": [{"name": who, "image": "stand-in"}]}})
        token = self.kubectl(
            "create", "token", ACCOUNTS[who], f"--namespace={namespace}",
            "--duration=24h", "--bound-object-kind=Pod",
            f"--bound-object-name={name}")
        return self.kubeconfig(name, token.strip())

    @contextlib.contextmanager
    def running(self, who, namespace, node, *options):
        """One of the lbbgp in that namespace, on that node."""
        instance = [] if namespace == SYSTEM else [
            f"--namespace={namespace}", f"--class={CLASS}"]
        process = self.fabric.start(
            node, [self.program(f"lbbgp-{who}"), "--source", "kube",
                   "--kubeconfig", self.account(who, namespace, node),
                   *instance, *options], f"{who}-{node}-{namespace}")
        try:
            yield process
        finally:
            process.stop()

    def allocators(self):
        stack = contextlib.ExitStack()
        for namespace, node in (SYSTEM, "node1"), (SECOND, "node2"):
            stack.enter_context(self.running(
                "allocator", namespace, node, "--metrics", "off",
                "--lease-duration=3", "--renew-deadline=2", "--retry-period=1"))
        return stack

    def socket_of(self, namespace, node):
        return f"{self.fabric.state}/{namespace}-{node}.sock"

    def daemon(self, namespace, node, *options):
        return self.running(
            "bgpd", namespace, node, "--node", node, "--metrics", "off", "--state",
            "off", "--socket", self.socket_of(namespace, node), *options)


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = Two(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def await_address(cluster, name, begins):
    until(PATIENCE, f"address of {name}", lambda: (
        (address_of(cluster, name) or "").startswith(begins),
        cluster.get("Service", SPACE, name)))


def plain(name, **spec):
    obj = service(name, "", **spec)
    del obj["metadata"]["annotations"]
    return obj


def await_tail(process, words):
    until(PATIENCE, words, lambda: (words in process.tail(200), process.tail()))


def test_each_gives_addresses_to_its_own(cluster):
    with cluster.allocators():
        cluster.put(plain("first"))
        cluster.put(plain("second", loadBalancerClass=CLASS))
        cluster.put(plain("cloud", loadBalancerClass="example.com/lb"))
        await_address(cluster, "first", "10.40.0.")
        await_address(cluster, "second", "10.41.0.")
        for name in "first", "second":      # the last that is written on it
            until(PATIENCE, "whether it is announced", lambda: (
                "lbbgp.io/Announced" in str(seen := cluster.get(
                    "Service", SPACE, name).get("status")), seen))
        before = [cluster.get("Service", SPACE, name)
                  for name in ("first", "second", "cloud")]
        time.sleep(5)
        assert before == [cluster.get("Service", SPACE, name)
                          for name in ("first", "second", "cloud")]
        assert address_of(cluster, "cloud") is None
        for namespace in SYSTEM, SECOND:
            lease = cluster.get("Lease", namespace, "lbbgp-allocator")
            assert lease["spec"]["holderIdentity"], namespace
        for name in "first", "second", "cloud":
            cluster.remove("Service", SPACE, name)


def test_pools_that_overlap_are_told_of_the_younger(cluster):
    time.sleep(1.1)     # creation times are whole seconds
    with cluster.allocators():
        cluster.put(of_second(
            pool_group("young", "10.40.0.0-10.40.0.9", "10.40.0.0/24")))

        def look():
            group = cluster.get("ServiceGroup", None, "young")
            return ("overlaps ServiceGroup first of another lbbgp"
                    in str(group.get("status")), group)
        until(PATIENCE, "the overlap", look)
        cluster.remove("ServiceGroup", None, "young")


def test_namespace_that_does_not_name_the_class_gets_nothing(cluster):
    note = {"metadata": {"annotations": {"lbbgp.io/class": None}}}
    cluster.edit("Namespace", None, SECOND, note)
    with cluster.running("allocator", SECOND, "node2", "--metrics", "off") as process:
        cluster.put(plain("waits", loadBalancerClass=CLASS))
        await_tail(process, "its annotation lbbgp.io/class is missing")
        time.sleep(2)
        assert address_of(cluster, "waits") is None
        cluster.edit("Namespace", None, SECOND, {"metadata": OF_SECOND})
        await_address(cluster, "waits", "10.41.0.")
    cluster.remove("Service", SPACE, "waits")


def test_resource_of_an_unknown_class_is_told(cluster):
    peer = {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "stray",
                         "annotations": {"lbbgp.io/class": "lbbgp.io/third"}},
            "spec": {"peerIP": "192.0.2.9", "asNumber": 65009}}
    with cluster.allocators():
        cluster.put(peer)
        until(PATIENCE + 10, "the event", lambda: (
            "no lbbgp of this cluster has this class" in cluster.kubectl(
                "describe", "bgppeers.lbbgp.io", "stray"), "none yet"))
    cluster.remove("BGPPeer", None, "stray")


def test_daemons_go_by_their_own_and_not_on_one_node(cluster):
    for name, more in ("default", {}), ("second", {"nodeSelector": {}}):
        obj = {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
               "metadata": {"name": name},
               "spec": {"asNumber": 65001 if name == "default" else 65002, **more}}
        cluster.put(obj if name == "default" else of_second(obj))
    for node in "node1", "node2":
        cluster.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
    with cluster.daemon(SYSTEM, "node1"), cluster.daemon(SECOND, "node2"):
        for namespace, node, number, name in (
                (SYSTEM, "node1", 65001, "lbbgp.io/lbbgp"),
                (SECOND, "node2", 65002, CLASS)):
            def look():
                status = cluster.get("BGPNodeStatus", None, node) or {}
                return (status.get("status", {}).get("asNumber") == number, status)
            until(PATIENCE, f"status of {node}", look)
            notes = cluster.get("BGPNodeStatus", None, node)["metadata"]["annotations"]
            assert notes["lbbgp.io/class"] == name
            found = json.loads(cluster.fabric.run(
                node, cluster.program("lbbgp"), "--output", "json", "--socket",
                cluster.socket_of(namespace, node), "doctor", check=False))
            assert (found["class"], found["namespace"]) == (name, namespace)
        with cluster.daemon(SECOND, "node1") as late:
            await_tail(late, "the daemon of another lbbgp, of class lbbgp.io/lbbgp, is "
                             "in this network namespace")
            assert late.popen.wait(PATIENCE) != 0


def test_uninstalling_the_second_leaves_the_first(cluster):
    def names():
        return set(cluster.kubectl(
            "get", "-A", "-o", "name", "clusterrole,role,rolebinding,daemonset,crd,"
            "validatingadmissionpolicy,servicegroup").split())
    before = names()
    cluster.kubectl("delete", "--kustomize", f"{cluster.dir}/second", "--wait=false")
    gone = before - names()
    assert "clusterrole.rbac.authorization.k8s.io/lbbgp-bgpd-second" in gone
    assert not [name for name in gone if "second" not in name]
    assert "servicegroup.lbbgp.io/second" in names()
