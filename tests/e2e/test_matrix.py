# SPDX-License-Identifier: Apache-2.0
"""Every feature of features.py with every router of lab/routers, and the README's table
of them. MATRIX=write, with -k table, puts there what holds.
"""

import os
import re
import subprocess

import pytest
from fabric import TOP
from features import (FEATURES, MatrixCluster, Pair, hosts, offered, router_addresses,
                      table)
from lan import temporary_lan
from routers import ROUTERS

CELLS = [(router, feature) for router in ROUTERS for feature in FEATURES
         if feature.name not in router.lacks]
IN_README = re.compile(r"(<!-- matrix -->\n)(.*?)(<!-- /matrix -->\n)", re.S)


@pytest.fixture(autouse=True)
def whole():
    """There is one node, and a router at a time."""


@pytest.fixture(scope="module")
def installed():
    subprocess.run([f"{TOP}/lab/install", *{router.packages for router in ROUTERS}],
                   check=True)
    subprocess.run([f"{TOP}/lab/debian13"], stdout=subprocess.DEVNULL, check=True)


@pytest.fixture(scope="module")
def cluster(installed):
    with temporary_lan(hosts([router.name for router in ROUTERS])) as fabric:
        running = MatrixCluster(fabric, {"node1": fabric.hosts["node1"]})
        running.start()
        yield running


def pair_of(cluster, router):
    return Pair(cluster, router(cluster.fabric, router.name),
                router_addresses(ROUTERS.index(router)))


@pytest.mark.parametrize(("router", "feature"), CELLS, ids=lambda one: one.name)
def test_feature(cluster, router, feature):
    feature.works(pair_of(cluster, router))


@pytest.mark.parametrize("router", ROUTERS, ids=lambda one: one.name)
def test_what_is_lacking_is_not_offered(cluster, router):
    """Once it is, with another version, the cell is to be a test."""
    known = {feature.name: feature.capability for feature in FEATURES}
    assert not {known[name] for name in router.lacks} & set(
        offered(pair_of(cluster, router)))


@pytest.mark.parametrize("router", ROUTERS, ids=lambda one: one.name)
def test_what_a_router_lacks_is_a_feature(router):
    assert set(router.lacks) <= {feature.name for feature in FEATURES}


@pytest.mark.parametrize("router", ROUTERS, ids=lambda one: one.name)
def test_title_tells_the_version(installed, router):
    assert router.version().startswith(router.title.split()[-1])


def test_readme_has_the_table():
    with open(f"{TOP}/README.md") as text:
        readme = text.read()
    want = IN_README.sub(lambda found: f"{found[1]}\n{table(ROUTERS)}\n{found[3]}",
                         readme)
    if os.environ.get("MATRIX") == "write":
        with open(f"{TOP}/README.md", "w") as text:
            text.write(want)
        return
    assert IN_README.search(readme)
    assert readme == want
