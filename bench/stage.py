# SPDX-License-Identifier: Apache-2.0
"""stage - what the benches stand on: packages, a build, the reference fabric
with the scenario on it, and the line that says on which machine.
"""

import concurrent.futures
import os
import platform
import signal
import subprocess
import sys
import time

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(TOP, "lab"))

from cluster import SplitDirCluster  # noqa: E402
from fabric import NODES, Fabric, Failed, until  # noqa: E402
from kube import Api, KubeCluster  # noqa: E402
from memory import CONFIG  # noqa: E402


CONNECTIONS = 4


def run(*args, **kwargs):
    """A command to its end; its standard output. What it says on failing
    goes to the terminal."""
    return subprocess.run(args, check=True, text=True,
                          stdout=subprocess.PIPE, **kwargs).stdout


def build():
    """Into build/ as lab/demo does, unless LBBGP_BUILD names a build tree."""
    if "LBBGP_BUILD" in os.environ:
        return
    tree = os.environ["LBBGP_BUILD"] = f"{TOP}/build"
    os.makedirs(tree, exist_ok=True)
    if not os.path.exists(f"{TOP}/configure"):
        run("autoreconf", "-fi", TOP)
    if not os.path.exists(f"{tree}/Makefile"):
        run(f"{TOP}/configure", "-q", cwd=tree)
    run("make", "-s", f"-j{os.cpu_count()}", cwd=tree)


def prepare(*sets):
    """What a bench needs, from a fresh machine; sets as lab/install has. One
    that is ended with SIGTERM cleans up, too."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run(f"{TOP}/lab/install", "build", *sets)
    build()
    if "lab" in sets and os.geteuid() != 0:
        sys.exit("needs root: it makes network namespaces")
    if "kube" in sets:
        os.environ["LBBGP_KUBERNETES"] = run(
            f"{TOP}/tests/kubernetes/build").strip()


def machine():
    """Where and when a figure was taken, and in what company."""
    with open("/proc/cpuinfo") as cpuinfo:
        model = next((line.partition(":")[2].strip() for line in cpuinfo
                      if line.startswith("model name")), platform.machine())
    commit = subprocess.run(
        ["git", "-C", TOP, "describe", "--always", "--dirty"], text=True,
        capture_output=True).stdout.strip()     # nothing of a tarball's
    load = " ".join(f"{n:.1f}" for n in os.getloadavg())
    return (f"{time.strftime('%Y-%m-%d %H:%M', time.gmtime())} UTC, {commit}, "
            f"{os.cpu_count()} cores of {model}, Linux {platform.release()}, "
            f"load {load}")


class BareKubeCluster(KubeCluster):
    """The API server and our programs, nothing else that wakes up for a
    Service: six nodes' kube-proxies on one machine would only take its CPU.
    """

    def start_controllers(self):
        pass

    def start_pods(self):
        pass

    def start_proxies(self):
        # else the programs wait for what kube-proxy says of its health
        self.edit(*CONFIG, {"spec": {"dataPlaneHealth": "None"}})

    def await_proxies(self, limit=0):
        pass


class BfdDirCluster(SplitDirCluster):
    """On a fabric with the option bfd: the nodes have it, too."""

    def lay_manifests(self, paths):
        super().lay_manifests(paths)
        ms = next(int(option.partition("=")[2])
                  for option in self.fabric.options
                  if option.startswith("bfd="))
        for peer in ("openwrt-peer", "tiny-unraid-peer"):
            self.edit("BGPPeer", None, peer, {"spec": {"bfd": {
                "receiveInterval": ms, "transmitInterval": ms,
                "detectMultiplier": 3}}})

    def await_bfd(self, limit=10):
        """Until both routers have BFD with all nodes."""
        def look():
            frr, bird = self.fabric.routers
            seen = (sum(peer["status"] == "up"
                        for peer in frr.json("show bfd peers")),
                    bird.text("show", "bfd", "sessions").count(" Up "))
            return seen == (len(NODES), len(NODES)), seen
        until(limit, "BFD", look)


def at_once(cluster, do, things):
    """do(api, thing) for each, over several connections."""
    things = list(things)

    def some(first):
        api = Api(cluster.api.namespace, f"{cluster.dir}/ca.crt",
                  cluster.token)
        for thing in things[first::CONNECTIONS]:
            do(api, thing)

    with concurrent.futures.ThreadPoolExecutor(CONNECTIONS) as pool:
        list(pool.map(some, range(CONNECTIONS)))        # raises what they raise


def create(cluster, objects):
    """Of one kind and namespace, as fast as the API server takes them."""
    objects = list(objects)
    path = Api.path(objects[0]["kind"],
                    objects[0]["metadata"].get("namespace"))
    at_once(cluster, lambda api, obj: api.call("POST", path, obj), objects)


CLUSTERS = {"dir": SplitDirCluster, "kube": BareKubeCluster}


class Stage:
    """A fabric for as long as a bench lasts, its cluster started or not."""

    def __init__(self, source):
        self.fabric = Fabric(os.environ.get("LAB", "bench"))
        self.cluster = CLUSTERS[source](self.fabric)

    def __enter__(self):
        self.fabric.up()
        return self.cluster

    def __exit__(self, kind, err, _):
        if isinstance(err, Failed):
            for process in self.cluster.processes():
                print(f"\n--- the end of {process.log}\n{process.tail()}",
                      file=sys.stderr)
        self.fabric.down()
