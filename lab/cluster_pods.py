# SPDX-License-Identifier: Apache-2.0
"""cluster_pods - who brings pods of a real cluster their traffic: parts of
cluster_demo.py about the routes between nodes, and the taint that keeps pods off a node
until routers know it.
"""

from fabric import PATIENCE, until
from kube import SYSTEM
from kubelets import SHOP

TAINT = "lbbgp.io/not-ready"            # of kubelets, on their nodes
READY = "lbbgp.io/BGPReady"


class PodSteps:
    """Part of ClusterDemo."""

    def tainted(self):
        return [node["metadata"]["name"] for node in self.cluster.api.list("Node")
                if any(taint["key"] == TAINT
                       for taint in node["spec"].get("taints", ()))]

    def scheduled(self):
        """[condition PodScheduled of a pod of the allocator, ...]"""
        return [condition for pod in self.cluster.api.list("Pod", SYSTEM)
                if "allocator" in pod["metadata"]["name"]
                for condition in pod.get("status", {}).get("conditions", ())
                if condition["type"] == "PodScheduled"]

    def still_tainted(self):
        """Nobody has told routers of the nodes' pods yet."""
        self.checks.check(f"all nodes have the taint {TAINT} of their kubelets",
                          self.tainted() == self.cluster.nodes, self.tainted())

        def look():
            seen = self.scheduled()
            return seen and all("untolerated taint" in row.get("message", "")
                                for row in seen), seen
        self.checks.within("for which an ordinary pod (the allocator's) waits", until,
                           PATIENCE, "PodScheduled", look)

    def taken_in(self):
        """The pod that waited runs by now."""
        cluster = self.cluster
        self.checks.within("each node's daemon has taken its taint off", until,
                           PATIENCE, "taints",
                           lambda: (not self.tainted(), self.tainted()))
        self.checks.within(f"and said {READY}", until, PATIENCE, READY, lambda: (
            cluster.kubectl("wait", f"--for=condition={READY}", "node", "--all",
                            f"--timeout={PATIENCE}s"), None))

    def mesh(self):
        """How nodes reach each other's pods: without an overlay, by what they have
        told each other, and nothing else."""
        checks, cluster = self.checks, self.cluster
        for node in cluster.nodes:
            want = cluster.learned(node)
            seen = cluster.kernel_routes(node, "proto", "77")
            checks.check(f"{node} has learned its routes to pods and clients: " +
                         ", ".join(f"{cidr} via {seen[cidr]}" for cidr in seen),
                         seen == want, (seen, want))
            seen = cluster.kernel_routes(node)
            checks.check("and has no other to them", seen == want, (seen, want))
        unreached = self.unreached()
        checks.check("each pod reaches each other one, by each family",
                     not unreached, unreached)

    def unreached(self):
        pods = [(pod["spec"]["nodeName"], row["ip"])
                for pod in self.cluster.api.list("Pod", SHOP)
                if pod["metadata"].get("labels", {}).get("app") == "web"
                for row in pod["status"]["podIPs"]]
        return [(node, ip, answer) for node in self.cluster.nodes for _, ip in pods
                for answer in self.cluster.from_pod(node, ip, 8080, 2)
                if "error" in answer]
