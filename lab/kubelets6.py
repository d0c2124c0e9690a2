# SPDX-License-Identifier: Apache-2.0
"""kubelets6 - the real cluster with IPv6 alone: nodes without an IPv4 address but for
127.0.0.1, sessions, pods, Services and the API server by IPv6.
"""

from cluster import MANIFESTS
from cluster_demo import ClusterDemo
from kubelets import CLIENT_NETS, FRR_IP6, POD_CIDRS, KubeletCluster

SERVER_IP = "fd10:31::255:1"


class Ipv6Cluster(KubeletCluster):
    title = "IPv6"
    versions = ("-6",)
    service_cidr = "fd10:33:80::/112"
    pod_cidrs = POD_CIDRS[1:]
    configuration = f"{MANIFESTS}/cluster/ipv6.yaml"
    has_old_image = False           # Ipv6Demo upgrades nothing
    server_names = (f"IP:{SERVER_IP}",)
    server_host = f"[{SERVER_IP}]"

    def node_ips(self, node):
        return super().node_ips(node)[1:]

    def node_ip(self, node, like):
        return self.node_ips(node)[0]

    def start_server(self):
        """The lab itself asks it by IPv4."""
        self.fabric.run("switch", "ip", "address", "add", f"{SERVER_IP}/64", "dev",
                        "br0", "nodad")
        self.server = self.fabric.start(
            "switch", self.server_command("::", SERVER_IP), "kube-apiserver")
        self.await_server()

    def teach_frr(self):
        self.fabric.frr.text(
            "configure terminal", "router bgp 64512",
            "neighbor nodes6 peer-group", "neighbor nodes6 remote-as 64517",
            "neighbor nodes6 timers connect 1",
            "neighbor nodes6 advertisement-interval 0",
            *[f"neighbor {self.node_ips(node)[0]} peer-group nodes6"
              for node in self.nodes],
            "address-family ipv6 unicast", f"network {CLIENT_NETS[1]}",
            "neighbor nodes6 activate")

    def wire_server(self):
        self.fabric.run("switch", "ip", "route", "add", self.pod_cidrs[0], "via",
                        FRR_IP6)

    def start_machine(self, node):
        self.fabric.run(node, "ip", "-4", "address", "flush", "dev", "eth0")
        super().start_machine(node)


class Ipv6Demo(ClusterDemo):
    steps = ["install", "services", "mesh", "uninstall"]
