# SPDX-License-Identifier: Apache-2.0
"""watches - what happened meanwhile: routes and rules as the kernel tells of
each change, connections of a client. Nothing polled, so nothing missed.

Each is a context manager; what it saw can be asked when it has ended.
"""

import datetime
import ipaddress
import json
import re
import signal

from fabric import PATIENCE, Failed, until

ROUTE = re.compile(r"\[(\S+)\] (Deleted )?(?:unicast )?(\S+) (.*)")


def network(text):
    """A prefix as routers write it, of what `ip` does."""
    try:
        return ipaddress.ip_network(text).with_prefixlen
    except ValueError:                  # "default", "multicast"
        return text


class Monitor:
    """`ip monitor` in a namespace."""

    def __init__(self, fabric, where, *what):
        self.fabric, self.where, self.what = fabric, where, what
        self.process = None
        self.lines = []

    def __enter__(self):
        name = f"monitor-{self.where}"
        path = f"{self.fabric.state}/log/{name}.log"
        with open(path, "w"):           # of this one alone
            pass
        self.process = self.fabric.start(
            self.where, ["ip", "-tshort", "monitor", *self.what], name)
        until(PATIENCE, f"ip monitor in {self.where}", self.is_listening)
        return self

    def is_listening(self):
        if not self.process.alive():
            raise Failed(f"ip monitor ended: {self.process.tail()}")
        with open(f"/proc/{self.process.pid}/net/netlink") as sockets:
            owners = [line.split()[2:4] for line in sockets]
        return [str(self.process.pid)] in [
            [pid] for pid, groups in owners if groups.strip("0")], owners

    def __exit__(self, *_):
        self.process.stop(signal.SIGKILL)
        with open(self.process.log) as log:
            self.lines = log.read().splitlines()


class RouteWatch(Monitor):
    """How many next hops the routes of a router had, from change to change."""

    def __init__(self, router):
        super().__init__(router.fabric, router.where, "route")
        self.router = router
        self.before = {}

    def __enter__(self):
        super().__enter__()
        self.before = {prefix: len(hops) for prefix, hops
                       in self.router.kernel_routes("-4", "-6").items()}
        return self

    def history(self, prefix):
        """[(time or None, next hops), ...] from the start on."""
        found = [(None, self.before.get(prefix, 0))]
        last = None
        for line in self.lines:
            route = ROUTE.match(line)
            if route:
                last = network(route[3])
                if last == prefix:
                    hops = 0 if route[2] else int("via " in route[4])
                    found.append((datetime.datetime.fromisoformat(route[1]),
                                  hops))
            elif "nexthop via" in line and last == prefix:
                found[-1] = (found[-1][0], found[-1][1] + 1)
        return found

    def fewest(self, prefix):
        return min(hops for _, hops in self.history(prefix))

    def told(self, prefix):
        """For people: "3 2 3", and how long the pauses were."""
        history = self.history(prefix)
        text = str(history[0][1])
        for (before, _), (at, hops) in zip(history, history[1:]):
            text += (f" ({(at - before).total_seconds():.2f} s)"
                     if before else "") + f" {hops}"
        return text


class GuardWatch(Monitor):
    """The loop guard of a node: its rules, and the routes of its tables."""

    def __init__(self, fabric, node):
        super().__init__(fabric, node, "rule", "route")

    def deleted(self):
        return [line for line in self.lines if "Deleted" in line
                and re.search(r"proto 76|lookup|goto", line)]


class Client:
    """Connections from the client to an address, 50 a second."""

    def __init__(self, fabric, address, port=80, where="client"):
        self.fabric, self.where = fabric, where
        self.address, self.port = address, port
        self.process = None
        self.seen = {}

    def __enter__(self):
        from fabric import HERE, PYTHON

        name = f"client-{self.where}-{self.address}"
        path = f"{self.fabric.state}/log/{name}.log"
        with open(path, "w"):
            pass
        self.process = self.fabric.start(
            self.where, [PYTHON, f"{HERE}/traffic.py", "keep", self.address,
                         str(self.port)], name)
        return self

    def __exit__(self, *_):
        self.process.stop(signal.SIGTERM)
        text = self.process.tail()
        try:
            self.seen = json.loads(text)
        except ValueError:
            raise Failed(f"traffic.py keep: {text}") from None
