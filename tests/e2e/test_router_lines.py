# SPDX-License-Identifier: Apache-2.0
"""What the README says of routers is what the routers of the tests and benches have.
"""

import re

import pytest
from fabric import TOP, Fabric, temporary_fabric

ROUTERS = {"frr": ("tor-a", ["bgpd", "bfdd", "zebra"]), "bird": ("tor-b", ["bird"])}


@pytest.fixture(autouse=True)
def whole():
    """No nodes are looked at here."""


@pytest.fixture(scope="module")
def fabric():
    with temporary_fabric(lambda name: Fabric(name, ["gr", "bfd=50"])) as raised:
        yield raised


def lines_of(text):
    return [line.strip() for line in text.splitlines()]


@pytest.mark.parametrize("router", ROUTERS)
def test_readme_has_lines_of_the_fabric(fabric, router):
    with open(f"{TOP}/README.md") as readme:
        block = re.search(rf"```{router}\n(.*?)```", readme.read(), re.S)[1]
    where, files = ROUTERS[router]
    has = []
    for name in files:
        with open(f"{fabric.state}/{where}/{name}.conf") as conf:
            has += lines_of(conf.read())
    assert set(lines_of(block)) <= set(has)
