# SPDX-License-Identifier: Apache-2.0
"""kubelets - a real cluster on the fabric: what a user has, and does.

The control plane of kube.py with a scheduler, all controllers and the Node
authorizer; three of the fabric's nodes with containerd, kubelet and kube-proxy
(lab/node), each a machine of its own as far as namespaces go; a client behind
FRR. All of them have both families. Pods get their addresses by the CNI plugins of
Debian, which know of no other node: the routes to pods come from lbbgp, to nodes by the
node-to-node mesh, to all else by FRR. So a node has a taint until lbbgp takes it off.
lbbgp comes as its image, by `kubectl apply -k`, and is nowhere started by us.
"""

import contextlib
import fcntl
import ipaddress
import json
import os
import shutil
import subprocess
import time

from book import block
from cluster import DASHBOARD, MANIFESTS, build_dir
from fabric import HERE, NODES, PATIENCE, PYTHON, TOP, Failed, Process, until
from kube import POD_CIDR, SERVICE_CIDR, SYSTEM, KubeCluster

DISKS = "/var/lib/lbbgp-lab"
CACHES = os.path.join(os.environ.get("XDG_CACHE_HOME") or
                      os.path.expanduser("~/.cache"), "lbbgp")
SIZE = 3
POD_CIDRS = [POD_CIDR, "fd10:33::/56"]          # one of each family, as all below
CLIENT_IP, CLIENT_NET6 = "10.99.0.2", "fd10:99::"
CLIENT_NETS = ["10.99.0.0/24", f"{CLIENT_NET6}/64"]     # what FRR tells nodes
FRR_IP6 = "fd10:31::254:253"
SHOP = "shop"
# Of a change that somebody thinks of.
PEER = {"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer", "metadata": {"name": "another"},
        "spec": {"peerIP": "2001:db8::1", "asNumber": 64999}}
# The version before: one of the history that has all that the cluster is set up with.
OLD_COMMIT = "1fc65551929cba2260c64f07ee32b5fe7627d912"
OLD_IMAGE, NEW_IMAGE = "localhost/lbbgp:old", "localhost/lbbgp:0.1.0"
PULLED_IMAGE = "localhost:5000/lbbgp"   # of registries()
CONTROL_GROUPS = ("blkio", "cpu", "cpuacct", "cpuset", "devices", "freezer",
                  "memory", "pids", "systemd")


def make_control_group(group):
    """On control groups v1 and v2; below it a kubelet makes its own."""
    top = "/sys/fs/cgroup"
    if os.path.exists(f"{top}/cgroup.controllers"):
        at = top
        for name in group.strip("/").split("/"):
            with open(f"{at}/cgroup.subtree_control", "w") as control:
                control.write("+cpu +cpuset +memory +pids")
            at = f"{at}/{name}"
            os.makedirs(at, exist_ok=True)
        return
    for kind in CONTROL_GROUPS:
        os.makedirs(f"{top}/{kind}{group}", exist_ok=True)
    for file in ("cpus", "mems"):       # of v1 a new one is empty
        at = f"{top}/cpuset"
        with open(f"{at}/cpuset.{file}") as of_top:
            value = of_top.read()
        for name in group.strip("/").split("/"):
            at = f"{at}/{name}"
            with open(f"{at}/cpuset.{file}", "w") as out:
                out.write(value)


@contextlib.contextmanager
def one_builder():
    """Of those who are in CACHES at once, one after the other."""
    os.makedirs(CACHES, exist_ok=True)
    with open(f"{CACHES}/version.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


class KubeletCluster(KubeCluster):
    title = "cluster"
    versions = ("-4", "-6")         # of IP
    service_cidr = f"{SERVICE_CIDR},fd10:33:80::/112"
    pod_cidrs = POD_CIDRS
    configuration = f"{MANIFESTS}/cluster/bgp.yaml"
    has_old_image = True

    def __init__(self, fabric):
        super().__init__(fabric)
        self.disks = f"{DISKS}/{fabric.name}"
        self.addresses_of = dict(list(NODES.items())[:SIZE])
        self.scheduler = None
        self.machines = {}      # by name
        self.old, self.old_text = TOP, ""       # the version before: its source
        self.cidrs = {}         # {node: [the pods' of each family]}

    @property
    def nodes(self):
        return list(self.addresses_of)

    def node_ips(self, node):
        """Of both families, as lab/fabric gives them."""
        return [self.addresses_of[node], f"fd10:31::90:{node[4:]}"]

    def speaks(self, text):
        """Whether it has the family of an address or prefix."""
        return ("-6" if ":" in text else "-4") in self.versions

    def node_ip(self, node, like):
        """That of the family of an address or prefix."""
        return self.node_ips(node)[":" in like]

    #
    # Getting it up
    #

    def start(self):
        os.makedirs(f"{self.dir}/images")
        os.makedirs(self.disks)
        self.make_images()
        self.make_keys()
        self.start_etcd()
        self.start_server()
        self.start_controllers()
        self.start_scheduler()
        self.wire_client()
        self.teach_frr()
        self.wire_server()
        for node in self.nodes:
            self.start_machine(node)
        for node in self.nodes:
            self.network(node)
        self.kubectl("wait", "--for=condition=Ready", "node", "--all",
                     "--timeout=120s")

    def wire_client(self):
        """A host behind FRR."""
        self.wire("client", "tor-a", CLIENT_IP)
        for where, link, last in (("tor-a", "client", 1), ("client", "eth0", 2)):
            self.fabric.run(where, "ip", "address", "add", f"{CLIENT_NET6}{last}/64",
                            "dev", link, "nodad")
        self.fabric.run("client", "ip", "route", "add", "default", "via",
                        f"{CLIENT_NET6}1")

    def teach_frr(self):
        """Both families over one session."""
        self.fabric.frr.text(
            "configure terminal", "router bgp 64512",
            "address-family ipv4 unicast", f"network {CLIENT_NETS[0]}",
            "exit-address-family",
            "address-family ipv6 unicast", f"network {CLIENT_NETS[1]}",
            "neighbor nodes activate")

    def wire_server(self):
        """The API server goes to pods by the router, as any host outside."""
        self.fabric.run("switch", "ip", "route", "add", POD_CIDR, "via",
                        self.fabric.frr.address)

    def make_images(self):
        """Ours by the script that users run; and one for all other pods."""
        conf = f"{self.disks}/storage.conf"
        with open(conf, "w") as out:
            out.write('[storage]\ndriver = "vfs"\n'
                      f'graphroot = "{self.disks}/storage"\n'
                      f'runroot = "{self.disks}/storage.run"\n')
        env = {**os.environ, "CONTAINERS_STORAGE_CONF": conf,
               "LBBGP_BUILD": build_dir()}
        pod = f"{self.disks}/pod"
        os.makedirs(pod)
        with open(f"{pod}/Containerfile", "w") as out:
            out.write("FROM scratch\nCOPY pod stream /\n"
                      'ENTRYPOINT ["/pod"]\n')
        self.make(env, f"{TOP}/manifests/image",
                  f"{self.dir}/images/lbbgp.tar")
        for name in ("pod", "stream"):
            self.make(env, "gcc", "-O2", "-static", "-s", "-D_GNU_SOURCE",
                      "-o", f"{pod}/{name}", f"{HERE}/{name}.c")
        self.make_image(env, pod, "localhost/pod:1", "pod")
        if self.has_old_image:
            self.make_old_image(env)

    def make_old_image(self, env):
        """Of the version before, by its own script; where the history does not reach so
        far, as in a tarball, it is this one by another name."""
        env = dict(env)
        with one_builder():
            source = self.old_source()
            if source:
                env.pop("LBBGP_BUILD")
                if shutil.which("ccache"):
                    env["CC"] = "ccache gcc"
            self.old, self.old_text = source or TOP, (
                f"of {OLD_COMMIT[:8]}" if source else "the same by another name")
            name = self.make(env, f"{self.old}/manifests/image").strip()
        folder = f"{self.disks}/old"
        os.makedirs(folder)
        with open(f"{folder}/Containerfile", "w") as out:
            out.write(f"FROM {name}\nLABEL old=true\n")
        self.make_image(env, folder, OLD_IMAGE, "old")
        name, _, tag = OLD_IMAGE.rpartition(":")
        with open(f"{folder}/kustomization.yaml", "w") as out:
            json.dump({"apiVersion": "kustomize.config.k8s.io/v1beta1",
                       "kind": "Kustomization", "resources": [
                           os.path.relpath(f"{self.old}/manifests", folder)],
                       "images": [{"name": name, "newTag": tag}]}, out)

    @staticmethod
    def old_source():
        """Where its source, and then what is built of it, is kept."""
        place = f"{CACHES}/version-{OLD_COMMIT[:12]}"
        if not os.path.exists(place):
            packed = subprocess.run(["git", "-C", TOP, "archive", OLD_COMMIT],
                                    capture_output=True)
            if packed.returncode != 0:
                return None
            half = f"{place}.{os.getpid()}"
            os.makedirs(half)
            subprocess.run(["tar", "-x", "-C", half], input=packed.stdout, check=True)
            os.rename(half, place)
        return place

    def make_image(self, env, folder, name, archive):
        buildah = ["buildah", "--storage-driver", "vfs"]
        self.make(env, *buildah, "bud", "-q", "--isolation", "chroot",
                  "--network", "host", "-t", name, folder)
        self.make(env, *buildah, "push", "-q", name,
                  f"oci-archive:{self.dir}/images/{archive}.tar:{name}")

    @staticmethod
    def make(env, *command):
        done = subprocess.run(command, env=env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if done.returncode != 0:
            raise Failed(f"{' '.join(command)}: {done.stderr}")
        return done.stdout

    def users(self):
        return {
            **super().users(),
            "controllers": ("system:kube-controller-manager", ""),
            "scheduler": ("system:kube-scheduler", ""),
            "proxy": ("system:kube-proxy", ""),
            **{node: (f"system:node:{node}", "system:nodes")
               for node in self.nodes}}

    def make_keys(self):
        super().make_keys()
        self.certificate("to-kubelets", "/O=system:masters/CN=kube-apiserver")

    def access_options(self):
        return ["--authorization-mode=Node,RBAC",
                "--enable-admission-plugins=NodeRestriction",
                "--allow-privileged=true",
                f"--kubelet-client-certificate={self.dir}/to-kubelets.crt",
                f"--kubelet-client-key={self.dir}/to-kubelets.key",
                "--kubelet-preferred-address-types=InternalIP"]

    def controller_options(self):
        """All of them, each with its own rights; the last --kubeconfig counts.
        """
        return [f"--kubeconfig={self.dir}/controllers.kubeconfig",
                f"--service-account-private-key-file={self.dir}/sa.key",
                "--use-service-account-credentials=true",
                "--allocate-node-cidrs=true",
                f"--cluster-cidr={','.join(self.pod_cidrs)}",
                *[f"--node-cidr-mask-size-ip{version}={size}" for cidr, version, size
                  in zip(POD_CIDRS, ("v4", "v6"), (24, 64)) if self.speaks(cidr)],
                "--node-monitor-grace-period=20s"]

    def start_scheduler(self):
        self.scheduler = self.fabric.start("switch", [
            self.tool("kube-scheduler"),
            f"--kubeconfig={self.dir}/scheduler.kubeconfig",
            "--bind-address=127.0.0.1", "--leader-elect=false"],
            "kube-scheduler")

    #
    # Nodes
    #

    def start_machine(self, node):
        group = f"/{self.fabric.name}/{node}"
        disk = f"{self.disks}/{node}"
        os.makedirs(disk, exist_ok=True)
        make_control_group(group)
        self.machines[node] = Process(
            ["nsenter", f"--net=/run/netns/{self.fabric.ns(node)}", "unshare",
             "--mount", "--pid", "--uts", "--ipc", "--fork", "--mount-proc",
             "--kill-child"],
            [f"{HERE}/node", node, ",".join(self.node_ips(node)), group, disk,
             self.dir, self.tool("kubelet"), self.tool("kube-proxy")],
            f"{self.fabric.state}/log/{node}.log")
        with open(f"{disk}/pid", "w") as out:
            out.write(str(self.first_process(node)))

    def first_process(self, node):
        """The node's pid 1, as it is called out here."""
        outer = self.machines[node]
        children = f"/proc/{outer.pid}/task/{outer.pid}/children"
        found = []

        def look():
            if not outer.alive():
                raise Failed(f"{node} ended:\n{outer.tail()}")
            with open(children) as pids:
                found[:] = pids.read().split()
            return found, "no process"
        until(PATIENCE, f"the first process of {node}", look)
        return int(found[0])

    def on(self, node, *args, check=True):
        """In all namespaces of a node; what the command prints."""
        with open(f"{self.disks}/{node}/pid") as pid:
            enter = ["nsenter", "--target", pid.read(), "--all"]
        done = subprocess.run([*enter, *args], text=True, timeout=60,
                              stdin=subprocess.DEVNULL, capture_output=True)
        if check and done.returncode != 0:
            raise Failed(f"{node}: {' '.join(args)}: {done.returncode}: "
                         f"{done.stderr.strip()}")
        return done.stdout

    def set_proxy_mode(self, node, mode):
        with open(f"{self.disks}/{node}/var/lib/proxy-mode", "w") as out:
            out.write(mode)
        pid = self.on(node, "pidof", "kube-proxy")
        self.on(node, "kill", pid.strip())      # and is started again

    def has_proxy_mode(self, node, mode):
        """Whether its rules are there, and no other mode's."""
        rules = {"iptables": self.on(node, "iptables-save", "-t", "nat"),
                 "nftables": self.on(node, "nft", "list", "tables")}
        found = [name for name, word in (("iptables", "KUBE-SVC-"),
                                         ("nftables", "ip6 kube-proxy"))
                 if word in rules[name]]
        return found == [mode], found

    def network(self, node):
        """A CNI's configuration, of plugins that set up the node's own pods alone."""
        def look():
            spec = (self.api.get("Node", None, node) or {}).get("spec", {})
            self.cidrs[node] = spec.get("podCIDRs")
            return self.cidrs[node], "no podCIDRs"
        until(60, f"podCIDRs of {node}", look)
        plugin = {"type": "ptp", "mtu": 1500, "ipMasq": False, "ipam": {
            "type": "host-local",
            "ranges": [[{"subnet": cidr}] for cidr in self.cidrs[node]],
            "routes": [{"dst": all_of} for all_of in ("0.0.0.0/0", "::/0")
                       if self.speaks(all_of)]}}
        # containerd tells kubelet once it is whole
        path = f"{self.disks}/{node}/var/lib/cni/net.d/lab.conflist"
        until(30, f"the disk of {node}", lambda: (
            os.path.isdir(os.path.dirname(path)), "no net.d"))
        with open(f"{path}.new", "w") as out:
            json.dump({"cniVersion": "0.4.0", "name": "lab",
                       "plugins": [plugin]}, out)
        os.rename(f"{path}.new", path)

    def learned(self, node):
        """{prefix: next hop} that it is to learn: other nodes' pods, FRR's clients."""
        frr = (self.fabric.frr.address, FRR_IP6)
        return {**{net: hop for net, hop in zip(CLIENT_NETS, frr) if self.speaks(net)},
                **{cidr: self.node_ip(other, cidr) for other in self.nodes
                   if other != node for cidr in self.cidrs[other]}}

    def kernel_routes(self, node, *which):
        """The same of its kernel, as far as it has routes to these."""
        found = {}
        for version in ("-4", "-6"):
            for route in json.loads(self.fabric.run(
                    node, "ip", version, "-j", "route", "show", *which) or "[]"):
                found[route["dst"]] = route.get("gateway")
        return {cidr: found[cidr] for cidr in self.learned(node) if cidr in found}

    def from_pod(self, node, address, port, count):
        """fabric.get(), as one of the node's pods would ask."""
        name = self.on(node, "ls", "/var/run/netns").split()[0]
        return json.loads(self.on(
            node, "nsenter", f"--net=/var/run/netns/{name}", PYTHON,
            f"{HERE}/traffic.py", "get", address, str(port), str(count)))

    @contextlib.contextmanager
    def registries(self, seconds):
        """Our image under any tag of PULLED_IMAGE; on the nodes that seconds names it
        takes so long to come."""
        running = [self.fabric.start(node, [
            PYTHON, f"{HERE}/registry.py", "5000",
            f"{self.dir}/images/lbbgp.tar", str(seconds.get(node, 0))],
            f"registry-{node}") for node in self.nodes]
        try:
            yield
        finally:
            for registry in running:
                registry.stop()

    def cut(self, node):
        """Power off: nobody is told."""
        self.fabric.tool("cut", node)
        self.machines.pop(node).popen.wait()
        os.unlink(f"{self.disks}/{node}/pid")

    def boot(self, node):
        """Power on: with its disk, and with nothing in its kernel."""
        self.fabric.tool("new", node)
        self.start_machine(node)
        self.network(node)

    #
    # What a user sees
    #

    def pods(self, namespace=SYSTEM, **labels):
        """{node: [pod, ...]} of those that are not on their way out."""
        found = {}
        for pod in self.api.list("Pod", namespace):
            meta = pod["metadata"]
            if "deletionTimestamp" not in meta and labels.items() <= meta.get(
                    "labels", {}).items():
                found.setdefault(pod["spec"].get("nodeName"), []).append(pod)
        return found

    def pod_name(self, node, component="bgpd"):
        pods = self.pods(**{"app.kubernetes.io/component": component})
        if not pods.get(node):
            raise Failed(f"no pod of {component} on {node}")
        return pods[node][0]["metadata"]["name"]

    def in_pod(self, node, *command):
        return ["exec", f"--namespace={SYSTEM}", self.pod_name(node), "--",
                *command]

    def lbbgp(self, node, *words):
        """The command line in the pod of the node's daemon."""
        return self.kubectl(*self.in_pod(node, "lbbgp", *words))

    def paste(self, script):
        """What the shell of somebody prints who has kubectl, and kubectl lbbgp, and
        pastes that from a page; his folder is where his kustomizations are."""
        path = f"{TOP}/cli:{os.path.dirname(self.tool('kubectl'))}:{os.environ['PATH']}"
        return self.fabric.run(
            "switch", "env", f"--chdir={self.disks}/book", f"PATH={path}",
            f"KUBECONFIG={self.dir}/admin.kubeconfig", "bash", "-O", "expand_aliases",
            "-euo", "pipefail", "-c", script, timeout=240)

    def write_book(self, installed, image):
        """That folder: what the pages call mine/ and pull/, and peer.yaml."""
        at = f"{self.disks}/book"
        os.makedirs(f"{at}/mine")
        os.makedirs(f"{at}/pull")
        os.symlink(f"{TOP}/manifests", f"{at}/manifests")
        with open(f"{at}/peer.yaml", "w") as out:
            json.dump(PEER, out)
        name, _, tag = image.rpartition(":")
        with open(f"{at}/mine/kustomization.yaml", "w") as out:
            json.dump({"resources": [os.path.relpath(installed, f"{at}/mine")],
                       "images": [{"name": name, "newTag": tag}]}, out)
        text = block("doc/upgrade.md", "resources: [../manifests/pull]", kinds=["yaml"])
        with open(f"{at}/pull/kustomization.yaml", "w") as out:
            out.write(text.replace("registry.example.com/lbbgp", name)
                      .replace("0.2.0", tag))

    def await_resets(self, kind):
        """Each node waits for up to 15 s after an edit."""
        time.sleep(1)                       # until it has come there
        for node in self.nodes:
            def look(node=node):
                seen = self.lbbgp_json(node, "show", "neighbors")["neighbors"]
                return all(peer["state"] == "Established"
                           and not peer["pendingReset"] for peer in seen), seen
            until(30, f"sessions of {node}", look)

    def complaints(self, node, *words):
        """What it says there on standard error."""
        return self.fabric.run(
            "switch", "sh", "-c", 'exec "$@" 2>&1 >/dev/null', "sh",
            self.tool("kubectl"), f"--kubeconfig={self.dir}/admin.kubeconfig",
            *self.in_pod(node, "lbbgp", *words)).strip()

    def ips(self, service):
        """Of a Service: one of each family that it has."""
        obj = self.api.get("Service", SHOP, service) or {}
        ingress = obj.get("status", {}).get("loadBalancer", {}).get("ingress")
        return [entry["ip"] for entry in ingress or ()]

    def host_routes(self, service):
        return [ipaddress.ip_network(ip).with_prefixlen for ip in self.ips(service)]

    def whose(self, answers):
        """Masqueraded by a node, for another's pod or for one of its own."""
        nodes = {address: node for node in self.nodes
                 for address in self.node_ips(node)}
        for node, cidrs in self.cidrs.items():
            for cidr in cidrs:      # the gateway of the pods there
                nodes[str(ipaddress.ip_network(cidr)[1])] = node
        return [{**answer, "node": nodes.get(answer["asked"], answer["name"])}
                if "asked" in answer else answer for answer in answers]

    def shop(self):
        """What the users of the cluster run."""
        self.kubectl("apply", *self.files(
            [f"{MANIFESTS}/cluster/shop.yaml"]))
        for what in ("deployment/web", "daemonset/echo"):
            self.kubectl("rollout", "status", what, f"--namespace={SHOP}",
                         "--timeout=50s")

    #
    # Where something went wrong
    #

    def processes(self):
        return [process for process in (
            self.server, self.controllers, self.scheduler,
            *self.machines.values()) if process]

    def report(self):
        """[(title, text)]: pods, what the cluster warned of, our logs."""
        asked = [("get", "pods,services", "--all-namespaces", "-o", "wide"),
                 ("get", "events", "--all-namespaces",
                  "--field-selector=type=Warning")]
        for component in ("bgpd", "allocator"):
            asked.append(("logs", f"--namespace={SYSTEM}", "--prefix",
                          "--tail=25", "--selector="
                          f"app.kubernetes.io/component={component}"))
        return [("kubectl " + " ".join(words), self.kubectl(
            *words, check=False)) for words in asked]

    def hints(self):
        return [("the cluster", "lab/fabric exec switch kubectl get pods -A"),
                ("the dashboard's port, first", "lab/fabric exec switch kubectl -n "
                 f"{SYSTEM} port-forward deploy/lbbgp-allocator 9183"),
                DASHBOARD,
                ("on a node", "lab/fabric exec node1 ip rule"),
                ("logs of a node", f"{self.disks}/node1/var/log")]
