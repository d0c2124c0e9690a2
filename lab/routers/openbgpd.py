# SPDX-License-Identifier: Apache-2.0
"""OpenBGPD, the portable one: bgpd, and bgpctl at its socket."""

import json
import os
import pwd

from fabric import Path

from .router import IPV4, IPV6, Router, family_of, lines


class OpenBgpd(Router):
    name, title = "openbgpd", "OpenBGPD 7.7"
    shows_otc = False
    program = ("/usr/sbin/bgpd", "-V")
    lacks = {"both": "Over IPv4 its IPv6 routes have no host as next hop.",
             "md5": "It has no TCP MD5 on Linux.",
             "bfd": "It has no BFD.",
             "kept": "It asks nobody to keep its routes.",
             "long-lived": "It does not know RFC 9494.",
             "next-hop": "It does not know RFC 8950.",
             "unnumbered": "It does not know RFC 8950.",
             "extended": "Its messages have at most 4096 bytes."}

    def neighbor(self, n):
        def yes(condition):
            return "yes" if condition else "no"

        def announced(family, word):
            return f"announce {word} {'unicast' if family in n.families else 'none'}"
        return lines(
            f"neighbor {n.address} {{",
            f"remote-as {n.as_number}",
            f"holdtime {n.hold_time}",
            f"local-address {self.conf.addresses[family_of(n.address)]}",
            announced(IPV4, "IPv4"), announced(IPV6, "IPv6"),
            "announce enhanced refresh yes",
            f"announce restart {yes(n.restart_time)}",
            f"announce add-path recv {yes(n.add_paths)}",
            f"announce add-path send {'all' if n.add_paths else 'no'}",
            f"announce policy {n.role or 'no'}{' enforce' if n.strict else ''}",
            f"ttl-security {yes(n.ttl_security)}",
            f'tcp md5sig password "{n.password}"' if n.password else None,
            "passive" if n.passive else None,
            "route-reflector" if n.client else None,
            f"max-prefix {n.max_prefixes}" if n.max_prefixes else None,
            "}")

    def network(self, prefix):
        sets = [f"community {c}" for c in self.conf.communities]
        sets += [f"large-community {c}" for c in self.conf.large_communities]
        return f"network {prefix}" + (f" set {{ {' '.join(sets)} }}" if sets else "")

    def write(self):
        c = self.conf
        self.file("bgpd.conf", lines(
            f"AS {c.as_number}",
            f"router-id {c.router_id}",
            "fib-update no",
            "connect-retry 1",
            f'socket "{self.dir}/bgpd.sock"',
            *(self.network(prefix) for prefix in c.prefixes),
            *(self.neighbor(n) for n in c.neighbors),
            "allow from any",
            *(f"deny from {n.address}" for n in c.neighbors if not n.imports),
            "allow to any"), mode=0o600)

    def launch(self, again):
        # Where it locks itself in; of the package only its unit of systemd makes it.
        os.makedirs(pwd.getpwnam("_openbgpd").pw_dir, exist_ok=True)
        self.spawn("/usr/sbin/bgpd", "-d", "-f", f"{self.dir}/bgpd.conf")

    def bgpctl(self, *words):
        return self.run("/usr/sbin/bgpctl", "-s", f"{self.dir}/bgpd.sock", *words)

    def json(self, *words):
        return json.loads(self.bgpctl("-j", *words))

    def ready(self):
        said = self.json("show", "summary")
        return bool(said), said

    def neighbor_of(self, address):
        return self.json("show", "neighbor", address)["neighbors"][0]

    def state(self, address):
        return self.neighbor_of(address)["state"]

    def reason(self, address):
        return json.dumps(self.neighbor_of(address)) + self.log()

    def received(self, address):
        return self.neighbor_of(address)["stats"]["prefixes"]["received"]

    def paths(self, prefix):
        return [Path(one["exit_nexthop"],
                     [int(asn) for asn in one["aspath"].split()],
                     set(one.get("communities", [])),
                     set(one.get("large_communities", [])),
                     bool(one.get("stale")))
                for one in self.json("show", "rib", "detail", prefix).get("rib", [])]

    def refresh(self, address):
        self.bgpctl("neighbor", address, "refresh")

    def announce(self, prefixes):
        for prefix in prefixes:
            self.bgpctl("network", "add", prefix)

    def shut_down(self, address, text):
        self.bgpctl("neighbor", address, "down", text)
