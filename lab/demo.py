# SPDX-License-Identifier: Apache-2.0
"""demo - the main job on the reference fabric, from manifests to the routers'
tables, and through its faults. One line a check; ends with 0 when all hold.
"""

import argparse
import contextlib
import os
import signal
import sys
import time

from checks import Checks
from cluster import DirCluster
from fabric import HOLD_TIME, NODES, Fabric, Failed
from scenario import (AT_ONCE, GRACE, NOBODY, SERVICES, VIP,
                      await_all_sessions, await_routes, await_sessions,
                      await_whole, spread, wrong_communities)
from stream import Stream, await_all, await_hops, lay

DEFAULT_NAME = "lbbgp"  # as in lab/fabric


class Demo:
    def __init__(self, cluster):
        self.cluster = cluster
        self.fabric = cluster.fabric
        self.checks = Checks()

    #
    # The steady state
    #

    def steady(self):
        checks = self.checks
        for router in self.fabric.routers:
            checks.within(f"{router.title}: six pod /24s with one next hop "
                          "each, both Service CIDRs with six",
                          await_routes, router, 30)
        for router in self.fabric.routers:
            checks.show(f"{router.title} on {router.where}", router.show())
        for router in self.fabric.routers:
            wrong = wrong_communities(router)
            checks.check(f"{router.title}: communities 64517:120 and "
                         "64517:300:100 on the pod prefixes only",
                         not wrong, wrong)
        self.neighbors()
        self.addresses()
        for router in self.fabric.routers:
            self.traffic(router, "with all nodes", least=4)
        self.nobody()

    def neighbors(self):
        checks, cluster = self.checks, self.cluster
        checks.show("lbbgp show neighbors, on node1",
                    cluster.lbbgp("node1", "show", "neighbors"))
        for node in NODES:
            checks.within(f"{node}: both sessions Established by its socket",
                          await_sessions, cluster, node, 2)
        checks.within("all nodes: twelve sessions Established by "
                      "BGPNodeStatus", await_all_sessions, cluster, 12, 15)
        checks.show("lbbgp show neighbors --all-nodes",
                    cluster.lbbgp_cluster("show", "neighbors", "--all-nodes"))

    def addresses(self):
        seen = self.cluster.addresses()
        for service, ip in SERVICES.items():
            self.checks.check(f"{service} has {ip}", seen[service] == [ip],
                              seen[service])
        self.checks.show("lbbgp show addresses", self.cluster.lbbgp_cluster(
            "show", "addresses"))
        overview = self.cluster.overview()
        if overview:
            self.checks.show(*overview)

    #
    # Traffic
    #

    def ask(self, router, count=120):
        return spread(self.cluster.whose(router.get(
            VIP, self.cluster.port, count)))

    def traffic(self, router, when, least, without=()):
        """Every connection is answered, over at least so many nodes."""
        nodes, errors = self.ask(router)
        over = " ".join(f"{node}:{nodes[node]}" for node in sorted(nodes))
        good = (not errors and len(nodes) >= least
                and not set(nodes) & set(without))
        self.checks.check(f"{router.title}'s client reaches {VIP} {when}, "
                          f"over {len(nodes)} nodes ({over})", good,
                          dict(errors))

    def nobody(self):
        """An address of an announced CIDR that no Service has."""
        for router in self.fabric.routers:
            said = router.probe(NOBODY)
            self.checks.check(
                f"{NOBODY}, which nobody has: ICMP unreachable from "
                f"{said.get('sender', 'nobody')}; captured: "
                f"{said['left']} sent, {said['came_back']} came back",
                said.get("type") == 3 and said["sender"] in NODES.values()
                and said["left"] > 0 and said["came_back"] == 0,
                said)

    #
    # Faults. Each ends with all six nodes back.
    #

    def lose(self, node, what, limit):
        """After `what` happened to it the node is out at both routers."""
        for router in self.fabric.routers:
            self.checks.within(f"{what}: out of {router.title}'s routes",
                               await_routes, router, limit, [node])
        for router in self.fabric.routers:
            self.traffic(router, "then", 3, without=[node])

    def back(self, what):
        self.checks.within(f"{what}: all sessions and routes are back",
                           await_whole, self.cluster)

    def keep(self, what):
        """After `what` happened every node is in at both routers."""
        time.sleep(2)
        for router in self.fabric.routers:
            self.checks.within(f"{what}: still in {router.title}'s routes",
                               await_routes, router, AT_ONCE)
        for router in self.fabric.routers:
            self.traffic(router, "meanwhile", 3)

    def killed(self, node="node1"):
        self.cluster.bgpd[node].stop(signal.SIGKILL)
        self.keep(f"{node}'s daemon ended by SIGKILL")
        self.cluster.start_bgpd(node)
        self.back(f"{node}'s daemon started again")

    def stopped(self, number, node="node2"):
        try:
            code = self.cluster.bgpd[node].stop(number)
        except Failed as err:
            code = err
        self.checks.check(f"{node}'s daemon ends with 0 on {number.name}",
                          code == 0, code)

    def restarted(self, node="node2"):
        self.stopped(signal.SIGTERM, node)
        self.keep(f"{node}'s daemon ended by SIGTERM")
        self.cluster.start_bgpd(node)
        self.back(f"{node}'s daemon started again")

    def left(self, node="node2"):
        self.stopped(signal.SIGINT, node)
        self.lose(node, f"{node}'s daemon ended for good by SIGINT", AT_ONCE)
        self.cluster.start_bgpd(node)
        self.back(f"{node}'s daemon started again")

    def frozen(self, node="node3"):
        self.cluster.bgpd[node].send(signal.SIGSTOP)
        self.lose(node, f"{node}'s daemon frozen by SIGSTOP",
                  HOLD_TIME + GRACE)
        self.cluster.bgpd[node].send(signal.SIGCONT)
        self.back(f"{node}'s daemon thawed")

    def unplugged(self, node="node2"):
        self.fabric.cable(node, False)
        self.lose(node, f"{node}'s link down", HOLD_TIME + GRACE)
        self.fabric.cable(node, True)
        self.back(f"{node}'s link up")

    def router_frozen(self, router):
        """The other way round: the daemons must notice."""
        router.send(signal.SIGSTOP)
        start = time.monotonic()
        for node in NODES:
            left = HOLD_TIME + GRACE - (time.monotonic() - start)
            self.checks.within(f"{router.title} frozen: {node} drops it",
                               await_sessions, self.cluster, node, 1,
                               max(left, 1))
        other = next(r for r in self.fabric.routers if r is not router)
        self.traffic(other, f"while {router.title} is frozen", 4)
        router.send(signal.SIGCONT)
        self.back(f"{router.title} thawed")

    def faults(self):
        self.killed()
        self.restarted()
        self.left()
        self.frozen()
        self.unplugged()
        for router in self.fabric.routers:
            self.router_frozen(router)

    #
    # What is planned loses nothing.
    #

    @contextlib.contextmanager
    def stream(self, what):
        """Packets from a client behind each router meanwhile."""
        with Stream(self.cluster) as stream:
            yield
        for router in self.fabric.routers:
            seen = stream.seen[router.where]
            self.checks.check(f"{what}: {router.title}'s client: {seen}",
                              seen.lost == 0, f"{stream.drops} of them by this "
                              "machine, which was too busy")

    def without_loss(self):
        lay(self.cluster)
        with self.stream("every daemon restarted in turn"):
            for node in NODES:
                self.cluster.bgpd[node].stop()
                self.cluster.start_bgpd(node)
                await_sessions(self.cluster, node, 2)
            await_all(self.cluster)
        with self.stream("node4 drained, and taken back"):
            self.cluster.lbbgp_cluster("drain", "node4", "--wait")
            await_hops(self.cluster, ["node4"])
            self.cluster.lbbgp_cluster("undrain", "node4", "--wait")
            await_all(self.cluster)

    def run(self):
        self.steady()
        self.faults()
        self.without_loss()
        return self.checks.failed == 0


def make_demo(name, args):
    if args.l2:
        import lan_demo
        return lan_demo.make_demo(name)
    fabric = Fabric(name, [] if args.cluster else ["clients"])
    if args.cluster and args.ipv6:
        from kubelets6 import Ipv6Cluster, Ipv6Demo
        return Ipv6Demo(Ipv6Cluster(fabric))
    if args.cluster:
        from cluster_demo import ClusterDemo
        from kubelets import KubeletCluster
        return ClusterDemo(KubeletCluster(fabric))
    if args.kube:
        from kube import KubeCluster
        return Demo(KubeCluster(fabric))
    return Demo(DirCluster(fabric))


def show_logs(cluster):
    for title, text in cluster.report():
        print(f"\n--- {title}\n{text}", file=sys.stderr)
    for process in cluster.processes():
        print(f"\n--- the end of {process.log}\n{process.tail()}",
              file=sys.stderr)


ROUTERS = [("what runs where", "lab/fabric status"),
           ("the routers", "lab/fabric vtysh 'show ip route bgp'"),
           ("", "lab/fabric birdc show route")]


def show_hints(cluster):
    """What somebody who plays with it has to know."""
    fabric = cluster.fabric
    hints = [*(ROUTERS if fabric.routers else ()),
             ("a node's daemon", "lab/fabric exec node1 "
              f"{cluster.program('lbbgp')} show neighbors"),
             *cluster.hints(),
             ("the logs", f"{fabric.state}/log"),
             ("the end", "lab/fabric down")]
    if fabric.name != DEFAULT_NAME:
        hints.insert(0, ("its name", f"export LAB={fabric.name}"))
    print("\nThe fabric stays up:")
    for what, how in hints:
        print(f"  {what:28}{how}")


def main():
    parser = argparse.ArgumentParser(prog="lab/demo", description=__doc__)
    parser.add_argument("--keep", action="store_true",
                        help="leave everything running at the end")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument("--kube", action="store_true",
                       help="on a real Kubernetes API server")
    kinds.add_argument("--cluster", action="store_true",
                       help="on a real cluster: install it, use it")
    kinds.add_argument("--l2", action="store_true",
                       help="on a LAN without routers")
    parser.add_argument("--ipv6", action="store_true",
                        help="with --cluster: briefly, where there is no IPv4")
    args = parser.parse_args()
    if args.ipv6 and not args.cluster:
        parser.error("--ipv6: only with --cluster")
    demo = make_demo(os.environ.get("LAB", DEFAULT_NAME), args)
    cluster = demo.cluster
    fabric = cluster.fabric
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    good = False
    try:
        fabric.up()
        cluster.start()
        good = demo.run()
        print(f"\n{demo.checks.passed} checks hold, "
              f"{demo.checks.failed} do not")
    except Failed as err:
        print(f"FAILED  {err}", flush=True)
    finally:
        if not good:
            show_logs(cluster)
        if args.keep:
            show_hints(cluster)
        else:
            fabric.down()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
