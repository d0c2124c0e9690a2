# SPDX-License-Identifier: Apache-2.0
"""kubectl lbbgp: what it asks kubectl for, and that krew can install it.

That it reaches the daemons of a cluster is shown on the real one (test_cluster).
"""

import hashlib
import json
import os
import subprocess
import tarfile

import pytest
import yaml

from fabric import TOP
from kube import kubernetes_dirs

PLUGIN = f"{TOP}/cli/kubectl-lbbgp"
SELECTOR = "app.kubernetes.io/name=lbbgp,app.kubernetes.io/component=bgpd"
URL = "https://example.com/kubectl-lbbgp.tar.gz"


@pytest.fixture(autouse=True)
def whole():
    """There is no cluster here."""


@pytest.fixture
def asked(tmp_path):
    """Runs it with a kubectl that writes down what it is asked for: code, standard
    error, and the words of each kubectl."""
    def run(*words, pods="pod/lbbgp-bgpd-a\npod/lbbgp-bgpd-b\n"):
        log = tmp_path / "asked"
        log.write_text("")
        (tmp_path / "pods").write_text(pods)
        (tmp_path / "kubectl").write_text(f"""#!/usr/bin/python3
import json, sys
with open("{log}", "a") as out:
    print(json.dumps(sys.argv[1:]), file=out)
if "get" in sys.argv:
    print(open("{tmp_path}/pods").read(), end="")
elif "exec" in sys.argv:
    sys.exit(3)
""")
        (tmp_path / "kubectl").chmod(0o755)
        done = subprocess.run(
            [PLUGIN, *words], text=True, stdin=subprocess.DEVNULL, capture_output=True,
            env={**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}, timeout=30)
        return done.returncode, done.stderr, [
            json.loads(line) for line in log.read_text().splitlines()]
    return run


def test_it_runs_lbbgp_in_the_pod_of_a_daemon(asked):
    code, _, (first, second) = asked("explain", "service", "web/shop", "-o", "json")
    assert code == 3        # that of lbbgp
    assert first == ["--namespace", "lbbgp-system", "get", "pods", "--output", "name",
                     "--selector", SELECTOR, "--field-selector",
                     "status.phase=Running"]
    assert second == ["--namespace", "lbbgp-system", "exec", "--quiet", "--stdin",
                      "pod/lbbgp-bgpd-a", "--", "lbbgp", "explain", "service",
                      "web/shop", "-o", "json"]


@pytest.mark.parametrize("words", [
    ["--node", "n 1", "--daemons=other", "--context", "c", "--kubeconfig=/a b"],
    ["--node=n 1", "--daemons", "other", "--kubeconfig", "/a b", "--context=c"]],
    ids=str)
def test_it_asks_for_the_one_that_is_named(asked, words):
    _, _, (first, second) = asked(*words, "show", "neighbors", "--all-nodes")
    assert first[:6] == second[:6] == [
        "--context", "c", "--kubeconfig", "/a b", "--namespace", "other"]
    assert first[-1] == "status.phase=Running,spec.nodeName=n 1"
    assert second[-4:] == ["lbbgp", "show", "neighbors", "--all-nodes"]


@pytest.mark.parametrize("words, code, says, kubectls", [
    (["--node", "n1", "show", "status"], 1,
     "no lbbgp-bgpd runs on node n1 in namespace lbbgp-system", 1),
    (["--node"], 2, "--node: a value is missing", 0),
    (["--nodes", "n1", "show"], 2, "--nodes: neither an option", 0),
    ([], 2, "Usage: kubectl lbbgp", 0)], ids=str)
def test_it_says_what_is_wrong(asked, words, code, says, kubectls):
    ended, said, seen = asked(*words, pods="")
    assert (ended, len(seen)) == (code, kubectls)
    assert says in said


def krew(folder):
    """What krew is given: its archive, and the manifest."""
    archive = folder / "lbbgp.tar.gz"
    text = subprocess.run([f"{TOP}/manifests/krew", archive, URL], check=True,
                          text=True, stdout=subprocess.PIPE).stdout
    return archive, yaml.safe_load(text)


def test_what_krew_installs_is_a_plugin_of_kubectl(tmp_path):
    archive, manifest = krew(tmp_path)
    platform, = manifest["spec"]["platforms"]
    assert manifest["metadata"]["name"] == "lbbgp"
    assert len(manifest["spec"]["shortDescription"]) <= 50
    assert platform["uri"] == URL
    assert platform["sha256"] == hashlib.sha256(archive.read_bytes()).hexdigest()

    # As krew does: the files out of the archive, the program by a link on PATH.
    store, path = tmp_path / "store", tmp_path / "bin"
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "all")
    store.mkdir()
    for file in platform["files"]:
        assert file["to"] == "."
        (tmp_path / "all" / file["from"]).rename(store / file["from"])
    assert (store / "LICENSE").exists()
    path.mkdir()
    (path / "kubectl-lbbgp").symlink_to(store / platform["bin"])

    env = {**os.environ, "PATH": f"{path}:{kubernetes_dirs()}:{os.environ['PATH']}"}

    def kubectl(*words):
        return subprocess.run(["kubectl", *words], env=env, text=True, check=True,
                              stdout=subprocess.PIPE).stdout
    assert f"{path}/kubectl-lbbgp" in kubectl("plugin", "list")
    assert kubectl("lbbgp", "--help").startswith("Usage: kubectl lbbgp ")


def test_archive_made_again_is_the_same(tmp_path):
    folders = tmp_path / "one", tmp_path / "two"
    for folder in folders:
        folder.mkdir()
    (one, first), (two, second) = map(krew, folders)
    assert one.read_bytes() == two.read_bytes() and first == second
