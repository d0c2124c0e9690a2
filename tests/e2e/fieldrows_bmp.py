# SPDX-License-Identifier: Apache-2.0
"""Every field of BGPConfiguration.bmp, by a station on the switch."""

import contextlib

from bmp import station
from fabric import NODES, until
from fieldrows import frr_conf, row
from objects import CONFIG
from scenario import POD_PREFIXES, SERVICE_CIDRS

SWITCH, PORT = "10.31.255.1", 11019
OURS = "10.99.1.0/24"           # FRR's own


@contextlib.contextmanager
def told(cluster, port=PORT, **fields):
    """A station that all nodes are to know; when they do."""
    target = {"address": SWITCH, "port": port, **fields}
    with station(cluster.fabric, "switch", SWITCH, port) as heard:
        with cluster.edited(*CONFIG, {"spec": {"bmp": [target]}}):
            until(30, "all nodes at the station", lambda: (
                set(heard.lines) == set(NODES), set(heard.lines)))
            yield heard
        until(20, "the end of all", lambda: (
            all(line.closed for line in heard.lines.values()),
            [line.closed for line in heard.lines.values()]))


def await_routers(cluster, line):
    until(20, "both routers", lambda: (
        {router.address for router in cluster.fabric.routers} ==
        {who for kind, who in line.peers if kind == 0}, line.peers))


@row("BGPConfiguration", "bmp[].address")
def address(cluster):
    with told(cluster) as heard:
        line = heard.lines["node1"]
        await_routers(cluster, line)
        assert line.peers[0, cluster.fabric.frr.address] == 64512


@row("BGPConfiguration", "bmp[].port")
def port(cluster):
    with told(cluster, PORT + 1):
        pass


@row("BGPConfiguration", "bmp[].routes")
def routes(cluster):
    """What a router sends and nobody may use is there before the policy only."""
    frr = cluster.fabric.frr
    own = {*SERVICE_CIDRS, POD_PREFIXES["node1"]}
    with told(cluster, routes=["PrePolicy", "PostPolicy", "LocRIB"]) as heard:
        line = heard.lines["node1"]

        def seen(table, who):
            return line.routes.get((table, who), set())

        until(20, "its own routes", lambda: (
            own <= seen("table", "0.0.0.0"), line.routes))
        with frr_conf(frr, ["no bgp network import-check", f"network {OURS}"],
                      [f"no network {OURS}"]):
            until(30, f"{OURS} at the station", lambda: (
                OURS in seen("pre", frr.address), line.routes))
            assert OURS not in seen("post", frr.address)
            assert OURS not in seen("table", "0.0.0.0")
        until(30, f"{OURS} gone", lambda: (
            OURS not in seen("pre", frr.address), line.routes))


@row("BGPConfiguration", "bmp[].statsInterval")
def stats_interval(cluster):
    with told(cluster, statsInterval=1) as heard:
        line = heard.lines["node1"]
        until(20, "reports", lambda: (line.reports >= 4, line.reports))
