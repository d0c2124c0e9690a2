# SPDX-License-Identifier: Apache-2.0
"""TCP-AO (RFC 5925) with BIRD 2.17, its keys changed while the session is up; MD5 and
GTSM beside it. Both ends are in a virtual machine, whose kernel has TCP-AO.
"""

import contextlib
import json
import subprocess

import pytest
from fabric import TOP, Failed, temporary_fabric, until
from lan import LanCluster
from routers.bird import Bird13
from routers.router import Conf, Neighbor
from vm import Inside, Machine

NODE, ROUTER = "node1", "router"
OURS = {"ipv4": "10.60.0.1", "ipv6": "fd60::1"}
THEIRS = {"ipv4": "10.60.0.2", "ipv6": "fd60::2"}
RANGE = {"ipv4": "10.60.0.0/24", "ipv6": "fd60::/64"}   # THEIRS are in them
OUR_AS, THEIR_AS = 64517, 65010
PREFIX = "10.33.0.0/24"
LIMIT = 60                      # s, far beyond what anything takes
UP = "Established"
ONE = (1, "the first key", "hmac sha1")
TWO = (2, "the second", "cmac aes128")
NAMES = {"hmac sha1": "HMAC-SHA-1-96", "cmac aes128": "AES-128-CMAC-96"}


class AoCluster(LanCluster):
    """The daemon in a virtual machine, whose own folder has the objects."""

    def start(self):
        self.lay_nodes()
        self.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                  "metadata": {"name": "default"}, "spec": {
                      "asNumber": OUR_AS, "dataPlaneHealth": "None",
                      "serviceLoadBalancerIPs": [{"cidr": PREFIX}]}})
        self.start_bgpd(NODE)

    def put(self, obj):
        meta = obj["metadata"]
        path = self.file(obj["kind"], meta.get("namespace"), meta["name"])
        self.fabric.run(NODE, "sh", "-c", 'cat >"$1.new" && mv "$1.new" "$1"',
                        "sh", path, text_in=json.dumps(obj))

    def remove(self, kind, namespace, name):
        self.fabric.run(NODE, "rm", self.file(kind, namespace, name))


class BirdInside(Bird13):
    """Its files are the virtual machine's own, as those of the host are kept there."""

    def file(self, name, text, mode=0o644):
        self.run_outside("sh", "-c", 'mkdir -p "$1" && cat >"$1/$2"', "sh",
                         self.dir, name, text_in=text)

    def run_outside(self, *args, **more):
        return self.fabric.run(self.where, *args, **more)

    def pids(self):
        return [process for process in self.processes if process.alive()]

    def configure(self, **changes):
        """Keys of its neighbor change while the session is up."""
        for name, value in changes.items():
            setattr(self.conf.neighbors[0], name, value)
        self.write()
        assert "Reconfigured" in self.birdc("configure")


class Pair:
    def __init__(self, cluster, router):
        self.cluster, self.router = cluster, router
        self.family = "ipv4"    # that they speak over

    def secret(self, *keys, **more):
        self.cluster.put({
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "keys", "namespace": "lbbgp-system"},
            "stringData": {**{f"key{number}": secret
                              for number, secret, _ in keys}, **more}})

    def peer(self, *keys, **spec):
        if "peerPrefix" not in spec:
            spec["peerIP"] = THEIRS[self.family]
        if keys:
            spec["tcpAO"] = {"secretName": "keys", "keys": [
                {"keyID": number, "algorithm": NAMES[algorithm],
                 "secretKey": f"key{number}"} for number, _, algorithm in keys]}
        self.cluster.put({
            "apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": "peer"}, "spec": {
                "asNumber": THEIR_AS,
                "connectRetryTime": 1, "connectRetryMaxTime": 1, **spec}})

    @contextlib.contextmanager
    def with_bird(self, **theirs):
        self.router.start(Conf(
            THEIR_AS, THEIRS, [Neighbor(OURS[self.family], OUR_AS,
                                        families=(self.family,), **theirs)]))
        try:
            yield
        finally:
            self.cluster.remove("BGPPeer", None, "peer")
            self.router.stop()
            until(LIMIT, "the peer is gone", lambda: (
                not (seen := self.neighbors()), seen))

    def neighbors(self):
        return self.cluster.lbbgp_json(NODE, "show", "neighbors")["neighbors"]

    def ours(self):
        return self.cluster.lbbgp_json(
            NODE, "show", "neighbors", THEIRS[self.family])["neighbors"][0]

    def await_ours(self, what, good):
        def look():
            try:
                seen = self.ours()
            except (Failed, IndexError, KeyError) as err:
                return False, err
            return good(seen), seen
        until(LIMIT, what, look)
        return self.ours()

    def await_up(self):
        return self.await_ours("the session is up", lambda seen: (
            seen["state"] == UP))

    def await_keys(self, current, rnext):
        """The node sends with one key, and asks the peer for the other."""
        def good(seen):
            ao = seen["tcpAO"]
            return ao and (ao["currentKeyID"], ao["rnextKeyID"]) == (
                current, rnext)
        return self.await_ours(f"keys {current} and {rnext}", good)


@pytest.fixture(autouse=True)
def whole():
    """There are no more nodes than one."""


def with_lengths(addresses):
    return [f"{addresses['ipv4']}/24", f"{addresses['ipv6']}/64"]


@pytest.fixture(scope="module")
def machines():
    subprocess.run([f"{TOP}/lab/debian13"], stdout=subprocess.DEVNULL, check=True)
    with temporary_fabric() as fabric:
        machine = Machine(fabric, NODE, "backports")
        machine.boot()
        machine.await_boot()
        Inside(machine, ROUTER).join(with_lengths(OURS), with_lengths(THEIRS))
        cluster = AoCluster(fabric, {NODE: with_lengths(OURS)})
        cluster.start()
        yield cluster, BirdInside(fabric, ROUTER)


@pytest.fixture
def pair(machines):
    return Pair(*machines)


def test_gtsm(pair):
    pair.peer(ttlSecurity=1)
    with pair.with_bird(ttl_security=True):
        pair.await_up()


def test_md5(pair):
    pair.secret(password="of MD5")
    pair.peer(password={"secretKeyRef": {"name": "keys", "key": "password"}})
    with pair.with_bird(password="of MD5"):
        assert pair.await_up()["tcpAO"] is None


@pytest.mark.parametrize(("family", "ours", "passive"), [
    ("ipv4", {}, True),
    ("ipv4", {"passive": True}, False),
    ("ipv6", {}, True),
    ("ipv6", {"peerPrefix": RANGE["ipv6"]}, False),
], ids=["dials", "is dialed", "dials over IPv6", "is dialed from an IPv6 prefix"])
def test_keys_change_and_the_session_stays(pair, family, ours, passive):
    pair.family = family
    pair.secret(ONE)
    pair.peer(ONE, **ours)
    with pair.with_bird(ao=(ONE,), passive=passive):
        since = pair.await_up()["since"]
        assert pair.await_keys(1, 1)["tcpAO"]["bad"] == 0
        # Ours has the second one first, and the peer does not know it yet.
        pair.secret(ONE, TWO)
        pair.peer(TWO, ONE, **ours)
        pair.await_keys(1, 2)
        pair.router.configure(ao=(TWO, ONE))
        pair.await_keys(2, 2)
        # The first one goes at both ends.
        pair.router.configure(ao=(TWO,))
        pair.secret(TWO)
        pair.peer(TWO, **ours)
        until(LIMIT, "one key", lambda: (
            len((seen := pair.ours())["configured"]["tcpAO"]) == 1, seen))
        good = pair.ours()["tcpAO"]["good"]
        pair.await_ours("more is heard", lambda seen: (
            seen["tcpAO"]["good"] > good))
        seen = pair.ours()
        assert (seen["state"], seen["since"], seen["flaps"]) == (UP, since, 0)
        assert seen["pendingReset"] is None


def counted(pair, where, name):
    text = pair.cluster.fabric.run(where, "cat", "/proc/net/netstat")
    names, values = (line.split() for line in text.splitlines()
                     if line.startswith("TcpExt:"))
    return int(values[names.index(name)])


@pytest.mark.parametrize(("ours", "theirs", "counter"), [
    ({}, {"ao": ((1, "another", "hmac sha1"),)}, "TCPAOBad"),
    ({}, {"ao": ((7, ONE[1], "hmac sha1"),)}, "TCPAOKeyNotFound"),
    ({}, {}, "TCPAORequired"),
    ({"peerPrefix": RANGE["ipv4"]}, {}, "TCPAORequired"),
], ids=["other secret", "other id", "none", "none, from a prefix"])
def test_who_has_not_the_key_never_comes_up(pair, ours, theirs, counter):
    before = counted(pair, NODE, counter)
    pair.secret(ONE)
    pair.peer(ONE, **(ours or {"passive": True}))
    with pair.with_bird(**theirs):
        until(LIMIT, "what it sends is dropped", lambda: (
            (seen := counted(pair, NODE, counter)) > before + 2, seen))
        seen = pair.neighbors()
        assert len(seen) == (0 if "peerPrefix" in ours else 1)
        assert all(n["state"] != UP and n["flaps"] == 0 for n in seen)
