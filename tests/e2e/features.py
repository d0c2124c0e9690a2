# SPDX-License-Identifier: Apache-2.0
"""What a session can have, each feature as it is tried with a router of lab/routers.

A row of FEATURES is a line of the README's table: a function that ends without a word
where the feature works between the daemon and that router. A router that does not have
it says so itself (`lacks`), and is not tried.
"""

import contextlib
import dataclasses
import signal
import time
import typing

from fabric import Failed, until
from fieldrows import link_local
from lan import LanCluster
from routers import LLGR_STALE, Conf, Neighbor
from speaker import (IPV4 as CAP_IPV4, KEEPALIVE, ORIGIN, Speaker, as_path,
                     four_octets, message, next_hop, only_to_customer, open_message,
                     parameters, prefix, update)

OUR_AS, THEIR_AS, FEEDER_AS, OTHER_AS = 64517, 65010, 65020, 65021
NODE, FEEDER = "node1", "feeder"
ADDRESSES = {"ipv4": "10.40.0.1", "ipv6": "fd10:40::1"}         # of the node
FEEDER_ADDRESS, SECOND_ADDRESS = "10.40.0.2", "10.40.0.3"
PASSED_ON = "10.52.0.0/24"
OURS = {"ipv4": "10.33.0.0/24", "ipv6": "fd10:33::/112"}        # that the node has
MORE_OF_OURS = "10.33.1.0/24"
THEIRS = {"ipv4": "10.50.0.0/24", "ipv6": "fd10:50::/64"}
COMMUNITIES = {f"{OUR_AS}:120"}
LARGE = {f"{OUR_AS}:300:4294967295"}
THEIR_COMMUNITIES = {f"{THEIR_AS}:7"}
THEIR_LARGE = {f"{THEIR_AS}:8:4294967295"}
MANY = 100000
HOLD = 300                      # s; who is busy with so many may be silent for long
LIMIT = 60                      # s, far beyond what anything takes here
PASSWORD = "geheim"
TEXT = "moves to rack 7, see #42"
UP = "Established"
SECRET = {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
          "metadata": {"name": "matrix", "namespace": "lbbgp-system"},
          "stringData": {"password": PASSWORD}}
OF_SECRET = {"secretKeyRef": {"name": "matrix", "key": "password"}}
PEER = ("BGPPeer", None, "peer")
CONFIG = ("BGPConfiguration", None, "default")


def hosts(names):
    """Of a Lan: the node, who feeds large tables, a host for each router."""
    return {NODE: [f"{ADDRESSES['ipv4']}/24", f"{ADDRESSES['ipv6']}/64"],
            FEEDER: [f"{FEEDER_ADDRESS}/24", f"{SECOND_ADDRESS}/24"],
            **{name: [f"{address}/{bits}" for address, bits in
                      zip(router_addresses(n).values(), (24, 64))]
               for n, name in enumerate(names)}}


def router_addresses(n):
    return {"ipv4": f"10.40.0.{10 + n}", "ipv6": f"fd10:40::{10 + n}"}


class MatrixCluster(LanCluster):
    """The daemon of one node, which announces CIDRs, to nobody yet."""

    def start(self):
        self.lay_nodes()
        self.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                  "metadata": {"name": "default"}, "spec": {
                      "asNumber": OUR_AS, "dataPlaneHealth": "None",
                      "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in
                                                 (*OURS.values(), MORE_OF_OURS)],
                      "serviceExternalIPs": [{"cidr": "11.0.0.0/8"}],
                      "prefixAdvertisements": [
                          {"cidr": cidr, "communities": sorted(COMMUNITIES | LARGE)}
                          for cidr in OURS.values()]}})
        self.start_bgpd(NODE)


class Pair:
    """The daemon and a router. Both know of each other inside of up() only."""

    def __init__(self, cluster, router, addresses):
        self.cluster, self.router, self.addresses = cluster, router, addresses
        self.name = PEER[2]
        self.our_address = self.their_address = self.shown = None

    def conf(self, family, theirs, more):
        neighbor = Neighbor(self.our_address, OUR_AS,
                            **{"families": (family,), **theirs})
        addresses = {**self.addresses, family: self.their_address}
        return Conf(THEIR_AS, addresses, [neighbor, *more],
                    tuple(THEIRS[family] for family in neighbor.families),
                    tuple(THEIR_COMMUNITIES), tuple(THEIR_LARGE))

    @contextlib.contextmanager
    def up(self, family="ipv4", ours=None, theirs=None, more=(), wait=True, link=None):
        """A session over the family; fields of the BGPPeer, and of the Neighbor."""
        self.our_address, self.their_address = ADDRESSES[family], self.addresses[family]
        if link:
            self.our_address = f"{link.ours}%{link.name}"
            self.their_address = link.theirs
        conf = self.conf(family, theirs or {}, more)
        spec = {"peerIP": self.addresses[family], "asNumber": THEIR_AS,
                "connectRetryTime": 1, "connectRetryMaxTime": 1, **(ours or {})}
        self.shown = self.addresses[family]
        if link:
            del spec["peerIP"]
            self.shown = spec["interface"] = link.name
        self.name = PEER[2]
        comes = "peerPrefix" in spec
        if comes:
            del spec["peerIP"], spec["asNumber"]
            self.name += f"/{self.addresses[family]}"
        try:
            if not comes:
                self.router.start(conf)
            with self.cluster.added({"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                                     "metadata": {"name": PEER[2]}, "spec": spec}):
                if comes:
                    self.await_prefix(spec["peerPrefix"])
                    self.router.start(conf)
                    self.await_comes()
                if wait:
                    self.await_up()
                yield
        finally:
            self.router.stop()
            until(LIMIT, "the peer is gone", lambda: (
                self.name not in (seen := self.names()), seen))

    def names(self):
        return [neighbor["name"] for neighbor in self.neighbors()]

    def neighbors(self):
        return self.cluster.lbbgp_json(NODE, "show", "neighbors")["neighbors"]

    def await_prefix(self, prefix):
        until(LIMIT, f"{prefix} is invited", lambda: (
            prefix in str(seen := self.cluster.lbbgp_json(
                NODE, "show", "neighbors")["peerPrefixes"]), seen))

    def await_comes(self):
        until(LIMIT, f"{self.name} comes", lambda: (
            self.name in (seen := self.names()), seen))

    def ours(self):
        """All that the daemon says of the router."""
        reply = self.cluster.lbbgp_json(NODE, "show", "neighbors", self.shown)
        return reply["neighbors"][0]

    def await_ours(self, what, good, limit=LIMIT):
        def look():
            try:
                seen = self.ours()
            except Failed as none:
                return False, none
            return good(seen), seen
        until(limit, what, look)

    def await_up(self):
        """GoBGP waits for up to 30 s."""
        self.await_ours(UP, lambda n: n["state"] == UP)
        self.await_state(UP, True)

    def await_state(self, state, has):
        """At the router."""
        until(LIMIT, f"{state} at {self.router.title}: {has}", lambda: (
            ((seen := self.state()) == state) == has, seen))

    def state(self):
        return self.router.state(self.our_address)

    def paths(self, family="ipv4"):
        """Of the node's prefix, at the router."""
        return self.router.paths(OURS[family])

    def await_paths(self, what, good, family="ipv4"):
        until(LIMIT, f"{OURS[family]} at {self.router.title}: {what}", lambda: (
            good(seen := self.paths(family)), seen))

    def await_path(self, family="ipv4"):
        """The one path, as the node announces it."""
        def whole(paths):
            return [(path.next_hop, path.as_path, path.communities,
                     path.large_communities) for path in paths] == [
                (ADDRESSES[family], [OUR_AS], COMMUNITIES, LARGE)]
        self.await_paths("as announced", whole, family)

    def received(self, family="ipv4"):
        """Routes with the router's prefix, at the node."""
        reply = self.cluster.lbbgp_json(NODE, "show", "routes", "received",
                                        THEIRS[family])
        return [route for route in reply["routes"]
                if route["prefix"] == THEIRS[family]]

    def await_received(self, family="ipv4", stale=False, limit=LIMIT):
        def look():
            seen = self.received(family)
            return [(route["nextHop"], route["asPath"], set(route["communities"]),
                     set(route["largeCommunities"]), route["stale"])
                    for route in seen] == [
                (self.addresses[family], [THEIR_AS], THEIR_COMMUNITIES,
                 THEIR_LARGE, stale)], seen
        until(limit, f"{THEIRS[family]} of {self.router.title} at the node", look)

    @contextlib.contextmanager
    def killed(self):
        """The daemon is away."""
        self.cluster.bgpd[NODE].stop(signal.SIGKILL)
        try:
            self.await_state(UP, False)
            yield
        finally:
            self.cluster.start_bgpd(NODE)

    def edited(self, **spec):
        return self.cluster.edited(*PEER, {"spec": spec})


def all_of_it():
    """Fields of a Neighbor with whom a router does all that it can."""
    return {"restart_time": 30, "long_lived_time": 60}


def offered(pair):
    """Capabilities that the router then has in its OPEN."""
    with pair.up(theirs=all_of_it()):
        return pair.ours()["openReceived"]["capabilities"]


#
# The features.
#

def ipv4(pair):
    with pair.up():
        pair.await_path()
        pair.await_received()


def ipv6(pair):
    with pair.up("ipv6"):
        pair.await_path("ipv6")
        pair.await_received("ipv6")


def both_families(pair):
    with pair.up(ours={"families": ["IPv4", "IPv6"]},
                 theirs={"families": ("ipv4", "ipv6")}):
        for family in "ipv4", "ipv6":
            pair.await_path(family)
            pair.await_received(family)


def other_next_hops(pair):
    """IPv4 over a session of IPv6, whose addresses are the next hops."""
    with pair.up("ipv6", ours={"families": ["IPv4", "IPv6"], "extendedNextHop": True},
                 theirs={"families": ("ipv4", "ipv6"), "extended_next_hop": True}):
        pair.await_paths("by IPv6", lambda paths: [
            path.next_hop for path in paths] == [ADDRESSES["ipv6"]])

        def look():
            seen = pair.received()
            return [route["nextHop"] for route in seen] == [
                pair.addresses["ipv6"]], seen
        until(LIMIT, f"{THEIRS['ipv4']} by IPv6", look)


def refused_keys(pair):
    """How many segments the router's host has dropped as they had no signature."""
    text = pair.cluster.fabric.run(pair.router.where, "cat", "/proc/net/netstat")
    names, values = (line.split() for line in text.splitlines()
                     if line.startswith("TcpExt:"))
    return int(values[names.index("TCPMD5NotFound")])


@dataclasses.dataclass
class Link:
    """Between the node and a router; each end has a link-local address and no other."""

    name: str
    ours: str
    theirs: str


@contextlib.contextmanager
def single_link(pair, name="rack0"):
    fabric, router = pair.cluster.fabric, pair.router.where
    fabric.run(NODE, "ip", "link", "add", "name", name, "type", "veth", "peer", "name",
               name, "netns", fabric.ns(router))
    try:
        for where in NODE, router:
            fabric.run(where, "ip", "link", "set", "dev", name, "up")
        yield Link(name, link_local(fabric, NODE, name),
                   link_local(fabric, router, name))
    finally:
        fabric.run(NODE, "ip", "link", "del", "dev", name)


def unnumbered(pair):
    """Both families over a link without addresses, on which each finds the other."""
    with single_link(pair) as link, pair.up(
            "ipv6", link=link, ours={"families": ["IPv4", "IPv6"]},
            theirs={"families": ("ipv4", "ipv6"), "extended_next_hop": True,
                    "interface": link.name}):
        for family in "ipv4", "ipv6":
            pair.await_paths("by its link-local address", lambda paths: [
                path.next_hop.partition("%")[0] for path in paths] == [link.ours],
                family)

            def look(family=family):
                seen = pair.received(family)
                return [route["nextHop"].partition("%")[0] for route in seen] == [
                    link.theirs], seen
            until(LIMIT, f"{THEIRS[family]} by a link-local address", look)


def md5(pair):
    """Only with a password at both ends."""
    before = refused_keys(pair)
    with pair.up(theirs={"password": PASSWORD}, wait=False):
        until(LIMIT, "what comes without a signature is dropped", lambda: (
            (seen := refused_keys(pair)) > before, seen))
        assert pair.ours()["state"] != UP
    with pair.cluster.added(SECRET), \
            pair.up(ours={"password": OF_SECRET}, theirs={"password": PASSWORD}):
        pair.await_path()


def gtsm(pair):
    """The node, which has it, takes nothing from a router that has it not."""
    with pair.up(ours={"ttlSecurity": 1}, wait=False):
        time.sleep(2)
        assert pair.ours()["state"] != UP
    with pair.up(ours={"ttlSecurity": 1}, theirs={"ttl_security": True}):
        pair.await_path()


def keeps_ours(pair):
    """Routes of a daemon that was killed stay, stale, until it has said all again."""
    with pair.up(theirs={"restart_time": 30}):
        pair.await_path()
        with pair.killed():
            pair.await_paths("stale", lambda paths: [
                path.stale for path in paths] == [True])
            time.sleep(1)
            assert [path.stale for path in pair.paths()] == [True]
        pair.await_up()
        pair.await_paths("fresh", lambda paths: [
            path.stale for path in paths] == [False])


def is_kept(pair):
    """Routes of a router that was killed stay, stale, until it has said them again."""
    with pair.up(theirs={"restart_time": 30}):
        pair.await_received()
        pair.router.crash()
        pair.await_received(stale=True)
        time.sleep(1)
        pair.await_received(stale=True, limit=0)
        pair.router.go(again=True)
        pair.await_up()
        pair.await_received()


def long_lived(pair):
    """Behind the restart time routes of the daemon are the last resort."""
    with pair.up(ours={"gracefulRestart": {"restartTime": 2, "longLivedTime": 60}},
                 theirs={"restart_time": 30, "long_lived_time": 60}):
        pair.await_path()
        with pair.killed():
            pair.await_paths("LLGR_STALE", lambda paths: any(
                LLGR_STALE in path.communities for path in paths))
            time.sleep(1)
            assert pair.paths()
        pair.await_up()
        pair.await_path()


def bfd_is_up(neighbor):
    return (neighbor["bfd"] or {}).get("state") == "Up"


def bfd(pair):
    """A router that hangs is found long before the hold time is over."""
    with pair.up(ours={"bfd": {"receiveInterval": 300, "transmitInterval": 300}},
                 theirs={"bfd": 300, "hold_time": HOLD}):
        pair.await_ours("BFD is Up", bfd_is_up)
        for process in pair.router.processes:
            process.send(signal.SIGSTOP)
        pair.await_ours("the session is over", lambda n: n["state"] != UP)
        for process in pair.router.processes:
            process.send(signal.SIGCONT)
        pair.await_up()


def refresh(pair):
    """It asks, and gets all again."""
    with pair.up():
        pair.await_path()
        before = pair.ours()["messages"]
        pair.router.refresh(ADDRESSES["ipv4"])
        pair.await_ours("ROUTE-REFRESH, and what it asks for", lambda n: (
            n["messages"]["received"]["routeRefresh"] >
            before["received"]["routeRefresh"] and
            n["messages"]["sent"]["update"] > before["sent"]["update"]))
        pair.await_path()


def enhanced(pair):
    """What it asks for has a beginning and an end."""
    with pair.up():
        pair.await_path()
        before = pair.ours()["messages"]["sent"]
        pair.router.refresh(ADDRESSES["ipv4"])
        pair.await_ours("BoRR, routes, EoRR", lambda n: (
            n["messages"]["sent"]["routeRefresh"] > before["routeRefresh"] + 1 and
            n["messages"]["sent"]["update"] > before["update"]))
        pair.await_path()


def text_to_it(pair):
    with pair.up(), pair.edited(shutdown={"enabled": True, "message": TEXT}):
        until(LIMIT, f"{TEXT} at {pair.router.title}", lambda: (
            TEXT in (seen := pair.router.reason(ADDRESSES["ipv4"])), seen))


def text_from_it(pair):
    with pair.up():
        pair.router.shut_down(ADDRESSES["ipv4"], TEXT)
        pair.await_ours(TEXT, lambda n: n["lastError"] and
                        n["lastError"]["sentBy"] == "Peer" and
                        TEXT in n["lastError"]["text"])


def connections(pair, where, state):
    """How many of BGP there are in that state at the node, or at the router."""
    return len(pair.cluster.fabric.run(
        where, "ss", "-Htn4", "state", state,
        "( dport = :179 or sport = :179 )").splitlines())


def give_time(limit, look):
    """Until it holds, or has had its time."""
    with contextlib.suppress(Failed):
        until(limit, "it may", lambda: (look(), None))


SYN_AT_MOST = 64        # bytes of an IPv4 packet; one with an OPEN is longer
EVERYTHING, MESSAGES = "", f"ip length > {SYN_AT_MOST}"


@contextlib.contextmanager
def dropping(pair):
    """Yields a function that says what is lost of BGP between the two from then on."""
    places = NODE, pair.router.where

    def nft(script):
        for place in places:
            pair.cluster.fabric.run(place, "nft", "-f", "-", text_in=script)

    def drop(what):
        nft("flush chain ip matrix in\n" + "".join(
            f"add rule ip matrix in {what} tcp {port} 179 drop\n"
            for port in ("dport", "sport")))
    nft("add table ip matrix\nadd chain ip matrix in "
        "{ type filter hook input priority 0; }\n")
    try:
        yield drop
    finally:
        nft("delete table ip matrix\n")


def collision(pair):
    """Two connections at once: one is closed (RFC 4271 6.8), by whom it may be.

    Both ends dial while nothing comes through; then connections do, but no message.
    """
    with contextlib.ExitStack() as session:
        with dropping(pair) as drop:
            drop(EVERYTHING)
            session.enter_context(pair.up(wait=False))
            give_time(3, lambda: all(connections(pair, where, "syn-sent") for where in
                                     (NODE, pair.router.where)))
            drop(MESSAGES)
            give_time(3, lambda: connections(pair, NODE, "established") > 1)
        pair.await_up()
        flaps = pair.ours()["flaps"]
        time.sleep(1)
        assert pair.ours()["state"] == pair.state() == UP
        assert pair.ours()["flaps"] == flaps


def our_limit(pair):
    """FRR sends ours back, so there have to be some."""
    with pair.up(ours={"maxPrefixes": 4}):
        pair.await_received()
        pair.router.announce([f"10.51.{n}.0/24" for n in range(4)])
        pair.await_ours("Cease 6/1", lambda n: n["lastError"] and (
            n["lastError"]["sentBy"], n["lastError"]["code"],
            n["lastError"]["subcode"]) == ("Local", 6, 1))
        pair.await_state(UP, False)


def its_limit(pair):
    with pair.up(theirs={"max_prefixes": 1}, wait=False):
        pair.await_ours("Cease 6/1", lambda n: n["lastError"] and (
            n["lastError"]["sentBy"], n["lastError"]["code"],
            n["lastError"]["subcode"]) == ("Peer", 6, 1))


def many_prefixes(first, count):
    """As in an UPDATE: /32 from that address on."""
    return b"".join(b"\x20" + (first + n).to_bytes(4, "big") for n in range(count))


def many_updates():
    attributes = ORIGIN + as_path(FEEDER_AS) + next_hop(FEEDER_ADDRESS)
    return [update(attributes, many_prefixes(0x0c000000 + at, min(700, MANY - at)))
            for at in range(0, MANY, 700)]


@contextlib.contextmanager
def fed(pair, updates, to=None, address=FEEDER_ADDRESS):
    """The router, or who has the address `to`, gets routes of somebody else."""
    namespace = pair.cluster.fabric.ns(FEEDER)
    with Speaker(namespace, address, to or pair.addresses["ipv4"]) as feeder:
        feeder.socket.settimeout(3 * LIMIT)
        feeder.establish(open_message(
            FEEDER_AS, hold=HOLD, router_id=address,
            params=parameters(CAP_IPV4, four_octets(FEEDER_AS))))
        feeder.send(*updates, message(KEEPALIVE))
        yield


THE_FEEDER = Neighbor(FEEDER_ADDRESS, FEEDER_AS, passive=True, hold_time=HOLD)


def patient(pair, more=()):
    """A session that outlasts much work at either end."""
    return pair.up(ours={"holdTime": HOLD}, theirs={"hold_time": HOLD}, more=more)


def many_from_it(pair):
    """Those that it gets from another neighbor; its own where it passes none on."""
    router = pair.router
    with patient(pair, more=[THE_FEEDER] if router.transit else []), \
            contextlib.ExitStack() as feeding:
        if router.transit:
            feeding.enter_context(fed(pair, many_updates()))
        else:
            router.announce([f"12.{n >> 16}.{n >> 8 & 255}.{n & 255}/32"
                             for n in range(MANY)])
        pair.await_ours(f"{MANY} prefixes", lambda n: n["prefixes"]["ipv4"][
            "received"] > MANY, 3 * LIMIT)
        assert pair.ours()["flaps"] == 0


def service(n, each=1000):
    name = f"many-{n:03}"
    meta = {"name": name, "namespace": "web"}
    return [{"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": {
                "type": "LoadBalancer", "externalTrafficPolicy": "Local",
                "externalIPs": [f"11.{n}.{i >> 8}.{i & 255}" for i in range(each)],
                "ports": [{"port": 80}]}},
            {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
             "metadata": {**meta, "labels": {"kubernetes.io/service-name": name}},
             "addressType": "IPv4",
             "endpoints": [{"addresses": ["10.33.5.9"], "nodeName": NODE,
                            "conditions": {"ready": True}}]}]


def many_to_it(pair):
    """The addresses of a hundred Services, each a host route."""
    with patient(pair), contextlib.ExitStack() as services:
        for n in range(MANY // 1000):
            for obj in service(n):
                services.enter_context(pair.cluster.added(obj))
        until(3 * LIMIT, f"{MANY} prefixes at {pair.router.title}", lambda: (
            (seen := pair.router.received(ADDRESSES["ipv4"])) >= MANY, seen), .5)
        assert pair.ours()["flaps"] == 0


ACCEPT = {"name": "all", "action": "Accept"}
PASS = {"name": "received", "sources": ["Peer"], "action": "Accept"}


def bgp_filter(name, **rules):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPFilter",
            "metadata": {"name": name}, "spec": rules}


@contextlib.contextmanager
def two_feeders(pair):
    """The node has two paths of a prefix, and passes received routes on."""
    with contextlib.ExitStack() as stack:
        for obj in (bgp_filter("take", **{"import": [ACCEPT]}),
                    bgp_filter("pass", export=[PASS])):
            stack.enter_context(pair.cluster.added(obj))
        for n, address in enumerate((FEEDER_ADDRESS, SECOND_ADDRESS)):
            name = f"feeder-{n}"
            stack.enter_context(pair.cluster.added({
                "apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                "metadata": {"name": name}, "spec": {
                    "peerIP": address, "asNumber": FEEDER_AS, "passive": True,
                    "holdTime": HOLD, "filters": ["take"]}}))
            until(LIMIT, f"{name} is waited for", lambda name=name: (
                (name, "Active") in (seen := [(one["name"], one["state"])
                                              for one in pair.neighbors()]), seen))
            attributes = ORIGIN + as_path(FEEDER_AS, *([OTHER_AS] * n)) + next_hop(
                address)
            stack.enter_context(fed(pair, [update(attributes, prefix(PASSED_ON))],
                                    ADDRESSES["ipv4"], address))
        yield


def paths_to_it(pair):
    """All of a prefix, the best alone, those that a filter lets pass: all in place."""
    short, long = [OUR_AS, FEEDER_AS], [OUR_AS, FEEDER_AS, OTHER_AS]

    def await_passed(*as_paths):
        until(LIMIT, f"{as_paths} at {pair.router.title}", lambda: (
            sorted(seen := [path.as_path for path in passed()]) == list(as_paths),
            seen))

    def passed():
        return [path for path in pair.router.paths(PASSED_ON)
                if path.as_path[0] == OUR_AS]
    reject = {"name": "long", "sources": ["Peer"], "action": "Reject",
              "asPath": {"contains": [OTHER_AS]}}
    with two_feeders(pair), pair.up(
            ours={"addPaths": {"send": "All"}, "filters": ["pass"]},
            theirs={"add_paths": True}):
        await_passed(short, long)
        with pair.edited(addPaths={"send": "Best", "best": 1}):
            await_passed(short)
        await_passed(short, long)
        with pair.cluster.edited("BGPFilter", None, "pass",
                                 {"spec": {"export": [reject, PASS]}}):
            await_passed(short)
        await_passed(short, long)
        pair.await_path()
        assert pair.ours()["flaps"] == 0


def paths_from_it(pair):
    """Its own one and another neighbor's; two of its own where it passes none on."""
    more = [THE_FEEDER] if pair.router.transit else []
    attributes = ORIGIN + as_path(FEEDER_AS) + next_hop(FEEDER_ADDRESS)
    with pair.up(ours={"addPaths": {"receive": True}}, theirs={"add_paths": True},
                 more=more), contextlib.ExitStack() as feeding:
        if more:
            feeding.enter_context(fed(pair, [
                update(attributes, prefix(THEIRS["ipv4"]))]))

        def two():
            seen = pair.received()
            return len(seen) == len({route["pathID"] for route in seen}) == 2, seen
        until(LIMIT, f"two paths of {THEIRS['ipv4']}", two)


def extended(pair):
    """A thousand prefixes with the same attributes are more than 4096 bytes."""
    with contextlib.ExitStack() as services:
        for obj in service(0):
            services.enter_context(pair.cluster.added(obj))
        with pair.up(ours={"extendedMessages": True}, theirs={"extended": True}):
            pair.await_path()
            pair.await_received()
            until(LIMIT, "1000 prefixes", lambda: (
                (seen := pair.router.received(ADDRESSES["ipv4"])) > 1000, seen))
            ours = pair.ours()
            for side in "openSent", "openReceived":
                assert "extended-message" in ours[side]["capabilities"]
            assert ours["flaps"] == 0


def role(pair):
    """One that goes with ours, and one that does not."""
    with pair.up(ours={"role": "Customer"}, theirs={"role": "provider"}):
        pair.await_path()
        pair.await_received()
        assert "role" in pair.ours()["openReceived"]["capabilities"]
    with pair.up(ours={"role": "Provider"}, theirs={"role": "provider"}, wait=False):
        pair.await_ours("Role Mismatch", lambda n: n["lastError"] and (
            n["lastError"]["code"], n["lastError"]["subcode"]) == (2, 11))
        assert pair.ours()["state"] != UP


def await_mismatch(pair, who, word):
    """A NOTIFICATION 2/11 of one of them, which a condition explains."""
    pair.await_ours(f"Role Mismatch of {who}", lambda n: n["lastError"] and (
        n["lastError"]["sentBy"], n["lastError"]["code"],
        n["lastError"]["subcode"]) == (who, 2, 11))
    assert pair.ours()["state"] != UP

    def said():
        status = pair.cluster.lbbgp_json(NODE, "show", "status")
        return [c["message"] for c in status["conditions"]
                if c["type"] == "RoleMismatch"]
    until(LIMIT, f"RoleMismatch: {word}", lambda: (
        len(seen := said()) == 1 and word in seen[0], seen))


@contextlib.contextmanager
def provider(pair):
    """Somebody else's route, of whom the node is a customer, and which it passes on."""
    with contextlib.ExitStack() as stack:
        for obj in (bgp_filter("take", **{"import": [ACCEPT]}),
                    bgp_filter("pass", export=[PASS]),
                    {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                     "metadata": {"name": "provider"}, "spec": {
                         "peerIP": FEEDER_ADDRESS, "asNumber": FEEDER_AS,
                         "role": "Customer", "passive": True, "holdTime": HOLD,
                         "filters": ["take"]}}):
            stack.enter_context(pair.cluster.added(obj))
        until(LIMIT, "the provider is waited for", lambda: (
            "provider" in (seen := pair.names()), seen))
        route = ORIGIN + as_path(FEEDER_AS) + next_hop(FEEDER_ADDRESS)
        stack.enter_context(fed(pair, [update(
            route, prefix(PASSED_ON))], ADDRESSES["ipv4"]))
        yield


def leaks(pair):
    """Of a route of a provider: it goes to a customer, and to nobody else."""
    def marks(which):
        return [path.only_to_customer for path in pair.router.paths(which)]

    with provider(pair):
        with pair.up(ours={"role": "Provider", "roleStrict": True,
                           "filters": ["pass"]},
                     theirs={"role": "customer", "strict": True}):
            pair.await_path()
            until(LIMIT, f"{PASSED_ON} at a customer", lambda: (
                bool(seen := marks(PASSED_ON)), seen))
            if pair.router.shows_otc:
                assert marks(PASSED_ON) == [FEEDER_AS]
                assert marks(OURS["ipv4"]) == [OUR_AS]
        with pair.up(ours={"role": "Customer", "roleStrict": True,
                           "filters": ["pass"]},
                     theirs={"role": "provider", "strict": True}):
            pair.await_path()
            pair.await_received()
            assert not pair.router.paths(PASSED_ON)
            told = [route["prefix"] for route in pair.cluster.lbbgp_json(
                NODE, "show", "routes", "advertised", "neighbor", pair.shown)["routes"]]
            assert OURS["ipv4"] in told and PASSED_ON not in told


def leaked_by_it(pair):
    """A router without a role gives away what its provider gave it for its customers.
    """
    with pair.cluster.added(bgp_filter("take", **{"import": [ACCEPT]})), \
            pair.up(ours={"role": "Provider", "filters": ["take"]},
                    more=[THE_FEEDER]), \
            fed(pair, [update(ORIGIN + as_path(FEEDER_AS) + next_hop(FEEDER_ADDRESS) +
                              only_to_customer(FEEDER_AS), prefix(PASSED_ON))]):
        def eligible():
            seen = pair.cluster.lbbgp_json(NODE, "show", "routes", "received")["routes"]
            return {route["prefix"]: route["eligible"] for route in seen}
        until(LIMIT, f"{PASSED_ON} is no choice, and its own is one", lambda: (
            {PASSED_ON: False, THEIRS["ipv4"]: True}.items() <= (
                seen := eligible()).items(), seen))


def strict(pair):
    """A session takes a role of both where one asks for it, and no route leaks."""
    with pair.up(ours={"role": "Customer", "roleStrict": True}, wait=False):
        await_mismatch(pair, "Local", "spec.roleStrict")
        until(LIMIT, f"{pair.router.title} hears why", lambda: (
            "role mismatch" in (seen := pair.router.reason(
                ADDRESSES["ipv4"])).lower(), seen))
    with pair.up(theirs={"role": "provider", "strict": True}, wait=False):
        await_mismatch(pair, "Peer", "there is none")
    leaks(pair)
    leaked_by_it(pair)


FROM_PREFIX = {"peerPrefix": "10.40.0.0/24", "connectRetryMaxTime": 5,
               "asNumbers": [{"from": THEIR_AS - 9, "to": THEIR_AS + 9}]}


def dynamic(pair):
    """The node does not know it before; it is forgotten when it is gone."""
    with pair.up(ours=FROM_PREFIX):
        pair.await_path()
        pair.await_received()
        assert pair.ours()["fromPrefix"]
        pair.router.stop()
        until(LIMIT, "it is forgotten", lambda: (
            not (seen := pair.names()), seen))
    if "md5" not in pair.router.lacks:
        with pair.cluster.added(SECRET), \
                pair.up(ours={**FROM_PREFIX, "password": OF_SECRET},
                        theirs={"password": PASSWORD}):
            pair.await_path()
    if "bfd" not in pair.router.lacks:
        with pair.up(ours={**FROM_PREFIX, "bfd": {}}, theirs={"bfd": 300}):
            pair.await_ours("BFD is Up", bfd_is_up)


@dataclasses.dataclass
class Feature:
    name: str
    title: str
    works: typing.Callable      # with a Pair
    capability: str = ""        # that a router without it does not offer


FEATURES = [
    Feature("ipv4", "IPv4, with communities and large ones", ipv4),
    Feature("ipv6", "IPv6", ipv6),
    Feature("both", "both over one session", both_families),
    Feature("next-hop", "IPv4 by IPv6 next hops (RFC 8950)", other_next_hops,
            "extended-next-hop"),
    Feature("unnumbered", "both over a link without addresses (unnumbered)",
            unnumbered),
    Feature("md5", "TCP MD5 (RFC 2385)", md5),
    Feature("gtsm", "GTSM (RFC 5082)", gtsm),
    Feature("keeps", "keeps our routes while we restart (RFC 4724)", keeps_ours),
    Feature("kept", "restarts, and we keep its routes (RFC 4724)", is_kept),
    Feature("long-lived", "keeps ours for long (RFC 9494)", long_lived,
            "long-lived-graceful-restart"),
    Feature("bfd", "BFD (RFC 5881)", bfd),
    Feature("refresh", "asks for all again (RFC 2918)", refresh),
    Feature("enhanced", "hears where that begins and ends (RFC 7313)", enhanced,
            "enhanced-route-refresh"),
    Feature("shutdown-heard", "hears why we shut it down (RFC 9003)", text_to_it),
    Feature("shutdown-told", "tells us why it shuts down (RFC 9003)", text_from_it),
    Feature("collision", "both connect at once", collision),
    Feature("our-limit", "goes over our prefix limit", our_limit),
    Feature("its-limit", "has a prefix limit that we go over", its_limit),
    Feature("paths-to", "reads our path ids (RFC 7911)", paths_to_it),
    Feature("paths-from", "sends us several paths (RFC 7911)", paths_from_it),
    Feature("extended", "messages of more than 4096 bytes (RFC 8654)", extended,
            "extended-message"),
    Feature("role", "roles (RFC 9234)", role, "role"),
    Feature("strict", "… kept strictly, and no leaks", strict, "role"),
    Feature("dynamic", "comes from a prefix, as a dynamic neighbour", dynamic),
    Feature("many-from", "100,000 routes from it", many_from_it),
    Feature("many-to", "100,000 routes to it", many_to_it),
]


def cell(router, feature):
    return "–" if feature.name in router.lacks else "yes"


def table(routers):
    """The README's, with the reasons of what is missing below it."""
    reasons = {}
    rows = [["", *(router.title for router in routers)],
            ["---"] * (len(routers) + 1)]
    for feature in FEATURES:
        row = [feature.title]
        for router in routers:
            why = router.lacks.get(feature.name)
            mark = ""
            if why:
                mark = f" {reasons.setdefault(why, len(reasons) + 1)}"
            row.append(cell(router, feature) + mark)
        rows.append(row)
    lines = [f"| {' | '.join(row)} |" for row in rows]
    lines += ["", *(f"{number}. {why}" for why, number in reasons.items())]
    return "\n".join(lines) + "\n"
