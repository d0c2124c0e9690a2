# SPDX-License-Identifier: Apache-2.0
"""lbbgp finds the API server and its user as kubectl does."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from cluster import build_dir
from fabric import temporary_fabric
from kube import KubeCluster

API = "client.authentication.k8s.io/v1"


@pytest.fixture(autouse=True)
def whole():
    """No nodes and no routers are looked at here."""


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = KubeCluster(fabric)
        os.makedirs(running.dir)
        running.make_keys()
        running.start_etcd()
        running.start_server()
        yield running


def config_of(cluster, who="admin"):
    with open(f"{cluster.dir}/{who}.kubeconfig") as text:
        return json.load(text)


def write(path, config):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(config))
    return str(path)


def lbbgp(cluster, *options, words=("show", "addresses"), **env):
    """Its command in an environment that has no kubeconfig."""
    bare = {key: value for key, value in os.environ.items()
            if not key.startswith("KUBE")}
    return subprocess.run(
        ["ip", "netns", "exec", cluster.fabric.ns("switch"),
         f"{build_dir()}/lbbgp", *options, *words],
        env={**bare, "HOME": "/nonexistent", **env}, text=True, timeout=30,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)


def assert_works(done):
    assert done.returncode == 0, done.stderr
    assert "No Services of type LoadBalancer" in done.stdout


def assert_fails(done, *parts):
    assert done.returncode == 1, done.stdout
    for part in parts:
        assert part in done.stderr


def test_home_is_read_when_nothing_is_named(cluster, tmp_path):
    write(tmp_path / ".kube/config", config_of(cluster))
    assert_works(lbbgp(cluster, HOME=str(tmp_path)))
    assert_fails(lbbgp(cluster), "there is no /nonexistent/.kube/config",
                 "--source dir:PATH")


def test_home_is_read_before_the_pod_is(cluster, tmp_path):
    write(tmp_path / ".kube/config", config_of(cluster))
    pod = {"KUBERNETES_SERVICE_HOST": "192.0.2.1",
           "KUBERNETES_SERVICE_PORT": "443"}
    assert_works(lbbgp(cluster, HOME=str(tmp_path), **pod))


def test_kubeconfig_is_a_list_whose_first_file_wins(cluster, tmp_path):
    config = config_of(cluster)
    users = write(tmp_path / "users", {"users": config["users"]})
    bad = [{"name": "admin", "user": {"token": "wrong"}}]
    rest = write(tmp_path / "rest", {**config, "users": bad})
    assert_works(lbbgp(cluster, KUBECONFIG=f"/missing:{users}:{rest}"))
    assert_fails(lbbgp(cluster, KUBECONFIG=f"{rest}:{users}"), "401")


def test_context_is_chosen(cluster, tmp_path):
    config = config_of(cluster)
    config["contexts"].append(
        {"name": "other", "context": {"cluster": "none", "user": "admin"}})
    path = write(tmp_path / "config", config)
    assert_works(lbbgp(cluster, "--kubeconfig", path, "--context", "lab"))
    assert_fails(lbbgp(cluster, "--kubeconfig", path, "--context", "other"),
                 f'{path}: clusters: no entry has the name "none"')


def with_plugin(cluster, tmp_path, script, **fields):
    """The admin's kubeconfig with a plugin in the place of his token."""
    config = config_of(cluster)
    token = config["users"][0]["user"]["token"]
    plugin = tmp_path / "login"
    plugin.write_text(f"#!/bin/sh\ntoken={token}\n{script}\n")
    plugin.chmod(0o755)
    config["users"][0]["user"] = {"exec": {
        "apiVersion": API, "command": "./login", "interactiveMode": "Never",
        "env": None, "args": None, **fields}}
    return write(tmp_path / "config", config), token


def answer(status):
    return ('echo "{\\"kind\\": \\"ExecCredential\\", \\"apiVersion\\": '
            f'\\"{API}\\", \\"status\\": {{{status}}}}}"')


TOKEN = answer('\\"token\\": \\"$token\\"')


def test_plugin_gives_the_token(cluster, tmp_path):
    path, _ = with_plugin(
        cluster, tmp_path,
        f'echo "$KUBERNETES_EXEC_INFO" >{tmp_path}/info\n{TOKEN}',
        provideClusterInfo=True)
    assert_works(lbbgp(cluster, "--kubeconfig", path))
    info = json.loads((tmp_path / "info").read_text())
    assert info["apiVersion"] == API
    assert info["spec"]["interactive"] is False
    assert info["spec"]["cluster"]["server"].endswith(":6443")
    assert info["spec"]["cluster"]["certificate-authority-data"]


def test_plugin_gives_a_certificate(cluster, tmp_path):
    cluster.certificate("jane", "/O=system:masters/CN=jane")
    cert, key = (f"{cluster.dir}/jane.{part}" for part in ("crt", "key"))
    (tmp_path / "answer").write_text(json.dumps({
        "kind": "ExecCredential", "apiVersion": API, "status": {
            "clientCertificateData": Path(cert).read_text(),
            "clientKeyData": Path(key).read_text(),
            "expirationTimestamp": "2099-01-01T00:00:00+00:00"}}))
    path, _ = with_plugin(cluster, tmp_path, f"cat {tmp_path}/answer")
    assert_works(lbbgp(cluster, "--kubeconfig", path))


def test_plugin_that_fails_is_told_without_its_words(cluster, tmp_path):
    path, token = with_plugin(cluster, tmp_path, f"{TOKEN}\nexit 7",
                              installHint="see example.org")
    done = lbbgp(cluster, "--kubeconfig", path)
    assert_fails(done, f"{path}: users[0].user.exec: ", "ended with 7")
    assert token not in done.stderr
    (tmp_path / "login").unlink()
    assert_fails(lbbgp(cluster, "--kubeconfig", path), "see example.org")


def test_daemon_runs_no_plugin(cluster, tmp_path):
    path, _ = with_plugin(cluster, tmp_path, f"touch {tmp_path}/ran\n{TOKEN}")
    done = subprocess.run(
        [f"{build_dir()}/lbbgp-allocator", "--source", "kube", "--kubeconfig",
         path, "--metrics", "off"], text=True, timeout=30,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode != 0
    assert f"{path}: users[0].user.exec: a daemon runs no exec" in done.stdout
    assert not (tmp_path / "ran").exists()


def test_namespace_is_that_of_the_context(cluster, tmp_path):
    config = config_of(cluster)
    config["contexts"][0]["context"]["namespace"] = "kube-system"
    path = write(tmp_path / "config", config)
    named = ["--kubeconfig", path, "show", "services", "nobody"]
    assert_fails(lbbgp(cluster, *named, words=[]),
                 "there is no Service kube-system/nobody")
    assert_fails(lbbgp(cluster, "-n", "web", *named, words=[]),
                 "there is no Service web/nobody")
    admin = f"{cluster.dir}/admin.kubeconfig"
    assert_fails(lbbgp(cluster, "--kubeconfig", admin, "show", "service",
                       "nobody", words=[]),
                 "there is no Service default/nobody")


def test_kubeconfig_may_be_a_pipe(cluster):
    """As bash's <(…) is: it can be read once."""
    done = subprocess.run(
        ["ip", "netns", "exec", cluster.fabric.ns("switch"), "bash", "-c",
         f"{build_dir()}/lbbgp --kubeconfig <(cat "
         f"{cluster.dir}/admin.kubeconfig) show services nobody"],
        text=True, timeout=30, stderr=subprocess.PIPE)
    assert "there is no Service default/nobody" in done.stderr


def test_user_is_impersonated(cluster, tmp_path):
    admin = f"{cluster.dir}/admin.kubeconfig"
    assert_fails(lbbgp(cluster, "--kubeconfig", admin, "--as", "nobody"),
                 "403", 'User "nobody" cannot list')
    assert_works(lbbgp(cluster, "--kubeconfig", admin, "--as", "nobody",
                       "--as-group", "none", "--as-group", "system:masters"))
    assert_fails(lbbgp(cluster, "--kubeconfig", admin, "--as-group", "g"),
                 "no user (--as")
    config = config_of(cluster)
    config["users"][0]["user"].update({
        "as": "jane", "as-groups": ["devs"], "as-uid": "17",
        "as-user-extra": {"example.org/Team": ["a b"]}})
    path = write(tmp_path / "config", config)
    assert_fails(lbbgp(cluster, "--kubeconfig", path),
                 'User "jane" cannot list')
