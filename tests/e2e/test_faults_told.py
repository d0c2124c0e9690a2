# SPDX-License-Identifier: Apache-2.0
"""Twenty faults that keep a Service from its clients, put into a cluster that is well,
one at a time: what doctor says of each in the cluster and on a node, with what to do
next, and what explain says of a Service. Nothing that was well before is told then,
and nothing is silent."""

import collections
import contextlib
import functools
import os
import re
import shlex
import shutil
import signal

import pytest
from doctor import await_finding, findings, findings_on, manifests_again, roll_out
from fabric import NODES, PATIENCE, PYTHON, TOP, Failed, until
from objects import PEERS, await_any_address, pool_group, service
from scenario import await_sessions

pytestmark = pytest.mark.parametrize("cluster", ["kube"], indirect=True,
                                     scope="module")

EXCLUDE = "node.kubernetes.io/exclude-from-external-load-balancers"
NODE = "node4"                  # it has neither exclude label nor other faults
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
LISTENER = ("import signal, socket\n"
            "at = socket.create_server(('', 179))\n"
            "signal.pause()\n")
# Each is a connection that the kernel keeps in mind, and none answers: there is room
# for few packets at who listens, the others are lost.
CONNECTIONS = """
import socket
sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sink.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
sink.bind(("0.0.0.0", 9))
with open("/proc/sys/net/netfilter/nf_conntrack_max") as most:
    count = int(most.read()) * 96 // 100
source = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for n in range(count):
    source.sendto(b"x", (f"127.{1 + (n >> 16)}.{n >> 8 & 255}.{n & 255}", 9))
"""


@pytest.fixture(scope="module")
def told(cluster):
    """The address of a Service that has a route of its own."""
    roll_out(cluster)
    cluster.put(pool_group("own", "10.34.0.1-10.34.0.9", "10.34.0.0/24"))
    cluster.put(service("told", "own"))
    cluster.edit(*PEERS["bird"], {"spec": {"connectRetryMaxTime": 1}})
    return await_any_address(cluster, "told")


@pytest.fixture(autouse=True)
def whole(cluster, told):
    """Every session is up, and nobody says of anything that it is bad."""
    assert told
    for node in NODES:
        await_sessions(cluster, node, 2)

    def look():
        bad = [one for one in findings(cluster) + findings_on(cluster, NODE)
               if one["verdict"] == "bad"]
        return not bad, bad
    until(PATIENCE, "a cluster that is well", look)


def explained(cluster, name):
    """The sentences, or why there are none."""
    try:
        return [step["text"] for step in cluster.lbbgp_cluster_json(
            "explain", "service", f"nginx-quic/{name}")["steps"]]
    except Failed as err:
        return [str(err)]


#
# The faults
#

@contextlib.contextmanager
def no_peer(cluster):
    nobody = {"spec": {"nodeSelector": {"matchLabels": {"nobody": "has"}}}}
    with cluster.edited(*PEERS["frr"], nobody), \
            cluster.edited(*PEERS["bird"], nobody):
        yield


@contextlib.contextmanager
def bird_edited(cluster, pattern, by):
    """Its lines as the router's administrator would write them."""
    bird = cluster.fabric.bird
    path = f"{cluster.fabric.state}/tor-b/bird.conf"
    with open(path) as conf:
        before = conf.read()

    def write(text):
        with open(path, "w") as conf:
            conf.write(text)
        bird.text("configure")
    after = re.sub(pattern, by, before)
    assert after != before
    write(after)
    try:
        yield
    finally:
        write(before)


@contextlib.contextmanager
def wrong_password(cluster):
    cluster.fabric.bird.set_password("of somebody else")
    try:
        yield
    finally:
        cluster.fabric.bird.set_password(None)


wrong_as = functools.partial(
    bird_edited, pattern=r"(protocol bgp node4 .* as) 64517;", by=r"\1 65099;")
wrong_family = functools.partial(
    bird_edited, pattern=r"protocol bgp node4 from node \{",
    by="protocol bgp node4 { local 10.31.100.100 as 64516; connect delay time 1; "
       "connect retry time 1; error wait time 1, 4; "
       "ipv6 { import all; export none; };")


@contextlib.contextmanager
def every_node_excluded(cluster):
    had = [node for node in NODES
           if EXCLUDE in cluster.get("Node", None, node)["metadata"]["labels"]]
    cluster.kubectl("label", "nodes", "--all", "--overwrite", f"{EXCLUDE}=")
    try:
        yield
    finally:
        cluster.kubectl("label", "nodes", *(set(NODES) - set(had)), f"{EXCLUDE}-")


@contextlib.contextmanager
def empty_pool(cluster):
    with cluster.added(pool_group("tiny", "10.9.9.1-10.9.9.1", "10.9.9.0/24")), \
            cluster.added(service("first", "tiny")):
        await_any_address(cluster, "first")
        with cluster.added(service("second", "tiny")):
            yield


@contextlib.contextmanager
def dead_proxy(cluster):
    cluster.proxies[NODE].stop(signal.SIGKILL)
    try:
        yield
    finally:
        cluster.start_proxy(NODE)


@contextlib.contextmanager
def daemon_again(cluster):
    """Ended while the fault comes, and once more when it has gone."""
    cluster.bgpd[NODE].stop()
    try:
        yield
    finally:
        cluster.bgpd[NODE].stop()
        cluster.start_bgpd(NODE)


@contextlib.contextmanager
def clock_off(cluster, seconds):
    with daemon_again(cluster):
        cluster.bgpd[NODE] = cluster.fabric.start(
            NODE, cluster.bgpd[NODE].args, f"bgpd-{NODE}",
            {"LD_PRELOAD": FAKETIME, "FAKETIME": f"{seconds:+}s",
             "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        yield


@contextlib.contextmanager
def no_right(cluster):
    with daemon_again(cluster), manifests_again(cluster):
        cluster.kubectl("delete", "clusterrolebinding", "lbbgp-bgpd")
        cluster.start_bgpd(NODE)
        yield


@contextlib.contextmanager
def taken_port(cluster):
    with daemon_again(cluster):
        other = cluster.fabric.start(NODE, [PYTHON, "-c", LISTENER], "listener")
        try:
            until(PATIENCE, "another who listens", lambda: (
                ":179 " in cluster.fabric.run(NODE, "ss", "-Htln"), other.tail()))
            cluster.start_bgpd(NODE)
            yield
        finally:
            other.stop()


@contextlib.contextmanager
def no_resource(cluster):
    with manifests_again(cluster):
        cluster.kubectl("delete", "crd", "bgpfilters.lbbgp.io")
        yield


@contextlib.contextmanager
def metallb(cluster):
    """Its speaker on the node, and a pool of its own."""
    program = f"{cluster.fabric.state}/speaker"
    shutil.copy(shutil.which("sleep"), program)
    speaker = cluster.fabric.start(NODE, [program, "infinity"], "speaker")
    cluster.kubectl("apply", "--filename=-", text_in="""
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: ipaddresspools.metallb.io}
spec:
  group: metallb.io
  names: {kind: IPAddressPool, plural: ipaddresspools, singular: ipaddresspool}
  scope: Namespaced
  versions:
  - name: v1beta1
    served: true
    storage: true
    schema:
      openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}
""")
    try:
        cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                        "crd/ipaddresspools.metallb.io")
        cluster.kubectl("apply", "--filename=-", text_in="""
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: theirs, namespace: default}
""")
        yield
    finally:
        cluster.kubectl("delete", "crd", "ipaddresspools.metallb.io")
        speaker.stop()
        os.unlink(program)


@contextlib.contextmanager
def commands(cluster, *, begin, end):
    """Lines for a shell on the node."""
    def run(lines):
        cluster.fabric.run(NODE, "sh", "-ec", lines)
    run(begin)
    try:
        yield
    finally:
        run(end)


def sysctl(name, value, usual):
    return functools.partial(commands, begin=f"sysctl -qw {name}={value}",
                             end=f"sysctl -qw {name}={usual}")


def second_link(rp_filter):
    """The default route is by it, the routers are not."""
    return functools.partial(
        commands, begin="ip link add other type veth peer name end\n"
        "ip link set dev other up\nip link set dev end up\n"
        "ip address add 10.99.0.2/24 dev other\n"
        "ip route replace default via 10.99.0.1\n"
        f"sysctl -qw net.ipv4.conf.eth0.rp_filter={rp_filter}\n",
        end="sysctl -qw net.ipv4.conf.eth0.rp_filter=0\n"
        "ip route replace default via 10.31.254.253\nip link delete dev other\n")


@contextlib.contextmanager
def full_conntrack(cluster):
    lasts = "sysctl -qw net.netfilter.nf_conntrack_udp_timeout="
    with commands(cluster, begin=f"{lasts}600",
                  end=f"conntrack -F 2>/dev/null\n{lasts}30"):
        cluster.fabric.run(NODE, PYTHON, "-c", CONNECTIONS)
        yield


no_ipv6 = functools.partial(
    commands, begin="sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
    end="sysctl -qw net.ipv6.conf.all.disable_ipv6=0\n"
    "ip address add fd10:31::90:4/64 dev eth0 nodad\n"
    "ip -6 route add default via fd10:31::254:253\n")
narrow_link = functools.partial(
    commands, begin="ip link set dev eth0 mtu 1400",
    end="ip link set dev eth0 mtu 1500")

#
# What is said of them: check, verdict, and words of the finding and of its next step.
#

Said = collections.namedtuple("Said", "check verdict text next", defaults=[""])
Fault = collections.namedtuple(
    "Fault", "make cluster node explained service", defaults=[None, None, "told"])

FAULTS = {
    "no peer": Fault(
        no_peer, Said("peers", "doubt", "openwrt-peer is for no node", "nodeSelector"),
        Said("sessions", "doubt", "there are none", "get bgppeers"),
        f"node {NODE}: 10.34.0.1/32 to nobody: no BGPPeer for this node"),
    "wrong AS": Fault(
        wrong_as, Said("sessions", "bad", "Bad Peer AS", "lbbgp doctor"),
        Said("sessions", "bad", "OPEN Message Error, Bad Peer AS", "asNumber"),
        "Bad Peer AS"),
    "wrong password": Fault(
        wrong_password, Said("sessions", "bad", "tiny-unraid-peer: "),
        Said("sessions", "bad", "connect timed out", "a password on one side"),
        "not to tiny-unraid-peer: the session is "),
    "wrong family": Fault(
        wrong_family, Said("sessions", "bad", "no address family in common"),
        Said("sessions", "bad", "no address family in common", "families"),
        "no address family in common"),
    "exclude label": Fault(
        every_node_excluded, Said("exclusion", "bad", "every node has the label"),
        None, f"node {NODE}: not 10.34.0.1/32: this node has the label {EXCLUDE}"),
    "empty pool": Fault(
        empty_pool, Said("groups", "bad", "tiny has no IPv4 address left, and 1 ",
                         "another pool"),
        None, "tiny", "second"),
    "dead kube-proxy": Fault(
        dead_proxy, Said("conditions", "bad", f"are not announced on {NODE}",
                         "is kube-proxy alive"),
        Said("conditions", "bad", "DataPlaneDown: ", "is kube-proxy alive"),
        f"node {NODE}: not 10.34.0.1/32: the data plane is down"),
    "clock ahead": Fault(
        functools.partial(clock_off, seconds=3600),
        Said("clocks", "bad", f"ahead of the API server's: 3600 s on {NODE}",
             "timedatectl"), None),
    "clock behind": Fault(
        functools.partial(clock_off, seconds=-3600), None,
        Said("conditions", "bad", "certificate is not yet valid", "timedatectl")),
    "no right": Fault(
        no_right, Said("rights", "bad", "lbbgp-bgpd may not ", "kubectl apply"),
        Said("conditions", "bad", "403", "kubectl auth can-i")),
    "port taken": Fault(
        taken_port, Said("conditions", "bad", "Address already in use"),
        Said("port", "bad", "179: python3 listens there", "end that program")),
    "two load balancers": Fault(
        metallb, Said("others", "doubt", "MetalLB has an IPAddressPool",
                      "loadBalancerClass"),
        Said("others", "doubt", "speaker runs here: MetalLB", "same addresses")),
    "IPv6 off": Fault(
        no_ipv6, None, Said("ipv6", "doubt", "it is off", "disable_ipv6=0")),
    "MTU": Fault(
        narrow_link, None,
        Said("mtu", "doubt", "eth0 by which they leave 1400", "ping -M do")),
    "rp_filter": Fault(
        sysctl("net.ipv4.conf.all.rp_filter", 1, 0), None,
        Said("rp_filter", "doubt", "eth0 is strict", "eth0.rp_filter=2")),
    "asymmetric route": Fault(
        second_link(0), None,
        Said("return", "doubt", "is on eth0, and answers to clients leave by other",
             "default route")),
    "asymmetric route with rp_filter": Fault(
        second_link(1), None,
        Said("return", "doubt", "rp_filter is strict there", "rp_filter=2")),
    "full conntrack": Fault(
        full_conntrack, None,
        Said("conntrack", "bad", "connections, 9", "nf_conntrack_max")),
    # The last: daemons ask less and less often whether it is there again.
    "no CRD": Fault(
        no_resource, Said("resources", "bad", "BGPFilter: the cluster does not know ",
                          "kubectl apply"),
        Said("conditions", "bad", "ResourceMissing: bgpfilters: ", "kubectl apply"),
        "BGPFilter: the cluster does not know this kind; are the CRDs of lbbgp "),
}


def test_a_service_without_endpoints_is_explained(cluster):
    """A matter of the Service, of which doctor says nothing."""
    said = "not 10.34.0.1/32: no endpoint anywhere"
    with cluster.edited("Service", "nginx-quic", "told",
                        {"spec": {"selector": {"app": "nobody"}}}):
        def look():
            texts = explained(cluster, "told")
            return f"node {NODE}: {said}" in texts, texts
        until(PATIENCE, said, look)
        row = cluster.lbbgp(NODE, "show", "announcements", "nginx-quic/told")
        assert "no endpoint anywhere" in row


def test_a_router_that_filters_us_is_found_by_what_explain_asks(cluster):
    """No protocol tells us of it."""
    frr = cluster.fabric.frr
    route = cluster.lbbgp_cluster_json(
        "explain", "service", "nginx-quic/told")["routers"][0]
    question = next(one for one in route["questions"] if one["system"] == "FRR")
    assert "it was refused on the way in" in question["tells"]

    def filtered(*words):
        frr.text("configure terminal", *words)

    def answers(text):
        def look():
            said = frr.text(shlex.split(question["command"])[-1])
            return text in said, said
        until(PATIENCE, f"{text} at FRR", look)
    answers("best")
    filtered("route-map nothing deny 1", "exit", "router bgp 64512",
             "address-family ipv4 unicast", "neighbor nodes route-map nothing in")
    try:
        answers("Network not in table")
    finally:
        filtered("router bgp 64512", "address-family ipv4 unicast",
                 "no neighbor nodes route-map nothing in")
    answers("best")


def test_without_an_api_server_it_is_told_that_there_is_none(cluster):
    """By the command line, and by the daemon, which goes on."""
    cluster.stop_server()
    try:
        await_finding(lambda: findings_on(cluster, NODE), "conditions", "bad",
                      "SourceUnhealthy: ", "can this node reach the API server?")
        for words in (["doctor", "--all-nodes"],
                      ["explain", "service", "nginx-quic/told"]):
            with pytest.raises(Failed, match="Couldn't connect to server"):
                cluster.lbbgp_cluster(*words)
    finally:
        cluster.start_server()


def test_a_clock_of_one_s_own_that_is_off_is_told(cluster):
    text = cluster.fabric.run(
        "switch", "env", f"LD_PRELOAD={FAKETIME}", "FAKETIME=+3600s",
        "FAKETIME_DONT_FAKE_MONOTONIC=1", cluster.program("lbbgp"),
        *cluster.source("cli"), "doctor", "--all-nodes", check=False)
    assert re.search(r"server +bad +the clock of this machine is 3[56]\d\d s ahead",
                     text)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_told(cluster, name):
    fault = FAULTS[name]
    looks = [(lambda: findings(cluster), fault.cluster),
             (lambda: findings_on(cluster, NODE), fault.node)]
    with fault.make(cluster):
        for look, said in looks:
            if said is not None:
                await_finding(look, *said)
        if fault.explained is not None:
            def explains():
                texts = explained(cluster, fault.service)
                return any(fault.explained in text for text in texts), texts
            until(PATIENCE, f"of {name}: {fault.explained}", explains)
