# SPDX-License-Identifier: Apache-2.0
"""A fabric with a cluster on it for each test module, on both sources.

Every test starts from the scenario as it should be, and is told so at its
start, not by another's failure: whoever breaks it mends it.
"""

import os
import sys

import pytest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "lab"))

from cluster import SplitDirCluster  # noqa: E402
from fabric import temporary_fabric  # noqa: E402
from kube import KubeCluster  # noqa: E402
from scenario import await_whole  # noqa: E402


SOURCES = {"dir": SplitDirCluster, "kube": KubeCluster}


@pytest.fixture(scope="module", params=SOURCES)
def cluster(request):
    """The scenario, with all its programs."""
    with temporary_fabric() as fabric:
        running = SOURCES[request.param](fabric)
        running.start()
        yield running


@pytest.fixture
def fabric(cluster):
    return cluster.fabric


@pytest.fixture(params=["frr", "bird"])
def router(request, cluster):
    return getattr(cluster.fabric, request.param)


@pytest.fixture(autouse=True)
def whole(cluster):
    """All sessions and routes are there before every test."""
    await_whole(cluster)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the ends of the programs' logs."""
    report = (yield).get_result()
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if report.failed and cluster:
        for process in cluster.processes():
            report.sections.append((process.log, process.tail()))
