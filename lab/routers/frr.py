# SPDX-License-Identifier: Apache-2.0
"""FRR, of Debian 12 and of Debian 13: zebra, bfdd and bgpd."""

import json
import os
import shutil
import socket

from fabric import Failed, frr_paths, until

from .router import IPV4, IPV6, LLGR_STALE, Router, debian13, family_of, lines


def who(n):
    """As FRR names a neighbor."""
    return n.interface or n.address


class Frr(Router):
    name, title = "frr8", "FRR 8.4"
    packages = "lab"
    program = ("/usr/lib/frr/bgpd", "--version")
    bfd_socket = True

    @staticmethod
    def neighbor(n):
        yield (f" neighbor {who(n)}{' interface' if n.interface else ''} "
               f"remote-as {n.as_number}")
        yield f" neighbor {who(n)} timers {n.hold_time // 3} {n.hold_time}"
        yield f" neighbor {who(n)} timers connect 1"
        yield f" neighbor {who(n)} advertisement-interval 0"
        if n.password:
            yield f" neighbor {who(n)} password {n.password}"
        if n.ttl_security:
            yield f" neighbor {who(n)} ttl-security hops 1"
        if n.bfd:
            yield f" neighbor {who(n)} bfd 3 {n.bfd} {n.bfd}"
        if n.passive:
            yield f" neighbor {who(n)} passive"
        if n.restart_time:
            yield f" neighbor {who(n)} graceful-restart"
        if n.extended_next_hop:
            yield f" neighbor {who(n)} capability extended-nexthop"
        if n.role:
            yield (f" neighbor {who(n)} local-role {n.role}"
                   f"{' strict-mode' if n.strict else ''}")

    def family(self, family):
        yield f" address-family {family} unicast"
        for prefix in self.conf.own(family):
            yield f"  network {prefix} route-map own"
        for n in self.conf.neighbors:
            if family in n.families:
                yield f"  neighbor {who(n)} activate"
                if n.max_prefixes:
                    yield f"  neighbor {who(n)} maximum-prefix {n.max_prefixes}"
                if n.client:
                    yield f"  neighbor {who(n)} route-reflector-client"
                if n.add_paths:
                    yield f"  neighbor {who(n)} addpath-tx-all-paths"
                if not n.imports:
                    yield f"  neighbor {who(n)} route-map none in"
        yield " exit-address-family"

    def restarts(self):
        """Its times are those of all neighbors together."""
        restart = max((n.restart_time for n in self.conf.neighbors), default=0)
        long_lived = max((n.long_lived_time for n in self.conf.neighbors), default=0)
        if restart:
            yield f" bgp graceful-restart restart-time {restart}"
            yield " bgp graceful-restart preserve-fw-state"
        if long_lived:
            yield f" bgp long-lived-graceful-restart stale-time {long_lived}"

    def route_maps(self):
        """They come first: what is behind its user is looked at 5 s later."""
        yield "route-map own permit 10"
        if self.conf.communities:
            yield f" set community {' '.join(self.conf.communities)}"
        if self.conf.large_communities:
            yield f" set large-community {' '.join(self.conf.large_communities)}"
        if IPV6 in self.conf.addresses and not self.conf.has_link():
            # which it may not have heard of yet
            yield f" set ipv6 next-hop global {self.conf.addresses[IPV6]}"
        yield "exit"
        yield "route-map none deny 10"
        yield "exit"

    def text(self):
        c = self.conf
        yield from self.route_maps()
        yield f"router bgp {c.as_number}"
        yield f" bgp router-id {c.router_id}"
        yield " no bgp ebgp-requires-policy"
        yield " no bgp default ipv4-unicast"
        yield " no bgp network import-check"
        yield " bgp log-neighbor-changes"
        yield " coalesce-time 0"        # else a new neighbor waits for a second
        yield from self.restarts()
        for n in c.neighbors:
            yield from self.neighbor(n)
        for family in (IPV4, IPV6):
            yield from self.family(family)

    def write(self):
        shutil.chown(self.dir, "frr", "frr")
        for name, text in (("zebra", lines("hostname router")),
                           ("bfdd", ""), ("bgpd", lines(*self.text()))):
            shutil.chown(self.file(f"{name}.conf", text), "frr", "frr")

    def daemons(self):
        return ["zebra", "bfdd", "bgpd"]

    def launch(self, again):
        running = [process.name for process in self.processes]
        for name in self.daemons():
            if name in running:
                continue
            conf = f"{self.dir}/{name}.conf"
            args = ["-u", "frr", "-g", "frr", "-P", "0", "--vty_socket", self.dir,
                    "-z", f"{self.dir}/zserv.api", "-i", f"{self.dir}/{name}.pid",
                    "--log", "stdout", *(["-f", conf] if os.path.exists(conf) else [])]
            if name == "bfdd" and self.bfd_socket:
                args += ["--bfdctl", f"{self.dir}/bfdd.sock"]
            if name == "bgpd" and not self.conf.kernel:
                args.append("--no_kernel")
            self.spawn(f"/usr/lib/frr/{name}", *args).name = name
            if name == "zebra":
                self.await_zebra(args)

    def await_zebra(self, args):
        """Without it bgpd refuses some lines; and both try again after 10 s only.

        That of FRR 10.3 now and then never learns what is connected, and every next hop
        is inaccessible: it is started once more.
        """
        for left in reversed(range(8)):
            try:
                return until(5, "zebra", self.zebra_answers)
            except Failed:
                if not left:
                    raise
            process = self.processes.pop()
            process.stop()
            self.spawn("/usr/lib/frr/zebra", *args).name = "zebra"

    def zebra_answers(self):
        """And has what is connected. The socket may be that of a run before."""
        with socket.socket(socket.AF_UNIX) as sock:
            failed = sock.connect_ex(f"{self.dir}/zserv.api")
        if failed:
            return False, os.strerror(failed)
        if not self.fabric.run(self.where, "ip", "-4", "route", "show", "proto",
                               "kernel"):
            return True, ""
        said = self.vtysh("show ip route connected")
        return "directly connected" in said, said

    def vtysh(self, *commands):
        words = [word for command in commands for word in ("-c", command)]
        return self.run("/usr/bin/vtysh", "--vty_socket", self.dir, *words)

    def json(self, command):
        return json.loads(self.vtysh(f"{command} json") or "{}")

    def ready(self):
        said = self.vtysh("show bgp summary")
        return "not running" not in said, said

    def neighbor_of(self, address):
        name = next(who(n) for n in self.conf.neighbors if n.address == address)
        return self.json(f"show bgp neighbors {name}").get(name, {})

    def state(self, address):
        return self.neighbor_of(address).get("bgpState")

    def reason(self, address):
        n = self.neighbor_of(address)
        return self.log() + " ".join(str(n.get(key, "")) for key in (
            "lastNotificationReason", "lastShutdownDescription"))

    def received(self, address):
        families = self.neighbor_of(address).get("addressFamilyInfo", {})
        return sum(one.get("acceptedPrefixCounter", 0) for one in families.values())

    def paths(self, prefix):
        paths = frr_paths(self.json(f"show bgp {family_of(prefix)} unicast {prefix}"))
        for path in paths:              # it has names for those of RFCs
            if "llgrStale" in path.communities:
                path.communities ^= {"llgrStale", LLGR_STALE}
        return paths

    def refresh(self, address):
        self.vtysh(f"clear bgp {address} soft in")

    def announce(self, prefixes):
        for prefix in prefixes:
            self.vtysh("configure terminal", f"router bgp {self.conf.as_number}",
                       f"address-family {family_of(prefix)} unicast",
                       f"network {prefix} route-map own")

    def shut_down(self, address, text):
        self.vtysh("configure terminal", f"router bgp {self.conf.as_number}",
                   f"neighbor {address} shutdown message {text}")


class Frr13(Frr):
    name, title = "frr10", "FRR 10.3"
    root = debian13()
    bfd_socket = False

    def daemons(self):
        return ["mgmtd", *super().daemons()]    # else zebra logs without an end
