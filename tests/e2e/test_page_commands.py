# SPDX-License-Identifier: Apache-2.0
"""Commands of README.md and doc/ that want nodes and a router, as they stand there:
tests/blocks has the list. On node1, whose daemon lbbgp asks, as its pod's would.
"""

import os
import re
import subprocess

import pytest
from book import block, example, examples
from cluster import build_dir
from fabric import NODES, PATIENCE, TOP, temporary_fabric, until
from fieldrows import await_up, frr_conf
from kube import CONTROLLERS, PODS, KubeCluster
from objects import CONFIG
from test_pages import bash
from test_topologies import await_neighbors

HOME = "node1"
SHOP = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "shop"},
        "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}
ENDPOINTS = {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
             "metadata": {"name": "shop-lab",
                          "labels": {"kubernetes.io/service-name": "shop"}},
             "addressType": "IPv4", "ports": [{"port": 8080}],
             "endpoints": [{"addresses": [PODS["node4"]], "nodeName": "node4",
                            "conditions": {"ready": True}}]}
SPEAKER = {"apiVersion": "apps/v1", "kind": "DaemonSet",
           "metadata": {"name": "speaker", "namespace": "metallb-system"},
           "spec": {"selector": {"matchLabels": {"app": "metallb"}}, "template": {
               "metadata": {"labels": {"app": "metallb"}},
               "spec": {"containers": [{"name": "speaker", "image": "stand-in"}]}}}}


class Book(KubeCluster):
    """The scenario without its BGP, which the pages have; and with Deployments."""

    def start(self):
        super().start()
        self.kubectl("delete", "bgpconfiguration,bgppeer", "--all")

    def controller_options(self):
        return [f"--controllers={','.join(CONTROLLERS)},"
                "deployment-controller,replicaset-controller"]

    def apply(self, page, *words):
        """A manifest of a page."""
        self.kubectl("apply", "--filename=-",
                     text_in=block(page, *words, kinds=["yaml"]))

    def start_pod(self, namespace, node):
        """What a scheduler and a kubelet do: here it is the pod that the node has."""
        pods = []

        def look():
            pods[:] = self.api.list("Pod", namespace)
            return pods, "no pod"
        until(PATIENCE, f"a pod of {namespace}", look)
        name = pods[0]["metadata"]["name"]
        self.api.call("POST", f"api/v1/namespaces/{namespace}/pods/{name}/binding", {
            "apiVersion": "v1", "kind": "Binding", "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node}})
        self.api.patch("Pod", namespace, name, {"status": {
            "phase": "Running", "podIP": PODS[node], "podIPs": [{"ip": PODS[node]}],
            "conditions": [{"type": kind, "status": "True"}
                           for kind in ("Ready", "ContainersReady")]}}, "status")
        self.applications.append(self.fabric.serve(f"pod{node[-1]}", name, 80))

    def end_pods(self, namespace):
        self.kubectl("delete", "deployment", "--all", f"--namespace={namespace}")
        self.kubectl("delete", "pod", "--all", "--force", f"--namespace={namespace}")


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = Book(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole(tmp_path, monkeypatch):
    """Nothing is configured until a test says so; files are not left behind."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def configured(cluster):
    """As the README has it: one peer, tor-a."""
    cluster.apply("README.md", "kind: BGPPeer")
    await_neighbors(cluster, {"tor-a"})


@pytest.fixture
def shop(cluster):
    """The Service of many pages, shop, in namespaces of theirs."""
    for namespace in "default", "web":
        cluster.put({"apiVersion": "v1", "kind": "Namespace",
                     "metadata": {"name": namespace}})
        for obj in SHOP, ENDPOINTS:
            cluster.put({**obj, "metadata": {**obj["metadata"],
                                             "namespace": namespace}})
    yield
    for namespace in "default", "web":
        for obj in SHOP, ENDPOINTS:
            cluster.remove(obj["kind"], namespace, obj["metadata"]["name"])


def run(cluster, script):
    return bash(cluster, script, HOME)


def in_source(cluster, script):
    """In the folder of the source, for lab/fabric."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script], cwd=TOP, text=True, check=True,
        env={**os.environ, "LAB": cluster.fabric.name, "LBBGP_BUILD": build_dir()},
        stdout=subprocess.PIPE, timeout=60).stdout


def words(text):
    return [line.split() for line in text.splitlines()]


def await_said(cluster, command, said):
    def look():
        seen = run(cluster, command)
        return words(seen) == words(said), f"\n{seen}instead of\n{said}"
    until(PATIENCE, command, look)


def test_first_service_is_reached(cluster):
    page = "doc/first-service.md"
    run(cluster, block(page, "kind: ServiceGroup"))
    cluster.apply(page, "kind: BGPPeer")
    create, *wait, curl = [command for command, _ in examples(page, "nginx")]
    run(cluster, create)
    cluster.start_pod("first", "node4")
    assert "announce" in run(cluster, "".join(wait))

    def reached():
        said = bash(cluster, f"{curl.strip()} --silent --max-time 5 --http0.9 || "
                    "echo nobody", "tor-a")
        return '"name"' in said, said
    until(PATIENCE, curl, reached)
    cluster.end_pods("first")
    run(cluster, block(page, "delete namespace"))


def test_conditions_are_waited_for(cluster, configured, shop):
    said = run(cluster, example("doc/conditions.md", "service/shop"))
    assert said.count("condition met") == 1 + 2 + len(NODES)


def test_guard_is_as_the_page_shows_it(cluster, configured):
    for command, said in examples("doc/loop-guard.md", "ip rule"):
        await_said(cluster, command, said)


def test_node_is_drained_and_taken_back(cluster, configured):
    with cluster.edited(*CONFIG, {"spec": {"drain": {"wait": 1}}}):
        said = run(cluster, block("doc/drain.md", "lbbgp drain"))
        assert said == "Node node1 is drained.\nNode node1 is in service.\n"


def test_change_is_foretold(cluster, configured):
    page = "doc/operation.md"
    with open("change.yaml", "w") as out:
        out.write(block(page, "holdTime", kinds=["yaml"]))
    (command, said), = examples(page, "change.yaml")
    await_said(cluster, command, said)


def monitor(cluster, command, said):
    """Until it says so; the router ends the session, again if nobody had looked yet."""
    process = cluster.fabric.start(HOME, [
        cluster.program("lbbgp"), "--socket", cluster.socket(HOME),
        *command.split()[1:]], "page-monitor")

    def look():
        cluster.fabric.frr.text(f"clear bgp {NODES[HOME]}")
        with open(process.log) as log:
            seen = log.read()
        return said.search(seen), seen
    try:
        until(PATIENCE, command, look, 2)
    finally:
        process.stop()
    until(PATIENCE, "the session again", lambda: (
        "Established" in (seen := run(
            cluster, "lbbgp show neighbors 10.31.254.253")), seen))


def test_what_happens_is_shown(cluster, configured):
    (command, said), = examples("doc/operation.md", "lbbgp monitor")
    ends = re.compile(r"^\S+Z session tor-a \(10\.31\.254\.253\): \w+; "
                      r"last error, sent by (Local|Peer): ", re.M)
    assert ends.search(said)
    monitor(cluster, command, ends)


def test_bmp_station_is_told_to_nodes(cluster, configured):
    run(cluster, example("doc/operation.md", '"bmp"'))
    until(PATIENCE, "the station", lambda: (
        "10.31.255.1" in (seen := run(cluster, "lbbgp show bmp")), seen))
    cluster.edit(*CONFIG, {"spec": {"bmp": None}})


def test_one_peer_for_all_racks(cluster, configured):
    page = "doc/racks.md"
    cluster.remove("BGPPeer", None, "tor-a")
    run(cluster, block(page, "fromNode"))
    run(cluster, example(page, "label node node1"))
    await_up(cluster, HOME, "tor")
    run(cluster, block(page, "peerIP: gateway"))
    await_up(cluster, "node2", "gateway")
    run(cluster, block(page, "delete"))
    await_neighbors(cluster, set())
    run(cluster, "kubectl label node node1 example.com/rack-as-\n"
        "kubectl annotate node node1 lbbgp.io/tor-")


def test_session_gets_a_password(cluster, configured):
    page, secret = "doc/sessions.md", "a-password"
    with frr_conf(cluster.fabric.frr, [f"neighbor nodes password {secret}"],
                  ["no neighbor nodes password"]):
        run(cluster, example(page, "=password=").replace("…", secret))
        until(PATIENCE, "a session with it", lambda: (
            all(line in words(seen := run(
                cluster, "lbbgp show neighbors 10.31.254.253")) for line in (
                    ["Password", "yes"], ["State", "Established"])), seen))
        cluster.edit("BGPPeer", None, "tor-a", {"spec": {"password": None}})
    run(cluster, example(page, "=key1="))
    run(cluster, "kubectl -n lbbgp-system delete secret tor-a tor-b")


def write_metallb():
    """The file that the page begins with."""
    script = block("doc/migration.md", "cat >metallb.yaml")
    with open("metallb.yaml", "w") as out:
        out.write(script.partition("<<'END'\n")[2].partition("END\n")[0])


def test_migration_goes_node_by_node(cluster, configured):
    """Where there is a BGPConfiguration already, and an old speaker."""
    page = "doc/migration.md"
    write_metallb()
    run(cluster, block(page, "lbbgp convert metallb.yaml"))
    shown, difference = [command for command, _ in examples(page, "kubectl diff")]
    assert "default" in run(cluster, shown)
    assert "-  asNumber: 64517" in run(cluster, f"{difference.strip()} || [ $? = 1 ]")

    for name in "manifests", "crd":
        os.symlink(f"{TOP}/{name}", name)
    os.mkdir("migration")
    (shown, text), (apply, _) = examples(page, "migration/kustomization.yaml")
    with open("migration/kustomization.yaml", "w") as out:
        out.write(text)
    assert run(cluster, shown) == text
    run(cluster, apply)
    assert "here" in run(cluster, "kubectl -n lbbgp-system get ds lbbgp-bgpd -o yaml")

    cluster.put({"apiVersion": "v1", "kind": "Namespace",
                 "metadata": {"name": "metallb-system"}})
    cluster.put(SPEAKER)
    run(cluster, example(page, "daemonset speaker"))
    assert "DoesNotExist" in str(cluster.get("DaemonSet", "metallb-system", "speaker"))
    label = example(page, "label node NODE").replace("NODE", "node5")
    until(PATIENCE, "Established, as the page has it", lambda: (
        "Established" in (seen := run(cluster, label)), seen))
    cluster.remove("DaemonSet", "metallb-system", "speaker")


def test_dashboard_is_pictured_and_switched_off(cluster, tmp_path):
    """The options alone, of which --check is the last."""
    page = "doc/dashboard.md"
    in_source(cluster, example(page, "chromium").replace(
        "page.png", f"{tmp_path}/page.png"))
    assert (tmp_path / "page.png").read_bytes().startswith(b"\x89PNG")
    run(cluster, f"{example(page, '--source kube').strip()} --check")
    run(cluster, f"{example(page, '--source dir:').strip()} --check".replace(
        "/etc/lbbgp/objects", str(tmp_path)))


def test_readme_changes_a_community(cluster, configured):
    in_source(cluster, block("README.md", "lab/fabric exec switch kubectl"))
    spec = cluster.get(*CONFIG)["spec"]
    assert spec["prefixAdvertisements"][0]["communities"][1] == "64517:121"


def look_at(cluster, script):
    """Command by command; what goes on for ever until it tells of a session."""
    for line in script.splitlines():
        command = line.partition(" # ")[0].strip()
        if " monitor" in command:
            monitor(cluster, command, re.compile(r"^\S+Z session \S+ \(", re.M))
            until(PATIENCE, "the node's status with the session", lambda: (
                " bad " not in (seen := run(
                    cluster, "lbbgp doctor --all-nodes || test $? = 1")), seen))
        else:
            run(cluster, command)


@pytest.fixture
def peers(configured):
    with open("peers.yaml", "w") as out:
        out.write(block("README.md", "kind: BGPPeer", kinds=["yaml"]))


def test_readme_shows_how_to_look_at_it(cluster, shop, peers):
    look_at(cluster, block("README.md", "lbbgp show neighbors", "lbbgp doctor") +
            block("README.md", "lbbgp show l2 --all-nodes", "web/shop\nlbbgp"))


def test_reference_has_an_example_of_each(cluster, shop, peers, tmp_path):
    """The last one ends the daemon, and this test what the others want."""
    cluster.apply("doc/filters.md", "name: edge")
    cluster.apply("doc/control-plane.md", "name: control-plane", "vrrp: {interface")
    cluster.apply("README.md", "name: lan")
    cluster.put({**SHOP, "metadata": {
        "name": "lan", "namespace": "web", "annotations": {
            "lbbgp.io/service-group": "lan"}}})
    cluster.edit("BGPPeer", None, "tor-a", {"spec": {"bfd": {}, "filters": ["edge"]}})
    write_metallb()
    cluster.edit(*CONFIG, {"spec": {"drain": {"wait": 1}}})
    look_at(cluster, example("doc/reference/cli.md", "neighbors --all").replace(
        "/etc/bash_completion.d", str(tmp_path)))
    assert cluster.bgpd[HOME].popen.wait(timeout=PATIENCE) == 0
    cluster.start_bgpd(HOME)
