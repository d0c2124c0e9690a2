# SPDX-License-Identifier: Apache-2.0
"""cluster - lbbgp on the nodes of a fabric, fed from a folder of manifests.

A Cluster starts the programs of the build tree (LBBGP_BUILD, else build/) and
changes what they read: put(), edit(), remove(), get(). Here it is the source
`dir`; kube.py has the same with a real API server, so a test runs on both.
"""

import contextlib
import glob
import json
import os
import shutil
import time

from fabric import HERE, NODES, PATIENCE, TOP, Failed, until
from scenario import SERVICES, await_addresses

MANIFESTS = os.path.join(HERE, "manifests")
# Hints for a person.
RESTART = ("a daemon restarted", "lab/fabric restart node1")
DASHBOARD = ("the dashboard, a picture", "lab/fabric exec switch chromium --headless "
             "--no-sandbox --screenshot=page.png http://127.0.0.1:9183/")


def build_dir():
    return os.path.abspath(os.environ.get("LBBGP_BUILD", f"{TOP}/build"))


def merge(into, patch):
    """RFC 7386, a JSON merge patch."""
    if not isinstance(patch, dict):
        return patch
    into = dict(into) if isinstance(into, dict) else {}
    for key, value in patch.items():
        if value is None:
            into.pop(key, None)
        else:
            into[key] = merge(into.get(key), value)
    return into


def undo(before, patch):
    """The merge patch that takes `patch` back."""
    if not isinstance(patch, dict) or not isinstance(before, dict):
        return before
    return {key: undo(before.get(key), value)
            for key, value in patch.items()}


class Cluster:
    def __init__(self, fabric):
        self.fabric = fabric
        self.allocator = None
        self.bgpd = {}
        self.applications = []

    # What a kind of cluster has to say.

    def source(self, who, node=None):
        """The options that tell a program where its objects are."""
        raise NotImplementedError

    def hints(self):
        """Lines for a person: where things are, and how to ask."""
        raise NotImplementedError

    # The programs.

    def program(self, name):
        path = os.path.join(build_dir(), name)
        if not os.access(path, os.X_OK):
            raise Failed(f"{path} is not built")
        return path

    def start_allocator(self):
        self.allocator = self.fabric.start(
            "switch", [self.program("lbbgp-allocator"),
                       *self.source("allocator")], "allocator")

    def start_bgpd(self, node):
        self.bgpd[node] = self.fabric.start(
            node, [self.program("lbbgp-bgpd"), *self.source("bgpd", node),
                   "--node", node, "--socket", self.socket(node)],
            f"bgpd-{node}")

    def start_programs(self):
        self.start_allocator()
        for node in NODES:
            self.start_bgpd(node)

    def processes(self):
        return [process for process in [self.allocator, *self.bgpd.values()]
                if process]

    def socket(self, node):
        return f"{self.fabric.state}/{node}.sock"

    def lbbgp(self, node, *words):
        """The command line asking one node's daemon; its output.

        One that has just been started may have the socket of the run before there,
        at which nobody listens: it has a moment.
        """
        limit = time.monotonic() + PATIENCE
        while True:
            try:
                return self.fabric.run(node, self.program("lbbgp"), "--socket",
                                       self.socket(node), *words)
            except Failed as err:
                daemon = self.bgpd.get(node)
                if ("is lbbgp-bgpd running" not in str(err) or daemon is None or
                        not daemon.alive() or time.monotonic() > limit):
                    raise
                time.sleep(.05)

    def lbbgp_json(self, node, *words):
        return json.loads(self.lbbgp(node, "-o", "json", *words))

    def lbbgp_cluster(self, *words):
        """The command line reading the objects of the cluster."""
        return self.fabric.run("switch", self.program("lbbgp"),
                               *self.source("cli"), *words)

    def lbbgp_cluster_json(self, *words):
        return json.loads(self.lbbgp_cluster("-o", "json", *words))

    def report(self):
        """[(title, text)] to be shown when something has failed."""
        return []

    def include_all(self):
        """From now on all nodes announce single Services."""

    # What the programs have made of it.

    def overview(self):
        """(command, its output): the state as people look at it there."""
        return "lbbgp show pools", self.lbbgp_cluster("show", "pools")

    def get(self, kind, namespace, name):
        raise NotImplementedError

    @contextlib.contextmanager
    def edited(self, kind, namespace, name, patch):
        """A merge patch on an object, taken back at the end.

        Sessions that have to be reset for it have been by then.
        """
        before = self.manifest(kind, namespace, name)
        self.edit(kind, namespace, name, patch)
        try:
            self.await_resets(kind)
            yield
        finally:
            self.edit(kind, namespace, name, undo(before, patch))
            self.await_resets(kind)

    def await_resets(self, kind):
        """Nodes wait for up to 15 s, each for another time.

        Those whose daemon does not run, in a bench or a test, wait for nothing. Who
        has answered since the edit has had time for it on a busy machine, too.
        """
        def look():
            waiting = {(node, peer["name"]): peer["pendingReset"]
                       for node, daemon in self.bgpd.items() if daemon.alive()
                       for peer in self.lbbgp_json(
                           node, "show", "neighbors")["neighbors"]
                       if peer["pendingReset"]}
            return not waiting, waiting
        if kind in ("BGPPeer", "BGPConfiguration"):
            look()
            time.sleep(.3)              # until the edit has come there
            until(PATIENCE, "resets", look)

    @contextlib.contextmanager
    def added(self, obj):
        """An object that is there for a while."""
        meta = obj["metadata"]
        self.put(obj)
        try:
            yield
        finally:
            self.remove(obj["kind"], meta.get("namespace"), meta["name"])

    @contextlib.contextmanager
    def without(self, kind, namespace, name):
        """An object that is gone for a while."""
        before = self.manifest(kind, namespace, name)
        self.remove(kind, namespace, name)
        try:
            yield
        finally:
            self.put(before)

    def log_sizes(self):
        """A mark for logged_since()."""
        return {process.log: os.path.getsize(process.log)
                for process in self.processes()}

    def logged_since(self, sizes):
        text = ""
        for path, size in sizes.items():
            with open(path, errors="replace") as log:
                log.seek(size)
                text += log.read()
        return text

    def addresses(self):
        """{namespace/name: [address, ...]} of the scenario's Services."""
        found = {}
        for service in SERVICES:
            obj = self.get("Service", *service.split("/")) or {}
            ingress = (obj.get("status", {}).get("loadBalancer", {})
                       .get("ingress") or [])
            found[service] = [entry["ip"] for entry in ingress]
        return found


class DirCluster(Cluster):
    """Manifests in a folder that all programs watch."""

    title = "dir"
    port = 80

    def __init__(self, fabric):
        super().__init__(fabric)
        self.path = f"{fabric.state}/cluster"

    def source(self, who, node=None):
        return ["--source", f"dir:{self.path}"]

    def start(self):
        """The scenario's manifests, the programs, the applications."""
        os.makedirs(self.path)
        self.lay_manifests([path for part in ("common", "dir") for path in
                            glob.glob(f"{MANIFESTS}/{part}/*.yaml")])
        self.start_programs()
        await_addresses(self)
        self.hold_addresses()
        self.start_applications()

    def hints(self):
        lbbgp = f"lab/fabric exec switch {self.program('lbbgp')}"
        return [("the manifests, to be edited", self.path),
                ("what the programs write", f"{self.path}.state"),
                ("who has which address",
                 f"{lbbgp} --source dir:{self.path} show addresses"),
                DASHBOARD, RESTART]

    def lay_manifests(self, paths):
        for path in paths:
            shutil.copy(path, self.path)

    def start_applications(self):
        for node in NODES:
            self.applications.append(self.fabric.serve(node, node, self.port))

    def hold_addresses(self):
        """Exactly what the allocator gave out, on `lo` of every node.

        That is kube-proxy's part in a real cluster; no route is added.
        """
        want = {ip for ips in self.addresses().values() for ip in ips}
        for node in NODES:
            have = self.held_addresses(node)
            for ip in want - have:
                self.fabric.run(node, "ip", "address", "add", ip, "dev", "lo")
            for ip in have - want:
                self.fabric.run(node, "ip", "address", "del", f"{ip}/32",
                                "dev", "lo")

    @staticmethod
    def whose(answers):
        """Adds to each answer the node that it came through."""
        return [{**answer, "node": answer["name"]} if "name" in answer
                else answer for answer in answers]

    def held_addresses(self, node):
        links = json.loads(self.fabric.run(
            node, "ip", "-j", "-4", "address", "show", "dev", "lo"))
        return {addr["local"] for link in links
                for addr in link.get("addr_info", [])} - {"127.0.0.1"}

    def endpoints(self, obj):
        """The slice of a Service, that a controller would make."""
        return self.added(obj)

    # Objects, one file each, for those who change them.

    def file(self, kind, namespace, name):
        return f"{self.path}/{kind}.{namespace or '_'}.{name}.json"

    def manifest(self, kind, namespace, name):
        with open(self.file(kind, namespace, name)) as manifest:
            return json.load(manifest)

    def put(self, obj):
        meta = obj["metadata"]
        path = self.file(obj["kind"], meta.get("namespace"), meta["name"])
        half = os.path.join(os.path.dirname(path), ".new")
        with open(half, "w") as out:
            json.dump(obj, out)
        os.rename(half, path)

    def edit(self, kind, namespace, name, patch):
        self.put(merge(self.manifest(kind, namespace, name), patch))

    def remove(self, kind, namespace, name):
        os.unlink(self.file(kind, namespace, name))

    def get(self, kind, namespace, name):
        """What the programs wrote: the patch laid over the manifest."""
        path = (f"{self.path}.state/{kind}/{namespace or '_'}/{name}.json")
        try:
            with open(path) as state:
                return json.load(state)
        except FileNotFoundError:
            return None


class SplitDirCluster(DirCluster):
    """One file an object from the start, for those who change them."""

    def lay_manifests(self, paths):
        import yaml     # the demo does without

        for path in paths:
            with open(path) as manifests:
                for obj in yaml.safe_load_all(manifests):
                    self.put(obj)
