# SPDX-License-Identifier: Apache-2.0
"""fabric - lab/fabric for Python: its namespaces, its routers, processes in it.

What a router says comes in one form whichever it is, so a test runs on both:
routes() is {prefix: [next hop, ...]}, paths(prefix) a list of Path.
"""

import collections
import contextlib
import dataclasses
import fcntl
import ipaddress
import json
import os
import re
import signal
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(HERE)
PYTHON = "/usr/bin/python3"

NODES = {f"node{n}": f"10.31.90.{n}" for n in range(1, 7)}
SWITCH_IP = "10.31.255.1"
HOLD_TIME = 9
# s, for what has no limit of its own: a machine that does much else at the same time
# may be late with it. How soon something comes says who waits for it.
PATIENCE = 30
STATES = "/run/lbbgp-lab"


class Failed(Exception):
    """What was waited for did not come; says what, and what was there."""


def until(limit, what, look, pause=.05):
    """Waits until look() gives (True, seen); Failed with `seen` otherwise.

    Returns the seconds it took.
    """
    start = time.monotonic()
    while True:
        good, seen = look()
        took = time.monotonic() - start
        if good:
            return took
        if took > limit:
            raise Failed(f"{what}: not within {limit} s; last seen: {seen}")
        time.sleep(pause)


def by_family(address):
    parsed = ipaddress.ip_address(address)
    return parsed.version, parsed


def by_address(addresses):
    return sorted(addresses, key=by_family)


@dataclasses.dataclass
class Path:
    next_hop: str
    as_path: list
    communities: set
    large_communities: set
    stale: bool = False
    only_to_customer: int = 0       # RFC 9234; 0: it has none, or nobody shows it


def frr_paths(bgp):
    """[Path, ...] of what FRR says of one prefix."""
    return [Path(next_hop=path["nexthops"][0]["ip"],
                 as_path=[asn for segment in path["aspath"].get("segments", [])
                          for asn in segment["list"]],
                 communities=set(path.get("community", {}).get("list", [])),
                 large_communities=set(
                     path.get("largeCommunity", {}).get("list", [])),
                 stale=bool(path.get("stale")),
                 only_to_customer=path.get("otc", 0))
            for path in bgp.get("paths", [])]


def bird_path_line(path, line):
    word, _, rest = line.partition(" ")
    if word == "via":
        path.next_hop = rest.split()[0]
    elif word == "BGP.as_path:":
        path.as_path = [int(asn) for asn in rest.split()]
    elif word == "BGP.community:":
        path.communities = set(
            re.sub(r"\((\d+),(\d+)\)", r"\1:\2", rest).split())
    elif word == "BGP.large_community:":
        path.large_communities = {
            ":".join(parts) for parts in
            re.findall(r"\((\d+), (\d+), (\d+)\)", rest)}
    elif word == "BGP.otc:":
        path.only_to_customer = int(rest)


def bird_table(text):
    """{prefix: [Path, ...]} of BIRD's `show route all`."""
    table, paths, path = {}, None, None
    for line in text.splitlines():
        start = re.match(r"(\S+/\d+)?\s+unicast \[", line)
        if start:
            if start[1]:
                paths = table.setdefault(start[1], [])
            path = Path("", [], set(), set(), "stale" in line.lower())
            paths.append(path)
        elif path is not None:
            bird_path_line(path, line.strip())
    return table


class Process:
    """A program in a namespace of the fabric; its output goes to a file.

    `enter` is the command that brings it there.
    """

    def __init__(self, enter, args, log, env=None):
        self.args = args
        self.log = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(
                [*enter, *args],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                start_new_session=True, env={**os.environ, **(env or {})})

    @property
    def pid(self):
        return self.popen.pid

    def alive(self):
        return self.popen.poll() is None

    def send(self, number):
        self.popen.send_signal(number)

    def stop(self, number=signal.SIGTERM, limit=PATIENCE):
        """Ends it; its exit code. One that does not end is killed: Failed."""
        if self.alive():
            self.send(number)
        try:
            return self.popen.wait(limit)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise Failed(f"{self.args[0]} did not end in {limit} s after "
                         f"signal {number}") from None

    def tail(self, lines=20):
        with open(self.log, errors="replace") as log:
            return "".join(log.readlines()[-lines:])


class Heard:
    """What a client of Fabric.watched() heard so far, and all when it is over.
    """

    def __init__(self, log):
        self.log = log
        self.asked = self.answered = None
        self.silence = None     # ms, the longest time without an answer
        self.outage = None      # ms, for which at least nobody was there to answer

    def lines(self):
        with open(self.log) as log:
            return [json.loads(line) for line in log if line.endswith("\n")]

    @property
    def names(self):
        """Who answered, one after the other."""
        return [line["name"] for line in self.lines() if "name" in line]

    def await_names(self, *names):
        """Until these have answered, one after the other, and nobody else."""
        until(PATIENCE, f"answers of {', '.join(names)}", lambda: (
            self.names == list(names), self.names))

    def end(self):
        last = self.lines()[-1]
        self.asked, self.answered = last["asked"], last["answered"]
        self.silence, self.outage = last["silence"], 10 * last["lost"]

    def __str__(self):
        return (f"{self.answered} of {self.asked} answered by "
                f"{', '.join(self.names)}, silent for {self.silence} ms, "
                f"out for {self.outage} ms")


class Router:
    """What FRR and BIRD have in common: a place, a kernel, a client."""

    def __init__(self, fabric, where, address, protocol):
        self.fabric = fabric
        self.where = where
        self.address = address
        self.protocol = protocol

    def kernel_routes(self, *versions):
        """{prefix: [next hop, ...]} as the router's kernel forwards: IPv4, or what
        is asked for (-4, -6)."""
        found = []
        for version in versions or ("-4",):
            found += json.loads(self.fabric.run(
                "switch", "ip", version, "-n", self.fabric.ns(self.where), "-j",
                "route", "show", "proto", self.protocol) or "[]")
        routes = {}
        for route in found:
            hops = route.get("nexthops") or [route]
            prefix = ipaddress.ip_network(route["dst"]).with_prefixlen
            routes[prefix] = by_address(
                hop["gateway"] if "gateway" in hop else hop["via"]["host"]
                for hop in hops)
        return routes

    def get(self, address, port=80, count=60):
        return self.fabric.get(self.where, address, port, count)

    def probe(self, address, port=33434):
        return json.loads(self.fabric.python(
            self.where, "traffic.py", "probe", address, str(port)))

    def pids(self):
        out = self.fabric.run("switch", "ip", "netns", "pids",
                              self.fabric.ns(self.where))
        return [int(pid) for pid in out.split()]

    def pid_of(self, program):
        with open(f"{self.fabric.state}/{self.where}/{program}.pid") as file:
            return int(file.read())

    def await_end(self, pid):
        until(PATIENCE, f"the end of {self.title}'s process {pid}",
              lambda: (pid not in self.pids(), self.pids()))

    def send(self, number):
        for pid in self.pids():
            os.kill(pid, number)

    def give_priority(self):
        """As if it had a machine of its own: the node's load is not the router's."""
        for pid in self.pids():
            # One that ends meanwhile is a child of theirs.
            with contextlib.suppress(FileNotFoundError, ProcessLookupError):
                for thread in os.listdir(f"/proc/{pid}/task"):
                    os.sched_setscheduler(int(thread), os.SCHED_RR,
                                          os.sched_param(5))

    def kill(self):
        """Ends it as a power cut would."""
        self.send(signal.SIGKILL)
        until(PATIENCE, f"the end of {self.title}",
              lambda: (not self.pids(), self.pids()))


class Frr(Router):
    title = "FRR"

    def __init__(self, fabric):
        super().__init__(fabric, "tor-a", "10.31.254.253", "bgp")

    def text(self, *commands):
        return self.fabric.tool("vtysh", *commands)

    def json(self, command):
        return json.loads(self.text(command + " json") or "{}")

    def routes(self):
        return {prefix: by_address(hop["ip"] for hop in routes[0]["nexthops"]
                                   if hop.get("fib"))
                for prefix, routes in self.json("show ip route bgp").items()}

    def paths(self, prefix):
        return frr_paths(self.json(f"show bgp ipv4 unicast {prefix}"))

    def established(self):
        """{address of a node: what changes when its session resets}"""
        unicast = self.json("show bgp summary").get("ipv4Unicast", {})
        return {address: peer["connectionsEstablished"]
                for address, peer in unicast.get("peers", {}).items()
                if peer["state"] == "Established"}

    def updates_received(self, address):
        peer = self.json(f"show bgp neighbors {address}")[address]
        return peer["messageStats"]["updatesRecv"]

    def set_bfd(self, interval):
        """BFD with all nodes, ms between packets, three of them; None: without."""
        self.text("configure terminal", "router bgp 64512",
                  f"neighbor nodes bfd 3 {interval} {interval}" if interval
                  else "no neighbor nodes bfd")

    def bfd(self):
        """{address of a node: (state, how often it was lost)}"""
        up = {peer["peer"]: peer["status"]
              for peer in json.loads(self.text("show bfd peers json"))}
        return {peer["peer"]: (up.get(peer["peer"]), peer["session-down"])
                for peer in json.loads(self.text("show bfd peers counters json"))}

    def set_password(self, password):
        """TCP MD5 with all nodes; None: without."""
        self.text("configure terminal", "router bgp 64512",
                  f"neighbor nodes password {password}" if password else
                  "no neighbor nodes password")

    def start(self):
        self.fabric.tool("start-frr")

    def restart_bgp(self):
        """Its bgpd is killed and starts again; zebra keeps what is in the kernel
        (option gr of the fabric)."""
        pid = self.pid_of("bgpd")
        os.kill(pid, signal.SIGKILL)
        self.await_end(pid)
        self.start()

    def show(self):
        return self.text("show ip route bgp")


class Bird(Router):
    title = "BIRD"

    def __init__(self, fabric):
        super().__init__(fabric, "tor-b", "10.31.100.100", "bird")

    def text(self, *words):
        return self.fabric.tool("birdc", *words)

    def table(self):
        """{prefix: [Path, ...]}"""
        return bird_table(self.text("show", "route", "all"))

    def routes(self):
        return {prefix: by_address(path.next_hop for path in paths)
                for prefix, paths in self.table().items()}

    def paths(self, prefix):
        return self.table().get(prefix, [])

    def established(self):
        """{address of a node: what changes when its session resets}"""
        with open(f"{self.fabric.state}/tor-b/bird.log") as log:
            ups = collections.Counter(re.findall(
                r"(node\d): State changed to up$", log.read(), re.M))
        up = {}
        for line in self.text("show", "protocols").splitlines():
            words = line.split()
            if len(words) > 5 and words[1] == "BGP" and "Established" in words:
                up[NODES[words[0]]] = ups[words[0]]
        return up

    def updates_received(self, address):
        name = next(name for name, ip in NODES.items() if ip == address)
        text = self.text("show", "protocols", "all", name)
        return int(re.search(r"Import updates:\s+(\d+)", text)[1])

    def set_bfd(self, interval):
        """BFD with all nodes, ms between packets, three of them; None: without."""
        path = f"{self.fabric.state}/tor-b/bird.conf"
        with open(path) as conf:
            lines = [line for line in conf if "bfd" not in line]
        if interval:
            at = lines.index("template bgp node {\n")
            lines[at:at + 1] = [
                f'protocol bfd bfd1 {{ interface "*" {{ interval {interval} ms; '
                "multiplier 3; idle tx interval 1 s; }; }\n",
                lines[at], "\tbfd on;\n"]
        with open(path, "w") as conf:
            conf.writelines(lines)
        self.text("configure")

    def bfd(self):
        """{address of a node: (state, how often it was lost)}"""
        found = {}
        with open(f"{self.fabric.state}/tor-b/bird.log") as log:
            downs = collections.Counter(re.findall(
                r"Session to (\S+) changed state from Up to", log.read()))
        for line in self.text("show", "bfd", "sessions").splitlines():
            words = line.split()
            if len(words) > 4 and words[0] in NODES.values():
                found[words[0]] = (words[2].lower(), downs[words[0]])
        return found

    def set_password(self, password):
        path = f"{self.fabric.state}/tor-b/bird.conf"
        with open(path) as conf:
            lines = [line for line in conf if "password" not in line]
        if password:
            at = lines.index("template bgp node {\n") + 1
            lines.insert(at, f'\tpassword "{password}";\n')
        with open(path, "w") as conf:
            conf.writelines(lines)
        self.text("configure")

    def start(self, *options):
        self.fabric.tool("start-bird", *options)

    def restart_gracefully(self):
        """It ends and starts again; its kernel keeps the routes (option gr of the
        fabric)."""
        pid = self.pid_of("bird")
        self.text("graceful", "restart")
        self.await_end(pid)
        self.start("-R")

    def show(self):
        return self.text("show", "route")


class Fabric:
    """options: what `lab/fabric up` is given."""

    def __init__(self, name="lbbgp", options=()):
        self.name = name
        self.options = options
        self.state = f"{STATES}/{name}"
        self.memory = f"/dev/shm/lbbgp-{name}"     # a tmpfs everywhere
        self.frr = Frr(self)
        self.bird = Bird(self)
        self.routers = [self.frr, self.bird]
        self.watchers = 0       # clients of watched() so far
        self.machines = {}      # of vm.py, in the places of namespaces

    def tool(self, *args):
        """Runs lab/fabric; its output. What it says on failing is Failed."""
        done = subprocess.run(
            [os.path.join(HERE, "fabric"), *args], text=True,
            stdin=subprocess.DEVNULL, capture_output=True,
            env={**os.environ, "LAB": self.name})
        if done.returncode != 0:
            raise Failed(f"fabric {' '.join(args)}: "
                         f"{done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    def up(self):
        self.tool("up", *self.options)
        os.makedirs(f"{self.state}/log", exist_ok=True)

    def down(self):
        self.tool("down")

    def ns(self, where):
        return f"{self.name}-{where}"

    def run(self, where, *args, check=True, text_in=None, timeout=60):
        """Runs a command in a namespace to its end; its standard output."""
        if where in self.machines:
            return self.machines[where].run(*args, check=check,
                                            text_in=text_in)
        done = subprocess.run(
            ["ip", "netns", "exec", self.ns(where), *args], text=True,
            input=text_in or "", capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise Failed(f"{where}: {' '.join(args)}: {done.returncode}: "
                         f"{done.stderr.strip()}")
        return done.stdout

    def python(self, where, script, *args):
        return self.run(where, PYTHON, os.path.join(HERE, script), *args)

    def start(self, where, args, log, env=None):
        path = f"{self.state}/log/{log}.log"
        if where in self.machines:
            return self.machines[where].start(args, path, env)
        return Process(["ip", "netns", "exec", self.ns(where)], args, path,
                       env)

    def sysctls(self):
        """What is set in every namespace."""
        return self.tool("sysctls").split()

    def get(self, where, address, port=80, count=60, timeout=2.0):
        """`count` connections from there; the list of their answers."""
        return json.loads(self.python(where, "traffic.py", "get", address,
                                      str(port), str(count), str(timeout)))

    def serve(self, where, name, *ports):
        """The stand-in application: answers with `name`."""
        return self.start(where, [PYTHON, f"{HERE}/traffic.py", "serve", name,
                                  *map(str, ports)], f"serve-{name}")

    @contextlib.contextmanager
    def watched(self, address, port=80, client="client"):
        """A client that asks every 10 ms meanwhile; what it heard is Heard.

        Somebody has answered it when this begins, and is heard to the last.
        """
        self.watchers += 1
        watcher = self.start(client, [PYTHON, f"{HERE}/traffic.py", "silence",
                                      address, str(port)],
                             f"silence-{self.watchers}")
        heard = Heard(watcher.log)
        try:
            until(PATIENCE, f"an answer of {address}", lambda: (
                heard.names, watcher.tail()))
            yield heard
        finally:
            watcher.stop()
            heard.end()

    def cable(self, node, plugged):
        """Pulls a node's cable out of the switch, or plugs it in."""
        self.run("switch", "ip", "link", "set", "dev", node,
                 "up" if plugged else "down")


def take_down_abandoned():
    """The fabrics whose process could not do so.

    One who looks waits for the other: of two that take down the same fabric one
    fails.
    """
    if not os.path.isdir(STATES):
        return
    states = os.open(STATES, os.O_RDONLY)
    try:
        fcntl.flock(states, fcntl.LOCK_EX)
        for name in os.listdir(states):
            owner = name.removeprefix("t")
            if owner.isdigit() and not os.path.exists(f"/proc/{owner}"):
                Fabric(name).down()
    finally:
        os.close(states)


@contextlib.contextmanager
def temporary_fabric(make=Fabric):
    """A fabric named after this process, so that several stand side by side."""
    take_down_abandoned()
    fabric = make(f"t{os.getpid()}")
    try:
        fabric.up()
        yield fabric
    finally:
        fabric.down()
