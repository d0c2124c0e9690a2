# SPDX-License-Identifier: Apache-2.0
"""GoBGP: gobgpd, and gobgp, which asks it over gRPC on loopback of its namespace."""

import json
import re

from fabric import Path, until

from .router import Router, family_of

STATES = ["Unknown", "Idle", "Connect", "Active", "OpenSent", "OpenConfirm",
          "Established"]
NO_NEIGHBOR = "no ipv6 link-local neighbor found"
ATTRIBUTE_AS_PATH, ATTRIBUTE_NEXT_HOP, ATTRIBUTE_COMMUNITIES = 2, 3, 8
ATTRIBUTE_MP_REACH, ATTRIBUTE_LARGE_COMMUNITIES = 14, 32


def toml(table, name=""):
    """Of dicts, lists of dicts, texts, numbers and truths."""
    inner = {key: value for key, value in table.items()
             if isinstance(value, dict) or
             (isinstance(value, list) and value and isinstance(value[0], dict))}
    for key, value in table.items():
        if key not in inner:
            yield f"{key} = {json.dumps(value)}"
    for key, value in inner.items():
        full = f"{name}.{key}" if name else key
        if isinstance(value, dict):
            yield f"[{full}]"
            yield from toml(value, full)
            continue
        for one in value:
            yield f"[[{full}]]"
            yield from toml(one, full)


class GoBgp(Router):
    name, title = "gobgp", "GoBGP 3.10"
    program = ("/usr/bin/gobgpd", "--version")
    lacks = {"bfd": "It has no BFD.",
             "refresh": "It keeps all that it received, and never asks.",
             "enhanced": "It does not know RFC 7313.",
             "extended": "Its messages have at most 4096 bytes.",
             "role": "It has no roles.",
             "strict": "It has no roles."}

    def family(self, n, family):
        config = {"config": {"afi-safi-name": f"{family}-unicast"}}
        if n.max_prefixes:
            config["prefix-limit"] = {"config": {"max-prefixes": n.max_prefixes}}
        if n.restart_time:
            config["mp-graceful-restart"] = {"config": {"enabled": True}}
        if n.long_lived_time:
            config["long-lived-graceful-restart"] = {"config": {
                "enabled": True, "restart-time": n.long_lived_time}}
        if n.add_paths:
            config["add-paths"] = {"config": {"receive": True, "send-max": 8}}
        return config

    def neighbor(self, n):
        at = {"neighbor-interface": n.interface} if n.interface else {
            "neighbor-address": n.address}
        config = {**at, "peer-as": n.as_number}
        if n.password:
            config["auth-password"] = n.password
        text = {
            "config": config,
            "timers": {"config": {"connect-retry": 1, "hold-time": n.hold_time,
                                  "idle-hold-time-after-reset": 1,
                                  "keepalive-interval": n.hold_time // 3}},
            "transport": {"config": {
                "passive-mode": n.passive,
                **({} if n.interface else {
                    "local-address": self.conf.addresses[family_of(n.address)]})}},
            "afi-safis": [self.family(n, family) for family in n.families]}
        if not n.imports:
            text["apply-policy"] = {"config": {
                "default-import-policy": "reject-route"}}
        if n.client:
            text["route-reflector"] = {"config": {
                "route-reflector-client": True,
                "route-reflector-cluster-id": self.conf.router_id}}
        if n.ttl_security:
            text["ttl-security"] = {"config": {"enabled": True, "ttl-min": 255}}
        if n.restart_time:
            text["graceful-restart"] = {"config": {
                "enabled": True, "restart-time": n.restart_time,
                "long-lived-enabled": n.long_lived_time > 0}}
        return text

    def write(self):
        conf = {"global": {"config": {"as": self.conf.as_number,
                                      "router-id": self.conf.router_id}},
                "neighbors": [self.neighbor(n) for n in self.conf.neighbors]}
        self.file("gobgpd.toml", "\n".join(toml(conf)) + "\n")

    def advertise(self, interface):
        """It leaves that to radvd, and wants the neighbor in the kernel's table before.
        """
        self.file("radvd.conf", f"interface {interface} {{ AdvSendAdvert on; "
                  "MinRtrAdvInterval 3; MaxRtrAdvInterval 10; "
                  "AdvDefaultLifetime 0; };\n")
        self.spawn("/usr/sbin/radvd", "-n", "-C", f"{self.dir}/radvd.conf",
                   "-p", f"{self.dir}/radvd.pid", "-m", "stderr")

        def look():
            self.run("ping", "-c", "1", "-W", "1", f"ff02::1%{interface}", check=False)
            seen = self.run("ip", "-6", "neigh", "show", "dev", interface)
            return re.search("^fe80:.* lladdr ", seen, re.M), seen
        until(60, f"a neighbor behind {interface}", look)

    def launch(self, again):
        for n in self.conf.neighbors:
            if n.interface and not again:
                self.advertise(n.interface)
        self.speak(again)

    def speak(self, again):
        self.spawn("/usr/bin/gobgpd", "-f", f"{self.dir}/gobgpd.toml", "-p",
                   "--pprof-disable", *(["--graceful-restart"] if again else []))

    def answers(self):
        """It ends where the kernel has just given up the neighbor behind an interface,
        and is started again, as by systemd.
        """
        speaker = self.speaker()
        if speaker.alive() or NO_NEIGHBOR not in speaker.tail():
            return super().answers()
        self.processes.remove(speaker)
        self.speak(False)
        return False, NO_NEIGHBOR

    def complete(self):
        """It has no lines for routes of its own."""
        self.announce(self.conf.prefixes)

    def announce(self, prefixes):
        for prefix in prefixes:
            family = family_of(prefix)
            words = ["nexthop", self.conf.next_hop(family)]
            if self.conf.communities:
                words += ["community", ",".join(self.conf.communities)]
            if self.conf.large_communities:
                words += ["large-community", ",".join(self.conf.large_communities)]
            self.gobgp("global", "rib", "add", "-a", family, prefix, *words)

    def gobgp(self, *words):
        return self.run("/usr/bin/gobgp", *words)

    def json(self, *words):
        return json.loads(self.gobgp("-j", *words) or "null")

    def ready(self):
        said = self.gobgp("global")
        return str(self.conf.as_number) in said, said

    def state(self, address):
        return STATES[self.json("neighbor", address)["state"].get("session_state", 0)]

    def reason(self, _):
        return self.log()

    def received(self, address):
        families = self.json("neighbor", address).get("afi_safis", [])
        return sum(one["state"].get("received", 0) for one in families)

    def paths(self, prefix):
        table = self.json("global", "rib", "-a", family_of(prefix), prefix)
        return [self.path(one) for paths in (table or {}).values() for one in paths]

    @staticmethod
    def path(one):
        path = Path("", [], set(), set(), bool(one.get("stale")))
        for attribute in one["attrs"]:
            kind = attribute["type"]
            if kind in (ATTRIBUTE_NEXT_HOP, ATTRIBUTE_MP_REACH):
                path.next_hop = attribute["nexthop"]
            elif kind == ATTRIBUTE_AS_PATH:
                path.as_path = [asn for segment in attribute["as_paths"]
                                for asn in segment["asns"]]
            elif kind == ATTRIBUTE_COMMUNITIES:
                path.communities = {f"{c >> 16}:{c & 0xffff}"
                                    for c in attribute["communities"]}
            elif kind == ATTRIBUTE_LARGE_COMMUNITIES:
                path.large_communities = {
                    ":".join(str(c[key]) for key in
                             ("ASN", "LocalData1", "LocalData2"))
                    for c in attribute["value"]}
        return path

    def refresh(self, address):
        self.gobgp("neighbor", address, "softresetin")

    def shut_down(self, address, text):
        self.gobgp("neighbor", address, "shutdown", "--reason", text)
