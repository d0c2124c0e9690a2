# SPDX-License-Identifier: Apache-2.0
"""memory - an idle node daemon with two peers and 100 prefixes, what it keeps,
and how much of it is allowed.
"""

import contextlib

from fabric import NODES, PATIENCE, until

MOST = {"dir": {"VmRSS": 10240, "RssAnon": 2048},       # KiB
        "kube": {"VmRSS": 16384, "RssAnon": 4096}}
CONFIG = ("BGPConfiguration", None, "default")
CIDRS = [f"10.35.{n}.0/24" for n in range(97)]          # and three of its own


def memory(process):
    """VmRSS, RssAnon, VmHWM, in KiB."""
    with open(f"/proc/{process.pid}/status") as status:
        fields = dict(line.split(":", 1) for line in status)
    return {name: int(fields[name].split()[0])
            for name in ("VmRSS", "RssAnon", "VmHWM")}


@contextlib.contextmanager
def hundred_prefixes(cluster):
    """All nodes announce that many meanwhile, and the routers have them."""
    old = cluster.manifest(*CONFIG)["spec"]["serviceExternalIPs"]
    patch = {"spec": {
        "serviceLoadBalancerIPs": [{"cidr": cidr} for cidr in CIDRS[:60]],
        "serviceExternalIPs": [*old, *({"cidr": cidr}
                                       for cidr in CIDRS[60:])]}}
    want = list(NODES.values())

    with cluster.edited(*CONFIG, patch):
        for router in cluster.fabric.routers:
            until(PATIENCE, f"100 prefixes at {router.title}", lambda: (
                all(router.routes().get(cidr) == want for cidr in CIDRS),
                "too few"))
        yield
