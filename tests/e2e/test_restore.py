# SPDX-License-Identifier: Apache-2.0
"""etcd is restored from a backup under a running allocator.

What was given since the backup is not there any more, versions are counted
twice, and a watch from a version that is yet to come brings nothing.
"""

import signal
import time

import pytest

from fabric import PATIENCE, temporary_fabric, until
from objects import service
from test_leader import REAL, SPACE, ApiOnly, Replica

WAIT = 90                       # s; a Lease and some backoffs


class Restored(ApiOnly):
    data = "etcd"

    def etcdctl(self, *args):
        return self.fabric.run("switch", "env", "ETCDCTL_API=3", "etcdctl",
                               *args)

    def back_up(self):
        self.etcdctl("snapshot", "save", f"{self.dir}/backup")

    def restore(self):
        self.stop_server()
        self.etcd.stop(signal.SIGKILL)
        self.fabric.run("switch", "rm", "-rf", f"{self.dir}/etcd")
        self.etcdctl("snapshot", "restore", f"{self.dir}/backup",
                     f"--data-dir={self.dir}/etcd")
        self.start_etcd()
        self.start_server()


@pytest.fixture
def cluster():
    with temporary_fabric() as fabric:
        running = Restored(fabric)
        running.start()
        yield running


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def addresses(cluster):
    """{Service: its addresses}"""
    found = {}
    for obj in cluster.api.list("Service", SPACE):
        status = obj.get("status", {}).get("loadBalancer", {})
        found[obj["metadata"]["name"]] = [
            entry["ip"] for entry in status.get("ingress", [])]
    return found


def await_all(cluster, names, limit=PATIENCE):
    """All of them have an address of their own; what they have."""
    def look():
        have = addresses(cluster)
        given = [ip for ips in have.values() for ip in ips]
        good = (sorted(have) == sorted(names) and all(have.values())
                and len(set(given)) == len(given))
        return good, have
    until(limit, "addresses", look)
    return addresses(cluster)


def await_used(cluster, n):
    """The books agree with the cluster: nothing is leaked."""
    def look():
        group = cluster.get("ServiceGroup", None, "pool")
        return f"'used': {n}" in str(group.get("status")), group.get("status")
    until(WAIT, "used addresses", look)


@pytest.mark.parametrize("options", [(), ("--leader-elect=false",)],
                         ids=["elected", "alone"])
def test_restored_backup_costs_no_address(cluster, options):
    replica = Replica(cluster, "node1", REAL, extra=options)
    until(PATIENCE, "the allocator", lambda: (
        replica.is_ready(), replica.process.tail()))
    for name in ("early", "kept"):
        cluster.put(service(name, "pool"))
    before = await_all(cluster, ["early", "kept"])
    cluster.back_up()
    cluster.remove("Service", SPACE, "early")
    for name in ("late", "later", "last"):
        cluster.put(service(name, "pool"))
    await_all(cluster, ["kept", "late", "later", "last"])
    for _ in range(30):         # versions that the backup has not reached
        cluster.edit("Service", SPACE, "kept",
                     {"metadata": {"annotations": {"x": str(time.time())}}})
    cluster.restore()
    try:
        cluster.put(service("new", "pool"))
        after = await_all(cluster, ["early", "kept", "new"], WAIT)
        assert {name: after[name] for name in before} == before
        await_used(cluster, 3)
    finally:
        replica.process.stop()
