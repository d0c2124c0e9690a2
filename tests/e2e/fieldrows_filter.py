# SPDX-License-Identifier: Apache-2.0
"""Rows of the table of test_fields.py: BGPFilter.

FRR gives two routes. Of the rules of import the nodes take what they say; for
those of export they take both, and tell BIRD what these say.
"""

import contextlib

from fabric import until
from fieldrows import (AT_BIRD, BIRD_PEER, FRR, FRR_PEER, NOBODY,
                       await_bird_text, frr_conf, row)
from fieldrows_configuration import inside
from objects import filtered

LONG, SHORT = "198.51.100.0/24", "198.51.0.0/16"
BOTH = {LONG, SHORT}
FAMILY = "address-family ipv4 unicast"
ALL = [{"name": "all", "action": "Accept"}]
PEERS = {"import": FRR_PEER, "export": BIRD_PEER}

CONDITIONS = {  # of a rule that accepts; the routes that it is met by
    "name": ({"name": "another.name"}, BOTH),
    "prefixes[].cidr": ({"prefixes": [{"cidr": LONG}]}, {LONG}),
    "prefixes[].minLength": (
        {"prefixes": [{"cidr": SHORT, "minLength": 17}]}, {LONG}),
    "prefixes[].maxLength": (
        {"prefixes": [{"cidr": SHORT, "maxLength": 23}]}, {SHORT}),
    "sources": ({"sources": ["Local"]}, set()),
    "peers": ({"peers": [FRR]}, BOTH),
    "communities": ({"communities": ["64512:1"]}, {LONG}),
    "asPath.startsWith": ({"asPath": {"startsWith": [64512, 64999]}}, {LONG}),
    "asPath.contains": ({"asPath": {"contains": [64999]}}, {LONG}),
    "asPath.minLength": ({"asPath": {"minLength": 2}}, {LONG}),
    "asPath.maxLength": ({"asPath": {"maxLength": 1}}, {SHORT}),
    "action": ({"action": "Reject"}, set()),
}
OF_PEERS = {"sources": ["Peer"]}    # so that they are told to others

SETS = {    # what is set of LONG, its key in show routes, and the value
    "removeCommunities": (["64512:1"], "communities", []),
    "addCommunities": (["64517:9"], "communities", ["64512:1", "64517:9"]),
    "prepend.asNumber": ({"asNumber": 65550}, "asPath",
                         [65550, 64512, 64999]),
    "prepend.times": ({"times": 2}, "asPath",
                      [64517, 64517, 64512, 64999]),
    "med": (4294967295, "med", 4294967295),
    "localPreference": (7, "localPreference", 7),
    "origin": ("EGP", "origin", "egp"),
    "nextHop": ("10.31.254.9", "nextHop", "10.31.254.9"),
}
AT_BIRD_IT_IS = {   # the same of export, in BIRD's words
    "removeCommunities": None,
    "addCommunities": "BGP.community: (64512,1) (64517,9)",
    "prepend.asNumber": "BGP.as_path: 64517 65550 64512 64999\n",
    "prepend.times": "BGP.as_path: 64517 64517 64517 64512 64999\n",
    "med": "BGP.med: 4294967295",
    "localPreference": "BGP.local_pref: 7\n",
    "origin": "BGP.origin: EGP",
    "nextHop": "BGP.next_hop: 10.31.254.9",
}


@contextlib.contextmanager
def heard(cluster):
    frr = cluster.fabric.frr
    frr.text("configure terminal", "route-map long permit 10",
             "set community 64512:1", "set as-path prepend 64999")
    with frr_conf(frr, ["no bgp network import-check", FAMILY,
                        f"network {SHORT}",
                        f"network {LONG} route-map long"],
                  [FAMILY, f"no network {SHORT}", f"no network {LONG}"]):
        yield
    frr.text("configure terminal", "no route-map long")


@contextlib.contextmanager
def ruled(cluster, way, rule):
    """The rule alone decides, on the way in or out."""
    rules = {"import": ALL, way: [{"name": "one", "action": "Accept"} | rule]}
    with contextlib.ExitStack() as there:
        there.enter_context(heard(cluster))
        there.enter_context(cluster.added(filtered("fields", rules)))
        for kind, ns, name in {FRR_PEER, PEERS[way]}:
            there.enter_context(cluster.edited(kind, ns, name, {
                "spec": {"filters": ["fields"]}}))
        yield


def taken(cluster):
    """{prefix: route} of what node1 has from FRR and uses."""
    reply = cluster.lbbgp_json("node1", "show", "routes", "received",
                               "neighbor", FRR)
    return {r["prefix"]: r for r in reply["routes"] if r["eligible"]}


def told(cluster):
    return {p for p in cluster.fabric.bird.routes() if p in BOTH}


def await_seen(what, look, want):
    until(20, what, lambda: (set(look()) == want, look()))


def look_at_condition(way, field):
    rule, want = CONDITIONS[field]

    def look(cluster):
        # The one that is met by both shows that all is there to be seen.
        of = taken if way == "import" else told
        first = {} if way == "import" else OF_PEERS
        with ruled(cluster, way, first):
            await_seen(f"both by {way}", lambda: of(cluster), BOTH)
            one = {"name": "one", "action": "Accept"} | first | rule
            with cluster.edited("BGPFilter", None, "fields", {
                    "spec": {way: [one]}}):
                await_seen(f"{want} by {way}", lambda: of(cluster), want)
    return look


def inner(field, value):
    """{"prepend": {"times": 2}} is written as it is."""
    return {field.split(".")[0]: value}


def look_at_import_set(field):
    value, key, want = SETS[field]

    def look(cluster):
        with ruled(cluster, "import", {"set": inner(field, value)}):
            def seen():
                return taken(cluster).get(LONG, {}).get(key)
            until(20, f"{key} {want}", lambda: (seen() == want, seen()))
    return look


def look_at_export_set(field):
    value, _, _ = SETS[field]
    text = AT_BIRD_IT_IS[field]
    words = ["route", "all", LONG]

    def look(cluster):
        with contextlib.ExitStack() as there:
            if field == "localPreference":
                for change in inside(cluster):
                    there.enter_context(change)
            there.enter_context(ruled(cluster, "export", OF_PEERS | {
                "set": inner(field, value)}))
            if text is not None:
                await_bird_text(cluster, words, text)
                return
            until(20, "no community", lambda: (
                [p.communities for p in cluster.fabric.bird.paths(LONG)][:1]
                == [set()], cluster.fabric.bird.text("show", *words)))
    return look


for _way in PEERS:
    for _field in CONDITIONS:
        row("BGPFilter", f"{_way}[].{_field}")(
            look_at_condition(_way, _field))
for _field in SETS:
    row("BGPFilter", f"import[].set.{_field}")(look_at_import_set(_field))
    row("BGPFilter", f"export[].set.{_field}",
        AT_BIRD if _field == "localPreference" else NOBODY, False)(
        look_at_export_set(_field))


@row("BGPFilter", "import[].interfaces")
def interfaces(cluster):
    with ruled(cluster, "import", {"interfaces": ["eth[0-9]"]}):
        await_seen("both", lambda: taken(cluster), BOTH)
        with cluster.edited("BGPFilter", None, "fields", {"spec": {"import": [
                {"name": "one", "action": "Accept",
                 "interfaces": ["eth[a-z]"]}]}}):
            await_seen("none", lambda: taken(cluster), set())
