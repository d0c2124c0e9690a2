# SPDX-License-Identifier: Apache-2.0
"""The metrics by HTTPS, for whom a real API server lets get them.

The rights are those of manifests/metrics-https, and so are the options of the programs.
Who asks is on another machine, as a Prometheus is.
"""

import http.client
import os
import socket
import ssl

import pytest
import yaml

from book import block
from fabric import NODES, PATIENCE, TOP, temporary_fabric, until
from kube import SYSTEM, KubeCluster, in_namespace
from test_pages import bash

READER = "lbbgp-metrics-reader"


class ApiOnly(KubeCluster):
    """An API server with our manifests, and a ServiceAccount for who scrapes."""

    def start(self):
        self.start_api()
        self.install()
        for name in "prometheus", "stranger":
            self.kubectl("create", "serviceaccount", name)
        bash(self, block("doc/alerts.md", "clusterrolebinding").replace(
            "monitoring:prometheus-k8s", "default:prometheus"))

    def install(self):
        os.makedirs(f"{self.dir}/mine")
        base = os.path.relpath(f"{TOP}/manifests", f"{self.dir}/mine")
        with open(f"{self.dir}/mine/kustomization.yaml", "w") as out:
            yaml.safe_dump({"resources": [base],
                            "components": [f"{base}/metrics-https"]}, out)
        super().install(f"{self.dir}/mine")

    def fresh_token(self, name):
        """One that nobody has seen."""
        return self.kubectl("create", "token", name).strip()

    def options(self, kind, name, node):
        """Those of the metrics, as the manifests have them."""
        pod = self.api.call("GET", f"apis/apps/v1/namespaces/{SYSTEM}/{kind}/{name}")
        args = pod["spec"]["template"]["spec"]["containers"][0]["args"]
        return [arg.replace("$(HOST_IP)", NODES[node]) for arg in args
                if arg.startswith("--metrics")]


class Served:
    """A program on a node."""

    def __init__(self, cluster, node, port):
        self.cluster, self.node, self.port = cluster, node, port
        self.process = None

    def start(self, *command):
        self.process = self.cluster.fabric.start(
            self.node, command, f"{os.path.basename(command[0])}-{self.node}")

    def wait(self):
        until(PATIENCE, f"{self.node} by HTTPS", lambda: (
            self.answers(), self.process.tail()))

    def answers(self):
        try:
            return self.get("/healthz")[0] == 200
        except OSError:
            return False

    def get(self, path, token=None):
        """From another machine: status and text, of who comes again where he has to."""
        found = []

        def served():
            found[:] = self.get_once(path, token)
            return "again in a second" not in found[1], found
        until(PATIENCE, "a place", served, pause=1)
        return tuple(found)

    def get_once(self, path, token):
        conn = http.client.HTTPSConnection(
            NODES[self.node], self.port, timeout=30,
            context=ssl._create_unverified_context())
        with in_namespace(self.cluster.fabric.ns("switch")):
            conn.connect()
        conn.request("GET", path, headers={"Authorization": f"Bearer {token}"}
                     if token else {})
        answer = conn.getresponse()
        return answer.status, answer.read().decode()


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = ApiOnly(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


@pytest.fixture(scope="module")
def allocator(cluster):
    served = Served(cluster, "node1", 9182)
    served.start(cluster.program("lbbgp-allocator"),
                 *cluster.source("allocator", "node1"),
                 *cluster.options("deployments", "lbbgp-allocator", "node1"))
    served.wait()
    return served


def started_daemon(cluster, node):
    served = Served(cluster, node, 9181)
    served.start(cluster.program("lbbgp-bgpd"), "--node", node,
                 "--socket", f"{cluster.dir}/{node}.sock",
                 *cluster.source("bgpd", node),
                 *cluster.options("daemonsets", "lbbgp-bgpd", node))
    return served


@pytest.fixture(scope="module")
def daemon(cluster):
    served = started_daemon(cluster, "node2")
    served.wait()
    return served


@pytest.fixture(params=["allocator", "daemon"])
def served(request):
    return request.getfixturevalue(request.param)


def test_who_may_gets_them(cluster, served):
    status, text = served.get("/metrics", cluster.fresh_token("prometheus"))
    assert status == 200, text
    assert "# TYPE lbbgp_" in text


def test_others_are_told_why_not(cluster, served):
    assert served.get("/metrics") == (401, "a bearer token of the cluster is wanted\n")
    status, text = served.get("/metrics", "nonsense")
    assert status == 401 and "nobody's in this cluster" in text
    status, text = served.get("/metrics", cluster.fresh_token("stranger"))
    assert status == 403
    assert text.startswith(
        "system:serviceaccount:default:stranger may not get /metrics")


def test_a_role_lets_in_who_was_refused(cluster, served):
    name = f"late-{served.node}"
    cluster.kubectl("create", "serviceaccount", name)
    assert served.get("/metrics", cluster.fresh_token(name))[0] == 403
    cluster.kubectl("create", "clusterrolebinding", name, "--clusterrole", READER,
                    f"--serviceaccount=default:{name}")
    until(PATIENCE, "the role", lambda: (
        served.get("/metrics", cluster.fresh_token(name))[0] == 200, "refused"))


def test_plain_metrics_are_the_nodes_own(cluster, allocator, daemon):
    """The allocator has none, the node daemon at its loopback address."""
    for served, port in (allocator, 9180), (daemon, 9179):
        with pytest.raises(ConnectionRefusedError), \
                in_namespace(cluster.fabric.ns("switch")):
            http.client.HTTPConnection(NODES[served.node], port, timeout=30).connect()
    assert "lbbgp_" in cluster.fabric.run(
        "node2", "curl", "-s", "http://127.0.0.1:9179/metrics")


def test_a_daemon_whose_port_is_taken_works_until_it_is_free(cluster):
    with in_namespace(cluster.fabric.ns("node3")):
        taken = socket.socket()
    with taken:
        taken.bind((NODES["node3"], 9181))
        served = started_daemon(cluster, "node3")
        until(PATIENCE, "what is told", lambda: (
            "metrics by HTTPS: not served: " in served.process.tail(200),
            served.process.tail()))
        until(PATIENCE, "the daemon", lambda: (
            "lbbgp_" in cluster.fabric.run(
                "node3", "curl", "-s", "--retry", "3", "http://127.0.0.1:9179/metrics"),
            served.process.tail()))
    served.wait()


def test_without_rights_to_ask_nobody_is_let_in(cluster, served):
    before = cluster.fresh_token("prometheus")
    assert served.get("/metrics", before)[0] == 200
    binding = cluster.kubectl("get", "clusterrolebinding", "lbbgp-metrics-auth",
                              "--output=yaml")
    cluster.kubectl("delete", "clusterrolebinding", "lbbgp-metrics-auth")
    try:
        until(PATIENCE, "the refusal", lambda: (
            "could not be asked" in served.get(
                "/metrics", cluster.fresh_token("prometheus"))[1], "let in"))
        assert served.get("/metrics", before)[0] == 200, "what was answered holds"
        assert "tokenreviews.authentication.k8s.io is forbidden" in \
            served.process.tail(200)
    finally:
        kept = yaml.safe_load(binding)
        kept["metadata"] = {"name": kept["metadata"]["name"]}
        cluster.kubectl("apply", "--filename=-", text_in=yaml.safe_dump(kept))
    until(PATIENCE, "the rights", lambda: (
        served.get("/metrics", cluster.fresh_token("prometheus"))[0] == 200, "refused"))


def test_while_the_server_is_away_nobody_new_is_let_in(cluster, allocator, daemon):
    before, new = (cluster.fresh_token("prometheus") for _ in range(2))
    for served in allocator, daemon:
        assert served.get("/metrics", before)[0] == 200
    cluster.stop_server()
    try:
        for served in allocator, daemon:
            status, text = served.get("/metrics", new)
            assert status == 503 and "the API server could not be asked" in text
            assert served.get("/metrics", before)[0] == 200
            assert served.get("/healthz")[0] == 200
    finally:
        cluster.start_server()
    for served in allocator, daemon:
        until(PATIENCE, "the server's answer", lambda: (
            served.get("/metrics", new)[0] == 200, "not yet"))
