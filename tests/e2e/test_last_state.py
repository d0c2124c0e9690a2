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
import subprocess
import time

import pytest
from fabric import NODES, PATIENCE, Failed, until
from objects import CONFIG, await_prefix, peer_of
from pauses import Pauses
from scenario import POD_PREFIXES, SERVICE_CIDRS, await_routes, await_whole

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

NODE, OTHER = "node1", "node2"
OTHERS = [node for node in NODES if node != NODE]
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
    """Seconds from the start until the node's sessions are up, without those that
    the machine had no time for it."""
    cluster.bgpd[node].stop(number)
    return start(cluster, node)


def neighbors(cluster, node):
    return cluster.lbbgp_json(node, "show", "neighbors")["neighbors"]


def flaps(cluster, node):
    return [peer["flaps"] for peer in neighbors(cluster, node)]


def start(cluster, node):
    took = await_up(cluster, node)
    for router in cluster.fabric.routers:
        await_routes(router, PATIENCE)
    return took


def await_up(cluster, node):
    """Starts its daemon, which has both sessions then; the seconds it took."""
    began = time.monotonic()
    with Pauses() as pauses:
        await_sessions_of_new(cluster, node)
    return time.monotonic() - began - pauses.seconds


def await_sessions_of_new(cluster, node):
    cluster.start_bgpd(node)

    def look():
        try:
            seen = [peer["state"] for peer in neighbors(cluster, node)]
        except Failed as err:           # it does not listen yet
            seen = str(err)
        return seen == ["Established"] * 2, seen
    until(PATIENCE, f"sessions of {node}", look)


def hops(nodes):
    return [NODES[node] for node in nodes]


def await_listens(cluster, port):
    """All have the configuration; after an outage that may take half a minute."""
    for node in NODES:
        until(60, f"{node} listens at {port}", lambda node=node: (
            f":{port} " in cluster.fabric.run(node, "ss", "-Hltn"), "no"))


def conditions(cluster, node):
    """{type: message} as the node's daemon says."""
    return {c["type"]: c["message"]
            for c in cluster.lbbgp_json(node, "show", "status")["conditions"]}


def await_condition(cluster, node, kind, there, limit=PATIENCE):
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
    assert flaps(cluster, NODE) == [0, 0]
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


def listed(cidr):
    return {"spec": {"serviceExternalIPs": [
        {"cidr": SERVICE_CIDRS[1]}, {"cidr": cidr}]}}


def test_what_was_changed_meanwhile_follows_when_it_is_back(cluster):
    """The sessions stay."""
    with cluster.edited(*CONFIG, listed("10.98.0.0/16")):
        for router in cluster.fabric.routers:
            await_prefix(router, "10.98.0.0/16", hops(NODES), 60)
        cluster.bgpd[NODE].stop(signal.SIGKILL)
        cluster.edit(*CONFIG, listed("10.99.0.0/16"))
        for router in cluster.fabric.routers:
            await_prefix(router, "10.99.0.0/16", hops(OTHERS))
        cluster.stop_server()
        await_up(cluster, NODE)
        for router in cluster.fabric.routers:
            await_prefix(router, "10.98.0.0/16", hops([NODE]))
        cluster.start_server()
        for router in cluster.fabric.routers:
            await_prefix(router, "10.98.0.0/16", [], 60)
            await_prefix(router, "10.99.0.0/16", hops(NODES), 60)
        assert flaps(cluster, NODE) == [0, 0]
    await_followed(cluster)
    assert "FromLastState" not in conditions(cluster, NODE)


def test_nobody_else_can_read_it(cluster):
    top = f"{cluster.fabric.memory}/{NODE}"
    for folder, folders, names in os.walk(cluster.fabric.memory):
        for name in folders + names:
            try:
                st = os.lstat(f"{folder}/{name}")
            except FileNotFoundError:       # it has its name for good meanwhile
                continue
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
        until(PATIENCE, f"{why} in the log", lambda: (
            why in log_of(cluster, NODE), log_of(cluster, NODE)))
        time.sleep(2)
        assert neighbors(cluster, NODE) == []


def test_of_a_damaged_state_the_rest_is_used(cluster):
    with kept_changed(cluster, cut_in_half):
        until(PATIENCE, "damage in the log", lambda: (
            "what is behind that is not used" in log_of(cluster, NODE),
            log_of(cluster, NODE)))
        assert "it is damaged at byte" in log_of(cluster, NODE)
        await_condition(cluster, NODE, "FromLastState", True)


def test_a_full_tmpfs_stops_nothing(cluster):
    """Nothing half is kept, and what there is no room for is told."""
    top = f"{cluster.fabric.memory}/{NODE}"
    cluster.bgpd[NODE].stop(signal.SIGKILL)
    subprocess.run(["mount", "-t", "tmpfs", "-o",
                    "size=8k,uid=65532,gid=65532,mode=0700", "lbbgp", top],
                   check=True)
    try:
        start(cluster, NODE)
        await_condition(cluster, NODE, "StateNotKept", True)
        assert "No space left on device" in conditions(
            cluster, NODE)["StateNotKept"]
        assert not os.path.exists(f"{top}/former")
        cluster.bgpd[NODE].stop(signal.SIGKILL)
    finally:
        subprocess.run(["umount", top], check=True)
    start(cluster, NODE)
    await_condition(cluster, NODE, "StateNotKept", False)


def test_what_is_known_counts_as_long_as_it_says(cluster):
    """Then Services are withdrawn, also by one that has started since."""
    with cluster.edited(*CONFIG, {"spec": {"staleAfter": 20,
                                           "listenPort": 1179}}):
        await_listens(cluster, 1179)
        with no_server(cluster):
            time.sleep(5)
            for router in cluster.fabric.routers:
                await_routes(router, 0)
            cluster.bgpd[NODE].stop(signal.SIGKILL)
            cluster.start_bgpd(NODE)
            for router in cluster.fabric.routers:
                for cidr in SERVICE_CIDRS:
                    await_prefix(router, cidr, [], 60)
                await_prefix(router, POD_PREFIXES[NODE],
                             [NODES[NODE]])
            assert "StateStale" in conditions(cluster, OTHER)
            assert "StateStale" in conditions(cluster, NODE)
        for node in (NODE, OTHER):
            await_condition(cluster, node, "StateStale", False)


def test_who_leaves_for_good_leaves_nothing(cluster):
    cluster.bgpd[NODE].stop(signal.SIGINT)
    for router in cluster.fabric.routers:
        await_prefix(router, POD_PREFIXES[NODE], [])
    assert not os.path.exists(f"{cluster.fabric.memory}/{NODE}")
    assert os.path.exists(f"{cluster.fabric.memory}/{OTHER}")
    start(cluster, NODE)
