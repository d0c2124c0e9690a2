# SPDX-License-Identifier: Apache-2.0
"""lbbgp on a real cluster: kubelets, our image by our manifests.

The steps of lab/demo --cluster, one after the other on one cluster.
"""

import pytest
from cluster_demo import ClusterDemo
from fabric import temporary_fabric
from kubelets import KubeletCluster


@pytest.fixture(autouse=True)
def whole():
    """Nothing is installed before the first step."""


@pytest.fixture(scope="module")
def cluster():
    with temporary_fabric() as fabric:
        running = KubeletCluster(fabric)
        running.start()
        yield running


@pytest.fixture(scope="module")
def demo(cluster):
    return ClusterDemo(cluster)


@pytest.mark.parametrize("step", ClusterDemo.steps)
def test_step_of_the_demo(demo, step):
    before = len(demo.checks.failures)
    try:
        getattr(demo, step)()
        assert demo.checks.failures[before:] == []
    except BaseException:
        for title, text in demo.cluster.report():
            print(f"--- {title}\n{text}")
        raise
