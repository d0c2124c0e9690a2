# SPDX-License-Identifier: Apache-2.0
"""kube - the fabric with a real Kubernetes API server.

etcd, kube-apiserver and kube-controller-manager run in the switch's
namespace, so every node reaches them; kube-proxy runs on each node, and pods
stand in for the application behind the Services. There is no kubelet: nodes
and pods get their status from here, the routes between the nodes' pod
prefixes (a CNI's part) too. The programs come with the identities, and so the
rights, that manifests/ gives them.
"""

import contextlib
import ctypes
import http.client
import ipaddress
import json
import os
import secrets
import shutil
import signal
import ssl
import subprocess
import threading
import time

from cluster import DASHBOARD, MANIFESTS, RESTART, Cluster
from fabric import NODES, PATIENCE, SWITCH_IP, TOP, Failed, until
from scenario import POD_PREFIXES, await_addresses

SERVICE_CIDR = "10.33.128.0/18"
POD_CIDR = "10.33.0.0/17"
NAMESPACE = "nginx-quic"
SYSTEM = "lbbgp-system"
PODS = {"node4": "10.33.26.10", "node5": "10.33.12.10", "node6": "10.33.93.10"}
ACCOUNTS = {"allocator": "lbbgp-allocator", "bgpd": "lbbgp-bgpd"}
PROXY_RULES = {
    "iptables": ["iptables-save", "-t", "nat"],
    "nftables": ["nft", "list", "table", "ip", "kube-proxy"],
    "ipvs": ["ipvsadm", "--save", "--numeric"]}
CONTROLLERS = [f"{name}-controller" for name in (
    "endpointslice", "garbage-collector", "namespace",
    "root-ca-certificate-publisher", "service-cidr", "serviceaccount")]

# kind: (API, plural, namespaced)
KINDS = {
    "Namespace": ("api/v1", "namespaces", False),
    "Node": ("api/v1", "nodes", False),
    "Pod": ("api/v1", "pods", True),
    "Secret": ("api/v1", "secrets", True),
    "Service": ("api/v1", "services", True),
    "ServiceAccount": ("api/v1", "serviceaccounts", True),
    "Event": ("api/v1", "events", True),
    "DaemonSet": ("apis/apps/v1", "daemonsets", True),
    "Lease": ("apis/coordination.k8s.io/v1", "leases", True),
    "EndpointSlice": ("apis/discovery.k8s.io/v1", "endpointslices", True),
    "BlockAffinity": ("apis/crd.projectcalico.org/v1", "blockaffinities",
                      False),
    "ServiceCIDR": ("apis/networking.k8s.io/v1", "servicecidrs", False),
    "CustomResourceDefinition": ("apis/apiextensions.k8s.io/v1",
                                 "customresourcedefinitions", False),
    "ServiceGroup": ("apis/lbbgp.io/v1", "servicegroups", False),
    "BGPConfiguration": ("apis/lbbgp.io/v1", "bgpconfigurations", False),
    "BGPFilter": ("apis/lbbgp.io/v1", "bgpfilters", False),
    "BGPPeer": ("apis/lbbgp.io/v1", "bgppeers", False),
    "BGPNodeStatus": ("apis/lbbgp.io/v1", "bgpnodestatuses", False),
    "VirtualIP": ("apis/lbbgp.io/v1", "virtualips", False),
}

ETCD = f"http://{SWITCH_IP}:2379"
NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
           "-nodes"]
IDLE_MOST = 60          # s; the API server closes connections after 90
CLONE_NEWNET = 0x40000000
libc = ctypes.CDLL(None, use_errno=True)


@contextlib.contextmanager
def in_namespace(name):
    """Sockets that this thread opens meanwhile are in that namespace."""
    def enter(path):
        with open(path) as namespace:
            if libc.setns(namespace.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), f"setns {path}")

    mine = f"/proc/self/task/{threading.get_native_id()}/ns/net"
    with open(mine) as home:
        enter(f"/run/netns/{name}")
        try:
            yield
        finally:
            libc.setns(home.fileno(), CLONE_NEWNET)


def kubernetes_dirs():
    """Where the programs of Kubernetes are; the first time, builds them."""
    done = subprocess.run([f"{TOP}/tests/kubernetes/build"],
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Failed("tests/kubernetes/build failed")
    return done.stdout.strip()


class ApiError(Failed):
    def __init__(self, status, message):
        super().__init__(f"API server: {status}: {message}")
        self.status = status


class Api:
    """One connection to the API server, as its administrator."""

    def __init__(self, namespace, ca, token):
        self.namespace = namespace
        self.tls = ssl.create_default_context(cafile=ca)
        self.token = token
        self.conn = None
        self.used = 0

    def connect(self):
        self.conn = http.client.HTTPSConnection(
            SWITCH_IP, 6443, context=self.tls, timeout=30)
        with in_namespace(self.namespace):
            self.conn.connect()

    def call(self, method, path, body=None, kind="application/json"):
        """The object that the server answers with; else ApiError."""
        try:
            if self.conn is None or time.monotonic() - self.used > IDLE_MOST:
                self.connect()
            self.used = time.monotonic()
            self.conn.request(
                method, f"/{path}", json.dumps(body) if body else None,
                {"Authorization": f"Bearer {self.token}",
                 "Content-Type": kind})
            answer = self.conn.getresponse()
            text = answer.read().decode()
        except (OSError, http.client.HTTPException) as err:
            self.conn = None
            raise ApiError(0, err) from err
        if answer.status >= 300:
            raise ApiError(answer.status, text)
        try:
            return json.loads(text)
        except ValueError:
            return text

    @staticmethod
    def path(kind, namespace, name="", part=""):
        api, plural, namespaced = KINDS[kind]
        place = f"namespaces/{namespace}/" if namespaced and namespace else ""
        return "/".join(filter(None, (f"{api}/{place}{plural}", name, part)))

    def apply(self, obj):
        """Server-side apply, unknown fields refused."""
        meta = obj["metadata"]
        path = self.path(obj["kind"], meta.get("namespace"), meta["name"])
        return self.call(
            "PATCH", f"{path}?fieldManager=lab&force=true"
            "&fieldValidation=Strict", obj, "application/apply-patch+yaml")

    def patch(self, kind, namespace, name, patch, part=""):
        path = self.path(kind, namespace, name, part)
        return self.call("PATCH", f"{path}?fieldValidation=Strict", patch,
                         "application/merge-patch+json")

    def get(self, kind, namespace, name):
        try:
            return self.call("GET", self.path(kind, namespace, name))
        except ApiError as err:
            if err.status == 404:
                return None
            raise

    def list(self, kind, namespace=None):
        return self.call("GET", self.path(kind, namespace))["items"]

    def delete(self, kind, namespace, name):
        return self.call("DELETE", self.path(kind, namespace, name))


class KubeCluster(Cluster):
    """The scenario on a real API server."""

    title = "kube"
    port = 80
    service_cidr = SERVICE_CIDR
    server_names = ()       # more of them, in the API server's certificate
    server_host = SWITCH_IP     # of it, in kubeconfigs
    proxy_mode = "iptables"

    def __init__(self, fabric):
        super().__init__(fabric)
        self.dir = f"{fabric.state}/kube"
        self.path = kubernetes_dirs()
        self.token, self.tokens = None, {}
        self.etcd = self.server = self.controllers = None
        self.proxies = {}
        self.api = None

    def tool(self, name):
        path = shutil.which(name, path=self.path)
        if not path:
            raise Failed(f"{name} is not in {self.path}")
        return path

    #
    # The control plane
    #

    def start(self):
        self.start_api()
        self.apply_manifests()
        self.start_controllers()
        self.start_nodes()
        self.start_pods()
        self.start_proxies()
        self.start_programs()
        await_addresses(self)
        self.await_proxies()

    def start_api(self):
        """An API server, and nothing of ours."""
        self.make_dir()
        self.make_keys()
        self.start_etcd()
        self.start_server()

    def install(self, manifests=f"{TOP}/manifests"):
        """Our kinds and rights, and what kubelets start; what kubectl said of it."""
        said = self.kubectl("apply", "--kustomize", manifests)
        self.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                     "--all", "customresourcedefinitions")
        return said

    def make_dir(self):
        os.makedirs(self.dir)

    def openssl(self, *args):
        done = subprocess.run(["openssl", *args], cwd=self.dir,
                              capture_output=True, text=True)
        if done.returncode != 0:
            raise Failed(f"openssl {args[0]}: {done.stderr}")

    def users(self):
        """{name: (user, group)} of those who get a token for themselves."""
        return {"admin": ("admin", "system:masters")}

    def certificate(self, name, subject, names=""):
        """NAME.crt and NAME.key, for a server when it has alternative names."""
        with open(f"{self.dir}/{name}.ext", "w") as extensions:
            extensions.write(names and f"subjectAltName={names}\n")
        self.openssl("req", *NEW_KEY, "-subj", subject, "-keyout",
                     f"{name}.key", "-out", f"{name}.csr")
        self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt",
                     "-CAkey", "ca.key", "-CAcreateserial", "-days", "30",
                     "-extfile", f"{name}.ext", "-out", f"{name}.crt")

    def make_keys(self):
        """A CA, the server's certificate, the key of service accounts."""
        self.openssl("req", "-x509", *NEW_KEY, "-days", "30", "-subj",
                     "/CN=lab CA", "-keyout", "ca.key", "-out", "ca.crt")
        self.certificate("server", "/CN=kube-apiserver", ",".join([
            f"IP:{SWITCH_IP}", "IP:127.0.0.1", f"IP:{self.service_ip()}",
            "DNS:kubernetes.default.svc", *self.server_names]))
        self.openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout",
                     "-out", "sa.key")
        with open(f"{self.dir}/tokens", "w") as tokens:
            for who, (user, group) in self.users().items():
                token = secrets.token_hex(16)
                tokens.write(f"{token},{user},{who},{group}\n")
                self.kubeconfig(who, token)
                self.tokens[who] = token
        self.token = self.tokens["admin"]
        self.api = Api(self.fabric.ns("switch"), f"{self.dir}/ca.crt",
                       self.token)

    def service_ip(self):
        """The API server's own, inside the cluster."""
        first = self.service_cidr.partition(",")[0]
        return str(next(ipaddress.ip_network(first).hosts()))

    def kubeconfig(self, who, token):
        path = f"{self.dir}/{who}.kubeconfig"
        config = {
            "apiVersion": "v1", "kind": "Config", "current-context": "lab",
            "clusters": [{"name": "lab", "cluster": {
                "server": f"https://{self.server_host}:6443",
                "certificate-authority": f"{self.dir}/ca.crt"}}],
            "users": [{"name": who, "user": {"token": token}}],
            "contexts": [{"name": "lab", "context": {
                "cluster": "lab", "user": who}}]}
        with open(path, "w") as out:
            json.dump(config, out, indent=1)
        return path

    def start_etcd(self):
        self.etcd = self.fabric.start("switch", [
            "etcd", f"--data-dir={self.dir}/etcd", "--unsafe-no-fsync",
            f"--listen-client-urls=http://127.0.0.1:2379,{ETCD}",
            f"--advertise-client-urls={ETCD}",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--logger=zap"], "etcd")

    def start_server(self):
        self.server = self.fabric.start(
            "switch", self.server_command(SWITCH_IP, SWITCH_IP),
            "kube-apiserver")
        self.await_server()

    def server_command(self, bind, address):
        """An API server that listens there, and is reached by the address."""
        return [
            self.tool("kube-apiserver"), f"--etcd-servers={ETCD}",
            f"--bind-address={bind}", "--secure-port=6443",
            f"--advertise-address={address}",
            f"--tls-cert-file={self.dir}/server.crt",
            f"--tls-private-key-file={self.dir}/server.key",
            f"--client-ca-file={self.dir}/ca.crt",
            f"--token-auth-file={self.dir}/tokens",
            "--service-account-issuer=https://kubernetes.default.svc",
            f"--service-account-key-file={self.dir}/sa.key",
            f"--service-account-signing-key-file={self.dir}/sa.key",
            f"--service-cluster-ip-range={self.service_cidr}",
            *self.access_options(), *self.server_options()]

    def server_options(self):
        """More of them, for those who build on this."""
        return []

    def access_options(self):
        """No kubelets here, and nobody reaches the server by its Service."""
        return ["--authorization-mode=RBAC", "--endpoint-reconciler-type=none"]

    def await_server(self, limit=60):
        def look():
            if not self.server.alive():
                raise Failed("kube-apiserver ended:\n" + self.server.tail())
            try:
                return self.api.call("GET", "readyz") == "ok", "not ready"
            except ApiError as err:
                return False, err
        return until(limit, "kube-apiserver", look)

    def stop_server(self):
        """At once: it would drain for seconds."""
        self.server.stop(signal.SIGKILL)

    def start_controllers(self):
        self.controllers = self.fabric.start("switch", [
            self.tool("kube-controller-manager"),
            f"--kubeconfig={self.dir}/admin.kubeconfig",
            "--bind-address=127.0.0.1", "--leader-elect=false",
            f"--root-ca-file={self.dir}/ca.crt", *self.controller_options()],
            "kube-controller-manager")

    def controller_options(self):
        return [f"--controllers={','.join(CONTROLLERS)}"]

    def kubectl(self, *args, text_in=None, check=True):
        """As a person would, from a machine that reaches the API server."""
        return self.fabric.run(
            "switch", self.tool("kubectl"),
            f"--kubeconfig={self.dir}/admin.kubeconfig",
            f"--cache-dir={self.dir}/cache", *args, text_in=text_in,
            check=check)

    def overview(self):
        words = ("get", "sg,bgppeer,bgpns")
        return "kubectl " + " ".join(words), self.kubectl(*words)

    def hints(self):
        return [("the cluster", "lab/fabric exec switch "
                 f"{self.tool('kubectl')} get sg,bgppeer,bgpns"),
                DASHBOARD, RESTART]

    def kubectl_as(self, who, node, *args, text_in=None):
        """The same with the rights of one of our programs."""
        return self.kubectl(f"--kubeconfig={self.identity(who, node)}",
                            *args, text_in=text_in)

    def compact(self):
        """etcd forgets every revision but the newest."""
        def etcdctl(*args):
            return self.fabric.run("switch", "env", "ETCDCTL_API=3",
                                   "etcdctl", *args)
        newest = json.loads(etcdctl("get", "x", "-w", "json"))
        etcdctl("compact", str(newest["header"]["revision"]))

    def apply_manifests(self):
        """What a cluster needs of us, then the scenario, all by kubectl."""
        self.kubectl("apply", "--kustomize", f"{TOP}/manifests")
        self.kubectl("apply", *self.files(
            [f"{MANIFESTS}/kube/calico-crd.yaml"]))
        self.kubectl("wait", "--for=condition=Established", "--timeout=30s",
                     "--all", "customresourcedefinitions")
        self.kubectl("apply", *self.files(
            f"{MANIFESTS}/{part}.yaml" for part in (
                "kube/namespace", "kube/nodes", "kube/calico", "common/bgp",
                "common/services")))

    @staticmethod
    def files(paths):
        return [f"--filename={path}" for path in paths]

    #
    # Nodes and pods
    #

    def start_nodes(self):
        for node, address in NODES.items():
            last = address.rpartition(".")[2]
            self.api.patch("Node", None, node, {"status": {
                "addresses": [
                    {"type": "Hostname", "address": node},
                    {"type": "InternalIP", "address": address},
                    {"type": "InternalIP", "address": f"fd10:31::90:{last}"}],
                "conditions": [{"type": "Ready", "status": "True"}]}},
                "status")
            for other, prefix in POD_PREFIXES.items():
                if other != node:       # what a CNI sets up between nodes
                    self.fabric.run(node, "ip", "route", "add", prefix,
                                    "via", NODES[other])

    def start_pods(self):
        until(PATIENCE, "default service account", lambda: (
            self.api.get("ServiceAccount", NAMESPACE, "default"), "none"))
        self.kubectl("apply", *self.files([f"{MANIFESTS}/kube/pods.yaml"]))
        for node, ip in PODS.items():
            self.wire_pod(node, ip)
            name = f"nginx-{node[-1]}"
            self.applications.append(
                self.fabric.serve(f"pod{node[-1]}", name, 8080))
            self.set_pod_ready(node, True)

    def wire_pod(self, node, ip):
        self.wire(f"pod{node[-1]}", node, ip)

    def wire(self, pod, node, ip):
        """A namespace behind the node, as a bridge-less CNI makes it."""
        gateway = ip.rpartition(".")[0] + ".1"
        ns, host = self.fabric.ns(pod), self.fabric.ns(node)
        subprocess.run(["ip", "netns", "add", ns], check=True)
        self.fabric.run("switch", "ip", "-n", host, "link", "add", "name",
                        pod, "type", "veth", "peer", "name", "eth0", "netns",
                        ns)
        self.fabric.run("switch", "ip", "-n", host, "-batch", "-",
                        text_in=f"link set dev {pod} up\n"
                        f"address add {gateway}/24 dev {pod}\n")
        self.fabric.run("switch", "ip", "-n", ns, "-batch", "-",
                        text_in="link set dev lo up\nlink set dev eth0 up\n"
                        f"address add {ip}/24 dev eth0\n"
                        f"route add default via {gateway}\n")

    def set_pod_ready(self, node, ready):
        state = "True" if ready else "False"
        ip = PODS[node]
        self.api.patch("Pod", NAMESPACE, f"nginx-{node[-1]}", {"status": {
            "phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}],
            "conditions": [{"type": kind, "status": state} for kind in
                           ("Ready", "ContainersReady")]}}, "status")

    def start_proxies(self):
        for node in NODES:
            self.start_proxy(node)

    def start_proxy(self, node):
        self.proxies[node] = self.fabric.start(node, [
            self.tool("kube-proxy"), f"--proxy-mode={self.mode_of(node)}",
            f"--kubeconfig={self.dir}/admin.kubeconfig",
            f"--hostname-override={node}", f"--cluster-cidr={POD_CIDR}",
            "--conntrack-max-per-core=0",
            "--conntrack-tcp-timeout-established=0",
            "--conntrack-tcp-timeout-close-wait=0"], f"kube-proxy-{node}")

    def await_proxies(self, limit=30):
        """Until each node's kube-proxy knows both addresses."""
        def look():
            missing = [node for node in NODES if not all(
                ip in self.proxy_rules(node)
                for ips in self.addresses().values() for ip in ips)]
            return not missing, missing
        return until(limit, "kube-proxy's rules", look)

    def proxy_rules(self, node):
        """What its kube-proxy has put into the kernel, as text. Before its
        first rules there is not even a table."""
        return self.fabric.run(node, *PROXY_RULES[self.mode_of(node)],
                               check=False)

    def mode_of(self, _):
        """Of a node's kube-proxy."""
        return self.proxy_mode

    def whose(self, answers):
        """The node an answer came through: the one that masqueraded.

        A pod sees the address of the node's interface on the way to it: of
        eth0, or of the pod's own gateway when both are on one node.
        """
        nodes = {address: node for node, address in NODES.items()}
        for node, ip in PODS.items():
            nodes[ip.rpartition(".")[0] + ".1"] = node
        return [{**answer, "node": nodes.get(answer["asked"],
                                             answer["asked"])}
                if "asked" in answer else answer for answer in answers]

    #
    # The programs, with their own rights
    #

    def source(self, who, node=None):
        options = ["--source", "kube", "--kubeconfig",
                   self.identity(who, node)]
        if who == "bgpd":
            options += ["--state", self.fabric.memory]
        return options

    def identity(self, who, node=None):
        """A kubeconfig of the service account, bound to a pod on the node as
        a kubelet's token is; the command line is the administrator."""
        if who == "cli":
            return f"{self.dir}/admin.kubeconfig"
        name = f"{ACCOUNTS[who]}-{node}" if node else ACCOUNTS[who]
        path = f"{self.dir}/{name}.kubeconfig"
        if not os.path.exists(path):
            self.api.apply({
                "apiVersion": "v1", "kind": "Pod",
                "metadata": {"name": name, "namespace": SYSTEM},
                "spec": {"serviceAccountName": ACCOUNTS[who],
                         **({"nodeName": node} if node else {}),
                         "containers": [{"name": who, "image": "stand-in"}]}})
            token = self.kubectl(
                "create", "token", ACCOUNTS[who], f"--namespace={SYSTEM}",
                "--duration=24h", "--bound-object-kind=Pod",
                f"--bound-object-name={name}")
            self.kubeconfig(name, token.strip())
        return path

    #
    # Objects
    #

    def include_all(self):
        """Three have the label of control planes."""
        self.edit("BGPConfiguration", None, "default",
                  {"spec": {"excludeLabel": "Ignore"}})


    def put(self, obj):
        self.api.apply(obj)

    def edit(self, kind, namespace, name, patch):
        self.api.patch(kind, namespace, name, patch)

    def remove(self, kind, namespace, name):
        self.api.delete(kind, namespace, name)

    def get(self, kind, namespace, name):
        return self.api.get(kind, namespace, name)

    def endpoints(self, _):
        """The real controller makes the slices of a Service."""
        return contextlib.nullcontext()

    def manifest(self, kind, namespace, name):
        """What put() makes the same object of again."""
        obj = self.api.get(kind, namespace, name)
        obj.pop("status", None)
        obj["metadata"] = {key: value for key, value in obj["metadata"].items()
                           if key in ("name", "namespace", "labels",
                                      "annotations")}
        return obj
