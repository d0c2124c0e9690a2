# SPDX-License-Identifier: Apache-2.0
"""How much an idle node daemon with 100 prefixes and two peers may keep."""

from memory import MOST, hundred_prefixes, memory


def test_idle_daemon_is_small(cluster):
    with hundred_prefixes(cluster):
        seen = memory(cluster.bgpd["node4"])
    for name, most in MOST[cluster.title].items():
        assert seen[name] <= most, seen
