# SPDX-License-Identifier: Apache-2.0
"""The connection to a real API server: quiet, frozen, cut without a word.

What a daemon asks is read from the server's audit log. The limits are those
of common/kube/kube_io.c (QUIET_MS and half of it) and of kube_access_io.c (the
kernel's).
"""

import json
import signal
import time

import pytest

from cluster import MANIFESTS
from fabric import NODES, PATIENCE, temporary_fabric, until
from kube import SWITCH_IP
from test_leader import ApiOnly

QUIET = 130                     # s; beyond any limit for a quiet watch
LATE = 10                       # s more, on a busy machine
KINDS = 9                       # that a daemon follows here
NODE = "node1"
POLICY = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy",
          "rules": [{"level": "Metadata"}]}
V3 = "projectcalico.org/v3"
BLOCK = {"apiVersion": V3, "kind": "BlockAffinity",
         "metadata": {"name": "node1-block"},
         "spec": {"node": NODE, "cidr": "10.33.98.0/24",
                  "state": "confirmed", "deleted": False}}


class Audited(ApiOnly):
    def server_options(self):
        with open(f"{self.dir}/policy", "w") as policy:
            json.dump(POLICY, policy)
        return [f"--audit-policy-file={self.dir}/policy",
                f"--audit-log-path={self.dir}/audit"]

    def asked(self):
        """(verb, path) of what the daemon has asked."""
        with open(f"{self.dir}/audit") as log:
            events = [json.loads(line) for line in log
                      if line.endswith("\n")]      # the last may be under way
        return [(event["verb"], event["requestURI"]) for event in events
                if event.get("userAgent", "").startswith("lbbgp-bgpd")
                and event["stage"] == "RequestReceived"]

    def lists(self):
        """Of all objects of a kind."""
        return sum(verb == "list" and "limit=1&" not in uri
                   and not uri.endswith("limit=1")
                   for verb, uri in self.asked())

    def count(self, verb, part=""):
        return sum(asked[0] == verb and part in asked[1]
                   for asked in self.asked())


def install_calico(cluster):
    """With native v3 CRDs, and none of v1."""
    with open(f"{MANIFESTS}/kube/calico-crd.yaml") as file:
        crd = file.read().replace("crd.projectcalico.org", "projectcalico.org")
    cluster.kubectl("apply", "--filename=-",
                    text_in=crd.replace("name: v1", "name: v3"))
    cluster.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                    "crd/blockaffinities.projectcalico.org")
    cluster.kubectl("apply", "--filename=-", text_in=json.dumps(BLOCK))


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = Audited(fabric)
        running.start()
        install_calico(running)
        running.put({"apiVersion": "v1", "kind": "Node",
                     "metadata": {"name": NODE}})
        running.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                     "metadata": {"name": "default"},
                     "spec": {"asNumber": 64517,
                              "dataPlaneHealth": "None"}})
        running.start_bgpd(NODE)
        until(PATIENCE, "the watches", lambda: (
            running.count("watch") >= KINDS and
            "everything is listed" in log_of(running), running.asked()))
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def log_of(cluster):
    with open(cluster.bgpd[NODE].log, errors="replace") as log:
        return log.read()


def await_log(cluster, since, words, limit):
    """Seconds until the daemon says so."""
    start = time.monotonic()
    until(limit, words, lambda: (
        words in log_of(cluster)[since:], log_of(cluster)[since:]), .2)
    return time.monotonic() - start


def await_followed(cluster, since, watches):
    """It goes on from where it was: nothing is listed again but for one
    object of each kind, to see whether the state is an older one."""
    until(90, "watches", lambda: (
        cluster.count("watch") >= watches + KINDS and
        "followed again" in log_of(cluster)[since:],
        log_of(cluster)[since:]), .5)


def test_blocks_of_calicos_native_crds_are_pod_cidrs(cluster):
    assert cluster.count("watch", f"/{V3}/blockaffinities") == 1
    assert BLOCK["spec"]["cidr"] in cluster.lbbgp(NODE, "show", "routes")


def test_quiet_watches_are_left_alone(cluster):
    before = cluster.count("watch"), cluster.count("list")
    questions = cluster.count("get", "/version")
    since = len(log_of(cluster))
    time.sleep(QUIET)
    assert (cluster.count("watch"), cluster.count("list")) == before
    assert cluster.count("get", "/version") - questions <= QUIET / 30
    assert log_of(cluster)[since:] == ""


def test_server_that_stands_still_is_found(cluster):
    """Its kernel goes on acknowledging."""
    lists = cluster.lists()
    watches = cluster.count("watch")
    since = len(log_of(cluster))
    cluster.server.send(signal.SIGSTOP)
    try:
        took = await_log(cluster, since, "silent for too long", 90)
    finally:
        cluster.server.send(signal.SIGCONT)
    assert took <= 45 + LATE
    await_followed(cluster, since, watches)
    assert cluster.lists() == lists


def test_packets_that_vanish_are_found(cluster):
    """No RST tells: a power cut, a firewall that has forgotten us."""
    rules = [(NODE, "--source", SWITCH_IP, "--sport"),
             ("switch", "--source", NODES[NODE], "--dport")]

    def drop(how):
        for where, side, address, port in rules:
            cluster.fabric.run(where, "iptables", how, "INPUT", side, address,
                               "--protocol", "tcp", port, "6443", "--jump",
                               "DROP")

    lists = cluster.lists()
    watches = cluster.count("watch")
    since = len(log_of(cluster))
    drop("--append")
    try:
        took = await_log(cluster, since, "asked again", 90)
    finally:
        drop("--delete")
    assert took <= 48 + LATE
    await_followed(cluster, since, watches)
    assert cluster.lists() == lists
