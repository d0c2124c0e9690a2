# SPDX-License-Identifier: Apache-2.0
"""The loop guard of a running daemon: what it puts into the kernel, what it
takes over from earlier versions, and which of two daemons keeps it."""

import ipaddress
import os
import signal

from fabric import PATIENCE, until
from scenario import NOBODY, SERVICE_CIDRS, await_whole

CIDRS = [ipaddress.ip_network(cidr) for cidr in SERVICE_CIDRS]
LENGTHS = sorted({cidr.prefixlen for cidr in CIDRS}, reverse=True)
RULES = [f"32765: not from all iif lo lookup {table} proto 76"
         for length in LENGTHS
         for table in (f"main suppress_prefixlength {length - 1}",
                       76000 + length)]
OLD = """rule add to {0} iif lo goto 32766 priority 32760 protocol 76
rule add to {0} lookup main suppress_prefixlength {1} priority 32761 protocol 76
rule add to {0} unreachable priority 32762 protocol 76
"""


def rules(fabric, node):
    return [" ".join(line.split()) for line in
            fabric.run(node, "ip", "rule", "show").splitlines()
            if "proto 76" in line]


def guarded(fabric, node):
    return [line.split()[1] for line in
            fabric.run(node, "ip", "route", "show", "table", "all", "proto",
                       "76").splitlines()]


def lock(fabric, node):
    """Of the guard, by the number of the node's network namespace."""
    inode = os.stat(f"/run/netns/{fabric.ns(node)}").st_ino
    return f"/run/lbbgp/guard-{inode}.lock"


def await_rules(fabric, node, wanted):
    until(PATIENCE, f"rules of {node}",
          lambda: (rules(fabric, node) == wanted, rules(fabric, node)))


def test_two_rules_a_length_and_a_route_a_cidr(fabric):
    await_rules(fabric, "node1", RULES)
    assert sorted(guarded(fabric, "node1")) == sorted(SERVICE_CIDRS)


def test_it_stays_over_a_restart_and_goes_with_the_node(cluster, fabric):
    await_rules(fabric, "node2", RULES)
    cluster.bgpd["node2"].stop(signal.SIGTERM)
    try:
        assert rules(fabric, "node2") == RULES
        cluster.start_bgpd("node2")
        await_whole(cluster)
        assert rules(fabric, "node2") == RULES
        assert os.path.exists(lock(fabric, "node2"))
        cluster.bgpd["node2"].stop(signal.SIGINT)
        assert rules(fabric, "node2") == []
        assert guarded(fabric, "node2") == []
        assert not os.path.exists(lock(fabric, "node2"))
    finally:
        cluster.start_bgpd("node2")


def test_rules_of_earlier_versions_are_taken_over(cluster, fabric):
    cluster.bgpd["node3"].stop(signal.SIGINT)
    try:
        fabric.run("node3", "ip", "-batch", "-", text_in="".join(
            OLD.format(cidr, cidr.prefixlen - 1) for cidr in CIDRS))
        assert len(rules(fabric, "node3")) == 3 * len(CIDRS)
    finally:
        cluster.start_bgpd("node3")
    await_rules(fabric, "node3", RULES)
    for router in fabric.routers:
        assert router.probe(NOBODY)["type"] == 3


def test_of_two_daemons_in_a_namespace_one_keeps_it(cluster, fabric):
    await_rules(fabric, "node4", RULES)
    second = fabric.start(
        "node4", [cluster.program("lbbgp-bgpd"),
                  *cluster.source("bgpd", "node4"), "--node", "nowhere",
                  "--socket", f"{fabric.state}/second.sock",
                  "--metrics", "off"], "bgpd-second")
    try:
        until(30, "word of the first daemon", lambda: (
            "another daemon in this network namespace keeps it: node node4"
            in second.tail(), second.tail()))
        assert rules(fabric, "node4") == RULES
    finally:
        second.stop()
    assert rules(fabric, "node4") == RULES
