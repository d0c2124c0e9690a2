# SPDX-License-Identifier: Apache-2.0
"""An lbbgp as it is installed by the kustomization, on a real API server.

Whoever may view, edit or administrate the cluster may do so with its resources. A real
Prometheus finds both programs by the ServiceMonitor, and what it has of them is enough
for every panel of the dashboard and every alert. At the end it is uninstalled by the
commands of doc/uninstall.md, and nothing is left.
"""

import glob
import json
import os
import re
import signal
import subprocess

import pytest
import yaml
from cluster import MANIFESTS
from fabric import NODES, PATIENCE, TOP, temporary_fabric, until
from kube import CONTROLLERS, SYSTEM
from objects import filtered, service
from prometheus import Prometheus, targets
from test_metrics_https import READER, ApiOnly, Served

HEARD = "10.99.1.0/24"
BINDING = "clusterrolebinding.rbac.authorization.k8s.io"
MONITORING = f"{TOP}/manifests/monitoring"

WRITTEN = ["bgpconfigurations", "bgpfilters", "bgppeers", "servicegroups", "virtualips"]
READ = [*WRITTEN, "bgpnodestatuses"]
LOOK = ["get", "list", "watch"]
WRITE = ["create", "update", "patch", "delete", "deletecollection"]
RIGHTS = {          # who is bound to the ClusterRole: what he may do with what
    "view": [(LOOK, READ)],
    "edit": [(LOOK, READ), (WRITE, WRITTEN)],
    "admin": [(LOOK, READ), (WRITE, WRITTEN)]}


class Installed(ApiOnly):
    """With the controllers that it needs."""

    def start(self):
        super().start()
        self.start_controllers()

    def controller_options(self):
        return [f"--controllers={','.join(CONTROLLERS)},"
                "clusterrole-aggregation-controller"]

    def may(self, who, verb, resource):
        """What the server answers to `kubectl auth can-i` of his."""
        review = self.api.call(
            "POST", "apis/authorization.k8s.io/v1/subjectaccessreviews",
            {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview",
             "spec": {"user": who, "resourceAttributes": {
                 "group": "lbbgp.io", "resource": resource, "verb": verb}}})
        return review["status"]["allowed"]


    def stand_in(self, who, node):
        """The pod whose identity the program has, as its kubelet would show it."""
        name = f"lbbgp-{who}-{node}"
        self.api.patch("Pod", SYSTEM, name, {"metadata": {"labels": {
            "app.kubernetes.io/name": "lbbgp", "app.kubernetes.io/component": who}}})
        ip = NODES[node]
        self.api.patch("Pod", SYSTEM, name, {"status": {
            "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}],
            "conditions": [{"type": kind, "status": "True"}
                           for kind in ("Ready", "ContainersReady")]}}, "status")

    def kernel(self, node):
        """What a daemon changes there, and its files."""
        found = [self.fabric.run(node, "ip", version, *words)
                 for version in ("-4", "-6") for words in (
                     ["rule", "show"],
                     *(["route", "show", "table", "all", "proto", proto]
                       for proto in ("76", "77")))]
        links = json.loads(self.fabric.run(node, "ip", "-json", "address", "show"))
        inode = os.stat(f"/run/netns/{self.fabric.ns(node)}").st_ino
        return [*found, [(one["ifname"], sorted(a["local"] for a in one["addr_info"]))
                         for one in links],
                [name for name in os.listdir("/run/lbbgp") if str(inode) in name],
                sorted(glob.glob(f"{self.fabric.memory}/*"))]

    def page(self, number):
        """A block of doc/uninstall.md, as somebody pastes it; it may take a while."""
        with open(f"{TOP}/doc/uninstall.md") as text:
            blocks = re.findall(r"```bash\n(.*?)```\n", text.read(), re.S)
        env = {**os.environ, "KUBECONFIG": self.identity("cli"),
               "PATH": f"{os.path.dirname(self.tool('kubectl'))}:{os.environ['PATH']}"}
        return subprocess.Popen(
            ["ip", "netns", "exec", self.fabric.ns("switch"), "bash", "-euo",
             "pipefail", "-c", blocks[number]], env=env, cwd=self.dir, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def await_session(self, node, router):
        def look():
            seen = {peer["address"]: peer["state"] for peer in self.lbbgp_json(
                node, "show", "neighbors")["neighbors"]}
            return seen.get(router.address) == "Established", seen
        until(PATIENCE, f"session with {router.title}", look)

    def run(self, who, kind, node, port, *options):
        served = Served(self, node, port)
        served.start(self.program(f"lbbgp-{who}"), *self.source(who, node), *options,
                     *self.options(kind, f"lbbgp-{who}", node))
        served.wait()
        self.stand_in(who, node)
        return served


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = Installed(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


@pytest.mark.parametrize("role", RIGHTS)
def test_roles_of_the_cluster_reach_the_resources(cluster, role):
    """And no further: what a node says of itself is written by nobody else."""
    who = f"{role}-of-all"
    cluster.kubectl("create", "clusterrolebinding", who, f"--clusterrole={role}",
                    f"--user={who}")
    until(PATIENCE, f"rights of {role}", lambda: (
        cluster.kubectl("auth", "can-i", "list", "bgppeers.lbbgp.io", f"--as={who}",
                        check=False).startswith("yes"), "none"))
    wanted = {(verb, resource) for verbs, resources in RIGHTS[role]
              for verb in verbs for resource in resources}
    allowed = {(verb, resource) for verb in LOOK + WRITE for resource in READ
               if cluster.may(who, verb, resource)}
    assert allowed == wanted


@pytest.fixture(scope="module")
def programs(cluster):
    """An allocator, and a daemon with BFD to one router and without any to another."""
    cluster.fabric.frr.set_bfd(300)
    cluster.put({"apiVersion": "v1", "kind": "Namespace",
                 "metadata": {"name": "nginx-quic"}})
    for node in "node1", "node2":
        cluster.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
        cluster.api.patch("Node", None, node, {"status": {"addresses": [
            {"type": "InternalIP", "address": NODES[node]}]}}, "status")
    cluster.kubectl("apply", f"--filename={MANIFESTS}/common/bgp.yaml")
    cluster.edit("BGPPeer", None, "openwrt-peer", {"spec": {"bfd": {}}})
    cluster.put(filtered("heard", {"import": [
        {"name": "heard", "prefixes": [{"cidr": HEARD}], "action": "Accept"}]}))
    cluster.edit("BGPConfiguration", None, "default", {"spec": {
        "filters": ["heard"], "learnedRoutes": {"enabled": True}}})
    cluster.fabric.frr.text(
        "configure terminal", "router bgp 64512", "no bgp network import-check",
        "address-family ipv4 unicast", f"network {HEARD}")
    cluster.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                 "metadata": {"name": "nobody"},
                 "spec": {"peerIP": "10.31.90.250", "asNumber": 64512}})
    cluster.put(service("web", "bgp-ippool"))
    cluster.put({"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
                 "metadata": {"name": "edge"},
                 "spec": {"addresses": ["10.33.255.7/32"], "bgp": {}}})
    cluster.clean = [*cluster.kernel("node2")[:-2], [], []]
    return [cluster.run("allocator", "deployments", "node1", 9182),
            cluster.run("bgpd", "daemonsets", "node2", 9181, "--node", "node2",
                        "--daemonset", "lbbgp-bgpd", "--socket",
                        cluster.socket("node2"))]


@pytest.fixture(scope="module")
def prometheus(cluster, programs):
    def found():
        seen = targets(cluster.api, SYSTEM)
        return {t["labels"]["__meta_kubernetes_pod_node_name"] for t in seen} == {
            "node1", "node2"}, seen
    until(PATIENCE, "endpoints of both programs", found)
    objects = []
    for name in "servicemonitor", "rules":
        with open(f"{MONITORING}/{name}.yaml") as text:
            objects.append(yaml.safe_load(text))
    running = Prometheus(cluster, "prometheus")
    running.start(*objects)
    cluster.await_session("node2", cluster.fabric.frr)
    cluster.fabric.frr.text("clear bgp *")      # a NOTIFICATION
    return running


@pytest.fixture(scope="module")
def board():
    with open(f"{MONITORING}/lbbgp.json") as text:
        return json.load(text)


def test_prometheus_scrapes_both(prometheus):
    def look():
        seen = {t["labels"]["job"]: (
            t["health"], t["labels"].get("node"), t["lastError"])
            for t in prometheus.targets()}
        return seen == {"lbbgp-allocator": ("up", "node1", ""),
                        "lbbgp-bgpd": ("up", "node2", "")}, seen
    until(PATIENCE, "targets", look)
    assert {labels["namespace"] for labels, _ in prometheus.query("up")} == {SYSTEM}


def expressions(board):
    return [(panel["title"], target["expr"]) for panel in board["panels"]
            for target in panel["targets"]]


def names_in(expression):
    return set(re.findall(r"\blbbgp_\w+", expression))


def test_every_panel_has_something_to_show(prometheus, board):
    """With all instances chosen, as a dashboard opens."""
    chosen, = (v for v in board["templating"]["list"] if v["name"] == "instance")
    metric, label = re.fullmatch(r"label_values\((\w+), (\w+)\)",
                                 chosen["query"]).groups()

    def look():
        every = "|".join(labels[label] for labels, _ in prometheus.query(metric))
        empty = [title for title, expr in expressions(board)
                 if not prometheus.query(expr.replace("$instance", every))]
        return not empty, empty
    until(PATIENCE, "data of each panel", look, pause=.5)


def test_a_single_notification_is_seen(prometheus, board):
    """It makes a series of its own, which has not grown since."""
    expr, = (expr for title, expr in expressions(board) if "NOTIFICATION" in title)
    seen = prometheus.query(expr.replace("$instance", ".*"))
    assert ({"direction": "received", "code": "Cease"}, 1) in seen, seen


def test_every_alert_is_about_what_there_is(prometheus):
    """Each is evaluated, and nothing it asks for is missing."""
    rules = [rule for group in prometheus.ask("rules")["groups"]
             for rule in group["rules"]]
    assert len(rules) > 10
    assert not [rule for rule in rules if rule["health"] != "ok"]
    known = set(prometheus.ask("label/__name__/values"))
    assert not set().union(*(names_in(rule["query"]) for rule in rules)) - known
    firing = {rule["name"] for rule in rules if rule["state"] != "inactive"}
    assert "LbbgpPeerDown" in firing, "one peer answers to nobody"
    assert not firing & {"LbbgpNotFound", "LbbgpNotScraped", "LbbgpNoLeader"}


def overlap(one, other):
    a, b = one["gridPos"], other["gridPos"]
    return (a["x"] < b["x"] + b["w"] and b["x"] < a["x"] + a["w"] and
            a["y"] < b["y"] + b["h"] and b["y"] < a["y"] + a["h"])


def test_panels_stand_side_by_side(board):
    """On Grafana's grid of 24 columns; each has its number and its source."""
    panels = board["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    assert not [(a["title"], b["title"]) for i, a in enumerate(panels)
                for b in panels[:i] if overlap(a, b)]
    source, = (v["name"] for v in board["templating"]["list"]
               if v["type"] == "datasource")
    for panel in panels:
        at = panel["gridPos"]
        assert 0 <= at["x"] and at["w"] > 0 and at["x"] + at["w"] <= 24, panel["title"]
        assert panel["datasource"] == {"type": "prometheus", "uid": f"${{{source}}}"}
        assert panel["fieldConfig"]["defaults"]["unit"] in (
            "short", "bytes", "ops", "percentunit"), "units of Grafana"


def test_tables_show_what_is_now_and_lines_what_was(board):
    """A table of a range would have one row a sample, of one series at a time."""
    for panel in board["panels"]:
        for target in panel["targets"]:
            now = target.get("instant", False), target.get("format", "time_series")
            assert now == {"table": (True, "table"),
                           "timeseries": (False, "time_series")}[panel["type"]]
            assert ("legendFormat" in target) == (panel["type"] == "timeseries")


def outcome(command):
    out, _ = command.communicate(timeout=120)
    assert command.returncode == 0, out
    return out


def from_node(router, node):
    return [prefix for prefix, hops in router.routes().items() if NODES[node] in hops]


def status_of(cluster):
    return cluster.get("Service", "nginx-quic", "web")["status"]


def test_uninstalling_leaves_nothing(cluster, programs):
    """There is no kubelet: its part is played here, at the time it would."""
    frr = cluster.fabric.frr
    until(PATIENCE, "the daemon's work", lambda: (
        from_node(frr, "node2") and all(
            word in str(cluster.kernel("node2")) for word in (
                "10.33.255.7", HEARD, "lookup 76018", "unreachable", ".lock")),
        cluster.kernel("node2")))
    until(PATIENCE, "the Service's conditions", lambda: (
        "lbbgp.io/Announced" in str(status_of(cluster)), status_of(cluster)))
    address = status_of(cluster)["loadBalancer"]

    outcome(cluster.page(0))
    with open(f"{cluster.dir}/lbbgp-objects.yaml") as text:
        kept = {obj["kind"] for obj in yaml.safe_load(text)["items"]}
    assert kept == {"BGPConfiguration", "BGPFilter", "BGPPeer", "ServiceGroup",
                    "VirtualIP"}

    command = cluster.page(1)
    until(PATIENCE, "the end of the DaemonSet", lambda: (
        cluster.get("DaemonSet", SYSTEM, "lbbgp-bgpd") is None, command.poll()))
    for served in programs:
        assert served.process.stop(signal.SIGTERM) == 0
    cluster.kubectl("delete", "pods", "--all", f"--namespace={SYSTEM}", "--force")
    outcome(command)
    assert cluster.kernel("node2") == cluster.clean
    until(PATIENCE, "the withdrawal", lambda: (
        not from_node(frr, "node2"), from_node(frr, "node2")))

    assert status_of(cluster)["loadBalancer"] == address
    outcome(cluster.page(2))
    assert "lbbgp.io" not in str(status_of(cluster)), status_of(cluster)
    assert status_of(cluster)["loadBalancer"] == address
    outcome(cluster.page(3))
    assert not status_of(cluster)["loadBalancer"]
    nodes = cluster.api.list("Node")
    assert "lbbgp.io/" not in str([(n["status"], n["spec"]) for n in nodes])
    assert outcome(cluster.page(4)) == f"{BINDING}/{READER}\n", "made by hand"
    cluster.kubectl("delete", "clusterrolebinding", READER)
    assert outcome(cluster.page(4)) == "nothing\n"
