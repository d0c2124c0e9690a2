# SPDX-License-Identifier: Apache-2.0
"""Virtual routers of ours and of keepalived on one link.

Each is in a namespace. Who is master is seen at its kernel, which has the
addresses.
"""

import contextlib
import json
import os
import re
import signal
import subprocess
import time

import pytest

from cluster import build_dir
from fabric import PATIENCE, Process, until

# Per variant: keepalived's words, the address, and how long an interval is.
VARIANTS = {
    "v2": (2, ["192.0.2.100"], 1.0),
    "v3": (3, ["192.0.2.100"], .2),
    "v3 IPv6": (3, ["fe80::64", "2001:db8::64"], .2),
}
HOSTS = {"ours": 1, "theirs": 2}
# What keepalived says of packets that it does not like.
COMPLAINTS = re.compile(
    "checksum|invalid|wrong|mismatch|incorrect|unknown|bogus|differ"
    "|less than|authentication", re.I)


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def ip(*args):
    return subprocess.run(["ip", *args], check=True, capture_output=True,
                          text=True).stdout


class Link:
    """A bridge in a namespace, a namespace for each of the two."""

    def __init__(self):
        self.name = f"lbb-vrrp{os.getpid()}"
        self.processes = []

    def ns(self, where):
        return f"{self.name}-{where}"

    def enter(self, where):
        return ["ip", "netns", "exec", self.ns(where)]

    def up(self):
        for where in ("switch", *HOSTS):
            ip("netns", "add", self.ns(where))
            subprocess.run([*self.enter(where), "sysctl", "-qw",
                            "net.ipv6.conf.all.accept_dad=0",
                            "net.ipv6.conf.default.accept_dad=0"], check=True)
        switch = ["-n", self.ns("switch"), "link"]
        ip(*switch, "add", "name", "bridge", "type", "bridge", "stp_state",
           "0", "forward_delay", "0", "mcast_snooping", "0")
        ip(*switch, "set", "dev", "bridge", "up")
        for address in ("192.0.2.250/24", "2001:db8::fa/64"):
            ip("-n", self.ns("switch"), "address", "add", address, "dev",
               "bridge")
        for host, number in HOSTS.items():
            ip(*switch, "add", "name", host, "type", "veth", "peer", "name",
               "eth0", "netns", self.ns(host))
            ip(*switch, "set", "dev", host, "master", "bridge", "up")
            here = ["-n", self.ns(host)]
            ip(*here, "link", "set", "dev", "eth0", "up")
            for address in (f"192.0.2.{number}/24", f"2001:db8::{number}/64",
                            f"fe80::{number}/64"):
                ip(*here, "address", "add", address, "dev", "eth0")

    def down(self):
        for where in ("switch", *HOSTS):
            subprocess.run(["ip", "netns", "del", self.ns(where)],
                           check=False)

    def answers(self, address):
        """To a client at the switch."""
        return subprocess.run(
            [*self.enter("switch"), "ping", "-q", "-c", "1", "-W", "9",
             address], check=False, capture_output=True).returncode == 0

    @contextlib.contextmanager
    def client(self, address, most):
        """Asks every 20 ms; of what it asked `most` remained unanswered."""
        ping = subprocess.Popen(
            [*self.enter("switch"), "ping", "-q", "-i", ".02", address],
            stdout=subprocess.PIPE, text=True)
        try:
            time.sleep(.3)
            yield
            time.sleep(.3)
        finally:
            ping.send_signal(signal.SIGINT)
            said = ping.communicate()[0]
        asked, answered = map(int, re.search(
            r"(\d+) packets transmitted, (\d+) received", said).groups())
        assert asked - answered <= most, said

    def split(self, apart):
        """Isolated ports of a bridge do not reach each other."""
        for host in HOSTS:
            ip("-n", self.ns("switch"), "link", "set", "dev", host, "type",
               "bridge_slave", "isolated", "on" if apart else "off")

    def addresses(self, host):
        """Those at any of its interfaces."""
        links = json.loads(ip("-n", self.ns(host), "-j", "address", "show"))
        return {a["local"] for link in links for a in link["addr_info"]}

    def remove(self, host, addresses):
        """What somebody who was killed has left there."""
        for address in addresses:
            mask = 64 if ":" in address else 24
            ip("-n", self.ns(host), "address", "del", f"{address}/{mask}",
               "dev", "eth0")

    def start(self, host, args, log):
        process = Process(self.enter(host), args, str(log))
        self.processes.append(process)
        return process


class Ours:
    """A node daemon with VirtualIPs, on manifests of its own."""

    NODE = {"apiVersion": "v1", "kind": "Node", "metadata": {"name": "ours"},
            "status": {"addresses": [
                {"type": "InternalIP", "address": "192.0.2.1"}]}}
    # Its own /run: the state of others is there, too.
    ALONE = ["unshare", "--mount", "sh", "-c",
             'mount -t tmpfs tmpfs /run && mkdir /run/lbbgp && exec "$@"',
             "sh"]

    def __init__(self, link, folder, *routers):
        """Each router is (addresses, fields of its spec.vrrp)."""
        self.link = link
        self.folder = folder / f"ours{len(link.processes)}"
        self.folder.mkdir()
        self.log = folder / f"ours{len(link.processes)}.log"
        self.routers = routers
        self.write("node", self.NODE)
        for number, (addresses, fields) in enumerate(routers):
            self.write(f"vip{number}", self.virtual_ip(
                f"vip{number}", addresses, fields))
        self.process = link.start(
            "ours", [*self.ALONE, f"{build_dir()}/lbbgp-bgpd", "--source",
                     f"dir:{self.folder}", "--node", "ours", "--metrics",
                     "off", "--socket", f"{self.folder}.sock"], self.log)

    def write(self, name, manifest):
        (self.folder / f"{name}.json").write_text(json.dumps(manifest))

    @staticmethod
    def virtual_ip(name, addresses, fields):
        mask = 64 if ":" in addresses[0] else 24
        return {"apiVersion": "lbbgp.io/v1", "kind": "VirtualIP",
                "metadata": {"name": name},
                "spec": {"addresses": [f"{a}/{mask}" for a in addresses],
                         "vrrp": {"interface": "eth0", **fields}}}

    def is_master(self, addresses=None):
        has = self.link.addresses("ours")
        return set(addresses or self.routers[0][0]) <= has

    def complaints(self):
        return [line for line in self.log.read_text().splitlines()
                if "an ADVERTISEMENT of" in line]

    def stop(self, number=signal.SIGTERM):
        self.process.stop(number)
        if number == signal.SIGKILL:
            for addresses, _ in self.routers:
                self.link.remove("ours", addresses)


class Theirs:
    """A keepalived with a virtual router, or several."""

    def __init__(self, link, folder, *routers):
        self.link = link
        self.folder = folder / f"theirs{len(link.processes)}"
        self.folder.mkdir()
        config = self.folder / "keepalived.conf"
        config.write_text("global_defs { router_id theirs }\n" + "".join(
            self.instance(**router) for router in routers))
        self.log = self.folder / "log"
        self.process = link.start(
            "theirs", ["keepalived", "-n", "-l", "-D", "-P", "-f", config,
                       "-p", self.folder / "pid", "-r", self.folder / "vpid"],
            self.log)
        self.addresses = routers[0]["addrs"]

    @staticmethod
    def instance(vrid, version, priority, interval, addrs, more=""):
        mask = 64 if ":" in addrs[0] else 24
        listed = "\n".join(f"    {a}/{mask}" for a in addrs)
        return (f"vrrp_instance v{vrid} {{\n  state BACKUP\n"
                f"  interface eth0\n  virtual_router_id {vrid}\n"
                f"  priority {priority}\n  advert_int {interval}\n"
                f"  version {version}\n  {more}\n"
                f"  virtual_ipaddress {{\n{listed}\n  }}\n}}\n")

    def is_master(self, addresses=None):
        has = self.link.addresses("theirs")
        return set(addresses or self.addresses) <= has

    def complaints(self):
        return [line for line in self.log.read_text().splitlines()
                if COMPLAINTS.search(line)]

    def stop(self, number=signal.SIGTERM):
        """Killed, its parts end with it, and leave the addresses there."""
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.popen.wait()
            self.link.remove("theirs", self.addresses)
        else:
            self.process.stop(number)


class Pair:
    """One of ours and one of theirs for the same addresses."""

    def __init__(self, link, folder, variant):
        self.link = link
        self.folder = folder
        self.version, self.addrs, self.interval = VARIANTS[variant]
        self.ours = self.theirs = None

    def ours_with(self, priority, **fields):
        self.ours = Ours(self.link, self.folder, (self.addrs, {
            "version": self.version, "virtualRouterID": 51,
            "priority": priority,
            "advertisementInterval": int(self.interval * 1000), **fields}))

    def theirs_with(self, priority, more="", **fields):
        self.theirs = Theirs(self.link, self.folder, {
            "vrid": 51, "version": self.version, "priority": priority,
            "interval": self.interval, "addrs": self.addrs, "more": more,
            **fields})

    def begin(self, better, ours=None, theirs=None):
        """The worse one is master first, and then the better one."""
        starts = {"ours": lambda p: self.ours_with(p, **(ours or {})),
                  "theirs": lambda p: self.theirs_with(p, **(theirs or {}))}
        worse = "theirs" if better == "ours" else "ours"
        starts[worse](100)
        self.await_master(worse)
        starts[better](200)
        self.await_master(better)

    def masters(self):
        return (self.ours is not None and self.ours.is_master(),
                self.theirs is not None and self.theirs.is_master())

    def await_master(self, who):
        """"ours" or "theirs", and it alone; the seconds it took."""
        wanted = (who == "ours", who == "theirs")
        return until(PATIENCE, f"{who} is master",
                     lambda: (self.masters() == wanted, self.masters()))

    def await_both(self):
        until(PATIENCE, "both are masters",
              lambda: (self.masters() == (True, True), self.masters()))

    def await_complaint(self, text):
        until(PATIENCE, f"ours says: {text}", lambda: (
            any(text in line for line in self.ours.complaints()),
            self.ours.complaints()))

    def stays(self, who, intervals=5):
        wanted = (who == "ours", who == "theirs")
        end = time.monotonic() + intervals * self.interval
        while time.monotonic() < end:
            assert self.masters() == wanted
            time.sleep(.02)


@pytest.fixture(scope="module")
def the_link():
    link = Link()
    try:
        link.up()
        yield link
    finally:
        link.down()


@pytest.fixture
def link(the_link):
    yield the_link
    for process in the_link.processes:
        if process.alive():
            process.stop(signal.SIGTERM)
    the_link.processes.clear()
    the_link.split(False)


@pytest.fixture(params=VARIANTS)
def pair(request, link, tmp_path):
    return Pair(link, tmp_path, request.param)


@pytest.fixture
def slow(pair):
    """Its skew time, 0.6 s or 1.2 s, and the 6 s more without priority 0 are far
    apart."""
    pair.interval = 2.0
    return pair


@pytest.fixture
def v3(link, tmp_path):
    return Pair(link, tmp_path, "v3")


def test_ours_is_master_of_keepalived(pair):
    pair.begin("ours")
    pair.stays("ours")
    assert pair.link.answers(pair.addrs[-1])
    assert pair.theirs.complaints() == []


def test_keepalived_is_master_of_ours(pair):
    pair.begin("theirs")
    pair.stays("theirs")
    pair.ours.stop()
    assert pair.ours.complaints() == []


def test_when_ours_gives_up_keepalived_follows_after_its_skew_time(slow):
    slow.begin("ours")
    slow.ours.stop()
    assert slow.await_master("theirs") < 2 * slow.interval


def test_when_ours_gives_up_somebody_answers_all_the_time(pair):
    """Without ours yielding, the skew time is 6 questions, of version 2, 30."""
    pair.begin("ours")
    with pair.link.client(pair.addrs[-1], most=2):
        pair.ours.stop()
        pair.await_master("theirs")


def test_when_keepalived_gives_up_ours_follows_after_its_skew_time(slow):
    slow.begin("theirs")
    slow.theirs.stop()
    assert slow.await_master("ours") < 2 * slow.interval


def test_when_ours_dies_keepalived_takes_over(pair):
    pair.begin("ours")
    pair.ours.stop(signal.SIGKILL)
    assert pair.await_master("theirs") > 1.9 * pair.interval


def test_when_keepalived_dies_ours_takes_over(pair):
    pair.begin("theirs")
    pair.theirs.stop(signal.SIGKILL)
    assert pair.await_master("ours") > 1.9 * pair.interval


@pytest.mark.parametrize("better", ["ours", "theirs"])
def test_after_a_split_the_better_one_is_master(pair, better):
    pair.begin(better)
    pair.link.split(True)
    pair.await_both()
    pair.link.split(False)
    pair.await_master(better)
    pair.stays(better)


@pytest.mark.parametrize("better", ["ours", "theirs"])
def test_intervals_may_differ_in_version_3(v3, better):
    v3.begin(better, {"advertisementInterval": 100}, {"interval": .7})
    v3.stays(better, 20)


@pytest.mark.parametrize("better", ["ours", "theirs"])
def test_without_preemption_the_master_stays(v3, better):
    if better == "ours":
        v3.theirs_with(100)
        v3.await_master("theirs")
        v3.ours_with(200, preempt=False)
        v3.stays("theirs")
        v3.theirs.stop()
        v3.await_master("ours")
    else:
        v3.ours_with(100)
        v3.await_master("ours")
        v3.theirs_with(200, "nopreempt")
        v3.stays("ours")
        v3.ours.stop()
        v3.await_master("theirs")


def test_ours_may_wait_before_it_preempts(v3):
    v3.theirs_with(100)
    v3.await_master("theirs")
    v3.ours_with(200, preemptDelay=2)
    assert 2 < v3.await_master("ours")


def test_keepalived_may_wait_before_it_preempts(v3):
    v3.ours_with(100)
    v3.await_master("ours")
    v3.theirs_with(200, "preempt_delay 2")
    assert 2 < v3.await_master("theirs")


@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("better", ["ours", "theirs"])
def test_peers_may_be_told_by_unicast(link, tmp_path, variant, better):
    pair = Pair(link, tmp_path, variant)
    base = "2001:db8::" if "IPv6" in variant else "192.0.2."
    # Over IPv6 keepalived has a hop limit of 64 by itself.
    pair.begin(better, {"unicastPeers": [f"{base}2"]},
               {"more": f"unicast_src_ip {base}2\n  unicast_ttl 255\n"
                        f"  unicast_peer {{\n    {base}1\n  }}"})
    pair.stays(better)
    {"ours": pair.ours, "theirs": pair.theirs}[better].stop()
    pair.await_master("theirs" if better == "ours" else "ours")
    assert pair.theirs.complaints() == []


def test_each_virtual_router_has_a_master_of_its_own(link, tmp_path):
    here, there = ["192.0.2.100"], ["192.0.2.101"]
    theirs = Theirs(link, tmp_path, *(
        {"vrid": vrid, "version": 3, "priority": priority, "interval": .2,
         "addrs": addrs}
        for vrid, priority, addrs in ((51, 100, here), (52, 200, there))))
    ours = Ours(link, tmp_path, *(
        (addrs, {"virtualRouterID": vrid, "priority": 150,
                 "advertisementInterval": 200})
        for vrid, addrs in ((51, here), (52, there))))

    def seen():
        return (ours.is_master(here), ours.is_master(there),
                theirs.is_master(here), theirs.is_master(there))

    until(PATIENCE, "each has one", lambda: (seen() == (True, False, False, True),
                                      seen()))
    time.sleep(1)
    assert seen() == (True, False, False, True)


@pytest.mark.parametrize("variant", VARIANTS)
def test_keepalived_may_have_a_virtual_mac(link, tmp_path, variant):
    pair = Pair(link, tmp_path, variant)
    pair.begin("theirs", theirs={"more": "use_vmac"})
    pair.stays("theirs")
    pair.theirs.stop()
    pair.await_master("ours")


def test_ours_may_have_a_virtual_mac(pair):
    pair.begin("ours", {"virtualMAC": True})
    pair.stays("ours")
    assert pair.link.answers(pair.addrs[-1])
    assert pair.theirs.complaints() == []


def test_a_low_hop_limit_is_refused_and_told(link, tmp_path):
    pair = Pair(link, tmp_path, "v3 IPv6")
    pair.ours_with(100, unicastPeers=["2001:db8::2"])
    pair.theirs_with(200, "unicast_src_ip 2001:db8::2\n"
                     "  unicast_peer {\n    2001:db8::1\n  }")
    pair.await_both()
    pair.await_complaint("its TTL is not 255")


def test_a_password_is_refused(link, tmp_path):
    pair = Pair(link, tmp_path, "v2")
    pair.ours_with(100)
    pair.theirs_with(200, "authentication {\n    auth_type PASS\n"
                     "    auth_pass abcd\n  }")
    pair.await_both()
    pair.await_complaint("it has authentication")


def test_version_2_with_another_interval_is_refused(link, tmp_path):
    pair = Pair(link, tmp_path, "v2")
    pair.ours_with(100)
    pair.theirs_with(200, interval=2)
    pair.await_both()
    pair.await_complaint("its advertisement interval is")
