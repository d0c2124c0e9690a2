# SPDX-License-Identifier: Apache-2.0
"""failover - what happens to the node that holds an address, and is undone again.

A fault is a pair of functions of the cluster and the node. A cluster says by
AWAY which nodes may not hold the address.
"""

import collections
import contextlib
import signal

AWAY = "lab.lbbgp.io/away"
NOT_AWAY = {"matchExpressions": [{"key": AWAY, "operator": "DoesNotExist"}]}

Fault = collections.namedtuple("Fault", "what happens undone")


def stop(number):
    def happens(cluster, node):
        cluster.bgpd[node].stop(number)
    return happens


def send(number):
    def happens(cluster, node):
        cluster.bgpd[node].send(number)
    return happens


def start(cluster, node):
    cluster.start_bgpd(node)


def cable(plugged):
    def happens(cluster, node):
        cluster.fabric.cable(node, plugged)
    return happens


def die(cluster, node):
    """Without a word to anybody: not even that its connections end."""
    cluster.fabric.cable(node, False)
    cluster.bgpd[node].stop(signal.SIGKILL)


def live(cluster, node):
    cluster.fabric.cable(node, True)
    cluster.start_bgpd(node)


def label(value):
    def happens(cluster, node):
        cluster.edit("Node", None, node,
                     {"metadata": {"labels": {AWAY: value}}})
    return happens


def drain(reason):
    def happens(cluster, node):
        cluster.edit("Node", None, node, {
            "metadata": {"annotations": {"lbbgp.io/drain": reason}}})
    return happens


def restart(cluster, node):
    cluster.bgpd[node].stop(signal.SIGTERM)
    cluster.start_bgpd(node)


def nothing(_cluster, _node):
    pass


FAULTS = {
    "dead": Fault("as by a power cut", die, live),
    "killed": Fault("the daemon ends by SIGKILL", stop(signal.SIGKILL), start),
    "cut": Fault("the cable is pulled", cable(False), cable(True)),
    "frozen": Fault("the daemon hangs", send(signal.SIGSTOP),
                    send(signal.SIGCONT)),
    "moved": Fault("a label takes the address away", label(""), label(None)),
    "drained": Fault("the node is drained", drain("a fault"), drain(None)),
    "restarted": Fault("SIGTERM, and a new start", restart, nothing)}


@contextlib.contextmanager
def fault(cluster, name, node):
    """It has happened, and is undone at the end."""
    FAULTS[name].happens(cluster, node)
    try:
        yield
    finally:
        FAULTS[name].undone(cluster, node)
