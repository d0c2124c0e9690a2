# SPDX-License-Identifier: Apache-2.0
"""spec.nodeReadiness on a real API server, and what a node daemon may not write.

The lab's daemons have tokens as kubelets give them, bound to a pod on a node.
"""

import json
import os
import re

import pytest
from book import block
from fabric import NODES, PATIENCE, TOP, until
from kube import Api, ApiError
from objects import CONFIG
from scenario import await_whole
from test_pages import bash

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

CONDITION = "lbbgp.io/BGPReady"
TAINT = {"key": "lbbgp.io/not-ready", "effect": "NoSchedule"}
OTHER = {"key": "example.com/other", "value": "kept", "effect": "NoExecute",
         "timeAdded": "2026-01-01T00:00:00Z"}
RIGHTS = [f"--filename={TOP}/manifests/node-readiness/{part}.yaml"
          for part in ("policy", "role")]


STRATEGIC = "application/strategic-merge-patch+json"
MERGE = "application/merge-patch+json"


def as_program(cluster, identity, node, patch, part="", kind=MERGE):
    """Who has that kubeconfig patches that Node, or would."""
    with open(identity) as config:
        token = json.load(config)["users"][0]["user"]["token"]
    api = Api(cluster.fabric.ns("switch"), f"{cluster.dir}/ca.crt", token)
    return api.call("PATCH", f"{api.path('Node', None, node, part)}?dryRun=All",
                    patch, kind)


def as_daemon(cluster, *words):
    """That of node1."""
    return as_program(cluster, cluster.identity("bgpd", "node1"), *words)


def as_allocator(cluster, *words):
    return as_program(cluster, cluster.identity("allocator"), *words)


def refusal(cluster, *words, who=as_daemon):
    try:
        return str(who(cluster, *words))
    except ApiError as err:
        return str(err)


@pytest.fixture(scope="module")
def rights(cluster):
    """Those of manifests/node-readiness; the policy is in force a moment later."""
    cluster.kubectl("apply", *RIGHTS)

    def look():
        said = refusal(cluster, "node2", {"metadata": {"labels": {"a": "b"}}})
        return "writes its own node only" in said, said
    until(PATIENCE, "the policy is in force", look)


def node_of(cluster, name):
    return cluster.api.get("Node", None, name)


def condition(cluster, name, kind=CONDITION):
    return next((c for c in node_of(cluster, name)["status"]["conditions"]
                 if c["type"] == kind), {})


def taints(cluster, name):
    return node_of(cluster, name)["spec"].get("taints", [])


def await_condition(cluster, status, nodes=NODES, limit=PATIENCE):
    def look():
        seen = {node: condition(cluster, node) for node in nodes}
        return all(c.get("status") == status for c in seen.values()), seen
    until(limit, f"{CONDITION} is {status}", look)


def enabled(cluster, **fields):
    return cluster.edited(*CONFIG, {"spec": {"nodeReadiness": {
        "enabled": True, **fields}}})


def test_without_the_rights_a_condition_says_so(cluster):
    def look():
        said = cluster.lbbgp("node1", "show", "status")
        return "NodeNotWritten" in said, said
    with enabled(cluster):
        until(PATIENCE, "NodeNotWritten", look)
        said = cluster.lbbgp("node1", "show", "status")
        assert "manifests/node-readiness" in said and "forbidden" in said
    until(PATIENCE, "no NodeNotWritten", lambda: (not look()[0], look()[1]))


def test_condition_and_taint_follow_the_sessions(cluster, rights):
    before = taints(cluster, "node1")
    cluster.api.patch("Node", None, "node1", {"spec": {
        "taints": [OTHER, TAINT, *before]}})
    try:
        with enabled(cluster, minSessions=3):       # there are two
            await_condition(cluster, "False")
            said = condition(cluster, "node1")
            assert said["reason"] == "TooFewSessions"
            assert said["message"] == (
                "2 of 2 sessions are up and told everything; 3 needed")
            assert TAINT in taints(cluster, "node1")
        await_condition(cluster, None)
        with enabled(cluster, minSessions=0):
            await_condition(cluster, "True")
            until(PATIENCE, "no taint", lambda: (
                TAINT not in taints(cluster, "node1"), taints(cluster, "node1")))
            assert taints(cluster, "node1") == [OTHER, *before]
            assert condition(cluster, "node1", "Ready")["status"] == "True"
            said = bash(cluster, block("doc/node-readiness.md", "kubectl wait"))
            assert "condition met" in said and '"status":"True"' in said
        await_condition(cluster, None)
    finally:
        cluster.api.patch("Node", None, "node1", {"spec": {"taints": before}})


def test_restart_leaves_the_condition_and_a_new_taint_is_taken_off(cluster, rights):
    """As after a reboot on which whoever boots the node gives it the taint anew."""
    before = taints(cluster, "node1")
    with enabled(cluster):
        await_condition(cluster, "True")
        said = condition(cluster, "node1")
        cluster.bgpd["node1"].stop()
        cluster.api.patch("Node", None, "node1", {"spec": {"taints": [TAINT, *before]}})
        cluster.start_bgpd("node1")
        until(PATIENCE, "no taint", lambda: (
            taints(cluster, "node1") == before, taints(cluster, "node1")))
        await_whole(cluster)
        assert condition(cluster, "node1") == said
    await_condition(cluster, None)


LABELS = {"metadata": {"labels": {"node-role.kubernetes.io/edge": ""}}}
OURS = {"status": {"conditions": [{"type": CONDITION, "status": "True"}]}}


@pytest.mark.parametrize("told,patch,how", [
    ("writes no metadata of its node", LABELS, []),
    ("writes no metadata of its node", LABELS, ["status"]),
    ("writes no metadata of its node",
     {"metadata": {"annotations": {"lbbgp.io/drain": ""}}}, []),
    ("writes nothing of its node's spec but a taint",
     {"spec": {"unschedulable": True}}, []),
    ("removes the taint lbbgp.io/not-ready, and no other",
     {"spec": {"taints": [OTHER, TAINT]}}, []),
    ("removes the taint lbbgp.io/not-ready, and no other",
     {"spec": {"taints": []}}, []),
    ("writes nothing of its node's status but a condition",
     {"status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.9"}]}},
     ["status"]),
    ("writes the condition lbbgp.io/BGPReady, and no other",
     {"status": {"conditions": [{"type": "Ready", "status": "False"}]}},
     ["status", STRATEGIC]),
    ("writes the condition lbbgp.io/BGPReady, and no other",
     {"status": {"conditions": []}}, ["status"]),
], ids=["labels", "labels-by-status", "annotations", "cordon", "taint", "untaint",
        "addresses", "condition", "conditions"])
def test_daemon_writes_nothing_else_of_its_node(cluster, rights, told, patch, how):
    assert taints(cluster, "node1"), "one that it may not remove"
    assert told in refusal(cluster, "node1", patch, *how)


@pytest.mark.parametrize("patch,how", [
    (OURS, ["status", STRATEGIC]),
    ({"spec": {"taints": []}}, []),
], ids=["condition", "untaint"])
def test_daemon_may_not_write_another_node(cluster, rights, patch, how):
    assert "a node daemon writes its own node only" in refusal(
        cluster, "node2", patch, *how)


def test_daemon_may_write_what_it_has_to(cluster, rights):
    """So the refusals above are not for want of a right."""
    as_daemon(cluster, "node1", OURS, "status", STRATEGIC)
    before = taints(cluster, "node1")
    cluster.api.patch("Node", None, "node1", {"spec": {"taints": [TAINT, *before]}})
    try:
        as_daemon(cluster, "node1", {"spec": {"taints": before}})
    finally:
        cluster.api.patch("Node", None, "node1", {"spec": {"taints": before}})


UNKNOWN = {"status": {"conditions": [{"type": CONDITION, "status": "Unknown"}]}}


@pytest.mark.parametrize("told,patch,how", [
    ("Unknown, and nothing else", OURS, ["status", STRATEGIC]),
    ("Unknown, and nothing else", {"status": {"conditions": [
        {"type": CONDITION, "$patch": "delete"}]}}, ["status", STRATEGIC]),
    ("lbbgp.io/BGPReady, and no other", {"status": {"conditions": [
        {"type": "Ready", "status": "Unknown"}]}}, ["status", STRATEGIC]),
    ("nothing of a node but a condition", LABELS, ["status"]),
    ("nothing of a node but a condition",
     {"status": {"addresses": [{"type": "InternalIP", "address": "192.0.2.9"}]}},
     ["status"]),
    ("cannot patch resource", {"spec": {"taints": []}}, []),
], ids=["true", "delete", "other", "labels", "addresses", "taints"])
def test_allocator_says_unknown_and_nothing_else(cluster, rights, told, patch, how):
    try:
        assert "Unknown, and nothing else" in refusal(
            cluster, "node2", UNKNOWN, "status", STRATEGIC,
            who=as_allocator), "it makes none"
        cluster.api.call("PATCH", cluster.api.path("Node", None, "node2", "status"),
                         OURS, STRATEGIC)
        as_allocator(cluster, "node2", UNKNOWN, "status", STRATEGIC)
        assert told in refusal(cluster, "node2", patch, *how, who=as_allocator)
    finally:
        cluster.api.call("PATCH", cluster.api.path("Node", None, "node2", "status"),
                         {"status": {"conditions": [
                             {"type": CONDITION, "$patch": "delete"}]}}, STRATEGIC)


def test_page_tells_how_to_remove_what_is_left(cluster):
    """As when nobody switched it off, and the daemons are gone."""
    with open(f"{TOP}/doc/node-readiness.md") as page:
        block = re.findall(r"```sh\n(.*?)```\n", page.read(), re.S)[-1]
    assert "delete" in block
    before = taints(cluster, "node2")
    others = node_of(cluster, "node2")["status"]["conditions"]
    cluster.api.patch("Node", None, "node2", {"spec": {"taints": [TAINT, *before]}})
    cluster.api.call("PATCH", cluster.api.path("Node", None, "node2", "status"),
                     OURS, STRATEGIC)
    assert condition(cluster, "node2")["status"] == "True"
    cluster.fabric.run(
        "switch", "env", f"KUBECONFIG={cluster.identity('cli')}",
        f"PATH={os.path.dirname(cluster.tool('kubectl'))}:{os.environ['PATH']}",
        "bash", "-euo", "pipefail", "-c", block)
    assert taints(cluster, "node2") == before
    assert node_of(cluster, "node2")["status"]["conditions"] == others


def test_others_write_nodes_as_before(cluster, rights):
    cluster.kubectl("label", "node", "node2", "example.com/a=b")
    cluster.kubectl("label", "node", "node2", "example.com/a-")
