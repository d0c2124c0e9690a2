# SPDX-License-Identifier: Apache-2.0
"""Addresses that a daemon puts on an interface of its own, lbbgp0: there while it
announces them, whatever somebody else does to them, and gone with it. In a
namespace of a kernel without `dummy`, and on a virtual machine that has it.
"""

import json
import signal

import pytest
from fabric import NODES, PATIENCE, temporary_fabric, until
from lan import LanCluster
from vm import Machine

HOSTS = {"node1": [f"{NODES['node1']}/16"]}
DEVICE = "lbbgp0"
ADDRESSES = ["10.35.0.1/32", "fd35::1/128"]
VIP = {"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
       "metadata": {"name": "held"},
       "spec": {"addresses": ["10.35.0.1", "fd35::1"], "bgp": {}}}


class Held(LanCluster):
    def start(self):
        self.lay_nodes()
        self.put(VIP)
        self.start_bgpd("node1")

    # The folder is the node's own: what happens to a file elsewhere is not
    # noticed on a virtual machine.

    def put(self, obj):
        path = self.file(obj["kind"], None, obj["metadata"]["name"])
        self.fabric.run("node1", "sh", "-c",
                        'cat >"$1.new" && mv "$1.new" "$1"', "sh", path,
                        text_in=json.dumps(obj))

    def manifest(self, kind, namespace, name):
        return json.loads(self.fabric.run(
            "node1", "cat", self.file(kind, namespace, name)))

    def remove(self, kind, namespace, name):
        self.fabric.run("node1", "rm", self.file(kind, namespace, name))

    def links(self):
        """lbbgp0 as `ip` shows it, or nothing."""
        links = json.loads(self.fabric.run(
            "node1", "ip", "-j", "-d", "address", "show") or "[]")
        return [link for link in links if link.get("ifname") == DEVICE]

    def held(self):
        return sorted(f"{addr['local']}/{addr['prefixlen']}"
                      for link in self.links() for addr in link["addr_info"]
                      if addr["scope"] == "global")

    def await_held(self, addresses, limit=2 * PATIENCE):
        def look():
            seen = self.held()
            return seen == sorted(addresses), seen
        return until(limit, f"{addresses} on {DEVICE}", look)

    def ip(self, *words):
        self.fabric.run("node1", "ip", *words)


@pytest.fixture(scope="module", params=["namespace", "machine"])
def cluster(request):
    with temporary_fabric() as fabric:
        if request.param == "machine":
            machine = Machine(fabric, "node1")
            machine.boot()
            machine.await_boot()
        running = Held(fabric, HOSTS)
        running.kind = request.param
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole(cluster):
    cluster.await_held(ADDRESSES)


def test_interface_is_a_dummy_where_the_kernel_has_it(cluster):
    link, = cluster.links()
    kind = link["linkinfo"]["info_kind"]
    assert (kind == "dummy") == (cluster.kind == "machine"), kind


def test_address_that_somebody_deletes_is_put_back(cluster):
    for address in ADDRESSES:
        cluster.ip("address", "del", address, "dev", DEVICE)
        cluster.await_held(ADDRESSES)


def test_interface_that_somebody_deletes_is_made_again(cluster):
    cluster.ip("link", "del", DEVICE)
    cluster.await_held(ADDRESSES)


def test_addresses_of_others_on_it_are_left_alone(cluster):
    other = "10.35.0.77/32"
    cluster.ip("address", "add", other, "dev", DEVICE)
    try:
        with cluster.without("VirtualIP", None, "held"):
            cluster.await_held([other])
    finally:
        cluster.ip("address", "del", other, "dev", DEVICE)
    cluster.await_held(ADDRESSES)


def test_address_that_is_no_longer_wanted_goes(cluster):
    with cluster.edited("VirtualIP", None, "held",
                        {"spec": {"addresses": ["10.35.0.1"]}}):
        cluster.await_held(ADDRESSES[:1])


def test_addresses_of_a_daemon_that_crashed_are_adopted(cluster):
    """What is no longer wanted by then goes, too."""
    cluster.bgpd["node1"].stop(signal.SIGKILL)
    assert cluster.held() == ADDRESSES
    with cluster.edited("VirtualIP", None, "held",
                        {"spec": {"addresses": ["fd35::1"]}}):
        cluster.start_bgpd("node1")
        cluster.await_held(ADDRESSES[1:])
    cluster.await_held(ADDRESSES)


def test_all_of_it_goes_when_the_daemon_leaves(cluster):
    cluster.bgpd["node1"].stop(signal.SIGINT)
    try:
        assert cluster.links() == []
    finally:
        cluster.start_bgpd("node1")
