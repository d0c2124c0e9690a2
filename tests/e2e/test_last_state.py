# SPDX-License-Identifier: Apache-2.0
"""Daemons start while the API server is away, with what they knew before.

And what is kept for that on the node: by whom, for whom, and what of it is not
believed.
"""

import base64
import contextlib
import os
import signal
import stat
import time

import pytest
from fabric import NODES, until
from objects import (CONFIG, await_any_address, await_prefix, peer_of,
                     service)
from scenario import (POD_PREFIXES, SERVICE_CIDRS, await_routes,
                      await_whole, expected_routes)

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

NODE, OTHER = "node1", "node2"
LIMIT = 2.0             # s from exec until all is announced
SECRET = {"apiVersion": "v1", "kind": "Secret",
          "metadata": {"name": "kept", "namespace": "lbbgp-system"},
          "data": {"password": base64.b64encode(b"geheim").decode()}}
PASSWORD = {"spec": {"password": {"secretKeyRef": {
    "name": "kept", "key": "password"}}}}


@contextlib.contextmanager
def no_server(cluster):
    cluster.stop_server()
    try:
        yield
    finally:
        cluster.start_server()
        await_followed(cluster)
        await_whole(cluster, 90)


def await_followed(cluster):
    """By every daemon; some have waited longer and longer for it."""
    for node in NODES:
        await_condition(cluster, node, "SourceUnhealthy", False, 60)


def restart(cluster, node, number=signal.SIGKILL):
    """Seconds until the node's sessions are up and its routes at the routers."""
    cluster.bgpd[node].stop(number)
    return start(cluster, node)


def start(cluster, node):
    began = time.monotonic()
    cluster.start_bgpd(node)
    for router in cluster.fabric.routers:
        await_prefix(router, POD_PREFIXES[node], [hop(cluster, node)], 10)
        await_routes(router, 10)
    return time.monotonic() - began


def hop(cluster, node):
    return expected_routes()[POD_PREFIXES[node]][0]


def conditions(cluster, node):
    """{type: message} as the node's daemon says."""
    return {c["type"]: c["message"]
            for c in cluster.lbbgp_json(node, "show", "status")["conditions"]}


def await_condition(cluster, node, kind, there, limit):
    def look():
        seen = conditions(cluster, node)
        return (kind in seen) == there, seen
    until(limit, f"{kind} at {node}: {there}", look)


def files(cluster, node):
    """Paths of what is kept for a later start, oldest segment first."""
    top = f"{cluster.fabric.memory}/{node}/former"
    return [f"{top}/{name}" for name in sorted(os.listdir(top), key=int)]


def fnv(data):
    value = 0xcbf29ce484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001b3 % 2 ** 64
    return value


def log_of(cluster, node):
    return cluster.bgpd[node].tail(1000)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL],
                         ids=["term", "kill"])
def test_a_daemon_announces_without_the_api_server(cluster, number):
    with no_server(cluster):
        took = restart(cluster, NODE, number)
        assert "FromLastState" in conditions(cluster, NODE)
        assert took < LIMIT
    flaps = [p["flaps"] for p in
             cluster.lbbgp_json(NODE, "show", "neighbors")["neighbors"]]
    assert flaps == [0, 0]
    await_condition(cluster, NODE, "FromLastState", False, 60)


def test_a_second_start_without_it_knows_the_same(cluster):
    with no_server(cluster):
        restart(cluster, NODE)
        assert restart(cluster, NODE) < LIMIT


def test_a_peer_with_a_password_comes_up(cluster, router):
    cluster.put(SECRET)
    with cluster.edited(*peer_of(router), PASSWORD):
        router.set_password("geheim")
        await_whole(cluster)
        with no_server(cluster):
            assert restart(cluster, NODE) < LIMIT + 1   # TCP tries again
        router.set_password(None)
    cluster.remove("Secret", "lbbgp-system", "kept")
    await_whole(cluster)


def test_what_was_deleted_meanwhile_goes_when_it_is_back(cluster):
    """And what is new comes; the sessions stay."""
    with cluster.added(service("kept", "bgp-ippool",
                               externalTrafficPolicy="Local")):
        ip = await_any_address(cluster, "kept")
        hops = [hop(cluster, node) for node in ("node4", "node5", "node6")]
        for router in cluster.fabric.routers:
            await_prefix(router, f"{ip}/32", hops, 60)
        for node in ("node4", "node5", "node6"):
            cluster.bgpd[node].stop(signal.SIGKILL)
    cluster.stop_server()
    for node in ("node4", "node5", "node6"):
        cluster.start_bgpd(node)
    for router in cluster.fabric.routers:
        await_prefix(router, f"{ip}/32", hops)
    cluster.start_server()
    for router in cluster.fabric.routers:
        await_prefix(router, f"{ip}/32", [], 60)
    await_followed(cluster)
    await_whole(cluster, 90)
    for node in ("node4", "node5", "node6"):
        await_condition(cluster, node, "FromLastState", False, 60)


def test_nobody_else_can_read_it(cluster):
    top = f"{cluster.fabric.memory}/{NODE}"
    for folder, folders, names in os.walk(cluster.fabric.memory):
        for name in folders + names:
            st = os.lstat(f"{folder}/{name}")
            want = 0o700 if stat.S_ISDIR(st.st_mode) else 0o600
            assert stat.S_IMODE(st.st_mode) == want, name
            assert st.st_uid == 65532, name
    assert files(cluster, NODE), top


@contextlib.contextmanager
def kept_changed(cluster, change):
    """The daemon starts without a server, with what change() made of it."""
    cluster.bgpd[NODE].stop(signal.SIGKILL)
    change(files(cluster, NODE)[-1])
    with no_server(cluster):
        cluster.start_bgpd(NODE)
        yield


def another_boot(path):
    with open(path, "rb") as kept:
        first, rest = kept.read().split(b"\n", 1)
    body = first[17:].replace(b'"boot":"', b'"boot":"0')
    with open(path, "wb") as kept:
        kept.write(b"%016x %s\n%s" % (fnv(body), body, rest))


def cut_in_half(path):
    os.truncate(path, os.path.getsize(path) // 2)


def cut_to_nothing(path):
    os.truncate(path, 0)


def not_ours(path):
    os.chown(path, 0, 0)


def readable(path):
    os.chmod(path, 0o644)


@pytest.mark.parametrize("change, why", [
    (another_boot, "it is of boot"),
    (cut_to_nothing, "it is empty"),
    (not_ours, "file: of user 0, not 65532"),
    (readable, "mode 0644: others have rights there"),
])
def test_what_is_not_to_be_trusted_is_not_used(cluster, change, why):
    with kept_changed(cluster, change):
        until(5, f"{why} in the log", lambda: (
            why in log_of(cluster, NODE), log_of(cluster, NODE)))
        time.sleep(2)
        for router in cluster.fabric.routers:
            await_prefix(router, POD_PREFIXES[NODE], [])


def test_of_a_damaged_state_the_rest_is_used(cluster):
    with kept_changed(cluster, cut_in_half):
        until(5, "damage in the log", lambda: (
            "what is behind that is not used" in log_of(cluster, NODE),
            log_of(cluster, NODE)))
        assert "it is damaged at byte" in log_of(cluster, NODE)
        await_condition(cluster, NODE, "FromLastState", True, 5)


def test_what_is_known_counts_as_long_as_it_says(cluster):
    """Then Services are withdrawn, also by one that has started since."""
    with cluster.edited(*CONFIG, {"spec": {"staleAfter": 8}}):
        time.sleep(2)
        with no_server(cluster):
            time.sleep(5)
            for router in cluster.fabric.routers:
                await_routes(router, 0)
            cluster.bgpd[NODE].stop(signal.SIGKILL)
            cluster.start_bgpd(NODE)
            for router in cluster.fabric.routers:
                for cidr in SERVICE_CIDRS:
                    await_prefix(router, cidr, [], 45)
                await_prefix(router, POD_PREFIXES[NODE],
                             [hop(cluster, NODE)])
            assert "StateStale" in conditions(cluster, OTHER)
            assert "StateStale" in conditions(cluster, NODE)
        for node in (NODE, OTHER):
            await_condition(cluster, node, "StateStale", False, 30)


def test_who_leaves_for_good_leaves_nothing(cluster):
    cluster.bgpd[NODE].stop(signal.SIGINT)
    assert not os.path.exists(f"{cluster.fabric.memory}/{NODE}")
    assert os.path.exists(f"{cluster.fabric.memory}/{OTHER}")
    start(cluster, NODE)
