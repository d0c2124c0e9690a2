# SPDX-License-Identifier: Apache-2.0
"""What the options of the allocator change, on a folder of its own."""

import contextlib
import json
import subprocess

import pytest

from cluster import build_dir
from fabric import PATIENCE, until
from objects import pool_group


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


class Folder:
    """Manifests, and what an allocator makes of them."""

    def __init__(self, path):
        self.path = path
        path.mkdir()
        (path / "group.json").write_text(json.dumps(
            pool_group("pool", "10.40.0.0-10.40.0.9", "10.40.0.0/24")))

    @contextlib.contextmanager
    def allocator(self, *options):
        with subprocess.Popen([
                f"{build_dir()}/lbbgp-allocator", "--source",
                f"dir:{self.path}", "--metrics", "off", *options]) as process:
            yield
            process.terminate()

    def put(self, name, **spec):
        (self.path / f"{name}.json").write_text(json.dumps({
            "apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "namespace": "web"},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}],
                     **spec}}))

    def remove(self, name):
        (self.path / f"{name}.json").unlink()
        until(PATIENCE, f"the end of {name}",
              lambda: (self.address(name) is None, self.address(name)))

    def address(self, name):
        with contextlib.suppress(FileNotFoundError):
            state = json.loads((self.path.with_suffix(".state") / "Service" /
                                "web" / f"{name}.json").read_text())
            return state["status"]["loadBalancer"]["ingress"][0]["ip"]

    def await_address(self, name, want):
        until(PATIENCE, f"address of {name}",
              lambda: (self.address(name) == want, self.address(name)))


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path / "cluster")


def test_services_without_a_class_are_left_alone_when_told(folder):
    folder.put("classless")
    with folder.allocator("--default-class=false"):
        folder.put("ours", loadBalancerClass="lbbgp.io/lbbgp")
        folder.await_address("ours", "10.40.0.0")
        assert folder.address("classless") is None
    with folder.allocator():
        folder.await_address("classless", "10.40.0.1")


@pytest.mark.parametrize("options, given", [
    ([], "10.40.0.1"), (["--cooldown=0"], "10.40.0.0")])
def test_the_address_of_who_went_is_spared_as_long_as_told(
        folder, options, given):
    with folder.allocator(*options):
        folder.put("gone")
        folder.await_address("gone", "10.40.0.0")
        folder.remove("gone")
        folder.put("next")
        folder.await_address("next", given)
