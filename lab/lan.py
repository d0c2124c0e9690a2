# SPDX-License-Identifier: Apache-2.0
"""lan - a LAN without routers: nodes and a client at one switch, and lbbgp on it.

Objects come from a folder of manifests. Who holds an address is what the others
on the LAN make of it: whose MAC address answers, who answers the client, for how
long nobody does.
"""

import contextlib
import json
import os

from cluster import DirCluster
from fabric import PATIENCE, Fabric, temporary_fabric, until

PORT = 80
SYSTEM = "lbbgp-system"


class Lan(Fabric):
    """hosts: {name: [address/length, ...]}"""

    def __init__(self, name, hosts):
        super().__init__(name)
        self.routers = []
        self.hosts = hosts
        self.macs = {}          # by address, of each host's eth0

    def up(self):
        self.tool("lan", *(f"{host}={','.join(addresses)}"
                           for host, addresses in self.hosts.items()))
        os.makedirs(f"{self.state}/log", exist_ok=True)
        self.macs = {self.mac(host): host for host in self.hosts}

    def mac(self, host):
        return json.loads(self.run(host, "ip", "-j", "link", "show", "dev",
                                   "eth0"))[0]["address"]

    @contextlib.contextmanager
    def split(self, host):
        """It hears nobody and nobody hears it meanwhile; its link stays up."""
        self.run("switch", "ip", "link", "set", "dev", host, "nomaster")
        try:
            yield
        finally:
            self.run("switch", "ip", "link", "set", "dev", host, "master",
                     "br0")

    def answerers(self, address, client="client"):
        """The hosts that answer for an address by ARP or NDP, when asked once.
        """
        macs = json.loads(self.python(client, "neighbors.py", address, "eth0"))
        return [self.macs.get(mac, mac) for mac in macs]


class LanCluster(DirCluster):
    """The programs on the nodes of a Lan. All that starts with `node` is one."""

    def __init__(self, fabric, hosts=None):
        super().__init__(fabric)
        self.hosts = hosts or fabric.hosts
        self.nodes = [host for host in self.hosts if host.startswith("node")]

    def lay_nodes(self):
        os.makedirs(self.path)
        for node in self.nodes:
            self.put(self.node(node))

    def start(self):
        self.lay_nodes()
        self.start_allocator()
        for node in self.nodes:
            self.start_bgpd(node)

    def node(self, name, **labels):
        addresses = [address.partition("/")[0]
                     for address in self.hosts[name]]
        return {"apiVersion": "v1", "kind": "Node",
                "metadata": {"name": name, "labels": {
                    "kubernetes.io/hostname": name, **labels}},
                "status": {"addresses": [
                    {"type": "InternalIP", "address": address}
                    for address in addresses], "conditions": [
                    {"type": "Ready", "status": "True"}]}}

    def label(self, node, **labels):
        """None takes a label away."""
        self.edit("Node", None, node, {"metadata": {"labels": labels}})

    def serve(self, *ports):
        """An application on each node that answers with the node's name."""
        for node in self.nodes:
            self.applications.append(self.fabric.serve(
                node, node, *(ports or [PORT])))

    def hold(self, address):
        """kube-proxy's part: each node takes what comes to the address."""
        bits = 128 if ":" in address else 32
        for node in self.nodes:
            self.fabric.run(node, "ip", "address", "add", f"{address}/{bits}",
                            "dev", "lo")

    def ingress(self, namespace, name):
        """The addresses that a Service has."""
        obj = self.get("Service", namespace, name) or {}
        return [entry["ip"] for entry in obj.get("status", {}).get(
            "loadBalancer", {}).get("ingress") or []]

    def await_addresses(self, namespace, name, count=1, limit=PATIENCE):
        until(limit, f"addresses of {namespace}/{name}", lambda: (
            len(self.ingress(namespace, name)) == count,
            self.ingress(namespace, name)))
        return self.ingress(namespace, name)

    def await_holder(self, address, nodes=None, limit=PATIENCE):
        """Until one of these nodes, and nobody else, answers; its name."""
        nodes = self.nodes if nodes is None else nodes
        found = []

        def look():
            found[:] = self.fabric.answerers(address)
            return len(found) == 1 and found[0] in nodes, found
        until(limit, f"one of {nodes} that answers for {address}", look)
        return found[0]

    def await_nobody(self, address, limit=PATIENCE):
        def look():
            found = self.fabric.answerers(address)
            return not found, found
        return until(limit, f"nobody that answers for {address}", look)


def temporary_lan(hosts):
    return temporary_fabric(lambda name: Lan(name, hosts))
