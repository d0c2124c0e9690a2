# SPDX-License-Identifier: Apache-2.0
"""Routers that say what they must not: doc/bgp.md's rows through live sessions.

Each row has an address of its own, so that none waits for another's damping.
The sessions with the real routers must not notice any of it.
"""

import struct
import time

import pytest
from cluster import SplitDirCluster
from fabric import NODES, PATIENCE, temporary_fabric, until
from objects import filtered
from scenario import await_whole
from speaker import (IPV4, IPV6, KEEPALIVE, NODE_AS, NOTIFICATION, OPEN,
                     ORIGIN, REFRESH, ROUTE_REFRESH, UPDATE, Closed, Speaker,
                     as_path, attribute, capability, four_octets, message, next_hop,
                     open_message, parameters, prefix, update)

AS = 64600
NODE = NODES["node1"]
GOOD = ORIGIN + as_path(AS) + next_hop("10.31.200.1")
NLRI = prefix("203.0.113.0/24")
SOUND_PREFIX = "192.0.2.0/24"
SOUND = update(GOOD, prefix(SOUND_PREFIX))
ALIVE = "goes on"

# name, what is sent, how the node reacts. Before an OPEN was sent:
OPENS = [
    ("marker", message(OPEN, b"", marker=b"\0" * 16), (1, 1)),
    ("length 18", message(KEEPALIVE, length=18), (1, 2)),
    ("length 4097", message(UPDATE, b"\0" * 4078), (1, 2)),
    ("length 65535", message(UPDATE, length=65535), (1, 2)),
    ("OPEN of 28 bytes", message(OPEN, b"\0" * 9), (1, 2)),
    ("KEEPALIVE of 20", message(KEEPALIVE, b"\0"), (1, 2)),
    ("type 0", message(0), (1, 3)),
    ("type 6", message(6, b"\0" * 8), (1, 3)),
    ("type 255", message(255), (1, 3)),
    ("version 3", open_message(version=3), (2, 1)),
    ("wrong AS", open_message(asn=64601), (2, 2)),
    ("AS 0", open_message(asn=0), (2, 2)),
    ("AS_TRANS alone", open_message(
        asn=23456, params=parameters(IPV4)), (2, 2)),
    ("router id 0", open_message(router_id="0.0.0.0"), (2, 3)),
    ("hold time 1", open_message(hold=1), (2, 6)),
    ("hold time 2", open_message(hold=2), (2, 6)),
    ("parameter overruns", open_message(params=b"\2\xc8\1\4\0\1\0\1"),
     (2, 0)),
    ("parameters cut off", open_message(params=b"\2"), (2, 0)),
    ("parameter length too large", open_message(params=b"", length=40),
     (2, 0)),
    ("unknown parameter", open_message(params=b"\1\1\0"), (2, 4)),
    ("UPDATE before OPEN", update(GOOD, NLRI), (5, 1)),
    ("KEEPALIVE before OPEN", message(KEEPALIVE), (5, 1)),
    ("REFRESH before OPEN", message(REFRESH, b"\0\1\0\1"), (5, 1)),
    ("NOTIFICATION before OPEN", message(NOTIFICATION, b"\6\2"), "closed"),
    ("UPDATE in OpenConfirm", open_message(
        params=parameters(IPV4, four_octets(AS))) + update(GOOD, NLRI),
     (5, 2)),
    ("second OPEN in OpenConfirm", open_message() + open_message(), (5, 2)),
]


def mp_reach(length, hop, nlri=b"", afi=2, safi=1):
    return attribute(14, struct.pack("!HBB", afi, safi, length) + hop + b"\0"
                     + nlri, flags=0x80)


GOOD6 = ORIGIN + as_path(AS)
HOP6 = bytes.fromhex("fd1000310000000000000000" + "00c80001")
NLRI6 = b"\x20\x20\x01\x0d\xb8"

# While Established, both families agreed.
UPDATES = [
    ("OPEN", open_message(), (5, 3)),
    ("withdrawn overruns", message(UPDATE, b"\0\x20\0\0"), (3, 1)),
    ("attributes overrun", message(UPDATE, b"\0\0\0\x20\x40\1\1\0"), (3, 1)),
    ("attribute overruns, with a prefix", update(
        GOOD + b"\xc0\x08\xff\0", NLRI), ALIVE),
    ("attribute overruns, without", update(GOOD + b"\xc0\x08\xff\0"), (3, 1)),
    ("ORIGIN twice", update(GOOD + ORIGIN, NLRI), ALIVE),
    ("MP_REACH twice", update(GOOD6 + mp_reach(16, HOP6, NLRI6) * 2), (3, 1)),
    ("ORIGIN flags", update(attribute(1, b"\0", 0xc0) + as_path(AS)
                            + next_hop("10.31.200.1"), NLRI), ALIVE),
    ("MP_REACH flags", update(GOOD6 + attribute(
        14, b"\0\2\1\x10" + HOP6 + b"\0" + NLRI6, 0xc0)), (3, 9)),
    ("no NEXT_HOP", update(ORIGIN + as_path(AS), NLRI), ALIVE),
    ("no attributes", update(b"", NLRI), ALIVE),
    ("unknown well-known", update(GOOD + attribute(77, b"x"), NLRI), (3, 2)),
    ("unknown optional", update(GOOD + attribute(77, b"x", 0xc0), NLRI),
     ALIVE),
    ("ORIGIN 3", update(attribute(1, b"\3") + as_path(AS)
                        + next_hop("10.31.200.1"), NLRI), ALIVE),
    ("empty segment", update(ORIGIN + attribute(2, b"\2\0") + next_hop(
        "10.31.200.1"), NLRI), ALIVE),
    ("AS 0", update(ORIGIN + as_path(AS, 0) + next_hop("10.31.200.1"), NLRI),
     ALIVE),
    ("AS_SET", update(ORIGIN + as_path(AS, kind=1) + next_hop("10.31.200.1"),
                      NLRI), ALIVE),
    ("confederation", update(ORIGIN + as_path(AS, kind=3) + next_hop(
        "10.31.200.1"), NLRI), ALIVE),
    ("NEXT_HOP of 3", update(ORIGIN + as_path(AS) + attribute(3, b"abc"),
                             NLRI), ALIVE),
    ("NEXT_HOP is ours", update(ORIGIN + as_path(AS) + next_hop(NODE), NLRI),
     ALIVE),
    ("MED of 3", update(GOOD + attribute(4, b"abc", 0x80), NLRI), ALIVE),
    ("LOCAL_PREF from outside", update(GOOD + attribute(5, b"\0\0\0\1"),
                                       NLRI), ALIVE),
    ("AGGREGATOR of 3", update(GOOD + attribute(7, b"abc", 0xc0), NLRI),
     ALIVE),
    ("COMMUNITIES of 0", update(GOOD + attribute(8, b"", 0xc0), NLRI), ALIVE),
    ("COMMUNITIES of 5", update(GOOD + attribute(8, b"abcde", 0xc0), NLRI),
     ALIVE),
    ("LARGE of 13", update(GOOD + attribute(32, b"0" * 13, 0xc0), NLRI),
     ALIVE),
    ("AS4_PATH", update(GOOD + attribute(17, b"abc", 0xc0), NLRI), ALIVE),
    ("1000 communities", update(GOOD + attribute(8, b"\xfc\7\0\1" * 990,
                                                 0xc0), NLRI), ALIVE),
    ("950 ASNs", update(ORIGIN + as_path(*[AS] * 950) + next_hop(
        "10.31.200.1"), NLRI), ALIVE),
    ("our AS in the path", update(ORIGIN + as_path(AS, NODE_AS) + next_hop(
        "10.31.200.1"), NLRI), ALIVE),
    ("another first AS", update(ORIGIN + as_path(64999) + next_hop(
        "10.31.200.1"), NLRI), ALIVE),
    ("next hop of 9", update(GOOD6 + mp_reach(9, b"\0" * 9, NLRI6)), (3, 9)),
    ("next hop of 64", update(GOOD6 + mp_reach(64, b"\0" * 64, NLRI6)),
     (3, 9)),
    ("next hop cut off", update(GOOD6 + attribute(14, b"\0\2\1\x10", 0x80)),
     (3, 9)),
    ("SAFI 4", update(GOOD6 + mp_reach(16, HOP6, NLRI6, safi=4)), ALIVE),
    ("AFI 25", update(GOOD6 + mp_reach(16, HOP6, NLRI6, afi=25)), ALIVE),
    ("/33", update(GOOD, b"\x21\1\2\3\4\5"), (3, 10)),
    ("prefix cut off", update(GOOD, b"\x18\1\2"), (3, 10)),
    ("/129", update(GOOD6 + mp_reach(16, HOP6, b"\x81" + b"\0" * 17)),
     (3, 9)),
    ("withdrawn /33", update(b"", b"", b"\x21\1\2\3\4\5"), (3, 10)),
    ("multicast", update(GOOD, prefix("224.0.0.0/4")), ALIVE),
    ("not End-of-RIB", message(UPDATE, b"\0\0\0\3\x80\x0f\0"), (3, 9)),
    ("attribute 255", update(GOOD + attribute(255, b"x" * 300, 0xc0), NLRI),
     ALIVE),
    ("two link bandwidths", update(GOOD + attribute(
        16, b"\x40\4\xfc\x58\x7f\xc0\0\0\x40\4\xfc\x58\xff\x80\0\0", 0xc0),
        NLRI), ALIVE),
    ("REFRESH of 22", message(REFRESH, b"\0\1\0"), (1, 2)),
    ("REFRESH of AFI 25", message(REFRESH, b"\0\x19\0\x41"), ALIVE),
    ("REFRESH of subtype 9", message(REFRESH, b"\0\1\x09\1"), ALIVE),
    ("short NOTIFICATION", message(NOTIFICATION, b"\6"), "closed"),
    ("unknown NOTIFICATION", message(NOTIFICATION, b"\x63\x63"), "closed"),
    ("shutdown text", message(NOTIFICATION, b"\6\2\xff\x1b[31m\xff\0"),
     "closed"),
]

# What else may be agreed on a session, or hold for it: fields of a BGPPeer.
PATHS, BY_IPV6 = {"addPaths": {"receive": True}}, {"extendedNextHop": True}
CLIENT = {"asNumber": NODE_AS, "routeReflectorClient": True}
FILTERED = {"filters": ["hostile"]}
SETTINGS = {
    "path-ids": PATHS,
    "rfc-8950": BY_IPV6,
    "client": CLIENT,
    "all-external": {**PATHS, **BY_IPV6, **FILTERED},
    "all-client": {**PATHS, **BY_IPV6, **FILTERED, **CLIENT},
}
PATH_ID = b"\0\0\0\7"
OFFER = {"addPaths": capability(69, b"\0\1\1\3"),             # IPv4, both ways
         "extendedNextHop": capability(5, b"\0\1\0\1\0\2")}


def with_path_id(said):
    """The UPDATE with a path id before its one prefix, announced or withdrawn."""
    body = said[19:]
    if said[18] != UPDATE or len(body) < 4:
        return said
    first = struct.unpack("!H", body[:2])[0]
    withdrawn, rest = body[2:2 + first], body[2 + first:]
    second = struct.unpack("!H", rest[:2])[0] if len(rest) > 1 else 0
    attributes, nlri = rest[2:2 + second], rest[2 + second:]
    if len(withdrawn) < first or len(attributes) < second:
        return said
    return update(attributes, nlri and PATH_ID + nlri,
                  withdrawn and PATH_ID + withdrawn)


def rows_of(setting):
    """UPDATES as they are said there, and what else is sound there, or is not."""
    has_ids, by_ipv6 = "addPaths" in setting, "extendedNextHop" in setting
    sound, other = (PATH_ID + NLRI, NLRI) if has_ids else (NLRI, PATH_ID + NLRI)
    return [(name, with_path_id(said) if has_ids else said, reaction)
            for name, said, reaction in UPDATES] + [
        ("IPv4 by an IPv6 next hop", update(GOOD6 + mp_reach(16, HOP6, sound, afi=1)),
         ALIVE if by_ipv6 else (3, 9)),
        ("IPv4 by a next hop of 24", update(GOOD6 + mp_reach(
            24, HOP6 + b"\0" * 8, sound, afi=1)), (3, 9)),
        ("path ids as agreed", update(GOOD, sound), ALIVE),
        ("path ids unlike agreed", update(GOOD, other), (3, 10))]


# Of each setting: one session for all that it outlives, and one for each other row.
AGREED = {setting: {name: f"10.31.{at}.{n}" for n, name in enumerate(
              [ALIVE] + [name for name, _, reaction in rows_of(fields)
                         if reaction != ALIVE], start=1)}
          for at, (setting, fields) in enumerate(SETTINGS.items(), start=201)}
ADDRESSES = {name: f"10.31.200.{at}" for at, name in enumerate(
    [f"OPEN: {row[0]}" for row in OPENS]
    + [f"UPDATE: {row[0]}" for row in UPDATES]
    + ["drip", "flood", "resets", "refreshes", "heavy"],
    start=1)}


def peer(name, address, **more):
    return {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
            "metadata": {"name": name},
            "spec": {"peerIP": address, "asNumber": AS, "passive": True,
                     "holdTime": 9, "connectRetryTime": 1,
                     "families": ["IPv4", "IPv6"],
                     "nodeSelector": {"matchLabels": {
                         "kubernetes.io/hostname": "node1"}}, **more}}


@pytest.fixture(scope="module")
def cluster():
    """The scenario, and a BGPPeer of node1 for each row."""
    with temporary_fabric() as fabric:
        running = SplitDirCluster(fabric)
        running.start()
        await_whole(running)
        running.edit("Node", None, "node1", {"metadata": {"annotations": {
            "lbbgp.io/cluster-id": "10.0.0.1"}}})
        running.put(filtered("hostile", {"import": [
            {"name": "all", "action": "Accept", "set": {"localPreference": 77}}]}))
        peers = [peer(f"hostile-{at}", address)
                 for at, address in enumerate(ADDRESSES.values())]
        peers += [peer(f"{setting}-{at}", address, **SETTINGS[setting])
                  for setting, addresses in AGREED.items()
                  for at, address in enumerate(addresses.values())]
        fabric.run("switch", "ip", "-batch", "-", text_in="".join(
            f"address add {one['spec']['peerIP']}/32 dev br0\n" for one in peers))
        for one in peers:
            running.put(one)

        def look():
            seen = len(running.lbbgp_json("node1", "show", "neighbors")
                       ["neighbors"])
            return seen == len(peers) + 2, seen
        until(PATIENCE, "peers", look)
        yield running


@pytest.fixture(scope="module")
def before(cluster):
    """The real routers' sessions as they were."""
    return [router.established() for router in cluster.fabric.routers]


@pytest.fixture(autouse=True)
def whole(cluster, before):
    """Whatever it was told, the daemon lives and the others don't notice."""
    yield
    assert cluster.bgpd["node1"].alive()
    assert [router.established()
            for router in cluster.fabric.routers] == before


@pytest.fixture
def dial(cluster):
    speakers = []

    def one(name):
        speakers.append(Speaker(cluster.fabric.ns("switch"),
                                ADDRESSES[name], NODE))
        return speakers[-1]
    yield one
    for speaker in speakers:
        speaker.close()


def established(speaker):
    return speaker.establish(params=parameters(
        IPV4, IPV6, ROUTE_REFRESH, four_octets(AS)))


def memory(cluster, name="VmRSS"):
    with open(f"/proc/{cluster.bgpd['node1'].pid}/status") as status:
        return next(int(line.split()[1]) for line in status
                    if line.startswith(name + ":"))


@pytest.mark.parametrize("row", OPENS, ids=[row[0] for row in OPENS])
def test_before_the_session_is_up(dial, row):
    name, said, reaction = row
    speaker = dial(f"OPEN: {name}")
    speaker.send(said)
    assert speaker.verdict() == reaction


@pytest.mark.parametrize("row", UPDATES, ids=[row[0] for row in UPDATES])
def test_when_the_session_is_up(dial, row):
    name, said, reaction = row
    speaker = established(dial(f"UPDATE: {name}"))
    speaker.send(said)
    if reaction == ALIVE:
        assert speaker.goes_on(), speaker.verdict(0)
    else:
        assert speaker.verdict() == reaction


@pytest.mark.parametrize("setting", SETTINGS)
def test_with_what_else_may_be_agreed(cluster, setting):
    """The same rows, with path ids, RFC 8950, filters, of a client of a reflector."""
    fields, namespace = SETTINGS[setting], cluster.fabric.ns("switch")
    asn = fields.get("asNumber", AS)

    def up(name):
        speaker = Speaker(namespace, AGREED[setting][name], NODE)
        return speaker.establish(asn=asn, params=parameters(
            IPV4, IPV6, ROUTE_REFRESH, four_octets(asn),
            *(offer for field, offer in OFFER.items() if field in fields)))

    with up(ALIVE) as alive:
        for name, said, reaction in rows_of(fields):
            if reaction == ALIVE:
                alive.send(said)
                assert alive.goes_on(), (name, alive.verdict(0))
            else:
                with up(name) as speaker:
                    speaker.send(said)
                    assert speaker.verdict() == reaction, name
        alive.send(with_path_id(SOUND) if "addPaths" in fields else SOUND)
        until(PATIENCE, "a sound route is there", lambda: (
            (seen := cluster.lbbgp_json(
                "node1", "show", "routes", "received", SOUND_PREFIX, "neighbor",
                AGREED[setting][ALIVE])["routes"]) != [], seen))


def test_bytes_that_trickle_do_not_keep_a_session(dial):
    speaker = established(dial("drip"))
    start = time.monotonic()
    drop = message(UPDATE, b"\0" * 200)
    with pytest.raises((Closed, TimeoutError, OSError)):
        for byte in drop:
            speaker.send(bytes([byte]))
            if speaker.verdict(0.2) != "silent":
                raise Closed
    assert 8 <= time.monotonic() - start < 25       # all of it takes 44 s


def test_many_refreshes_cost_no_memory(cluster, dial):
    speaker = established(dial("refreshes"))
    held = memory(cluster)
    for _ in range(20):
        speaker.send(*[message(REFRESH, b"\0\1\0\1")] * 1000)
        speaker.buffer = b""
        speaker.goes_on()
    assert speaker.goes_on()
    assert memory(cluster) < held + 4096


def test_attributes_without_end_are_only_counted(cluster, dial):
    """Nobody uses them, so the session goes on, and memory is given back."""
    speaker = established(dial("heavy"))
    held = memory(cluster)
    for at in range(40000):
        communities = struct.pack("!I", at) + b"\xfc\7\0\1" * 950
        speaker.send(update(GOOD + attribute(8, communities, 0xc0),
                            prefix(f"11.{at >> 8}.{at & 255}.0/24")))
    assert speaker.goes_on()
    assert "only counted" in cluster.bgpd["node1"].tail()
    assert memory(cluster, "VmHWM") < 64 * 1024
    assert memory(cluster) < held + 8192


def test_flood_of_connections_costs_no_memory(cluster):
    namespace = cluster.fabric.ns("switch")
    held = memory(cluster)
    for _ in range(500):
        try:
            Speaker(namespace, ADDRESSES["flood"], NODE).close()
        except OSError:
            pass
    assert memory(cluster) < held + 4096


def test_resets_in_every_state_are_survived(cluster):
    namespace = cluster.fabric.ns("switch")
    steps = [b"", open_message()[:10], open_message(),
             open_message() + message(KEEPALIVE),
             open_message() + message(KEEPALIVE) + update(GOOD, NLRI)[:30]]
    for said in steps:
        time.sleep(1.1)                 # one connection a second is let in
        speaker = Speaker(namespace, ADDRESSES["resets"], NODE)
        speaker.send(said)
        time.sleep(0.05)
        speaker.reset()
