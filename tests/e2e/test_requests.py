# SPDX-License-Identifier: Apache-2.0
"""What the allocator asks of an API server, as one sees it that only listens."""

import http.server
import json
import subprocess
import threading
import urllib.parse

import pytest

from cluster import build_dir
from fabric import PATIENCE, until

KINDS = ("services", "servicegroups", "nodes", "namespaces", "endpointslices",
         "bgpconfigurations")


@pytest.fixture(autouse=True)
def whole():
    """There is no scenario here to be whole."""


class Server(http.server.ThreadingHTTPServer):
    """Lists are of two pages, watches end at once, what is written is good."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Listener)
        self.asked = []          # (method, kind, parameters), in order
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def lists(self, kind, since=0):
        """Parameters of each list of the kind."""
        return [query for method, plural, query in self.asked[since:]
                if (method, plural) == ("GET", kind) and "watch" not in query]

    def lists_since_won(self, kind):
        """Where the pages begin that were asked for after the Lease was
        created; none before that."""
        won = next((at for at, asked in enumerate(self.asked)
                    if asked[:2] == ("POST", "leases")), len(self.asked))
        return [query.get("continue", "") for query in self.lists(kind, won)]


class Listener(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def hear(self):
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        parts = url.path.split("/")
        self.server.asked.append((self.command, next(
            (part for part in reversed(parts) if part.endswith("s")), ""),
            query))
        return query

    def say(self, status, obj):
        body = json.dumps(obj).encode() if obj else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        query = self.hear()
        meta = {"resourceVersion": "5"}
        if "limit" in query and "continue" not in query:
            meta["continue"] = "more"
        self.say(200, None if "watch" in query else
                 {"kind": "List", "metadata": meta, "items": []})

    def do_POST(self):
        self.hear()
        obj = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        obj["metadata"]["resourceVersion"] = "6"
        self.say(201, obj)

    do_PATCH = do_POST

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    running = Server()
    yield running
    running.shutdown()


@pytest.fixture
def allocator(server, tmp_path):
    """One that takes the server for a cluster's."""
    config = tmp_path / "kubeconfig"
    config.write_text(json.dumps({
        "current-context": "c",
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
        "clusters": [{"name": "c", "cluster": {
            "server": f"http://127.0.0.1:{server.server_address[1]}"}}],
        "users": [{"name": "u", "user": {"token": "t"}}]}))
    with subprocess.Popen([
            f"{build_dir()}/lbbgp-allocator", "--source", "kube",
            "--kubeconfig", str(config), "--metrics", "off"]) as process:
        yield process
        process.terminate()


@pytest.mark.usefixtures("allocator")
def test_allocator_reads_past_the_cache_in_pages(server):
    """And does so again when it has won the Lease, be its first lists over or
    not."""
    for kind in KINDS:
        until(PATIENCE, f"a list of {kind} after the Lease was won",
              lambda kind=kind: (server.lists_since_won(kind)[-2:] ==
                                 ["", "more"], server.asked[-5:]))
        assert all("limit" in page and "resourceVersion" not in page
                   for page in server.lists(kind))
