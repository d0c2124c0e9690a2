# SPDX-License-Identifier: Apache-2.0
"""A node-to-node mesh of 20 real daemons: how long it takes, and what each keeps."""

import time

import pytest
from fabric import until
from lan import LanCluster, temporary_lan
from memory import MOST, memory

COUNT = 20
HOSTS = {f"node{n}": [f"10.31.90.{n}/24"] for n in range(1, COUNT + 1)}
CONFIG = {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
          "metadata": {"name": "default"},
          "spec": {"asNumber": 64517, "nodeToNodeMeshEnabled": True}}
LONGEST = 120           # s, on a machine that does other work


class Mesh(LanCluster):
    def node(self, name, **labels):
        pods = f"10.244.{name.removeprefix('node')}.0/24"
        return {**super().node(name, **labels), "spec": {"podCIDRs": [pods]}}

    def lay_nodes(self):
        super().lay_nodes()
        self.put(CONFIG)


@pytest.fixture(scope="module")
def cluster():
    with temporary_lan(HOSTS) as fabric:
        yield Mesh(fabric)


@pytest.fixture(autouse=True)
def whole():
    """No routers are looked at here."""


def peers(cluster, node):
    return cluster.lbbgp_json(node, "show", "neighbors")["neighbors"]


def heard(cluster, node):
    """Peers that are up and have told their pods."""
    return sum(peer["state"] == "Established" and
               peer["prefixes"]["ipv4"]["received"] == 1
               for peer in peers(cluster, node))


def test_mesh_of_twenty_daemons(cluster, capsys):
    began = time.monotonic()
    cluster.start()
    for node in HOSTS:
        until(LONGEST, f"mesh at {node}", lambda node=node: (
            heard(cluster, node) == COUNT - 1, heard(cluster, node)))
    took = time.monotonic() - began
    kept = [memory(daemon) for daemon in cluster.bgpd.values()]
    flaps = sum(peer["flaps"] for node in HOSTS for peer in peers(cluster, node))
    with capsys.disabled():
        print(f"\nmesh of {COUNT}: {COUNT * (COUNT - 1) // 2} sessions in "
              f"{took:.1f} s, RSS {max(m['VmRSS'] for m in kept)} KiB, of it anonymous "
              f"{max(m['RssAnon'] for m in kept)} KiB at most, {flaps} flaps")
    assert flaps == 0
    for seen in kept:
        assert seen["RssAnon"] < 2 * MOST["dir"]["RssAnon"]
