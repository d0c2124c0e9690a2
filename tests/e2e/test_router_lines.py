# SPDX-License-Identifier: Apache-2.0
"""What the pages say of routers is what the routers of the tests and benches have, or
what these take.
"""

import re

import pytest
from fabric import TOP, Fabric, temporary_fabric
from fieldrows import block_of, blocks_of, lines_of

ROUTERS = {"frr": ("tor-a", ["bgpd", "bfdd", "zebra"]), "bird": ("tor-b", ["bird"])}


@pytest.fixture(autouse=True)
def whole():
    """No nodes are looked at here."""


@pytest.fixture(scope="module")
def fabric():
    with temporary_fabric(lambda name: Fabric(name, ["gr", "bfd=45"])) as raised:
        yield raised


@pytest.mark.parametrize("router", ROUTERS)
def test_readme_has_lines_of_the_fabric(fabric, router):
    block = block_of("README.md", router)
    where, files = ROUTERS[router]
    has = []
    for name in files:
        with open(f"{fabric.state}/{where}/{name}.conf") as conf:
            has += lines_of(conf.read())
    assert set(lines_of(block)) <= set(has)


def test_bird_takes_the_channel_for_drains(fabric, tmp_path):
    with open(f"{fabric.state}/tor-b/bird.conf") as conf:
        whole, n = re.subn(r"^ipv4 {[^}]*};$", block_of("doc/drain.md", "bird"),
                           conf.read(), flags=re.M)
    assert n == 1
    path = tmp_path / "bird.conf"
    path.write_text(whole)
    assert "Configuration OK" in fabric.bird.text("configure", "check", f"\"{path}\"")


def test_routers_take_the_lines_that_teach_a_node(fabric, tmp_path):
    page = "doc/learned-routes.md"
    said = fabric.frr.text("configure terminal", "router bgp 64512",
                           *lines_of(block_of(page, "frr")))
    assert "%" not in said
    assert "network 10.99.1.0/24" in fabric.frr.text("show running-config")
    with open(f"{fabric.state}/tor-b/bird.conf") as conf:
        whole = conf.read() + block_of(page, "bird")
    path = tmp_path / "bird.conf"
    path.write_text(whole)
    assert "Configuration OK" in fabric.bird.text("configure", "check", f"\"{path}\"")


def test_routers_take_the_lines_for_peering(fabric, tmp_path):
    page = "doc/routers.md"
    said = fabric.frr.text("configure terminal",
                           *lines_of("".join(blocks_of(page, "frr"))))
    assert "%" not in said
    has = lines_of(fabric.frr.text("show running-config"))
    assert "bgp listen range 10.31.90.0/24 peer-group nodes" in has
    assert "neighbor nodes route-map from-nodes in" in has
    path = tmp_path / "bird.conf"
    path.write_text("".join(["router id 10.31.254.253;\nprotocol device { }\n",
                             *blocks_of(page, "bird")]))
    assert "Configuration OK" in fabric.bird.text("configure", "check", f"\"{path}\"")


def test_the_page_asks_what_explain_says():
    with open(f"{TOP}/doc/routers.md") as page, \
         open(f"{TOP}/tests/explain/routers.golden") as golden:
        page, lines = page.read(), lines_of(golden.read())
    asked = [line.split(": ", 1)[1].replace("10.9.0.3", "10.33.192.7")
             .replace("10.0.0.1", "10.31.90.1")
             for line in lines if "10.9.0.3" in line]
    assert len(asked) > 20
    assert [command for command in asked if f"`{command}`" not in page] == []
