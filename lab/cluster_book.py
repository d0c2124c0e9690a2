# SPDX-License-Identifier: Apache-2.0
"""cluster_book - commands of the pages that want kubelets, as they stand there: parts
of cluster_demo.py. doc/install.md, doc/operation.md, doc/dashboard.md, doc/upgrade.md.
"""

import re

from book import block, example, examples
from fabric import PATIENCE, until
from kubelets import PEER


class BookSteps:
    """Part of ClusterDemo."""

    def pasted(self):
        """Who looks at it."""
        checks, cluster = self.checks, self.cluster
        explain, show, diff = block("doc/install.md", "kubectl lbbgp").splitlines()
        said = cluster.paste(explain)
        address = cluster.ips("web")[0]
        checks.check(f"kubectl lbbgp explains why shop/web has {address}, and what "
                     "each node announces", all(
                         re.search(line, said, re.M) for line in (
                             rf"^ *\d+ result +yes +.*{re.escape(address)}"
                             r"(?![0-9a-f:.])",
                             *(rf"^ *\d+ announce +(?!no\b)\w+ +node {node}:"
                               for node in cluster.nodes))), said)
        said = cluster.paste(diff)
        rows = [line.split() for line in said.splitlines()]
        checks.check("kubectl lbbgp foretells a session of each node",
                     all([node, PEER["metadata"]["name"], "New", "-", "-"] in rows
                         for node in cluster.nodes), said)
        said = cluster.paste(show)
        checks.check("kubectl lbbgp asks the daemon of the node that is named",
                     "mesh:node2" in said and "mesh:node1" not in said, said)
        said = cluster.paste(block("README.md", "alias lbbgp='kubectl") +
                             "lbbgp show neighbors\n")
        checks.check("an alias asks that of any", "Established" in said, said)
        said = cluster.paste(example("doc/operation.md", "configz")).strip()
        checks.check(f"a kubelet says how often it writes its Node: {said}",
                     re.fullmatch(r"(\d+[hms])+", said), said)
        self.dashboard()

    def dashboard(self):
        """By the kubelet of its pod."""
        (command, said), = examples("doc/dashboard.md", "port-forward")
        forward = self.fabric.start("switch", [
            self.cluster.tool("kubectl"), *command.split()[1:]], "port-forward",
            env={"KUBECONFIG": f"{self.cluster.dir}/admin.kubeconfig"})

        def look():
            seen = self.fabric.run("switch", "curl", "--silent",
                                   "http://localhost:9183/", check=False)
            return "<small>shop/</small>web" in seen, seen
        self.checks.within("the dashboard shows the Services by port-forward", until,
                           PATIENCE, "dashboard", look)
        forward.stop()
        with open(forward.log) as log:
            seen = log.read()
        self.checks.check("which says so", said in seen, seen)

    def upgrade(self, page="doc/upgrade.md"):
        """As it has the commands."""
        checks, cluster = self.checks, self.cluster
        self.roll("to the new version, its image pulled before",
                  lambda: cluster.paste(block(page, "apply -k pull/")))
        said = cluster.paste(block(page, "exec POD").replace(
            "POD", cluster.pod_name("node3")))
        checks.check("who asks how far it is sees pods, sessions and nodes",
                     all(word in said for word in (
                         "Running", "mesh:node1", "CONDITION")), said)
