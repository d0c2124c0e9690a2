# SPDX-License-Identifier: Apache-2.0
"""README.md and the pages of doc/ hold on a real API server.

Each block of a page that is marked sh is run from top to bottom, as somebody
would who pastes it; a block marked text behind it is what is to be printed.
So on an empty cluster, and on one that has the README's group and a Service
of it, whose lines are left out then. At the end of a page nothing of it is
left. A page that patches the BGPConfiguration and makes none finds the README's.
PAGES=write, with -k alone, puts there what is printed.
"""

import contextlib
import glob
import os
import re
import subprocess

import pytest
import yaml
from cluster import build_dir
from fabric import PATIENCE, TOP, temporary_fabric, until
from kube import KubeCluster

PAGES = sorted(glob.glob(f"{TOP}/doc/*.md"))
BLOCK = re.compile(r"```sh\n(.*?)```\n(?:\n```text\n(.*?)```\n)?", re.S)
KINDS = ("service,servicegroups.lbbgp.io,bgppeers.lbbgp.io,"
         "bgpconfigurations.lbbgp.io,bgpfilters.lbbgp.io")
README_GROUP = "bgp-ippool"
AGE = re.compile(r"\b\d+[smhd](\d+[smhd])?\b")


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def cluster():
    """An API server and an allocator, as after `kubectl apply -k manifests`."""
    with temporary_fabric() as fabric:
        running = KubeCluster(fabric)
        running.start_api()
        running.install()
        running.start_controllers()
        yield running


def readme_blocks():
    with open(f"{TOP}/README.md") as text:
        return re.findall(r"```yaml\n(.*?)```", text.read(), re.S)


@pytest.fixture(params=[False, True], ids=["alone", "beside-the-readme"])
def others(request, cluster):
    """What somebody who has followed the README has already."""
    if not request.param:
        yield
        return
    group = next(doc for block in readme_blocks()
                 for doc in yaml.safe_load_all(block)
                 if doc["metadata"]["name"] == README_GROUP)
    mine = {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": "mine", "namespace": "default"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}
    with cluster.added(group), cluster.added(mine):
        yield


def configured(cluster, page):
    """The BGPConfiguration that a page goes by, which leaves it there."""
    if ("patch bgpconfigurations.lbbgp.io default" not in page
            or "kind: BGPConfiguration" in page):
        return contextlib.nullcontext()
    return cluster.added(next(
        doc for block in readme_blocks() for doc in yaml.safe_load_all(block)
        if doc["kind"] == "BGPConfiguration"))


@pytest.fixture(autouse=True)
def directory(tmp_path, monkeypatch):
    """Files of a page are not left behind."""
    monkeypatch.chdir(tmp_path)


def bash(cluster, script, where="switch"):
    """What it prints on both outputs; on a node lbbgp asks the daemon there."""
    tools = os.path.dirname(cluster.tool("kubectl"))
    env = {**os.environ, "KUBECONFIG": cluster.identity("cli"),
           "LBBGP_SOCKET": cluster.socket(where),
           "PATH": f"{build_dir()}:{tools}:{os.environ['PATH']}"}
    done = subprocess.run(
        ["ip", "netns", "exec", cluster.fabric.ns(where), "bash", "-euo",
         "pipefail", "-c", script], env=env, text=True, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"{script}\n{done.stdout}"
    return done.stdout


def plain(text):
    """Without what differs each time: ages, columns that follow them, and
    the lines of the README's group."""
    return [AGE.sub("AGE", " ".join(line.split()))
            for line in text.splitlines() if README_GROUP not in line]


def await_output(cluster, script, wanted):
    def look():
        seen = bash(cluster, script)
        return plain(seen) == plain(wanted), f"\n{seen}instead of\n{wanted}"
    until(PATIENCE, script, look)


def settled(cluster, script):
    """What it prints when nothing changes any more."""
    seen = []

    def look():
        seen.append(plain(bash(cluster, script)))
        return len(seen) > 8 and seen[-1] == seen[-8], seen[-1]
    until(30, script, look)
    return bash(cluster, script)


def written(cluster, page):
    def block(found):
        script, wanted = found.groups()
        if wanted is None:
            bash(cluster, script)
            return found.group()
        return f"```sh\n{script}```\n\n```text\n{settled(cluster, script)}```\n"
    return BLOCK.sub(block, page)


def objects(cluster):
    """Names of all that a page may make; the API server's own is no page's."""
    names = cluster.kubectl("get", "--all-namespaces", "--output=name",
                            f"namespace,{KINDS}").splitlines()
    return sorted(set(names) - {"service/kubernetes"})


def test_manifests_of_the_readme_are_accepted(cluster):
    blocks = readme_blocks()
    assert blocks
    for block in blocks:
        cluster.kubectl("apply", "--dry-run=server", "--validate=strict",
                        "--filename=-", text_in=block)


@pytest.mark.parametrize("path", PAGES,
                         ids=[os.path.basename(path) for path in PAGES])
def test_page_does_what_it_says(cluster, others, path):
    with open(path) as text:
        page = text.read()
    cluster.start_allocator()
    try:
        with configured(cluster, page):
            before = objects(cluster)
            if os.environ.get("PAGES") == "write":
                page = written(cluster, page)
                with open(path, "w") as out:
                    out.write(page)
                return
            for script, wanted in BLOCK.findall(page):
                if wanted:
                    await_output(cluster, script, wanted)
                else:
                    bash(cluster, script)
            assert objects(cluster) == before
    finally:
        cluster.allocator.stop()


def test_the_lab_finds_the_programs_that_the_pages_use(cluster):
    def ask(*words):
        env = {**os.environ, "LAB": cluster.fabric.name,
               "LBBGP_BUILD": build_dir()}
        return subprocess.run(
            [f"{TOP}/lab/fabric", "exec", "switch", *words], env=env,
            text=True, check=True, capture_output=True, timeout=30).stdout
    assert "namespace/lbbgp-system" in ask("kubectl", "get", "namespaces",
                                           "--output=name")
    assert ask("lbbgp", "show", "addresses") == \
        "No Services of type LoadBalancer.\n"
