# SPDX-License-Identifier: Apache-2.0
"""gracefulRestart of BGPConfiguration and of BGPPeer, as routers see it."""

from fabric import NODES
from fieldrows import (AT_BIRD, AT_FRR, BIRD_PEER, EVERYBODY, FRR_PEER,
                       await_bird_text, await_frr_neighbor, row)
from objects import CONFIG


def settings(**fields):
    return {"spec": {"gracefulRestart": fields}}


def await_frr(cluster, what, good):
    for ip in NODES.values():
        await_frr_neighbor(cluster, ip, what, good)


def frr_says(capability, what):
    """A neighbour that is down has none of them."""
    return lambda n: n.get("neighborCapabilities", {}).get(capability) == what


def frr_is_not_asked(neighbor):
    return neighbor["bgpState"] == "Established" and \
        neighbor["gracefulRestartInfo"]["remoteGrMode"] == "Disable"


def frr_hears_n(neighbor):
    return neighbor.get("gracefulRestartInfo", {}).get("nBit")


def await_bird(cluster, text):
    for node in NODES:
        await_bird_text(cluster, ["protocols", "all", node], text)


@row("BGPConfiguration", "gracefulRestart.enabled", EVERYBODY)
def nobody_is_asked(cluster):
    with cluster.edited(*CONFIG, settings(enabled=False)):
        await_frr(cluster, "no graceful restart", frr_is_not_asked)
        await_bird(cluster, """Neighbor capabilities
      Multiprotocol
        AF announced: ipv4
      Route refresh
      4-octet AS numbers
""")


@row("BGPPeer", "gracefulRestart.enabled", AT_FRR)
def peer_is_not_asked(cluster):
    with cluster.edited(*FRR_PEER, settings(enabled=False)):
        await_frr(cluster, "no graceful restart", frr_is_not_asked)


def frr_waits(seconds):
    return lambda n: n.get("gracefulRestartInfo", {}).get("timers", {}).get(
        "receivedRestartTimer") == seconds


@row("BGPConfiguration", "gracefulRestart.restartTime", EVERYBODY)
def everybody_waits_that_long(cluster):
    with cluster.edited(*CONFIG, settings(restartTime=77)):
        await_frr(cluster, "77 s", frr_waits(77))
        await_bird(cluster, "Restart time: 77")


@row("BGPPeer", "gracefulRestart.restartTime", AT_FRR)
def peer_waits_that_long(cluster):
    with cluster.edited(*FRR_PEER, settings(restartTime=77)):
        await_frr(cluster, "77 s", frr_waits(77))


@row("BGPConfiguration", "gracefulRestart.longLivedTime", EVERYBODY)
def routes_live_long_everywhere(cluster):
    with cluster.edited(*CONFIG, settings(longLivedTime=3600)):
        await_frr(cluster, "LLGR", frr_says(
            "longLivedGracefulRestart", "advertisedAndReceived"))
        await_bird(cluster, "LL stale time: 3600")


@row("BGPPeer", "gracefulRestart.longLivedTime", AT_BIRD)
def routes_live_long_at_the_peer(cluster):
    with cluster.edited(*BIRD_PEER, settings(longLivedTime=3600)):
        await_bird(cluster, "LL stale time: 3600")


@row("BGPConfiguration", "gracefulRestart.notification", EVERYBODY)
def everybody_hears_of_n(cluster):
    with cluster.edited(*CONFIG, settings(notification=True)):
        await_frr(cluster, "N", frr_hears_n)


@row("BGPPeer", "gracefulRestart.notification", AT_FRR)
def peer_hears_of_n(cluster):
    with cluster.edited(*FRR_PEER, settings(notification=True)):
        await_frr(cluster, "N", frr_hears_n)
