# SPDX-License-Identifier: Apache-2.0
"""What all have in common: how a router is configured, its processes, its files."""

import dataclasses
import os
import re
import signal
import subprocess

from fabric import HERE, Failed, until

HOLD_TIME = 9           # s
IPV4, IPV6 = "ipv4", "ipv6"
LLGR_STALE = "65535:6"  # RFC 9494 4.6


def family_of(text):
    """Of an address or a prefix."""
    return IPV6 if ":" in text else IPV4


@dataclasses.dataclass
class Neighbor:
    """Whom a router speaks with, and how. What is empty or 0 is switched off."""

    address: str
    as_number: int
    families: tuple = (IPV4,)
    hold_time: int = HOLD_TIME
    password: str = ""              # TCP MD5
    ao: tuple = ()                  # TCP-AO: (id, secret, algorithm), first preferred
    ttl_security: bool = False      # GTSM; the neighbor is one hop away
    bfd: int = 0                    # ms between packets, three of them
    passive: bool = False           # the neighbor is to connect
    max_prefixes: int = 0           # of each family
    restart_time: int = 0           # s, graceful restart
    long_lived_time: int = 0        # s, long-lived graceful restart
    imports: bool = True            # else nothing that it sends is used
    add_paths: bool = False         # several of a prefix, both ways
    extended_next_hop: bool = False     # IPv6 ones for IPv4 (RFC 8950)
    extended: bool = False          # messages of up to 65535 bytes
    role: str = ""                  # of the router to the neighbor: "provider", ...
    strict: bool = False            # without one of the neighbor there is no session
    client: bool = False            # of the router as a reflector; of the same AS
    interface: str = ""             # the link behind which it is; address is fe80::…


@dataclasses.dataclass
class Conf:
    """All of a router's configuration. Routes of its own have all the communities."""

    as_number: int
    addresses: dict                 # {family: address}
    neighbors: list
    prefixes: tuple = ()
    communities: tuple = ()         # "a:b"
    large_communities: tuple = ()   # "a:b:c"
    kernel: bool = False            # what it learns becomes routes of the kernel

    @property
    def router_id(self):
        return self.addresses[IPV4]

    def next_hop(self, family):
        """Of routes of its own."""
        by_ipv6 = any(n.extended_next_hop for n in self.neighbors)
        return self.addresses[IPV6 if by_ipv6 else family]

    def has_link(self):
        """To a neighbor that is found by its advertisements."""
        return any(n.interface for n in self.neighbors)

    def own(self, family):
        return [prefix for prefix in self.prefixes if family_of(prefix) == family]


class Router:
    """One of an implementation, in a namespace of a fabric.

    Every implementation says, of the neighbor that has the address:

    state(address)      "Established", or another word
    reason(address)     what it knows of why the session ended, as text
    received(address)   how many prefixes it has from there
    paths(prefix)       [Path, ...] that it has
    refresh(address)    asks for all routes once more (RFC 2918)
    shut_down(address, text)
                        ends the session for good, and says why (RFC 9003)
    announce(prefixes)  from now on these, too

    `lacks` says what it does not have, by the names of tests/e2e/features.py, and why;
    `transit` whether it passes routes on from one neighbor to another, `shows_otc`
    whether a Path of its has what Only to Customer says.
    """

    name = title = ""
    packages = "peers"              # the set of lab/install
    program = ()                    # the command that tells of its version
    root = ()                       # the command that comes before all of its own
    transit = True
    shows_otc = True
    lacks = {}

    def __init__(self, fabric, where):
        self.fabric = fabric
        self.where = where
        self.dir = f"{fabric.state}/{where}"
        self.processes = []         # in the order in which they were started
        self.conf = None

    @classmethod
    def version(cls):
        """As "8.4.4"."""
        said = subprocess.run([*cls.root, *cls.program], text=True, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return re.search(r"\d+\.\d+[.\d]*", said.stdout)[0].rstrip(".")

    # What an implementation says of itself.

    def write(self):
        """Its files, from self.conf."""
        raise NotImplementedError

    def launch(self, again):
        """Starts its processes. again: as one that restarts gracefully."""
        raise NotImplementedError

    def ready(self):
        """Whether it answers; (bool, what it says)."""
        raise NotImplementedError

    # What is the same for all.

    def start(self, conf):
        """It has been told all, and answers, when this returns."""
        self.conf = conf
        os.makedirs(self.dir, exist_ok=True)
        self.write()
        self.go()

    def go(self, again=False):
        self.launch(again)
        until(60, f"{self.title} answers", self.answers)
        self.complete()

    def answers(self):
        ended = [process for process in self.processes if not process.alive()]
        if ended:
            raise Failed(f"{ended[0].args} ended: {ended[0].tail()}")
        try:
            return self.ready()
        except (Failed, OSError, ValueError) as err:
            return False, err

    def complete(self):
        """What cannot be said in its files."""

    def run(self, *args, **more):
        """A command in its namespace; its output."""
        return self.fabric.run(self.where, *self.root, *args, **more)

    def spawn(self, *args, env=None):
        name = os.path.basename(args[0])
        process = self.fabric.start(self.where, [*self.root, *args],
                                    f"{self.where}-{name}", env)
        self.processes.append(process)
        return process

    def file(self, name, text, mode=0o644):
        path = f"{self.dir}/{name}"
        with open(path, "w") as out:
            os.chmod(path, mode)
            out.write(text)
        return path

    def log(self):
        """What its processes have written so far."""
        text = ""
        for process in self.processes:
            with open(process.log, errors="replace") as log:
                text += log.read()
        return text

    def speaker(self):
        """The process that speaks BGP."""
        return self.processes[-1]

    def restart(self):
        """Its speaker is killed, and starts again as one that restarts gracefully."""
        self.crash()
        self.go(again=True)

    def crash(self):
        self.processes.remove(speaker := self.speaker())
        speaker.stop(signal.SIGKILL)

    def pids(self):
        """Of all that is in its namespace: children, too."""
        return [int(pid) for pid in self.fabric.run(
            "switch", "ip", "netns", "pids", self.fabric.ns(self.where)).split()]

    def stop(self):
        """All of it ends at once, as by a power cut."""
        while self.processes:
            self.processes.pop().stop(signal.SIGKILL)
        until(60, f"the end of {self.title}", lambda: (
            not (seen := self.pids()), seen))


def lines(*rows):
    """Of a configuration; what is None is left out."""
    return "".join(f"{row}\n" for row in rows if row is not None)


def debian13():
    """The command with which another one runs among the packages of Debian 13."""
    return (f"{HERE}/debian13", "run")
