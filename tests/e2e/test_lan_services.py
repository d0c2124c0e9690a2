# SPDX-License-Identifier: Apache-2.0
"""Services on a LAN as kube-vip's users have them: one address for all, shared by
Services with different ports, answered by one of the nodes of a label.
"""

import concurrent.futures
import contextlib
import signal
import threading
import time

import pytest
from fabric import PATIENCE, until
from lan import LanCluster, temporary_lan

VIP = "172.31.0.99"
HOSTS = {**{f"node{n}": [f"172.31.0.1{n}/24"] for n in (1, 2, 3)},
         "client": ["172.31.0.200/24"]}
LABEL = "vip"                   # of the nodes that may answer
LABELLED = ["node1", "node2"]
GROUP = {"apiVersion": "lbbgp.io/v1", "kind": "ServiceGroup",
         "metadata": {"name": "vip"},
         "spec": {"pools": [{"subnet": "172.31.0.0/24",
                             "pool": f"{VIP}-{VIP}"}],
                  "announce": {"l2": {"nodeSelector": {
                      "matchLabels": {LABEL: "true"}}}}}}


def service(name, port, **spec):
    last = port % 250
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "namespace": "default",
                         "annotations": {"lbbgp.io/sharing-key": "vip"}},
            "spec": {"type": "LoadBalancer", "ipFamilies": ["IPv4"],
                     "clusterIP": f"10.96.0.{last}",
                     "clusterIPs": [f"10.96.0.{last}"],
                     "ports": [{"protocol": "TCP", "port": port}], **spec}}


def endpoints(name, port, nodes):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": f"{name}-lab", "namespace": "default",
                         "labels": {"kubernetes.io/service-name": name}},
            "addressType": "IPv4",
            "ports": [{"protocol": "TCP", "port": port}],
            "endpoints": [{"addresses": [f"10.244.{node[-1]}.2"],
                           "nodeName": node, "conditions": {
                               "ready": True, "serving": True,
                               "terminating": False}} for node in nodes]}


class Shared(LanCluster):
    def start(self):
        super().start()
        self.serve(80, 443)
        self.put(GROUP)
        for node in LABELLED:
            self.label(node, **{LABEL: "true"})
        for name, port in (("web", 80), ("tls", 443)):
            self.put(service(name, port))
            self.put(endpoints(name, port, self.nodes))
        for name in "web", "tls":
            self.await_addresses("default", name)
        self.hold(VIP)


@pytest.fixture(scope="module")
def cluster():
    with temporary_lan(HOSTS) as fabric:
        running = Shared(fabric)
        running.start()
        yield running


@pytest.fixture
def holder(cluster):
    return cluster.await_holder(VIP, LABELLED)


@pytest.fixture(autouse=True)
def whole(holder):
    """One of the labelled nodes answers for the address before every test."""


@contextlib.contextmanager
def asked_all_the_time(cluster, address, askers=10):
    """The client asks for it each 60 ms or so; what it is told is not looked at.
    """
    over = threading.Event()

    def ask(wait):      # each listens for more than half a second
        over.wait(wait)
        while not over.is_set():
            cluster.fabric.answerers(address)

    with concurrent.futures.ThreadPoolExecutor(askers) as pool:
        asking = [pool.submit(ask, .06 * n) for n in range(askers)]
        try:
            yield
        finally:
            over.set()
    for one in asking:
        one.result()


def other_than(holder):
    return next(node for node in LABELLED if node != holder)


def test_both_services_have_the_only_address(cluster):
    assert cluster.ingress("default", "web") == [VIP]
    assert cluster.ingress("default", "tls") == [VIP]


def test_both_ports_are_answered_by_the_holder(cluster, holder):
    for port in 80, 443:
        answers = cluster.fabric.get("client", VIP, port, 20)
        assert {a.get("name") for a in answers} == {holder}, answers


def test_third_service_with_a_port_in_use_waits(cluster):
    with cluster.added(service("again", 80)):
        time.sleep(2)
        assert cluster.ingress("default", "again") == []
        assert cluster.await_holder(VIP, LABELLED)


def test_it_moves_with_the_label_and_no_packet_is_lost(
        cluster, holder):
    other = other_than(holder)
    with cluster.fabric.watched(VIP) as heard:
        cluster.label(holder, **{LABEL: None})
        try:
            cluster.await_holder(VIP, [other])
        finally:
            cluster.label(holder, **{LABEL: "true"})
        cluster.await_holder(VIP, [holder])
        heard.await_names(holder, other, holder)
    assert heard.answered == heard.asked, str(heard)


MOVED = "172.31.0.98"
MOVED_GROUP = {**GROUP, "metadata": {"name": "moved"},
               "spec": {"pools": [{"subnet": "172.31.0.0/24",
                                   "pool": f"{MOVED}-{MOVED}"}],
                        "announce": GROUP["spec"]["announce"]}}


def local():
    """A Service of policy Local, which shares with no other."""
    found = service("local", 8080, externalTrafficPolicy="Local")
    found["metadata"]["annotations"] = {"lbbgp.io/service-group": "moved"}
    return found


def moving(ready, terminating):
    """Its only pod has ended on one node, and one begins elsewhere."""
    found = endpoints("local", 8080, [ready, terminating])
    found["endpoints"][1]["conditions"] = {
        "ready": False, "serving": True, "terminating": True}
    return found


def await_serves(fabric, node, port):
    until(PATIENCE, f"who serves {port} at {node}", lambda: (
        fabric.run(node, "ss", "-Hlun", "sport", "=", str(port)), "nobody"))


def test_it_follows_the_pod_when_kube_proxy_there_serves_it(cluster):
    """A second after the slice says so; the old one serves for longer."""
    fabric = cluster.fabric
    first, second = LABELLED
    cluster.hold(MOVED)
    old, new = (fabric.serve(node, node, 8080) for node in LABELLED)
    refuse = ["INPUT", "--destination", MOVED, "--jump", "DROP"]
    fabric.run(second, "iptables", "--append", *refuse)
    try:
        with (cluster.added(MOVED_GROUP), cluster.added(local()),
              cluster.added(endpoints("local", 8080, [first]))):
            cluster.await_holder(MOVED, [first])
            time.sleep(5)               # it is not new any more
            await_serves(fabric, second, 8080)
            with fabric.watched(MOVED, 8080) as heard:
                cluster.put(moving(second, first))
                time.sleep(1)
                fabric.run(second, "iptables", "--delete", *refuse)
                refuse = None
                cluster.await_holder(MOVED, [second])
                heard.await_names(first, second)
                time.sleep(1)
                old.stop(signal.SIGKILL)
                cluster.put(endpoints("local", 8080, [second]))
                time.sleep(.5)
            assert heard.answered == heard.asked, str(heard)
    finally:
        if refuse:
            fabric.run(second, "iptables", "--delete", *refuse)
        for server in old, new:
            server.stop(signal.SIGKILL)


def test_nobody_answers_without_a_labelled_node(cluster):
    for node in LABELLED:
        cluster.label(node, **{LABEL: None})
    try:
        cluster.await_nobody(VIP)
    finally:
        for node in LABELLED:
            cluster.label(node, **{LABEL: "true"})
    cluster.await_holder(VIP, LABELLED)


def test_it_moves_within_a_second_when_the_holder_is_cut_off(cluster, holder):
    with cluster.fabric.watched(VIP) as heard:
        with cluster.fabric.split(holder):
            cluster.await_holder(VIP, [other_than(holder)])
            heard.await_names(holder, other_than(holder))
    assert heard.outage <= 1000, str(heard)
    cluster.await_holder(VIP, [holder])


def test_local_is_answered_where_a_ready_endpoint_is(cluster, holder):
    """All Services of the address move together: what one of them needs."""
    other = other_than(holder)
    local = {"spec": {"externalTrafficPolicy": "Local"}}
    with (cluster.edited("Service", "default", "web", local),
          cluster.edited("Service", "default", "tls", local)):
        for name, port in (("web", 80), ("tls", 443)):
            cluster.put(endpoints(name, port, [other]))
        try:
            cluster.await_holder(VIP, [other])
        finally:
            for name, port in (("web", 80), ("tls", 443)):
                cluster.put(endpoints(name, port, cluster.nodes))
    cluster.await_holder(VIP, [holder])


def test_it_goes_with_the_last_service_and_comes_with_the_next(
        cluster, holder):
    with cluster.without("Service", "default", "web"):
        cluster.await_holder(VIP, [holder])
        with cluster.without("Service", "default", "tls"):
            cluster.await_nobody(VIP)
    for name in "web", "tls":
        until(PATIENCE, f"the address of {name}", lambda name=name: (
            cluster.ingress("default", name) == [VIP],
            cluster.ingress("default", name)))
    cluster.await_holder(VIP, [holder])


def test_host_that_asks_for_it_keeps_nobody_from_taking_it(cluster, holder):
    """A node probes for what no node has held: who asks meanwhile wants to send
    to the address, and one that wants to have it would ask from none."""
    logs = cluster.log_sizes()

    def taken():
        said = cluster.logged_since(logs)
        return f"{VIP}: answered for" in said, said
    with asked_all_the_time(cluster, VIP):
        with (cluster.without("Service", "default", "web"),
              cluster.without("Service", "default", "tls")):
            cluster.await_nobody(VIP)
        until(PATIENCE, "it is taken", taken)
    assert "uses it too" not in cluster.logged_since(logs)
    assert cluster.await_holder(VIP, LABELLED) == holder


def test_frozen_holder_is_followed_by_another(cluster, holder):
    cluster.bgpd[holder].send(signal.SIGSTOP)
    try:
        cluster.await_holder(VIP, [other_than(holder)])
    finally:
        cluster.bgpd[holder].send(signal.SIGCONT)
    cluster.await_holder(VIP, [holder])
