# SPDX-License-Identifier: Apache-2.0
"""What explain and doctor say is so: at the routers, and on the nodes."""

import contextlib
import json
import shlex

import pytest
from fabric import NODES, PATIENCE, Failed, until
from objects import (GROUP, PEERS, await_any_address, filtered, service)

NAMESPACE = "nginx-quic"


def explained(cluster, name):
    return cluster.lbbgp_cluster_json("explain", "service", f"{NAMESPACE}/{name}")


def announced(cluster, name):
    """The sentences about nodes that announce it."""
    return [step["text"] for step in explained(cluster, name)["steps"]
            if step["rule"] == "announce"]


def answer(router, command):
    """What the router says to a command as a person would type it there."""
    program, *words = shlex.split(command)
    if program == "vtysh":
        return router.text(words[1])
    if program == "birdc":
        try:
            return router.text(*words)
        except Failed as err:           # it says so of what there is not
            return str(err)
    return router.fabric.run(router.where, program, *words)


@contextlib.contextmanager
def told(cluster):
    with cluster.added(service("told", GROUP[2])):
        await_any_address(cluster, "told")
        until(PATIENCE, "routers that are told of it", lambda: (
            explained(cluster, "told")["routers"], announced(cluster, "told")))
        yield explained(cluster, "told")["routers"][0]


LOOK_FOR = {  # in the answers to the questions, in their order
    "FRR": [["best"], ["Neighbor"], ['Known via "bgp"', "best", "* "]],
    "BIRD": [["*", "BGP.next_hop"], ["Network not found"], ["via"]],
}


@pytest.mark.parametrize("system", LOOK_FOR)
def test_a_router_answers_what_explain_asks(cluster, system):
    router = cluster.fabric.frr if system == "FRR" else cluster.fabric.bird
    with told(cluster) as route:
        asked = [q["command"] for q in route["questions"] if q["system"] == system]
        assert len(asked) == len(LOOK_FOR[system])
        for command, words in zip(asked, LOOK_FOR[system]):
            def look(command=command, words=words):
                said = answer(router, command)
                return all(word in said for word in words), (command, said)
            until(PATIENCE, f"{words} at {router.title}", look)
        assert any(node in answer(router, asked[0]) for node in NODES.values())


def test_a_filter_that_refuses_is_explained(cluster):
    rule = {"name": "no-external", "sources": ["External"], "action": "Reject"}
    silent, heard = PEERS["frr"][2], PEERS["bird"][2]
    with told(cluster), cluster.added(filtered("quiet", {"export": [rule]})), \
            cluster.edited(*PEERS["frr"], {"spec": {"filters": ["quiet"]}}):
        def look():
            said = announced(cluster, "told")
            return any(
                f"not to {silent}: rule no-external of BGPFilter quiet "
                "refuses it" in one
                and f"{heard} (" in one for one in said), said
        until(PATIENCE, "the filter in what is explained", look)


def findings(cluster, node):
    return cluster.lbbgp_json(node, "doctor")


@pytest.mark.parametrize("node", NODES)
def test_a_doctor_finds_nothing_bad_on_a_node_that_is_well(cluster, node):
    found = findings(cluster, node)
    assert not [one for one in found["findings"] if one["verdict"] == "bad"]
    sessions = [one for one in found["findings"] if one["check"] == "sessions"]
    assert len(sessions) >= 2 and {one["verdict"] for one in sessions} == {"good"}


def test_a_doctor_sees_a_strict_reverse_path(cluster):
    def rp_filter(value):
        cluster.fabric.run("node1", "sysctl", "-qw",
                           f"net.ipv4.conf.all.rp_filter={value}")
    before = cluster.fabric.run("node1", "sysctl", "-n",
                                "net.ipv4.conf.all.rp_filter").strip()
    rp_filter(1)
    try:
        found = {(one["check"], one["verdict"])
                 for one in findings(cluster, "node1")["findings"]}
        assert ("rp_filter", "doubt") in found, json.dumps(sorted(found))
    finally:
        rp_filter(before)
