# SPDX-License-Identifier: Apache-2.0
"""BFD between nodes and routers, for tests."""

import contextlib

from fabric import NODES, PATIENCE, until
from fieldrows import BIRD_PEER, FRR_PEER

PEERS = {"FRR": FRR_PEER, "BIRD": BIRD_PEER}


def bfd(cluster, node, who=None):
    reply = cluster.lbbgp_json(node, "show", "bfd", *([who] if who else []))
    return {session["name"]: session for session in reply["sessions"]}


def name_of(router):
    return PEERS[router.title][2]


@contextlib.contextmanager
def with_bfd(cluster, router, interval, **more):
    """Both ends have it, and every session is Up.

    The router is as on a machine of its own: one that has to wait for a core finds
    nodes gone that are there.
    """
    spec = {"transmitInterval": interval, "receiveInterval": interval,
            "detectMultiplier": 3, **more}
    router.set_bfd(interval)
    router.give_priority()
    try:
        with cluster.edited(*PEERS[router.title], {"spec": {"bfd": spec}}):
            for node in NODES:
                await_bfd(cluster, node, router, "Up")
            yield
    finally:
        router.set_bfd(None)


def await_bfd(cluster, node, router, state, limit=PATIENCE):
    def look():
        seen = bfd(cluster, node).get(name_of(router))
        return seen is not None and seen["state"] == state, seen
    until(limit, f"BFD {state} at {node} with {router.title}", look)
    return bfd(cluster, node)[name_of(router)]


def await_quick(cluster, node, router, interval):
    """The times that both ends want are agreed."""
    def look():
        seen = bfd(cluster, node)[name_of(router)]
        return (seen["transmitInterval"] == interval * 1000 and
                seen["detectionTime"] == 3 * interval * 1000), seen
    until(PATIENCE, f"times of BFD at {node}", look)
