# SPDX-License-Identifier: Apache-2.0
"""lbbgp on a real cluster without IPv4: lab/demo --cluster --ipv6."""

import pytest
from fabric import temporary_fabric
from kubelets6 import Ipv6Cluster, Ipv6Demo


@pytest.fixture(autouse=True)
def whole():
    """Nothing is installed before the first step."""


def test_a_cluster_without_ipv4_is_served():
    with temporary_fabric() as fabric:
        cluster = Ipv6Cluster(fabric)
        cluster.start()
        demo = Ipv6Demo(cluster)
        try:
            demo.run()
            assert demo.checks.failures == []
        except BaseException:
            for title, text in cluster.report():
                print(f"--- {title}\n{text}")
            raise
