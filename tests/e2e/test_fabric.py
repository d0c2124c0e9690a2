# SPDX-License-Identifier: Apache-2.0
"""Fabrics that stand side by side, as those of tests that run at the same time."""

import concurrent.futures
import os
import subprocess

import pytest
from fabric import STATES, Fabric, take_down_abandoned


@pytest.fixture(autouse=True)
def whole():
    """There is no cluster."""


def test_two_may_take_down_what_a_third_left_behind():
    dead = subprocess.Popen(["true"])
    dead.wait()
    fabric = Fabric(f"t{dead.pid}")
    fabric.tool("lan", "node1=192.0.2.1/24", "node2=192.0.2.2/24")
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(take_down_abandoned) for _ in range(2)]:
            done.result()
    assert fabric.name not in os.listdir(STATES)
