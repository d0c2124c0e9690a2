# SPDX-License-Identifier: Apache-2.0
"""Every field of VirtualIP.

What a row looks at is the kernel's: which node has the address on which
interface; and what is on the wire.
"""

import contextlib
import json
import subprocess
import tempfile
import time

from fabric import NODES, PATIENCE, PYTHON, until
from fieldrows import AT_BIRD, BIRD_PEER, await_bird_text, bird_conf, row
from objects import await_communities, await_prefix

VIP = "10.31.95.9"              # in the LAN of the nodes
FAR = "192.0.2.77"              # in no subnet of theirs
HTTP, TLS, SILENT = 8404, 8443, 8405    # ports of what is asked
NOBODY_HOLDS = {}


def named(*nodes):
    return {"matchExpressions": [{"key": "kubernetes.io/hostname",
                                  "operator": "In", "values": list(nodes)}]}


def vip(**fields):
    """One of node1 alone by l2, but for these fields."""
    spec = {"addresses": [VIP], "nodeSelector": named("node1"), **fields}
    if not {"bgp", "l2", "vrrp"} & set(spec):
        spec["l2"] = {}
    return {"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
            "metadata": {"name": "fields"}, "spec": spec}


def change(cluster, **fields):
    cluster.put(vip(**fields))


def places(cluster, address):
    """{node: [(interface, prefix length)]} of those that have it."""
    found = {}
    for node in NODES:
        for link in json.loads(cluster.fabric.run(node, "ip", "-j",
                                                  "address", "show")):
            found.setdefault(node, []).extend(
                (link["ifname"], a["prefixlen"])
                for a in link["addr_info"] if a.get("local") == address)
    return {node: at for node, at in found.items() if at}


def await_places(cluster, want, address=VIP, limit=PATIENCE):
    def look():
        seen = places(cluster, address)
        return seen == want, seen
    return until(limit, f"{address} at {want}", look)


def at(node, interface="eth0", length=32):
    return {node: [(interface, length)]}


def stays(cluster, want, seconds=3):
    time.sleep(seconds)
    assert places(cluster, VIP) == want


@contextlib.contextmanager
def there(cluster, want, limit=PATIENCE, **fields):
    """The VirtualIP, once it is where it is wanted; and gone in the end."""
    with cluster.added(vip(**fields)):
        await_places(cluster, want, limit=limit)
        yield
    await_places(cluster, NOBODY_HOLDS)


@contextlib.contextmanager
def running(process):
    try:
        yield process
    finally:
        process.stop()


def web(cluster, node="node1"):
    """Answers GET / with 200 on loopback; each is a line of its log."""
    return running(cluster.fabric.start(
        node, [PYTHON, "-u", "-m", "http.server", "--bind", "127.0.0.1",
               str(HTTP)], f"web-{node}"))


def check(**fields):
    if not {"http", "https", "tcp", "command"} & set(fields):
        fields["http"] = {"url": f"http://127.0.0.1:{HTTP}/"}
    return {"checks": [{"name": "asked", "interval": 200, "fall": 1,
                        **fields}]}


@contextlib.contextmanager
def says(cluster, *words, limit=PATIENCE):
    """What is logged meanwhile has these words in one line."""
    logs = cluster.log_sizes()
    yield
    until(limit, f"a line with {words}", lambda: (any(
        all(word in line for word in words)
        for line in cluster.logged_since(logs).splitlines()),
        cluster.logged_since(logs)))


# Addresses and nodes.

@row("VirtualIP", "addresses")
def each_with_its_length(cluster):
    six = "fd10:31::95:9"
    with there(cluster, at("node1", length=24),
               addresses=[f"{VIP}/24", six]):
        await_places(cluster, at("node1", length=128), six)


@row("VirtualIP", "nodeSelector")
def another_node(cluster):
    with there(cluster, at("node1")):
        change(cluster, nodeSelector=named("node2"))
        await_places(cluster, at("node2"))


@row("VirtualIP", "interface")
def another_interface(cluster):
    with there(cluster, at("node1", "lo"), interface="lo"):
        pass


# Health.

@row("VirtualIP", "health.require")
def any_or_all(cluster):
    checks = [{"name": "good", "http": {"url": f"http://127.0.0.1:{HTTP}/"}},
              {"name": "bad", "tcp": {"port": 1}}]
    with web(cluster), there(cluster, at("node1"), health={
            "require": "Any", "checks": checks}):
        change(cluster, health={"require": "All", "checks": checks})
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].name")
def name_is_in_messages(cluster):
    with (says(cluster, "fields", "check of-nobody:"),
          cluster.added(vip(health=check(name="of-nobody")))):
        stays(cluster, NOBODY_HOLDS, 2)


@row("VirtualIP", "health.checks[].http.url")
def status_counts(cluster):
    with web(cluster), there(cluster, at("node1"), health=check()):
        change(cluster, health=check(http={
            "url": f"http://127.0.0.1:{HTTP}/no-such-page"}))
        await_places(cluster, NOBODY_HOLDS)


@contextlib.contextmanager
def tls(cluster):
    """An HTTPS server at node1's loopback; its certificate is its authority."""
    with tempfile.TemporaryDirectory() as made:
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
             "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
             "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
             "-keyout", f"{made}/key", "-out", f"{made}/crt"],
            check=True, capture_output=True)
        with (open(f"{made}/crt", encoding="ascii") as crt,
              running(cluster.fabric.start("node1", [
                  "openssl", "s_server", "-www", "-accept", str(TLS), "-cert",
                  f"{made}/crt", "-key", f"{made}/key"], "tls"))):
            yield crt.read()


def over_tls(**fields):
    return check(https={"url": f"https://127.0.0.1:{TLS}/", **fields})


def secret(**values):
    return {"apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": {"name": "authority", "namespace": "lbbgp-system"},
            "stringData": values}


@row("VirtualIP", "health.checks[].https.url")
def over_https(cluster):
    with tls(cluster), there(cluster, at("node1"),
                             health=over_tls(verify=False)):
        change(cluster, health=over_tls(
            url=f"https://127.0.0.1:{TLS + 1}/", verify=False))
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].https.verify")
def certificate_of_nobody(cluster):
    with tls(cluster), there(cluster, at("node1"),
                             health=over_tls(verify=False)):
        change(cluster, health=over_tls())
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].https.caSecretRef.name")
def authority_of_a_secret(cluster):
    health = over_tls(caSecretRef={"name": "authority", "key": "ca"})
    with tls(cluster) as ca, cluster.added(vip(health=health)):
        stays(cluster, NOBODY_HOLDS)
        with cluster.added(secret(ca=ca)):
            await_places(cluster, at("node1"))


@row("VirtualIP", "health.checks[].https.caSecretRef.key")
def authority_under_a_key(cluster):
    with tls(cluster) as ca, cluster.added(secret(one=ca)):
        health = over_tls(caSecretRef={"name": "authority", "key": "one"})
        with there(cluster, at("node1"), health=health):
            change(cluster, health=over_tls(
                caSecretRef={"name": "authority", "key": "other"}))
            await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].tcp.host")
def connection_to_a_host(cluster):
    with web(cluster), there(cluster, at("node1"), health=check(
            tcp={"host": "127.0.0.1", "port": HTTP})):
        change(cluster, health=check(tcp={"host": "127.0.0.2", "port": HTTP}))
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].tcp.port")
def connection_to_a_port(cluster):
    with web(cluster), there(cluster, at("node1"),
                             health=check(tcp={"port": HTTP})):
        change(cluster, health=check(tcp={"port": HTTP + 7}))
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].command")
def command_is_refused(cluster):
    with (says(cluster, "check asked:", "--allow-commands"),
          cluster.added(vip(health=check(command=["/bin/true"])))):
        stays(cluster, NOBODY_HOLDS, 2)


@row("VirtualIP", "health.checks[].interval")
def questions_that_often(cluster):
    def asked(server):
        with open(server.log, encoding="utf-8") as log:
            return log.read().count("GET / ")
    with web(cluster) as server, there(cluster, at("node1"),
                                       health=check(interval=100)):
        before = asked(server)
        until(10, "15 questions", lambda: (     # at 2 s it is half a minute
            (seen := asked(server) - before) >= 15, seen))
        change(cluster, health=check(interval=2000))

        def rarely():
            before = asked(server)
            time.sleep(3)
            return 0 < (seen := asked(server) - before) < 4, seen
        until(PATIENCE, "a question each 2 s", rarely)


@row("VirtualIP", "health.checks[].timeout")
def who_is_silent_for_too_long(cluster):
    listen = ("import socket, time; s = socket.create_server(('127.0.0.1', "
              f"{SILENT})); time.sleep(1000)")
    url = {"url": f"http://127.0.0.1:{SILENT}/"}
    with running(cluster.fabric.start("node1", [PYTHON, "-c", listen],
                                      "silent")):
        until(PATIENCE, f"who listens at {SILENT}", lambda: (
            cluster.fabric.run("node1", "ss", "-Hltn", "sport", "=",
                               str(SILENT)), "nobody"))
        with cluster.added(vip(health=check(http=url, timeout=100))):
            with says(cluster, "check asked:", "timed out"):
                pass
        logs = cluster.log_sizes()
        with cluster.added(vip(health=check(http=url, timeout=30000))):
            time.sleep(4)
            assert "check asked:" not in cluster.logged_since(logs)


@row("VirtualIP", "health.checks[].rise")
def good_answers_that_end_a_failure(cluster):
    health = check(rise=100)            # 20 s
    with there(cluster, NOBODY_HOLDS, health=health):
        time.sleep(1)
        with web(cluster):
            stays(cluster, NOBODY_HOLDS, 2)
            change(cluster, health=check(rise=1))
            await_places(cluster, at("node1"), limit=10)


@row("VirtualIP", "health.checks[].fall")
def bad_answers_that_make_a_failure(cluster):
    with contextlib.ExitStack() as stack:
        with web(cluster):
            stack.enter_context(there(cluster, at("node1"),
                                      health=check(fall=100)))
        stays(cluster, at("node1"))
        change(cluster, health=check(fall=1))
        await_places(cluster, NOBODY_HOLDS)


@row("VirtualIP", "health.checks[].askedBy")
def only_the_holder_asks(cluster):
    """It takes the address, and gives it up for 30 s when it fails."""
    with cluster.added(vip(health=check(askedBy="Holder", fall=20))):
        await_places(cluster, at("node1"))          # for 4 s
        await_places(cluster, NOBODY_HOLDS)
        stays(cluster, NOBODY_HOLDS, 10)
        with web(cluster):
            await_places(cluster, at("node1"), limit=60)
            stays(cluster, at("node1"))


# By BGP.

@row("VirtualIP", "bgp.communities")
def communities(cluster):
    with there(cluster, at("node1", "lbbgp0"),
               bgp={"communities": ["64517:77"]}):
        for router in cluster.fabric.routers:
            await_prefix(router, f"{VIP}/32", [NODES["node1"]])
            await_communities(router, f"{VIP}/32", {"64517:77"})


@row("VirtualIP", "bgp.localPreference", AT_BIRD, False)
def local_preference(cluster):
    patch = {"spec": {"asNumber": None, "internal": True,
                      "localASNumber": 64516}}
    with (bird_conf(cluster.fabric.bird, ("as 64517", "as 64516")),
          cluster.edited(*BIRD_PEER, patch),
          there(cluster, at("node1", "lbbgp0"), bgp={"localPreference": 77})):
        await_bird_text(cluster, ["route", "all", f"{VIP}/32"],
                        "BGP.local_pref: 77", 30)


# By l2.

@row("VirtualIP", "l2.mode")
def in_no_subnet(cluster):
    with cluster.added(vip(addresses=[FAR])):
        time.sleep(3)
        assert not places(cluster, FAR)
        change(cluster, addresses=[FAR], l2={"mode": "Always"})
        await_places(cluster, at("node1"), FAR)
    await_places(cluster, NOBODY_HOLDS, FAR)


@row("VirtualIP", "l2.interfaces")
def interfaces(cluster):
    with there(cluster, NOBODY_HOLDS, l2={"interfaces": ["bond[0-9]+"]}):
        stays(cluster, NOBODY_HOLDS)
        change(cluster, l2={"interfaces": ["bond[0-9]+", "eth[0-9]"]})
        await_places(cluster, at("node1"))


def prefers(weights, **fields):
    return {"l2": {"preferred": [
        {"weight": weight, "nodeSelector": named(node)}
        for node, weight in weights.items()], **fields},
        "nodeSelector": named(*NODES)}


@row("VirtualIP", "l2.preferred[].weight")
def heavier_one(cluster):
    with there(cluster, at("node2"), **prefers({"node1": 10, "node2": 20})):
        change(cluster, **prefers({"node1": 30, "node2": 20}))
        await_places(cluster, at("node1"))


@row("VirtualIP", "l2.preferred[].nodeSelector")
def preferred_one(cluster):
    with there(cluster, at("node3"), **prefers({"node3": 1})):
        change(cluster, **prefers({"node4": 1}))
        await_places(cluster, at("node4"))


@row("VirtualIP", "l2.failBack")
def holder_that_is_well_keeps_it(cluster):
    with there(cluster, at("node3"), **prefers({"node3": 1})):
        change(cluster, **prefers({"node4": 1}, failBack=False))
        stays(cluster, at("node3"))
        change(cluster, **prefers({"node4": 1}))
        await_places(cluster, at("node4"))


@row("VirtualIP", "l2.duplicateDetection")
def stranger_has_it(cluster):
    cluster.fabric.run("switch", "ip", "address", "add", f"{VIP}/32", "dev",
                       "br0")
    try:
        with there(cluster, NOBODY_HOLDS):
            stays(cluster, NOBODY_HOLDS)
            change(cluster, l2={"duplicateDetection": False})
            await_places(cluster, at("node1"))
    finally:
        cluster.fabric.run("switch", "ip", "address", "del", f"{VIP}/32",
                           "dev", "br0")


# By VRRP.

def vrrp(**fields):
    return {"vrrp": {"interface": "eth0", "virtualRouterID": 77,
                     "advertisementInterval": 200, **fields}}


@row("VirtualIP", "health.checks[].lowersPriority")
def lower_while_it_fails(cluster):
    fields = {"nodeSelector": named("node1", "node2"),
              **vrrp(priorities=[{"priority": 110,
                                  "nodeSelector": named("node1")}])}
    with (web(cluster, "node2"),
          there(cluster, at("node1"), health=check(lowersPriority=1),
                **fields)):
        change(cluster, health=check(lowersPriority=20), **fields)
        await_places(cluster, at("node2"))


def sent(cluster):
    """Two advertisements of node1, as tcpdump reads them."""
    return cluster.fabric.run(
        "node1", "timeout", "30", "tcpdump", "-nvlc", "2", "-i", "eth0",
        f"src {NODES['node1']} and ip proto 112")


@row("VirtualIP", "vrrp.interface")
def interface_that_there_is_not(cluster):
    with there(cluster, NOBODY_HOLDS, **vrrp(interface="eth7")):
        stays(cluster, NOBODY_HOLDS)
        change(cluster, **vrrp())
        await_places(cluster, at("node1"))


@row("VirtualIP", "vrrp.virtualRouterID")
def number(cluster):
    with there(cluster, at("node1"), **vrrp(virtualRouterID=78)):
        assert "vrid 78" in sent(cluster)


@row("VirtualIP", "vrrp.version")
def version(cluster):
    with there(cluster, at("node1"), **vrrp()):
        assert "VRRPv3" in sent(cluster)
        change(cluster, **vrrp(version=2, advertisementInterval=1000))
        until(PATIENCE, "version 2", lambda: (
            "VRRPv2" in (seen := sent(cluster)), seen))


@row("VirtualIP", "vrrp.priority")
def priority(cluster):
    with there(cluster, at("node1"), **vrrp(priority=123)):
        assert "prio 123" in sent(cluster)


def ahead(node, number=200, **fields):
    return {"nodeSelector": named("node1", "node2"), **vrrp(
        priorities=[{"priority": number, "nodeSelector": named(node)}],
        **fields)}


@row("VirtualIP", "vrrp.priorities[].nodeSelector")
def priority_of_a_node(cluster):
    with there(cluster, at("node2"), **ahead("node2")):
        change(cluster, **ahead("node1"))
        await_places(cluster, at("node1"))


@row("VirtualIP", "vrrp.priorities[].priority")
def priority_below(cluster):
    with there(cluster, at("node2"), **ahead("node2")):
        change(cluster, **ahead("node2", 50))
        await_places(cluster, at("node1"))


@row("VirtualIP", "vrrp.advertisementInterval")
def interval(cluster):
    with there(cluster, at("node1"), **vrrp(advertisementInterval=300)):
        assert "intvl 30cs" in sent(cluster)


@row("VirtualIP", "vrrp.preempt")
def master_that_is_well_stays(cluster):
    with there(cluster, at("node2"), **ahead("node2", preempt=False)):
        change(cluster, **ahead("node1", preempt=False))
        stays(cluster, at("node2"))
        change(cluster, **ahead("node1"))
        await_places(cluster, at("node1"))


@row("VirtualIP", "vrrp.preemptDelay")
def not_at_once(cluster):
    with there(cluster, at("node2"), **ahead("node2", preemptDelay=8)):
        change(cluster, **ahead("node1", preemptDelay=8))
        stays(cluster, at("node2"), 2)
        await_places(cluster, at("node1"))


@row("VirtualIP", "vrrp.acceptMode")
def master_without_the_address(cluster):
    with there(cluster, at("node1"), **vrrp()):
        change(cluster, **vrrp(acceptMode=False))
        await_places(cluster, NOBODY_HOLDS)
        assert "vrid 77" in sent(cluster)


@row("VirtualIP", "vrrp.unicastPeers")
def to_peers(cluster):
    peers = [NODES["node3"]]
    with there(cluster, at("node1"), **vrrp(unicastPeers=peers)):
        assert f"{NODES['node1']} > {peers[0]}" in sent(cluster)


@row("VirtualIP", "vrrp.virtualMAC")
def mac_of_the_router(cluster):
    def look():
        seen = {link["ifname"]: link.get("address") for link in json.loads(
            cluster.fabric.run("node1", "ip", "-j", "link", "show"))}
        mine = [at for at, mac in seen.items() if mac == "00:00:5e:00:01:4d"]
        return len(mine) == 1 and places(cluster, VIP) == at(
            "node1", mine[0]), seen
    with cluster.added(vip(**vrrp(virtualMAC=True))):
        until(PATIENCE, "the MAC address of the virtual router", look)
    await_places(cluster, NOBODY_HOLDS)
