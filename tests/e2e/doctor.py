# SPDX-License-Identifier: Apache-2.0
"""What doctor says, and waiting for it."""

import contextlib
import json

from fabric import NODES, PATIENCE, TOP, until
from kube import SYSTEM

DAEMONS = ("DaemonSet", SYSTEM, "lbbgp-bgpd")


def findings(cluster, who="cli", node=None):
    """Of the cluster, as the administrator or a daemon sees it."""
    return json.loads(cluster.fabric.run(
        "switch", cluster.program("lbbgp"), "--output", "json", "--source", "kube",
        "--kubeconfig", cluster.identity(who, node), "doctor", "--all-nodes",
        check=False))["findings"]


def findings_on(cluster, node, *options):
    return json.loads(cluster.fabric.run(
        node, cluster.program("lbbgp"), "--output", "json", "--socket",
        cluster.socket(node), "doctor", *options, check=False))["findings"]


def await_finding(look, check, verdict, text, step=""):
    """step: words of what to do next."""
    def seen():
        found = [one for one in look() if one["check"] == check]
        return any(one["verdict"] == verdict and text in one["text"]
                   and step in (one["next"] or "") for one in found), found
    until(PATIENCE, f"{check} {verdict}: {text}", seen)


def await_in_cluster(cluster, check, verdict, text=""):
    await_finding(lambda: findings(cluster), check, verdict, text)


def roll_out(cluster):
    """There are no kubelets: what the controller of DaemonSets would say."""
    count = len(NODES)
    cluster.api.patch(*DAEMONS, {"status": {
        "desiredNumberScheduled": count, "currentNumberScheduled": count,
        "updatedNumberScheduled": count, "numberReady": count,
        "numberMisscheduled": 0}}, "status")


@contextlib.contextmanager
def manifests_again(cluster):
    try:
        yield
    finally:
        cluster.kubectl("apply", "--kustomize", f"{TOP}/manifests")
