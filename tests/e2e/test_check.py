# SPDX-License-Identifier: Apache-2.0
"""lbbgp-bgpd --check: what is right passes, what is wrong is named; nothing runs."""

import shutil
import subprocess

import pytest
import yaml

from cluster import build_dir
from fabric import TOP

MANIFESTS = f"{TOP}/lab/manifests"


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def check(path, **peer):
    """The reference manifests, with these fields in both BGPPeers: code and text."""
    folder = path / "cluster"
    shutil.copytree(f"{MANIFESTS}/dir", folder)
    with open(f"{MANIFESTS}/common/bgp.yaml") as file:
        documents = list(yaml.safe_load_all(file))
    for document in documents:
        if document["kind"] == "BGPPeer":
            document["spec"].update(peer)
    (folder / "bgp.yaml").write_text(yaml.safe_dump_all(documents))
    done = subprocess.run(
        [f"{build_dir()}/lbbgp-bgpd", "--source", f"dir:{folder}", "--node", "node1",
         "--check"], stderr=subprocess.PIPE, text=True, timeout=30, check=False)
    return done.returncode, done.stderr


@pytest.mark.parametrize("peer", [
    {}, {"bfd": {}}, {"bfd": {"strict": True, "transmitInterval": 50}},
    {"gracefulRestart": {"restartTime": 300, "longLivedTime": 3600}}], ids=str)
def test_what_is_right_passes(tmp_path, peer):
    """No session and no BFD runs here, and neither is a fault."""
    code, text = check(tmp_path, **peer)
    assert (code, "check:" in text) == (0, False), text


@pytest.mark.parametrize("peer, says", [
    ({"bfd": {"transmitInterval": 5}}, "spec.bfd.transmitInterval: 5: not 10..60000"),
    ({"gracefulRestart": {"restartTime": 0}},
     "spec.gracefulRestart.restartTime: 0: not 1..4095")], ids=str)
def test_what_is_wrong_is_named(tmp_path, peer, says):
    code, text = check(tmp_path, **peer)
    assert code == 3
    assert f"check: ObjectsRefused: BGPPeer openwrt-peer: {says}" in text


@pytest.mark.parametrize("peer, says", [
    ({"gracefulRestart": {"restartTime": 5}}, "5 s: a restart of the daemon may"),
    ({"gracefulRestart": {"restartTime": 300}, "bfd": {}},
     "300 s: with BFD (spec.bfd) the router bears 255 s")], ids=str)
def test_what_is_hardly_meant_so_is_named(tmp_path, peer, says):
    code, text = check(tmp_path, **peer)
    assert code == 3
    assert ("check: RestartTimeDoubtful: BGPPeer openwrt-peer: "
            f"gracefulRestart.restartTime: {says}") in text
