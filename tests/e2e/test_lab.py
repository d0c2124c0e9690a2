# SPDX-License-Identifier: Apache-2.0
"""What lab/fabric does for a person who plays with a demo that was kept."""

import contextlib
import os
import subprocess

import pytest
from book import block
from cluster import DirCluster, build_dir
from fabric import PATIENCE, TOP, Fabric, Failed, temporary_fabric, until
from scenario import await_routes, await_whole


@pytest.fixture(autouse=True)
def whole():
    """A daemon that is restarted behind the cluster's back is none of its own."""


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric(Fabric) as fabric:
        running = DirCluster(fabric)
        running.start()
        await_whole(running)
        yield running


def daemons(fabric, node):
    """{pid: arguments} of those that run there."""
    found = {}
    for pid in fabric.run("switch", "ip", "netns", "pids", fabric.ns(node)).split():
        words = [""]
        with contextlib.suppress(FileNotFoundError):
            with open(f"/proc/{pid}/cmdline") as file:
                words = file.read().split("\0")
        if os.path.basename(words[0]) == "lbbgp-bgpd":
            found[pid] = words[1:]
    return found


@pytest.mark.parametrize("how", [(), ("KILL",)], ids=str)
def test_daemon_is_restarted_as_it_was(cluster, how):
    fabric = cluster.fabric
    (pid, words), = daemons(fabric, "node6").items()
    fabric.tool("restart", "node6", *how)

    def look():
        seen = daemons(fabric, "node6")
        return list(seen.values()) == [words] and pid not in seen, seen
    until(PATIENCE, "another daemon", look)
    for router in fabric.routers:
        await_routes(router, PATIENCE)


def test_what_is_no_daemon_is_refused(cluster):
    with pytest.raises(Failed, match="Usage"):
        cluster.fabric.tool("restart", "tor-a")
    with pytest.raises(Failed, match="Usage"):
        cluster.fabric.tool("restart", "node6", "HUP")


def test_readme_plays_with_it(cluster):
    """Line by line, but for the first ones and the last, by which it comes and goes."""
    def bash(line):
        return subprocess.run(
            ["bash", "-euo", "pipefail", "-c", line], cwd=TOP, text=True, check=True,
            env={**os.environ, "LAB": cluster.fabric.name, "LBBGP_BUILD": build_dir()},
            stdout=subprocess.PIPE, timeout=60).stdout

    name, up, *play, restart, down = block("README.md", "lab/demo --keep").splitlines()
    assert name.startswith("export LAB=") and up == "lab/demo --keep"
    assert down == "lab/fabric down"
    show, services, edit, look = play
    assert "Established" in bash(show)
    assert "10.33.192.80" in bash(services)
    assert "(64517,120)" in bash(look)
    bash(edit)
    until(PATIENCE, look, lambda: ("(64517,121)" in (seen := bash(look)), seen))
    bash(edit.replace("64517:120/64517:121", "64517:121/64517:120"))
    bash(restart)
    for router in cluster.fabric.routers:
        await_routes(router, PATIENCE)
