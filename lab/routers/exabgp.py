# SPDX-License-Identifier: Apache-2.0
"""ExaBGP: it speaks, but keeps no table. What comes in goes to a helper, whose record
is read here: exabgp_helper.py, which also passes our commands on.
"""

import contextlib
import json
import os
import socket

from fabric import PYTHON, Path

from .router import Router, family_of, lines

HELPER = f"{os.path.dirname(os.path.abspath(__file__))}/exabgp_helper.py"
PER_COMMAND = 500
PASSED_ON = "neighbor-changes; receive { parsed; update; notification; }"


class ExaBgp(Router):
    name, title = "exabgp", "ExaBGP 4.2"
    program = ("/usr/sbin/exabgp", "--version")
    transit = False
    lacks = {"unnumbered": "It takes no link-local address of a neighbor.",
             "bfd": "It has no BFD.",
             "keeps": "It keeps no routes.",
             "long-lived": "It keeps no routes.",
             "shutdown-heard": "It stumbles over a NOTIFICATION with a text.",
             "shutdown-told": "It ends sessions without a text.",
             "its-limit": "It has no prefix limit.",
             "role": "It has no roles.",
             "strict": "It has no roles."}

    def route(self, prefix, path_id=0):
        words = [f"route {prefix} next-hop {self.conf.next_hop(family_of(prefix))}"]
        if path_id:
            words.append(f"path-information 0.0.0.{path_id} med {path_id}")
        if self.conf.communities:
            words.append(f"community [ {' '.join(self.conf.communities)} ]")
        if self.conf.large_communities:
            words.append(
                f"large-community [ {' '.join(self.conf.large_communities)} ]")
        return " ".join(words)

    def neighbor(self, n):
        own = [self.route(prefix, path_id) for prefix in self.conf.prefixes
               if family_of(prefix) in n.families
               for path_id in ((1, 2) if n.add_paths else (0,))]
        return lines(
            f"neighbor {n.address} {{",
            f"router-id {self.conf.router_id};",
            f"local-address {self.conf.addresses[family_of(n.address)]};",
            f"local-as {self.conf.as_number}; peer-as {n.as_number};",
            f"hold-time {n.hold_time};",
            f"md5-password '{n.password}';" if n.password else None,
            "outgoing-ttl 255; incoming-ttl 255;" if n.ttl_security else None,
            "passive true;" if n.passive else None,
            "family {", *(f"{family} unicast;" for family in n.families), "}",
            "capability {",
            "route-refresh enable;",
            f"graceful-restart {n.restart_time};" if n.restart_time else None,
            f"add-path {'send/receive' if n.add_paths else 'disable'};",
            "nexthop enable;" if n.extended_next_hop else None,
            f"extended-message {'enable' if n.extended else 'disable'};",
            "}",
            "nexthop { ipv4 unicast ipv6; }" if n.extended_next_hop else None,
            f"api {{ processes [ helper ]; {PASSED_ON} }}",
            "static {", *(f"{route};" for route in own), "}",
            "}")

    def write(self):
        self.file("exabgp.conf", lines(
            "process helper {",
            f"run {PYTHON} {HELPER} {self.dir};",
            "encoder json;",
            "}",
            *(self.neighbor(n) for n in self.conf.neighbors)))

    def launch(self, again):
        addresses = " ".join(self.conf.addresses.values())
        self.file("heard", "")
        with contextlib.suppress(FileNotFoundError):
            os.unlink(f"{self.dir}/commands")       # of a run before
        self.spawn("/usr/sbin/exabgp", f"{self.dir}/exabgp.conf", env={
            "exabgp.daemon.user": "root", "exabgp.daemon.drop": "false",
            "exabgp.api.cli": "false", "exabgp.tcp.bind": addresses})

    def ready(self):
        return os.path.exists(f"{self.dir}/commands"), "no helper"

    def say(self, command):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(command.encode(), f"{self.dir}/commands")

    def heard(self, address):
        """What came from a neighbor so far, or of it."""
        with open(f"{self.dir}/heard") as heard:
            for line in heard:
                said = json.loads(line) if line.endswith("\n") else {}
                one = said.get("neighbor", {})
                if one.get("address", {}).get("peer") == address:
                    yield said["type"], one

    def state(self, address):
        states = [one["state"] for kind, one in self.heard(address)
                  if kind == "state"]
        return "Established" if states and states[-1] == "up" else "down"

    def reason(self, address):
        return self.log() + json.dumps([
            one for kind, one in self.heard(address)
            if kind == "notification" or one.get("state") == "down"])

    def table(self, address):
        """{(prefix, path id): next hop and attributes} as of now."""
        table = {}
        for kind, one in self.heard(address):
            if kind == "state":
                table.clear()
            update = one.get("message", {}).get("update", {})
            for hops in update.get("announce", {}).values():
                for hop, routes in hops.items():
                    for route in routes if hop != "null" else []:
                        table[self.key(route)] = hop, update.get("attribute", {})
            for routes in update.get("withdraw", {}).values():
                for route in routes:
                    table.pop(self.key(route), None)
        return table

    @staticmethod
    def key(route):
        return route["nlri"], route.get("path-information")

    def received(self, address):
        return len(self.table(address))

    def paths(self, prefix):
        found = [route for n in self.conf.neighbors
                 for (nlri, _), route in self.table(n.address).items()
                 if nlri == prefix]
        return [Path(hop, attributes.get("as-path", []),
                     {":".join(map(str, c)) for c in attributes.get("community", [])},
                     {":".join(map(str, c))
                      for c in attributes.get("large-community", [])})
                for hop, attributes in found]

    def refresh(self, address):
        n = next(n for n in self.conf.neighbors if n.address == address)
        for family in n.families:
            self.say(f"neighbor {address} announce route-refresh {family} unicast")

    def announce(self, prefixes):
        """As many as go into a command are one."""
        for at in range(0, len(prefixes), PER_COMMAND):
            some = prefixes[at:at + PER_COMMAND]
            hop = self.conf.addresses[family_of(some[0])]
            self.say(f"announce attributes next-hop {hop} nlri {' '.join(some)}")
