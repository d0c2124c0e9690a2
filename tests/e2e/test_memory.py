# SPDX-License-Identifier: Apache-2.0
"""How much an idle node daemon with 100 prefixes and two peers may keep."""

from fabric import NODES
from objects import CONFIG, await_prefix

MOST = {"dir": {"VmRSS": 10240, "RssAnon": 2048},       # KiB
        "kube": {"VmRSS": 16384, "RssAnon": 4096}}


def memory(process):
    with open(f"/proc/{process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {name: int(fields[name].split()[0]) for name in ("VmRSS",
                                                           "RssAnon")}


def test_idle_daemon_is_small(cluster, record_property):
    cidrs = [f"10.35.{n}.0/24" for n in range(97)]     # and three of its own
    old = cluster.manifest(*CONFIG)["spec"]["serviceExternalIPs"]
    patch = {"spec": {
        "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in cidrs[:60]],
        "serviceExternalIPs": [*old, *({"cidr": cidr}
                                       for cidr in cidrs[60:])]}}
    with cluster.edited(*CONFIG, patch):
        for router in cluster.fabric.routers:
            for cidr in cidrs[0], cidrs[-1]:
                await_prefix(router, cidr, NODES.values())
        seen = memory(cluster.bgpd["node4"])
    for name, most in MOST[cluster.title].items():
        record_property(name, seen[name])
        assert seen[name] <= most, seen
