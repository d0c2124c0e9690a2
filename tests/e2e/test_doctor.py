# SPDX-License-Identifier: Apache-2.0
"""What doctor says on a real API server: of a cluster that is well nothing bad, of each
fault put into it that it is there."""

import json
import signal

import pytest
from doctor import (DAEMONS, await_finding, await_in_cluster, findings, findings_on,
                    manifests_again, roll_out)
from fabric import NODES, PATIENCE, until
from kube import SYSTEM
from objects import await_any_address, pool_group, service

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

ALLOCATOR = ("Lease", SYSTEM, "lbbgp-allocator")


@pytest.fixture(autouse=True)
def rolled_out(cluster):
    roll_out(cluster)


def test_nothing_is_bad_where_all_is_well(cluster):
    def look():
        found = findings(cluster)
        return {one["verdict"] for one in found
                if one["check"] != "others"} == {"good"}, found
    until(PATIENCE, "a cluster that is well", look)
    assert {one["check"] for one in findings(cluster)} == {
        "server", "resources", "schemas", "objects", "rights", "rollout",
        "allocator", "daemons", "versions", "clocks", "configurations",
        "exclusion", "peers", "groups", "classes", "conditions", "sessions", "others"}


def test_a_daemon_s_account_sees_no_more_than_it_may(cluster):
    """What it may not look at is unseen, and nothing of it good."""
    verdicts = {**dict.fromkeys(("rights", "allocator", "others"), "unseen"),
                **dict.fromkeys(("server", "schemas", "rollout", "sessions"), "good")}

    def look():
        found = findings(cluster, "bgpd", "node1")
        return not [one for one in found if one["verdict"] == "bad" or
                    one["verdict"] != verdicts.get(one["check"], one["verdict"])
                    ] and verdicts.keys() <= {one["check"] for one in found}, found
    until(PATIENCE, "what a daemon's account sees", look)
    assert all("403" in one["text"] for one in findings(cluster, "bgpd", "node1")
               if verdicts.get(one["check"]) == "unseen")


def test_a_right_that_lacks_is_told(cluster):
    with manifests_again(cluster):
        cluster.kubectl("delete", "clusterrolebinding", "lbbgp-allocator")
        await_in_cluster(cluster, "rights", "bad", "lbbgp-allocator may not ")
    await_in_cluster(cluster, "rights", "good", "lbbgp-allocator has all ")


def test_a_crd_of_another_version_is_told(cluster):
    at = "/spec/versions/0/schema/openAPIV3Schema/properties/spec/properties/export"
    with manifests_again(cluster):
        cluster.kubectl("patch", "crd", "bgpfilters.lbbgp.io", "--type=json",
                        "--patch", json.dumps([{"op": "remove", "path": at}]))
        await_in_cluster(cluster, "schemas", "bad", "of BGPFilter is of another "
                         "version: it has no spec.export, ")
    await_in_cluster(cluster, "schemas", "good")


def test_daemons_that_are_not_ready_are_told(cluster):
    cluster.api.patch(*DAEMONS, {"status": {"numberReady": 5}}, "status")
    await_in_cluster(cluster, "rollout", "bad", "5 are ready")
    with cluster.without(*DAEMONS):
        await_in_cluster(cluster, "rollout", "doubt", "no DaemonSet")


def test_an_allocator_that_has_gone_is_told(cluster):
    """Its Lease is made older: it would take a while."""
    cluster.allocator.stop(signal.SIGKILL)
    try:
        cluster.edit(*ALLOCATOR, {"spec": {
            "renewTime": "2026-01-01T00:00:00.000000Z"}})
        await_in_cluster(cluster, "allocator", "bad", "2026-01-01T00:00:00")
        cluster.edit(*ALLOCATOR, {"spec": {"holderIdentity": ""}})
        await_in_cluster(cluster, "allocator", "bad", "none leads")
    finally:
        cluster.start_allocator()
    await_in_cluster(cluster, "allocator", "good")


def test_a_daemon_that_has_gone_is_told(cluster):
    cluster.bgpd["node6"].stop(signal.SIGKILL)
    try:
        cluster.remove("BGPNodeStatus", None, "node6")
        await_in_cluster(cluster, "daemons", "bad", "on node6")
        await_finding(lambda: findings_on(cluster, "node6"), "daemon", "bad",
                      "does not answer")
    finally:
        cluster.start_bgpd("node6")
    await_in_cluster(cluster, "daemons", "good")


def test_a_label_on_every_node_is_told(cluster):
    label = "node.kubernetes.io/exclude-from-external-load-balancers"
    had = [node for node in NODES
           if label in cluster.get("Node", None, node)["metadata"]["labels"]]
    cluster.kubectl("label", "nodes", "--all", "--overwrite", f"{label}=")
    try:
        await_in_cluster(cluster, "exclusion", "bad", "every node")
    finally:
        cluster.kubectl("label", "nodes", *(set(NODES) - set(had)), f"{label}-")


def test_a_peer_that_is_not_there_is_told(cluster):
    """On the node with what TCP says, in the cluster with the nodes."""
    with cluster.added({
            "apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "nobody"},
            "spec": {"peerIP": "127.0.0.9", "asNumber": 65009}}):
        await_in_cluster(cluster, "sessions", "bad", "nobody: ")
        await_finding(lambda: findings_on(cluster, "node1"), "sessions", "bad",
                      "nobody (127.0.0.9): ")


def test_a_pool_that_is_used_up_is_told(cluster):
    with cluster.added(pool_group("tiny", "10.9.9.1-10.9.9.1", "10.9.9.0/24")), \
            cluster.added(service("first", "tiny")):
        await_any_address(cluster, "first")
        with cluster.added(service("second", "tiny")):
            await_in_cluster(cluster, "groups", "bad",
                             "tiny has no IPv4 address left, and 1 Service waits")


def test_other_load_balancers_are_told(cluster):
    labels = {"svccontroller.k3s.cattle.io/svcname": "traefik"}
    with cluster.added({
            "apiVersion": "apps/v1", "kind": "DaemonSet",
            "metadata": {"name": "svclb-traefik", "namespace": "kube-system",
                         "labels": labels},
            "spec": {"selector": {"matchLabels": labels}, "template": {
                "metadata": {"labels": labels},
                "spec": {"containers": [{"name": "lb", "image": "lb"}]}}}}):
        await_in_cluster(cluster, "others", "doubt", "servicelb of k3s")


def test_a_kernel_that_forwards_nothing_is_told(cluster):
    def forwarding(value):
        cluster.fabric.run("node1", "sysctl", "-qw", f"net.ipv4.ip_forward={value}")
    forwarding(0)
    try:
        await_finding(lambda: findings_on(cluster, "node1"), "forwarding", "bad",
                      "net.ipv4.ip_forward is 0")
    finally:
        forwarding(1)


def test_packets_to_peers_tell_how_they_are_reached(cluster):
    """By request only: of one without a session, and of a way with a hole in it."""
    def look():
        return findings_on(cluster, "node1", "--probe")

    def filters(*words):
        cluster.fabric.run(cluster.fabric.bird.where, "nft", *words)
    await_finding(look, "reach", "good", "each session is up")
    for peer in ("openwrt-peer", "tiny-unraid-peer"):
        await_finding(look, "way", "good", f"{peer} (")
    assert not [one for one in findings_on(cluster, "node1")
                if one["check"] in ("reach", "way")]
    filters("add table inet hole; add chain inet hole in "
            "{ type filter hook input priority 0; }; add rule inet hole in "
            "udp dport 33434 meta length > 1000 drop")
    try:
        await_finding(look, "way", "bad", "tiny-unraid-peer (")
    finally:
        filters("delete table inet hole")
    with cluster.added({
            "apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "nobody"},
            "spec": {"peerIP": "127.0.0.9", "asNumber": 65009}}):
        await_finding(look, "reach", "bad", "nobody (127.0.0.9): port 179: ")


def test_a_person_reads_what_to_do(cluster):
    """In a table, and with an exit code."""
    cluster.api.patch(*DAEMONS, {"status": {"numberReady": 5}}, "status")
    text = cluster.fabric.run(
        "switch", "sh", "-c", '"$@"; echo "code $?"', "sh",
        cluster.program("lbbgp"), *cluster.source("cli"), "doctor", "--all-nodes")
    assert text.endswith("code 1\n")
    assert "rollout" in text and "describe ds/lbbgp-bgpd" in text
