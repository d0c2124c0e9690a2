# SPDX-License-Identifier: Apache-2.0
"""Two allocators and one Lease, on a real API server.

Each runs on a node of its own, so that its cable can be pulled. Whatever
happens to the leader, no two Services have one address, none changes, and a
Service that is created meanwhile gets one.
"""

import datetime
import http.client
import re
import signal
import time

import pytest

from fabric import PATIENCE, temporary_fabric, until
from kube import SYSTEM, KubeCluster, in_namespace
from objects import address_of, pool_group, service

SPACE = "nginx-quic"
SHORT = (3, 2, 1)               # lease, renew deadline, retry period
REAL = (15, 10, 2)
LATE = 10                       # s more, on a busy machine
RARE = (60, 50, 20)             # who waits for the next look waits for long
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"


class ApiOnly(KubeCluster):
    """An API server with our manifests and nothing to announce."""

    def start(self):
        self.start_api()
        self.install()
        self.put({"apiVersion": "v1", "kind": "Namespace",
                  "metadata": {"name": SPACE}})
        self.put(pool_group("pool", "10.40.0.0-10.40.0.255", "10.40.0.0/24"))


class Replica:
    """One allocator on a node, with a metrics port of its own."""

    def __init__(self, cluster, node, times, env=None, extra=()):
        self.cluster = cluster
        self.node = node
        options = zip(("lease-duration", "renew-deadline", "retry-period"),
                      times)
        self.process = cluster.fabric.start(
            node, [cluster.program("lbbgp-allocator"),
                   *cluster.source("allocator", node),
                   "--metrics", "127.0.0.1:9180",
                   *(f"--{name}={value}" for name, value in options), *extra],
            f"allocator-{node}", env)

    def get(self, path):
        conn = http.client.HTTPConnection("127.0.0.1", 9180, timeout=5)
        with in_namespace(self.cluster.fabric.ns(self.node)):
            conn.connect()
        conn.request("GET", path)
        answer = conn.getresponse()
        return answer.status, answer.read().decode()

    def number(self, name):
        return float(re.search(rf"^{name} (\S+)$", self.get("/metrics")[1],
                               re.M)[1])

    def is_ready(self):
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def leads(self):
        return self.number("lbbgp_allocator_leader") == 1


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = ApiOnly(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


@pytest.fixture
def start(cluster):
    """Starts replicas that end with the test: the first is the leader."""
    replicas = []

    def start(*times, env=None):
        for node, own in zip(("node1", "node2"), (env, None)):
            replica = Replica(cluster, node, times, own)
            replicas.append(replica)
            until(PATIENCE, f"allocator of {node}",
                  lambda: (replica.is_ready(), replica.process.tail()))
            if node == "node1":
                until(PATIENCE, "the leader",
                      lambda: (replica.leads(), replica.process.tail()))
        return replicas

    yield start
    for replica in replicas:
        replica.process.send(signal.SIGCONT)
        replica.process.stop()
        cluster.fabric.cable(replica.node, True)


@pytest.fixture(autouse=True)
def free(cluster):
    """No Service of ours is left behind, and no Lease is held."""
    yield
    for obj in cluster.api.list("Service", SPACE):
        cluster.remove("Service", SPACE, obj["metadata"]["name"])
    if cluster.get("Lease", SYSTEM, "lbbgp-allocator"):
        cluster.remove("Lease", SYSTEM, "lbbgp-allocator")


def holder(cluster):
    lease = cluster.get("Lease", SYSTEM, "lbbgp-allocator") or {}
    return lease.get("spec", {}).get("holderIdentity")


def ahead(cluster):
    """Seconds that the leader's clock is ahead of ours, by the Lease."""
    text = cluster.get("Lease", SYSTEM, "lbbgp-allocator")["spec"]["renewTime"]
    return datetime.datetime.fromisoformat(
        text.replace("Z", "+00:00")).timestamp() - time.time()


def create(cluster, *names):
    for name in names:
        cluster.put(service(name, "pool"))


def await_addresses(cluster, names, limit):
    """Seconds until all have one."""
    return until(limit, "addresses", lambda: (
        all(address_of(cluster, name) for name in names),
        {name: address_of(cluster, name) for name in names}))


def addresses(cluster):
    """{name: address}, of which no two are alike."""
    found = {obj["metadata"]["name"]: obj["status"]["loadBalancer"]
             .get("ingress", [{}])[0].get("ip")
             for obj in cluster.api.list("Service", SPACE)}
    given = [address for address in found.values() if address]
    assert len(set(given)) == len(given), found
    return found


def some(cluster, count=20):
    """Services that have their addresses: {name: address}."""
    names = [f"some{n}" for n in range(count)]
    create(cluster, *names)
    await_addresses(cluster, names, PATIENCE)
    return addresses(cluster)


def assert_kept(cluster, before):
    now = addresses(cluster)
    assert {name: now[name] for name in before} == before


def test_one_of_two_leads_and_both_are_ready(cluster, start):
    leader, follower = start(*SHORT)
    some(cluster)
    assert leader.leads() and not follower.leads()
    assert leader.is_ready() and follower.is_ready()
    assert leader.number("lbbgp_allocator_writes_total") >= 20
    assert follower.number("lbbgp_allocator_writes_total") == 0


def test_lease_tells_who_leads(cluster, start):
    start(*SHORT)
    lease = cluster.get("Lease", SYSTEM, "lbbgp-allocator")["spec"]
    assert lease["leaseDurationSeconds"] == 3
    assert lease["leaseTransitions"] == 0
    assert lease["acquireTime"] <= lease["renewTime"]


@pytest.mark.parametrize("what, may", [
    ("get leases/lbbgp-allocator", True),
    ("watch leases/lbbgp-allocator", True),
    ("patch leases/lbbgp-allocator", True),
    ("create leases", True),
    ("delete leases/lbbgp-allocator", False),
    ("patch leases/another", False),
    ("patch leases/lbbgp-allocator --namespace=kube-system", False),
    ("create leases --namespace=kube-system", False)])
def test_allocator_may_write_its_own_lease_only(cluster, what, may):
    said = cluster.kubectl(
        "auth", "can-i", f"--namespace={SYSTEM}",
        f"--as=system:serviceaccount:{SYSTEM}:lbbgp-allocator",
        *what.split(), check=False)
    assert said.strip() == ("yes" if may else "no")


@pytest.mark.parametrize("times", [SHORT, REAL], ids=["short", "real"])
def test_killed_leader_is_replaced_when_its_lease_ends(cluster, start, times):
    leader, follower = start(*times)
    before = some(cluster)
    leader.process.stop(signal.SIGKILL)
    create(cluster, "meanwhile")
    took = await_addresses(cluster, ["meanwhile"], times[0] + LATE)
    assert took > times[0] - times[2] - 1
    assert follower.leads()
    assert_kept(cluster, before)


def test_leader_that_is_asked_to_end_is_replaced_at_once(cluster, start):
    leader, follower = start(*RARE)
    before = some(cluster)
    leader.process.send(signal.SIGTERM)
    create(cluster, "meanwhile")
    await_addresses(cluster, ["meanwhile"], 10)
    assert leader.process.stop() == 0
    assert follower.leads()
    assert_kept(cluster, before)


def test_leader_that_is_alone_begins_at_once(cluster, start):
    for replica in start(*RARE):
        replica.process.stop()
    assert holder(cluster) == ""
    start(*RARE)
    create(cluster, "next")
    await_addresses(cluster, ["next"], 10)


def test_stopped_leader_does_nothing_when_it_goes_on(cluster, start):
    leader, follower = start(*SHORT)
    before = some(cluster)
    for round in range(2):
        names = [f"late{round}-{n}" for n in range(20)]
        leader.process.send(signal.SIGSTOP)
        create(cluster, *names)
        await_addresses(cluster, names, SHORT[0] + LATE)
        before = {**before, **addresses(cluster)}
        leader.process.send(signal.SIGCONT)
        until(PATIENCE, "the end of its time",
              lambda: (not leader.leads(), leader.process.tail()))
        time.sleep(1)
        assert follower.leads()
        assert_kept(cluster, before)
        leader, follower = follower, leader


def test_leader_stopped_in_the_midst_of_its_writes(cluster, start):
    leader, _ = start(*SHORT)
    names = [f"burst{n}" for n in range(100)]
    create(cluster, *names[:50])
    leader.process.send(signal.SIGSTOP)
    create(cluster, *names[50:])
    await_addresses(cluster, names, SHORT[0] + LATE)
    before = addresses(cluster)
    leader.process.send(signal.SIGCONT)
    time.sleep(2)
    assert_kept(cluster, before)


def test_leader_cut_from_the_api_server_is_replaced(cluster, start):
    leader, follower = start(*SHORT)
    before = some(cluster)
    cluster.fabric.cable("node1", False)
    create(cluster, "meanwhile")
    await_addresses(cluster, ["meanwhile"], SHORT[0] + LATE)
    assert follower.leads() and not leader.leads()
    before = addresses(cluster)
    cluster.fabric.cable("node1", True)
    follower.process.stop(signal.SIGKILL)
    create(cluster, "after")
    await_addresses(cluster, ["after"], 2 * SHORT[0] + 10)
    assert leader.leads()
    assert_kept(cluster, before)


def test_clock_stepped_by_an_hour_changes_nothing(cluster, start):
    clock = f"{cluster.dir}/clock"

    def step(text):
        with open(clock, "w") as out:
            out.write(f"{text}\n")

    step("+0")
    leader, follower = start(*SHORT, env={
        "LD_PRELOAD": FAKETIME, "FAKETIME_TIMESTAMP_FILE": clock,
        "FAKETIME_NO_CACHE": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    before = some(cluster)
    who = holder(cluster)
    for number, text in enumerate(("+3600", "+0", "-3600", "+0")):
        step(text)
        time.sleep(SHORT[0] + 1)
        create(cluster, f"step{number}")
        await_addresses(cluster, [f"step{number}"], PATIENCE)
        assert holder(cluster) == who
        assert abs(ahead(cluster) - int(text)) < 60
        assert leader.leads() and not follower.leads()
    assert_kept(cluster, before)
