# SPDX-License-Identifier: Apache-2.0
"""metallb - MetalLB's speakers on the LAN of lab/demo --l2, for comparison.

They need an API server, and with memberlist, as here, they know of a dead node
without it. MetalLB's controller is left out: the Service has its address from us.
"""

import glob
import subprocess

import stage    # noqa: F401, which finds lab/
from fabric import Failed
from failover import AWAY
from kube import KINDS, KubeCluster
from lan import LanCluster
from lan_demo import NAMESPACE, SERVICE, slice_of

SYSTEM = "metallb-system"
LABELS = {"app": "metallb", "component": "speaker"}
API = "apis/metallb.io/v1beta1"
KINDS.update({"IPAddressPool": (API, "ipaddresspools", True),
              "L2Advertisement": (API, "l2advertisements", True)})


def build():
    done = subprocess.run([f"{stage.TOP}/bench/metallb/build"],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed("bench/metallb/build failed")
    return done.stdout.strip()


class MetalLb(LanCluster):
    title, client, address = "MetalLB 0.15", "client", "10.31.91.10"
    stays = []

    def __init__(self, fabric):
        super().__init__(fabric)
        self.dir = build()
        self.kube = KubeCluster(fabric)
        self.api = None

    def start(self):
        self.start_kube()
        for name in SYSTEM, NAMESPACE:
            self.put({"apiVersion": "v1", "kind": "Namespace",
                      "metadata": {"name": name}})
        self.put({"apiVersion": "v1", "kind": "ServiceAccount",
                  "metadata": {"name": "default", "namespace": SYSTEM}})
        for node in self.nodes:
            self.start_node(node)
        self.start_service()
        for node in self.nodes:
            self.start_bgpd(node)
        self.serve()
        self.hold_apart(self.address)

    def start_kube(self):
        kube = self.kube
        kube.make_dir()
        kube.make_keys()
        kube.start_etcd()
        kube.start_server()
        self.api = kube.api
        kube.kubectl("apply", "--server-side",
                     *kube.files(glob.glob(f"{self.dir}/crd/*.yaml")))
        kube.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                     "--all", "customresourcedefinitions")

    def put(self, obj):
        self.api.apply(obj)

    def edit(self, kind, namespace, name, patch):
        self.api.patch(kind, namespace, name, patch)

    def start_node(self, name):
        """The node, and a pod of the speaker on it, by which others find it."""
        node = self.node(name)
        status = {"status": node.pop("status")}
        self.put(node)
        self.api.patch("Node", None, name, status, "status")
        pod = f"speaker-{name}"
        self.put({"apiVersion": "v1", "kind": "Pod",
                  "metadata": {"name": pod, "namespace": SYSTEM,
                               "labels": LABELS},
                  "spec": {"nodeName": name, "hostNetwork": True,
                           "automountServiceAccountToken": False,
                           "containers": [{"name": "speaker",
                                           "image": "stand-in"}]}})
        ip = self.address_of(name)
        self.api.patch("Pod", SYSTEM, pod, {"status": {
            "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}],
            "conditions": [{"type": kind, "status": "True"} for kind in
                           ("Ready", "ContainersReady")]}}, "status")

    def address_of(self, node):
        return self.hosts[node][0].partition("/")[0]

    def start_service(self):
        self.put({"apiVersion": "metallb.io/v1beta1", "kind": "IPAddressPool",
                  "metadata": {"name": "lan", "namespace": SYSTEM},
                  "spec": {"addresses": [f"{self.address}/32"]}})
        self.put({"apiVersion": "metallb.io/v1beta1",
                  "kind": "L2Advertisement",
                  "metadata": {"name": "lan", "namespace": SYSTEM},
                  "spec": {"nodeSelectors": [{"matchExpressions": [
                      {"key": AWAY, "operator": "DoesNotExist"}]}]}})
        self.put({"apiVersion": "v1", "kind": "Service",
                  "metadata": {"name": SERVICE, "namespace": NAMESPACE},
                  "spec": {"type": "LoadBalancer", "ports": [
                      {"name": "http", "protocol": "TCP", "port": 80}]}})
        self.api.patch("Service", NAMESPACE, SERVICE, {"status": {
            "loadBalancer": {"ingress": [{"ip": self.address}]}}}, "status")
        self.put(slice_of("IPv4", self.nodes))

    def start_bgpd(self, node):
        self.bgpd[node] = self.fabric.start(node, [
            f"{self.dir}/speaker", "--port=7472", "--log-level=info",
            f"--node-name={node}", f"--namespace={SYSTEM}",
            f"--pod-name=speaker-{node}",
            f"--ml-bindaddr={self.address_of(node)}",
            "--ml-labels=" + ",".join(f"{k}={v}" for k, v in LABELS.items())],
            f"speaker-{node}",
            {"KUBECONFIG": f"{self.kube.dir}/admin.kubeconfig"})

    def hold_apart(self, address):
        """The kernel must not answer for what it has on lo."""
        for node in self.nodes:
            self.fabric.run(node, "sysctl", "-q", "-w",
                            "net.ipv4.conf.eth0.arp_ignore=1")
        self.hold(address)

    def settle(self):
        self.await_holder(self.address, limit=60)
