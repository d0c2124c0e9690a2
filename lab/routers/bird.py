# SPDX-License-Identifier: Apache-2.0
"""BIRD 2, of Debian 12 and of Debian 13."""

import re

from fabric import Failed, bird_table

from .router import IPV4, IPV6, Router, debian13, family_of, lines


def joined(text):
    """"a:b" as BIRD writes it."""
    return f"({', '.join(text.split(':'))})"


def ao(keys):
    """`authentication ao` with keys as Neighbor has them."""
    rows = (f'key {{ id {number}; secret "{secret}"; algorithm {algorithm}; '
            f'{"" if i else "preferred; "}}};'
            for i, (number, secret, algorithm) in enumerate(keys))
    return f"authentication ao; keys {{ {' '.join(rows)} }};"


class Bird(Router):
    name, title = "bird20", "BIRD 2.0"
    packages = "lab"
    program = ("/usr/sbin/bird", "--version")

    def static(self, family):
        sets = [f"bgp_community.add({joined(c)});" for c in self.conf.communities]
        sets += [f"bgp_large_community.add({joined(c)});"
                 for c in self.conf.large_communities]
        routes = [f"route {prefix} unreachable {{ {' '.join(sets)} }};"
                  for prefix in self.conf.own(family)]
        return lines(f"protocol static {{ {family};", *routes, "}")

    def session(self, number, n):
        own = self.conf.addresses[family_of(n.address)]
        limit = (f"import limit {n.max_prefixes} action disable;" if n.max_prefixes
                 else "")
        return lines(
            f"protocol bgp n{number} {{",
            f"local {own} as {self.conf.as_number};",
            f"neighbor {n.address.partition('%')[0]} as {n.as_number};",
            f'interface "{n.interface}";' if n.interface else None,
            f"hold time {n.hold_time}; keepalive time {n.hold_time // 3};",
            "connect delay time 1; connect retry time 1; error wait time 1, 4;",
            f'password "{n.password}";' if n.password else None,
            ao(n.ao) if n.ao else None,
            "ttl security on;" if n.ttl_security else None,
            "bfd on;" if n.bfd else None,
            "passive on;" if n.passive else None,
            f"graceful restart on; graceful restart time {n.restart_time};"
            if n.restart_time else "graceful restart off;",
            f"long lived graceful restart on; long lived stale time "
            f"{n.long_lived_time};" if n.long_lived_time else None,
            "enable extended messages on;" if n.extended else None,
            f"local role {n.role};" if n.role else None,
            "require roles yes;" if n.strict else None,
            "rr client; direct;" if n.client else None,
            *(f"{family} {{ import {'all' if n.imports else 'none'}; export all; "
              f"{'' if n.client else 'next hop self;'} {limit} "
              f"{'add paths on;' if n.add_paths else ''} "
              f"{'extended next hop on;' if n.extended_next_hop else ''} }};"
              for family in n.families),
            "}")

    def write(self):
        c = self.conf
        bfd = max((n.bfd for n in c.neighbors), default=0)
        self.file("bird.conf", lines(
            f"router id {c.router_id};",
            "log stderr all;",
            "debug protocols { states };",
            "protocol device { }",
            f'protocol bfd {{ interface "*" {{ interval {bfd} ms; multiplier 3; }}; }}'
            if bfd else None,
            "protocol kernel { ipv4 { import none; export where source = RTS_BGP; }; }"
            if c.kernel else None,
            *(f'protocol radv {{ interface "{n.interface}" {{ max ra interval 10; '
              "default lifetime 0; }; }" for n in c.neighbors if n.interface),
            self.static(IPV4), self.static(IPV6),
            *(self.session(number, n) for number, n in enumerate(c.neighbors))))

    def launch(self, again):
        self.spawn("/usr/sbin/bird", "-f", "-c", f"{self.dir}/bird.conf",
                   "-s", f"{self.dir}/bird.ctl", "-P", f"{self.dir}/bird.pid",
                   *(["-R"] if again else []))

    def birdc(self, *words, **more):
        return self.run("/usr/sbin/birdc", "-s", f"{self.dir}/bird.ctl", *words, **more)

    def ready(self):
        said = self.birdc("show", "status")
        return "up and running" in said, said

    def protocol(self, address):
        return next(f"n{number}" for number, n in enumerate(self.conf.neighbors)
                    if n.address == address)

    def state(self, address):
        said = self.birdc("show", "protocols", "all", self.protocol(address))
        return re.search(r"BGP state:\s+(\S+)", said)[1]

    def reason(self, address):
        said = self.birdc("show", "protocols", "all", self.protocol(address))
        return said + self.log()

    def received(self, address):
        said = self.birdc("show", "protocols", "all", self.protocol(address))
        return sum(map(int, re.findall(r"Routes:\s+(\d+) imported", said)))

    def paths(self, prefix):
        """It does not mark what is stale, but tells for whom it waits."""
        said = self.birdc("show", "route", "all", prefix, check=False)
        if "Network not found" in said:
            return []
        if prefix not in said:
            raise Failed(f"birdc: {said}")
        paths = bird_table(said).get(prefix, [])
        waits = "Neighbor graceful restart active" in self.birdc(
            "show", "protocols", "all")
        for path in paths:
            path.stale |= waits
        return paths

    def refresh(self, address):
        self.birdc("reload", "in", self.protocol(address))

    def announce(self, prefixes):
        self.conf.prefixes = (*self.conf.prefixes, *prefixes)
        self.write()
        self.birdc("configure")

    def shut_down(self, address, text):
        self.birdc("disable", self.protocol(address), f'"{text}"')


class Bird13(Bird):
    name, title = "bird217", "BIRD 2.17"
    root = debian13()
