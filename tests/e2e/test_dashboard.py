# SPDX-License-Identifier: Apache-2.0
"""The dashboard of two allocators on a real API server, in a real browser.

No daemon runs: what nodes report is put there. SCREENSHOTS=write, with -k pretty, puts
those of doc/dashboard.md there anew.
"""

import datetime
import os

import pytest

from browser import Browser, Page
from fabric import PATIENCE, TOP, temporary_fabric, until
from kube import SYSTEM, KubeCluster
from objects import pool_group

PAGE = "http://127.0.0.1:9183/"
SPACE = "shop"
SHOTS = {False: f"{TOP}/doc/dashboard-light.png", True: f"{TOP}/doc/dashboard-dark.png"}
EVIL = "<img src=x onerror=document.title='evil'>"


def stamp(ago=0):
    now = datetime.datetime.now(datetime.timezone.utc)
    return (now - datetime.timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


def session(name, state="Established", bfd="Up", ago=86400 * 3):
    return {"name": name, "state": state, "since": stamp(ago),
            "capabilities": ["ipv4-unicast", "ipv6-unicast"],
            "bfd": {"state": bfd, "since": stamp(ago)}}


def endpoint_slice(namespace, of, nodes):
    return {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice",
            "metadata": {"name": f"{of}-lab", "namespace": namespace,
                         "labels": {"kubernetes.io/service-name": of}},
            "addressType": "IPv4",
            "endpoints": [{"addresses": [f"10.9.0.{i + 1}"], "nodeName": node,
                           "conditions": {"ready": True, "serving": True,
                                          "terminating": False}}
                          for i, node in enumerate(nodes)]}


def service(name, group=None):
    return {"apiVersion": "v1", "kind": "Service",
            "metadata": {"name": name, "namespace": SPACE, "annotations":
                         {"lbbgp.io/service-group": group} if group else {}},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]}}


def named(host):
    """Before a command: it runs where the host is called that, as a pod is."""
    return ["unshare", "--uts", "sh", "-c", 'echo "$0" >/proc/sys/kernel/hostname; '
            'exec "$@"', host]


class Shop(KubeCluster):
    """Four nodes in two racks, two groups, five Services, two allocators."""

    nodes = ("rack1-a", "rack1-b", "rack2-a", "rack2-b")

    def start(self):
        self.start_api()
        self.install()
        self.fill()
        self.replicas = []
        for node in "node1", "node2":
            self.replicas.append(self.fabric.start(
                node, [*named(f"lbbgp-allocator-{node}"),
                       self.program("lbbgp-allocator"),
                       *self.source("allocator", node), "--metrics", "off"],
                f"allocator-{node}"))
            if node == "node1":
                self.await_words("leads")

    def fill(self):
        self.put({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE}})
        self.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPConfiguration",
                  "metadata": {"name": "default"}, "spec": {"asNumber": 65001}})
        for peer, address in ("tor-a", "10.0.0.1"), ("tor-b", "10.0.0.2"):
            self.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPPeer",
                      "metadata": {"name": peer},
                      "spec": {"peerIP": address, "asNumber": 65000,
                               "bfd": {"enabled": True}}})
        for node in self.nodes:
            self.put({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}})
            self.report(node, session("tor-a"), session("tor-b"))
        self.report("rack2-b", session("tor-a"),
                    session("tor-b", "Active", "Down", 95))
        self.put(endpoint_slice(SYSTEM, "lbbgp-bgpd", self.nodes))
        self.put(pool_group("public", "192.0.2.0/28", "192.0.2.0/24"))
        self.put(pool_group("small", "198.51.100.0-198.51.100.1", "198.51.100.0/24",
                            priority=200))
        for name, group in (("front", "public"), ("api", "public"), ("mail", "small"),
                            ("dns", "small"), ("metrics", "small")):
            self.put(service(name, group))
            if name != "api":
                self.put(endpoint_slice(SPACE, name, self.nodes[:2]))

    def report(self, node, *sessions):
        name = {"metadata": {"name": node}}
        self.put({"apiVersion": "lbbgp.io/v1", "kind": "BGPNodeStatus", **name})
        self.api.patch("BGPNodeStatus", None, node, {"status": {
            "heartbeat": stamp(), "peers": list(sessions), "conditions": []}}, "status")

    def get_page(self, node="node1", path="", *options):
        return self.fabric.run(node, "curl", "-s", "-m", "10", *options, PAGE + path,
                               check=False)

    def await_words(self, *words, node="node1"):
        def look():
            text = self.get_page(node, "tables")
            return all(word in text for word in words), text
        until(PATIENCE, f"the page has {words}", look, pause=.2)


@pytest.fixture(scope="module")
def shop():
    with temporary_fabric() as fabric:
        running = Shop(fabric)
        running.start()
        running.await_words("Announced", "NoEndpoint", "PoolExhausted")
        yield running


@pytest.fixture(scope="module")
def browser(shop, tmp_path_factory):
    running = Browser(shop.fabric.ns("node1"), tmp_path_factory.mktemp("profile"),
                      "--host-resolver-rules=MAP evil.example 127.0.0.1")
    yield running
    running.close()


@pytest.fixture
def open_page(browser):
    pages = []

    def opened(url=PAGE, **how):
        pages.append(Page(browser, **how))
        pages[-1].go(url)
        return pages[-1]
    yield opened
    for page in pages:
        page.close()


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


def test_the_page_is_whole_without_scripts(open_page):
    page = open_page(scripts=False)
    nodes = page.text("#nodes")
    assert "tor-a" in nodes and "Established" in nodes and "Active" in nodes
    assert nodes.index("rack2-b") < nodes.index("rack1-a"), "trouble comes first"
    assert page.text("#sum").split("\n")[:4] == [
        "Nodes", "3 of 4 without trouble", "Sessions", "7 of 8 established"]
    assert page.value("document.querySelectorAll('svg.bar').length") == 2
    assert "PoolExhausted" in page.text("#services")
    assert "192.0.2." in page.text("#services")
    assert "4 of 4 nodes" in page.text("#services")
    assert "AddressAssigned" in page.text("#events")
    assert page.text("#live") == "As of its loading"


def test_it_is_live(shop, open_page):
    page = open_page()
    until(PATIENCE, "live", lambda: (page.text("#live") == "Live", page.text("#live")))
    assert page.value("window.marked = true")
    shop.report("rack2-b", session("tor-a"), session("tor-b", ago=0))
    took = until(PATIENCE, "the session is up on the page", lambda: (
        "8 of 8 established" in page.text("#sum"), page.text("#sum")))
    shop.put(service("new", "public"))
    until(PATIENCE, "the Service is on the page", lambda: (
        "new" in page.text("#services"), page.text("#services")))
    shop.remove("Service", SPACE, "new")
    shop.report("rack2-b", session("tor-a"), session("tor-b", "Active", "Down", 95))
    until(PATIENCE, "as before", lambda: (
        "7 of 8 established" in page.text("#sum"), page.text("#sum")))
    assert page.value("window.marked"), "it was not loaded again"
    assert took < 12, "told of, and not only looked at now and then"


def test_a_filter_is_typed_or_given(open_page):
    page = open_page()
    page.value("""{ const q = document.querySelector("input"); q.value = "RACK1-A";
                    q.dispatchEvent(new Event("input", {bubbles: true})); }""")
    until(PATIENCE, "one node", lambda: (
        "rack2-b" not in page.text("#nodes") and "rack1-a" in page.text("#nodes"),
        page.text("#nodes")))
    assert page.value("location.search") == "?q=RACK1-A"
    given = open_page(PAGE + "?q=small", scripts=False)
    assert given.value("document.querySelector('input').value") == "small"
    assert "public" not in given.text("#groups")


def test_nothing_comes_from_elsewhere_and_nothing_is_against_the_policy(open_page):
    page = open_page()
    until(PATIENCE, "live", lambda: (page.text("#live") == "Live", page.text("#live")))
    asked = [e["request"]["url"] for e in page.noted("Network.requestWillBeSent")]
    assert asked and all(url.startswith(PAGE) for url in asked), asked
    assert page.noted("Log.entryAdded") == []
    assert page.noted("Runtime.exceptionThrown") == []


def test_what_others_write_is_text(shop, open_page):
    shop.report("rack1-b", session(EVIL), session("tor-b"))
    page = open_page()
    until(PATIENCE, "the name", lambda: (EVIL in page.text("#nodes"), page.text()))
    assert page.value("document.querySelectorAll('img').length") == 0
    assert page.value("document.title") == "lbbgp"
    shop.report("rack1-b", session("tor-a"), session("tor-b"))


def test_another_name_that_leads_here_shows_nothing(open_page):
    page = open_page("http://evil.example:9183/")
    assert page.text() == "by an address or as localhost only\n"
    assert page.value("location.host") == "evil.example:9183"


def test_a_replica_says_who_leads(shop):
    shop.await_words("reads along and shows what it knows", "rack1-a", "Established",
                     "192.0.2.", node="node2")
    first, second = (shop.get_page(node, "tables") for node in ("node1", "node2"))
    assert ", this replica, leads." in first
    leader = first.split('<p id="lead">')[1].split(",")[0]
    assert leader.startswith("lbbgp-allocator-node1_")
    assert f"{leader} leads. This replica, lbbgp-allocator-node2_" in second


def test_only_loopback_has_it_and_nothing_is_changed_by_it(shop):
    assert "405 Method Not Allowed" in shop.get_page("node1", "", "-i", "-X", "POST")
    listening = shop.fabric.run("node1", "ss", "-ltnH", "sport = :9183").split("\n")
    assert [line.split()[3] for line in listening if line] == ["127.0.0.1:9183"]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_it_is_pretty(open_page, tmp_path, dark):
    page = open_page(dark=dark)
    until(PATIENCE, "live", lambda: (page.text("#live") == "Live", page.text("#live")))
    red = page.value("getComputedStyle(document.body).backgroundColor") \
        .split("(")[1].split(",")[0]
    assert (int(red) < 60) == dark
    assert page.value("document.documentElement.scrollWidth <= innerWidth")
    write = os.environ.get("SCREENSHOTS") == "write"
    path = SHOTS[dark] if write else tmp_path / "shot"
    page.screenshot(path, 1100, 1060)
    assert os.path.getsize(path) > 10000
