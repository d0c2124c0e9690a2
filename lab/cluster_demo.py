# SPDX-License-Identifier: Apache-2.0
"""cluster_demo - what a user does with a real cluster, from installing lbbgp to
taking it away, and what must be true each time. One line a check.

The steps are run in their order, by lab/demo --cluster and by the e2e tests.
"""

import contextlib
import json
import re

from book import block
from checks import Checks
from cluster import MANIFESTS
from cluster_book import BookSteps
from cluster_lan import LanSteps
from cluster_pods import PodSteps
from fabric import HOLD_TIME, PATIENCE, TOP, Failed, until
from kubelets import NEW_IMAGE, OLD_IMAGE, PULLED_IMAGE, SHOP
from kube import SYSTEM
from scenario import GRACE, spread
from stream import Stream
from watches import Client, GuardWatch, RouteWatch

RATE = 500              # packets a second, to each address of those called echo
SERVICE_CIDRS = ["10.33.128.0/18", "10.33.192.0/18",
                 "fd10:33:80::/112", "fd10:33:c0::/112"]
NOBODY = "10.33.255.1"  # an address of the pool that no Service has
INSTALLED = f"{MANIFESTS}/cluster"      # what of ours is
RESTART_TIME = 12       # s, that routers wait for a daemon …
PULL_TIME = 16          # s, … whose image takes that long
LEAVING_FILE = "/run/systemd/shutdown/scheduled"
OF_CLUSTER = ("customresourcedefinitions,clusterroles,clusterrolebindings,"
              "validatingadmissionpolicies,validatingadmissionpolicybindings,"
              "namespaces,roles,rolebindings,leases,poddisruptionbudgets")


def lines(text):
    return set(text.split("\n")) - {""}


def warnings_in(log):
    """Lines of daemons and allocators that are news on a cluster that is new.

    A CRD that was made a moment ago answers 429 for another moment, and a busy
    machine's API server may not have answered within a second. Each kind is followed
    by itself: a BGPFilter that is made while a daemon starts may be heard of after the
    BGPConfiguration that names it.
    """
    through = re.findall(r"^(\S+) .* (peer \S+): no longer blocked", log, re.M)

    def is_news(line):
        peer = re.match(r"(\S+) .* (peer \S+): blocked: .* no valid BGPFilter", line)
        return ((" warn " in line or " error " in line)
                and "storage is (re)initializing" not in line
                and "nothing was kept; nothing is known until" not in line
                and not (peer and peer.groups() in through))

    return [line for line in log.splitlines() if is_news(line)]


class ClusterDemo(BookSteps, LanSteps, PodSteps):
    steps = ["install", "rights", "services", "mesh", "pods", "limit", "back",
             "nftables", "upgrade", "late", "leader", "lan", "drain", "power",
             "shutdown", "uninstall", "again", "newer"]

    def __init__(self, cluster):
        self.cluster = cluster
        self.fabric = cluster.fabric
        self.frr = self.fabric.frr
        self.checks = Checks()
        self.clean = {}         # what a node had before us
        self.listed = [cidr for cidr in SERVICE_CIDRS if cluster.speaks(cidr)]

    def run(self):
        for step in self.steps:
            getattr(self, step)()
        return self.checks.failed == 0

    #
    # What is looked at
    #

    def routes(self):
        return self.frr.kernel_routes("-4", "-6")

    def hops(self, nodes, prefix):
        return [self.cluster.node_ip(node, prefix) for node in nodes]

    def expected(self, without=(), local=None):
        """FRR's routes when all nodes but `without` announce; `local` are the
        nodes with an endpoint of web-local; echo-local has one on each."""
        left = [node for node in self.cluster.nodes if node not in without]
        routes = {cidr: self.hops(left, cidr) for cidr in self.listed}
        for node in left:
            for cidr in self.cluster.cidrs[node]:
                routes[cidr] = self.hops([node], cidr)
        for service, nodes in (("web-local", left if local is None else local),
                               ("echo-local", left)):
            for prefix in self.cluster.host_routes(service):
                routes[prefix] = self.hops(nodes, prefix)
        return routes

    def await_routes(self, limit, **expected):
        def look():
            seen = self.routes()
            return seen == self.expected(**expected), seen
        return until(limit, "FRR's routes", look)

    def rollout(self, what, namespace=SYSTEM, limit=90):
        self.cluster.kubectl("rollout", "status", what,
                             f"--namespace={namespace}", f"--timeout={limit}s")

    def await_rollout(self, what, namespace=SYSTEM, limit=90):
        return until(0, what, lambda: (
            self.rollout(what, namespace, limit) or True, None))

    def traffic(self, service, when, least, count=60):
        """Every connection is answered, over at least so many nodes."""
        for address in self.cluster.ips(service):
            nodes, errors = spread(self.cluster.whose(self.fabric.get(
                "client", address, 80, count)))
            over = " ".join(f"{node}:{nodes[node]}" for node in sorted(nodes))
            self.checks.check(
                f"the client reaches {service} ({address}) {when}, over "
                f"{len(nodes)} nodes ({over})",
                not errors and len(nodes) >= least, dict(errors))

    def steady(self, client, what):
        seen = client.seen
        self.checks.check(
            f"{what}: {seen.get('asked')} connections to {client.address}, "
            f"{seen.get('failed')} failed",
            seen.get("asked") and not seen["failed"], seen)

    @contextlib.contextmanager
    def clients(self, *services):
        """One to each address meanwhile; none of their connections may fail."""
        with contextlib.ExitStack() as stack:
            running = [stack.enter_context(Client(self.fabric, address))
                       for service in services
                       for address in self.cluster.ips(service)]
            yield
        for client in running:
            self.steady(client, "meanwhile")

    @contextlib.contextmanager
    def packets(self):
        """To the pods on each node meanwhile, with connections that stay open: {name
        and address of the Service: what was Seen}"""
        seen = {}
        streams = {f"{name} ({address})": Stream(
            self.cluster, RATE, connections=16, address=address,
            behind={"tor-a": "client"})
            for name in ("echo", "echo-local") for address in self.cluster.ips(name)}
        with contextlib.ExitStack() as stack:
            for stream in streams.values():
                stack.enter_context(stream)
            yield seen
        for name, stream in streams.items():
            seen[name] = stream.seen["tor-a"]

    def ours_on(self, node):
        """What we leave in a node's kernel and on its disk."""
        on = self.cluster.on
        found = {f"{version} {line}" for version in ("-4", "-6")
                 for words in (("rule", "show"),
                               *(("route", "show", "table", "all", "proto", proto)
                                 for proto in ("76", "77")))
                 for line in lines(on(node, "ip", version, *words))}
        return found | lines(on(node, "find", "/run/lbbgp", "-mindepth", "1",
                                check=False))

    def of_api(self):
        return {line for line in lines(self.cluster.kubectl(
            "get", OF_CLUSTER, "--all-namespaces", "-o",
            "custom-columns=KIND:.kind,NS:.metadata.namespace,"
            "NAME:.metadata.name", "--no-headers")) if "lbbgp" in line}

    #
    # The steps
    #

    def install(self):
        checks, cluster = self.checks, self.cluster
        self.clean = {node: self.ours_on(node) for node in cluster.nodes}
        cluster.write_book(INSTALLED, NEW_IMAGE)
        self.apply(INSTALLED, self.still_tainted)
        self.taken_in()
        pods = cluster.pods()
        restarts = sum(status["restartCount"] for on in pods.values()
                       for pod in on
                       for status in pod["status"]["containerStatuses"])
        checks.check("nothing has been restarted", restarts == 0, restarts)
        checks.show("lbbgp show neighbors, in the pod on node1",
                    cluster.lbbgp("node1", "show", "neighbors"))
        warned = cluster.kubectl(
            "logs", f"--namespace={SYSTEM}", "--tail=-1", "--prefix",
            "--selector=app.kubernetes.io/name=lbbgp")
        warned = warnings_in(warned)
        checks.check("nobody has warned of anything", not warned, warned)

    def apply(self, what, meanwhile=lambda: None):
        """The DaemonSet needs no pod network; the allocator does, and gets it by it. An
        older version does not know each field."""
        checks, cluster = self.checks, self.cluster
        checks.show("kubectl apply -k", cluster.install(what))
        meanwhile()
        cluster.kubectl("apply", "--validate=warn",
                        f"--filename={cluster.configuration}")
        for what in ("daemonset/lbbgp-bgpd", "deployment/lbbgp-allocator"):
            checks.within(f"{what} is Ready", self.await_rollout, what)
        checks.within("FRR has each node's pod CIDRs, and all Service CIDRs "
                      "from all nodes", self.await_listed, PATIENCE)

    def rights(self):
        """Whoever may view or edit the cluster may do so with our resources."""
        kinds = ("bgpconfigurations", "bgppeers", "bgpnodestatuses",
                 "servicegroups", "virtualips")
        written = [f"{kind}.lbbgp.io" for kind in kinds
                   if kind != "bgpnodestatuses"]
        for role, may in (("view", []), ("edit", written), ("admin", written)):
            binding = f"lab-{role}"
            self.cluster.kubectl("create", "clusterrolebinding", binding,
                                 f"--clusterrole={role}", f"--user={binding}")
            wrong = [f"{verb} {kind}.lbbgp.io" for kind in kinds
                     for verb in ("list", "patch")
                     if self.may(binding, verb, f"{kind}.lbbgp.io")
                     != (verb == "list" or f"{kind}.lbbgp.io" in may)]
            self.cluster.kubectl("delete", "clusterrolebinding", binding)
            self.checks.check(f"who may {role} the cluster may do so with our "
                              "resources, and no more", not wrong, wrong)

    def may(self, user, verb, what):
        return self.cluster.kubectl("auth", "can-i", verb, what,
                                    f"--as={user}", check=False).strip() == "yes"

    def services(self):
        checks, cluster = self.checks, self.cluster
        cluster.shop()
        checks.within("FRR has the host route of the Local Service from all "
                      "nodes", self.await_routes, PATIENCE)
        checks.show("kubectl get services", cluster.kubectl(
            "get", "services", f"--namespace={SHOP}"))
        checks.show("show ip route bgp", self.frr.show())
        for service in ("web", "web-local"):
            found = cluster.ips(service)
            checks.check(f"{service} has an address of each family of the cluster: "
                         f"{' '.join(found)}", len(found) == len(cluster.versions))
            checks.within(f"every connection to {service} is answered",
                          self.await_answers, service, PATIENCE)
            self.traffic(service, "of all nodes", 3)
        checks.show("lbbgp explain service shop/web", cluster.lbbgp(
            "node1", "explain", "service", "shop/web"))
        said = cluster.complaints("node1", "explain", "service", "shop/web")
        checks.check("and it has all the rights for it", not said, said)
        self.pasted()

    def pods(self):
        """A new version of what runs behind the Services."""
        checks, cluster = self.checks, self.cluster
        with self.clients("web", "web-local"):
            cluster.kubectl("rollout", "restart", "deployment/web",
                            f"--namespace={SHOP}")
            checks.within("rollout restart of the Services' pods",
                          self.await_rollout, "deployment/web", SHOP)
            checks.within("the old ones have ended", self.await_pods, 6, PATIENCE)
            checks.within("the Local Service is announced by all nodes",
                          self.await_routes, PATIENCE)
        self.long_connections()

    def long_connections(self):
        """Each ends with its pod, and for no other reason."""
        checks, cluster = self.checks, self.cluster
        local = cluster.host_routes("echo-local")
        with RouteWatch(self.frr) as watch, self.packets() as packets:
            cluster.kubectl("rollout", "restart", "daemonset/echo",
                            f"--namespace={SHOP}")
            checks.within("rollout restart of pods that have long connections",
                          self.await_rollout, "daemonset/echo", SHOP)
            checks.within("the old ones have ended", self.await_pods, 6, PATIENCE)
        for prefix in local:
            checks.check(f"meanwhile: FRR's next hops for {prefix}: "
                         f"{watch.told(prefix)}",
                         watch.fewest(prefix) == len(cluster.nodes))
        for name, seen in packets.items():
            connections = seen.counts["connections"]
            checks.check(
                f"meanwhile: of {connections['opened']} connections to {name} "
                f"{seen.ended} ended with their pods, {seen.reset} were reset, "
                f"{seen.refused} refused, {seen.silent} silent",
                seen.ended > 0
                and seen.reset == seen.refused == seen.silent == 0, connections)

    def limit(self):
        """The endpoints of the Service of manifests/ say whose daemons are ready."""
        self.limit_to(1)
        for prefix in self.cluster.host_routes("echo-local"):
            self.checks.within("maxAnnouncers: 1: one node alone announces "
                               f"{prefix}", self.await_hops, prefix, 1, 30)
        self.limit_to(None)
        self.checks.within("without it all nodes do", self.await_routes, 20)

    def limit_to(self, most):
        self.cluster.kubectl(
            "patch", "servicegroup", "bgp-ippool", "--type=merge", "--patch",
            json.dumps({"spec": {"announce": {"bgp": {"maxAnnouncers": most}}}}))

    def await_hops(self, prefix, count, limit):
        def look():
            seen = self.routes().get(prefix, [])
            return len(seen) == count, seen
        return until(limit, f"{count} next hops of {prefix}", look)

    def await_pods(self, count, limit):
        """Those of the shop, with any that still terminate."""
        def look():
            seen = len(self.cluster.api.list("Pod", SHOP))
            return seen == count, seen
        return until(limit, "pods of the shop", look)

    def back(self):
        """To the version before, one node after the other."""
        self.set_image(f"back to the version before, {self.cluster.old_text}",
                       OLD_IMAGE)

    def nftables(self):
        """kube-proxy of another mode, on each node, from here on."""
        checks, cluster = self.checks, self.cluster
        for node in cluster.nodes:
            cluster.set_proxy_mode(node, "nftables")
        for node in cluster.nodes:
            checks.within(f"{node}'s kube-proxy has rules of nftables, and no others",
                          until, PATIENCE, "rules", lambda node=node: (
                              cluster.has_proxy_mode(node, "nftables")))
        for service in ("web", "web-local"):
            checks.within(f"every connection to {service} is answered",
                          self.await_answers, service, PATIENCE)
            self.traffic(service, "then", 3)
        said = self.frr.probe(NOBODY)
        checks.check(f"{NOBODY}, which nobody has: ICMP unreachable from "
                     f"{said.get('sender', 'nobody')}, {said['came_back']} packets "
                     "came back", said.get("type") == 3 and said["left"] > 0
                     and said["came_back"] == 0, said)

    def set_image(self, what, image):
        self.roll(what, lambda: self.cluster.kubectl(
            "set", "image", "daemonset/lbbgp-bgpd", f"bgpd={image}",
            f"--namespace={SYSTEM}"))

    def roll(self, what, change):
        checks, cluster = self.checks, self.cluster
        before = self.updates()
        with self.clients("web", "web-local"), contextlib.ExitStack() as stack:
            watch = stack.enter_context(RouteWatch(self.frr))
            guards = [stack.enter_context(GuardWatch(self.fabric, node))
                      for node in cluster.nodes]
            packets = stack.enter_context(self.packets())
            change()
            checks.within(f"{what}: the DaemonSet is rolled out",
                          self.await_rollout, "daemonset/lbbgp-bgpd")
            checks.within("all routes afterwards", self.await_routes, PATIENCE)
        changed = {prefix: watch.told(prefix) for prefix in self.expected()
                   if len(watch.history(prefix)) > 1}
        checks.check("FRR's routes have not changed meanwhile", not changed,
                     changed)
        for name, seen in packets.items():
            checks.check(f"meanwhile: packets to {name}: {seen}, of long connections "
                         "none", seen.lost == seen.broken == seen.silent == 0,
                         seen.counts)
        self.told_again(before)
        deleted = [line for guard in guards for line in guard.deleted()]
        checks.check("the loop guard stayed", not deleted, deleted)

    def updates(self):
        return {node: self.frr.updates_received(address)
                for node, address in self.cluster.addresses_of.items()}

    def told_again(self, before):
        """Each route once, and the End-of-RIB."""
        more = {node: count - before[node]
                for node, count in self.updates().items()}
        most = len(self.listed) + len(self.cluster.versions) * len(
            ("End-of-RIB", "pods", "web-local", "echo-local"))
        text = " ".join(f"{node}:{more[node]}" for node in sorted(more))
        self.checks.check(
            f"FRR was told nothing but the same again: {text} UPDATEs, "
            f"End-of-RIB included", max(more.values()) <= most, more)

    def late(self, node="node1"):
        """On one node an image takes longer to come than routers wait: pulled before,
        nothing happens; pulled meanwhile, the daemon says what was wrong."""
        checks, cluster = self.checks, self.cluster
        settings = {"spec": {"gracefulRestart": {"restartTime": RESTART_TIME}}}
        with (cluster.registries({node: PULL_TIME}),
              cluster.edited("BGPConfiguration", None, "default", settings)):
            pull = f"{TOP}/manifests/pull"
            cluster.kubectl("apply", "--kustomize", pull)
            cluster.kubectl("set", "image", "daemonset/lbbgp-pull",
                            f"pull={PULLED_IMAGE}:before", f"--namespace={SYSTEM}")
            checks.within("every node has an image that is slow to come",
                          self.await_rollout, "daemonset/lbbgp-pull")
            cluster.kubectl("delete", "--kustomize", pull, "--wait=false")
            self.set_image("pulled before", f"{PULLED_IMAGE}:before")
            checks.check("nobody has restarted late", not self.who_was_late(),
                         self.who_was_late())
            self.pulled_meanwhile(node)

    def pulled_meanwhile(self, node):
        checks, cluster = self.checks, self.cluster
        with RouteWatch(self.frr) as watch, self.packets() as packets:
            cluster.kubectl("set", "image", "daemonset/lbbgp-bgpd",
                            f"bgpd={PULLED_IMAGE}:meanwhile", f"--namespace={SYSTEM}")
            checks.within("pulled meanwhile: the DaemonSet is rolled out",
                          self.await_rollout, "daemonset/lbbgp-bgpd")
            checks.within("all routes afterwards", self.await_routes, PATIENCE)
        lost = {name for name, cidrs in cluster.cidrs.items() for cidr in cidrs
                if watch.fewest(cidr) == 0}
        told = ", ".join(watch.told(cidr) for cidr in cluster.cidrs[node])
        checks.check(f"FRR was without {node}'s pods, and no other's: {told} next "
                     "hops", lost == {node}, lost)
        # Of another policy are its pods, too: other nodes have no route to them now.
        for name, seen in packets.items():
            if name.startswith("echo-local"):
                checks.check(f"packets to {name}, which other nodes serve: {seen}",
                             seen.lost == 0, seen.counts)
        checks.check(f"{node} says RestartedLate, and no other",
                     self.who_was_late() == [node], self.who_was_late())

    def who_was_late(self):
        return [node for node in self.cluster.nodes if any(
            condition["type"] == "RestartedLate" for condition
            in self.cluster.lbbgp_json(node, "show", "status")["conditions"])]

    def leader(self):
        """The allocator's new version; a Service that comes meanwhile."""
        checks, cluster = self.checks, self.cluster
        cluster.kubectl("rollout", "restart", "deployment/lbbgp-allocator",
                        f"--namespace={SYSTEM}")
        cluster.kubectl("create", "service", "loadbalancer", "meanwhile",
                        "--tcp=80", f"--namespace={SHOP}")
        checks.within("a Service made while the allocator is restarted has "
                      "an address", until, PATIENCE, "address of shop/meanwhile",
                      lambda: (cluster.ips("meanwhile"), "none"))
        checks.within("rollout restart of the Deployment", self.await_rollout,
                      "deployment/lbbgp-allocator")
        cluster.kubectl("delete", "service", "meanwhile",
                        f"--namespace={SHOP}")

    def drain(self, node="node2"):
        checks, cluster = self.checks, self.cluster
        with self.clients("web-local"):
            cluster.kubectl("drain", node, "--ignore-daemonsets",
                            "--delete-emptydir-data", "--timeout=60s")
            others = [name for name in cluster.nodes if name != node]
            checks.within(f"{node} drained: its pods' routes stay, the Local "
                          "Service's are gone there", self.await_routes, PATIENCE,
                          local=others)
        cluster.kubectl("uncordon", node)
        checks.within("uncordoned: everything is back", self.await_rollout,
                      "deployment/web", SHOP)
        checks.within("and announced", self.await_routes, PATIENCE)

    def power(self, node="node3"):
        checks, cluster = self.checks, self.cluster
        others = [name for name in cluster.nodes if name != node]
        cluster.cut(node)
        checks.within(f"{node} without power: its routes are gone",
                      self.await_gone, node, HOLD_TIME + GRACE)
        checks.within("the cluster notices", until, 60, f"{node} NotReady",
                      lambda: (not self.is_ready(node), "Ready"))
        checks.within("and the client is answered again, each time",
                      self.await_answers, "web", PATIENCE)
        self.traffic("web", "meanwhile", 2)
        for prefix in cluster.host_routes("web-local"):
            hops = self.routes().get(prefix)
            checks.check(f"{prefix} has the other nodes",
                         hops == self.hops(others, prefix), hops)
        cluster.boot(node)
        checks.within(f"power is back: {node} is Ready", until, 90, node,
                      lambda: (self.is_ready(node), "NotReady"))
        self.rollout("daemonset/lbbgp-bgpd")
        self.rollout("deployment/web", SHOP)
        checks.within("all routes are back", self.await_listed, PATIENCE)
        self.traffic("web", "then", 3)

    def is_ready(self, node):
        status = self.cluster.api.get("Node", None, node)["status"]
        return any(row["type"] == "Ready" and row["status"] == "True"
                   for row in status["conditions"])

    def await_gone(self, node, limit):
        mine = set(self.cluster.node_ips(node))

        def look():
            seen = {prefix: hops for prefix, hops
                    in self.routes().items() if mine & set(hops)}
            return not seen, seen
        return until(limit, f"no route over {node}", look)

    def await_answers(self, service, limit):
        def look():
            _, errors = spread(self.cluster.whose([
                answer for address in self.cluster.ips(service)
                for answer in self.fabric.get("client", address, 80, 40)]))
            return not errors, errors
        return until(limit, f"{service} answers", look)

    def await_listed(self, limit):
        """All but the Local Service, whose pods may stand where they stand."""
        def look():
            seen = self.routes()
            want = self.expected()
            return all(seen.get(prefix) == hops
                       for prefix, hops in want.items()
                       if not prefix.endswith(("/32", "/128"))), seen
        return until(limit, "FRR's routes", look)

    def shutdown(self, node="node1"):
        """The node's init says that it goes down: that is no restart."""
        checks, cluster = self.checks, self.cluster
        cluster.on(node, "touch", LEAVING_FILE)
        with GuardWatch(self.fabric, node) as guard:
            cluster.paste(block("doc/upgrade.md", "delete pod POD").replace(
                "POD", cluster.pod_name(node)))
            cluster.on(node, "rm", LEAVING_FILE)
            self.rollout("daemonset/lbbgp-bgpd")
        checks.check(f"{node} shuts down: the loop guard goes with its pod",
                     guard.deleted(), "nothing was deleted")
        checks.within("and is back with the next", self.await_guard, node, 10)

    def await_guard(self, node, limit):
        def look():
            seen = self.ours_on(node) - self.clean[node]
            return any("rule" in line or "lookup" in line or "goto" in line
                       for line in seen), seen
        return until(limit, f"the guard of {node}", look)

    def uninstall(self):
        checks, cluster = self.checks, self.cluster
        checks.show("kubectl delete -k", cluster.paste(
            block("doc/uninstall.md", "delete -k")))
        checks.within("FRR has no route of ours", until, PATIENCE, "routes", lambda: (
            not self.routes(), self.routes()))
        for node in cluster.nodes:
            try:
                until(PATIENCE, node, lambda: (
                    self.ours_on(node) == self.clean[node],
                    self.ours_on(node) ^ self.clean[node]))
                left = ""
            except Failed as err:
                left = err
            checks.check(f"nothing of ours is left on {node}: rules, routes, "
                         "/run/lbbgp", not left, left)
        left = self.of_api()
        checks.check("nothing is left in the API", not left, left)

    def again(self):
        """Who comes back, be it with the version before and its own CRDs, finds the
        Services with their addresses."""
        names = ("web", "web-local")
        before = [self.cluster.ips(name) for name in names]
        self.apply(f"{self.cluster.disks}/old")
        self.checks.within("each connection is answered again",
                           self.await_answers, "web", PATIENCE)
        after = [self.cluster.ips(name) for name in names]
        self.checks.check("the Services have kept their addresses",
                          before == after and [] not in after,
                          (before, after))

    def newer(self):
        """All of it: CRDs, rights, the allocator, the daemons."""
        checks, cluster = self.checks, self.cluster
        checks.within("all routes", self.await_routes, PATIENCE)
        self.roll(f"kubectl apply -k of this version, on that {cluster.old_text}",
                  lambda: cluster.kubectl("apply", "--kustomize", INSTALLED))
        checks.within("the allocators are rolled out, too", self.await_rollout,
                      "deployment/lbbgp-allocator")
        cluster.kubectl("apply", f"--filename={cluster.configuration}")
        self.traffic("web", "then", 3)
