# SPDX-License-Identifier: Apache-2.0
"""Learned routes in the table of a VRF. The kernel at hand has no VRF device: node 1 is
a virtual machine whose kernel does. Its session is outside of the VRF; one next hop is,
too, and another is behind an interface of the VRF.
"""

import json
import signal

import pytest
from fabric import PATIENCE, Fabric, Failed, temporary_fabric, until
from fieldrows import frr_conf
from objects import filtered
from test_held_addresses import HOSTS, Held
from test_learned import TAKE
from vm import Machine

NODE, VRF, TABLE = "node1", "red", 1000
OUTSIDE, INSIDE = "198.51.100.0/24", "203.0.113.0/24"
INSIDE_HOP = "192.0.2.9"                # behind an interface of the VRF
FAMILY = "address-family ipv4 unicast"


class Learner(Held):
    def start(self):
        self.lay_nodes()
        for obj in (
                {"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                 "metadata": {"name": "default"}, "spec": {
                     "asNumber": 64517, "dataPlaneHealth": "None",
                     "filters": ["learned"],
                     "learnedRoutes": {"enabled": True, "table": TABLE}}},
                {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                 "metadata": {"name": "frr"}, "spec": {
                     "peerIP": self.fabric.frr.address, "asNumber": 64512,
                     "connectRetryTime": 1, "connectRetryMaxTime": 1}},
                filtered("learned", TAKE)):
            self.put(obj)
        self.start_bgpd(NODE)

    def routes(self, *table):
        """{prefix: (gateway, device)} of ours in a table."""
        said = self.fabric.run(NODE, "ip", "-j", "route", "show", *table, "proto", "77")
        return {route["dst"]: (route["gateway"], route["dev"])
                for route in json.loads(said or "[]")}

    def await_routes(self, want, limit=2 * PATIENCE):
        until(limit, f"{want} in the VRF", lambda: (
            (seen := self.routes("vrf", VRF)) == want, seen))

    def way(self, prefix, *words):
        """Where the kernel sends what goes to the prefix: gateway and device."""
        address = prefix.replace("0/24", "1")
        try:
            way = json.loads(self.fabric.run(NODE, "ip", "-j", "route", "get", address,
                                             *words))[0]
        except Failed:
            return None                 # it has none
        return way.get("gateway"), way["dev"]

    def changes(self):
        """How often the daemon has asked the kernel for one, by result."""
        text = self.fabric.run(NODE, "curl", "-s", "http://127.0.0.1:9179/metrics")
        return {line.split('"')[1]: int(line.split()[-1]) for line in text.splitlines()
                if line.startswith("lbbgp_learned_route_changes_total{")}


def make_vrf(fabric):
    fabric.run(NODE, "modprobe", "vrf")
    fabric.run(NODE, "modprobe", "dummy")
    fabric.run(NODE, "ip", "-batch", "-", text_in=(
        f"link add name {VRF} type vrf table {TABLE}\n"
        f"link set dev {VRF} up\n"
        "link add name inner type dummy\n"
        f"link set dev inner master {VRF} up\n"
        "address add 192.0.2.1/24 dev inner\n"))


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric(lambda name: Fabric(name, ("gr",))) as fabric:
        machine = Machine(fabric, NODE)
        machine.boot()
        machine.await_boot()
        make_vrf(fabric)
        fabric.frr.text("configure terminal",
                        f"ip prefix-list inside permit {INSIDE}",
                        "route-map told permit 10",
                        "match ip address prefix-list inside",
                        f"set ip next-hop {INSIDE_HOP}", "exit",
                        "route-map told permit 20")
        running = Learner(fabric, HOSTS)
        running.start()
        teach = [f"network {OUTSIDE}", f"network {INSIDE}",
                 "neighbor nodes route-map told out"]
        with frr_conf(fabric.frr, ["no bgp network import-check", FAMILY, *teach],
                      [FAMILY, *(f"no {line}" for line in teach)]):
            yield running


@pytest.fixture
def want(cluster):
    return {OUTSIDE: (cluster.fabric.frr.address, "eth0"),
            INSIDE: (INSIDE_HOP, "inner")}


@pytest.fixture(autouse=True)
def whole(cluster, want):
    cluster.await_routes(want)


def test_routes_are_the_vrfs_alone(cluster, want):
    assert cluster.routes("table", "main") == {}
    assert cluster.routes("table", "all") == want
    for prefix, way in want.items():
        assert cluster.way(prefix, "vrf", VRF) == way
    assert cluster.way(INSIDE) == (cluster.fabric.frr.address, "eth0")     # by default


def test_routes_of_others_in_its_table_are_left_alone(cluster, want):
    other = ("192.0.2.64/26", "via", INSIDE_HOP)
    cluster.ip("route", "add", *other, "vrf", VRF, "proto", "static")
    try:
        with cluster.edited("BGPConfiguration", None, "default", {
                "spec": {"learnedRoutes": {"enabled": False}}}):
            cluster.await_routes({})
            assert other[0] in cluster.fabric.run(NODE, "ip", "route", "show", "vrf",
                                                  VRF)
        cluster.await_routes(want)
    finally:
        cluster.ip("route", "del", *other, "vrf", VRF)


def test_another_table_takes_them_out_of_the_vrf(cluster, want):
    with cluster.edited("BGPConfiguration", None, "default", {
            "spec": {"learnedRoutes": {"table": TABLE + 1}}}):
        until(2 * PATIENCE, "none in the VRF", lambda: (
            not (seen := cluster.routes("vrf", VRF)), seen))
        assert cluster.routes("table", str(TABLE + 1)) == {OUTSIDE: want[OUTSIDE]}
    cluster.await_routes(want)
    assert cluster.routes("table", "all") == want


def test_routes_of_a_daemon_that_was_killed_are_adopted(cluster, want):
    cluster.bgpd[NODE].stop(signal.SIGKILL)
    assert cluster.routes("vrf", VRF) == want
    cluster.start_bgpd(NODE)
    until(2 * PATIENCE, "all have been said again", lambda: (
        (seen := [route["kernel"]["state"] for prefix in want
                  for route in cluster.lbbgp_json(
                      NODE, "show", "routes", prefix)["routes"]
                  if "kernel" in route]) == ["Installed"] * 2, seen))
    assert cluster.routes("vrf", VRF) == want
    assert cluster.changes() == {"added": 0, "replaced": 0, "deleted": 0, "refused": 0}


def test_routes_go_when_the_daemon_leaves(cluster, want):
    cluster.bgpd[NODE].stop(signal.SIGINT)
    try:
        assert cluster.routes("table", "all") == {}
    finally:
        cluster.start_bgpd(NODE)
    cluster.await_routes(want)
