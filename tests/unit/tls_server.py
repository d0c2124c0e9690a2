#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""tls_server - an HTTPS server on loopback, for test_health_tls: tls_server.py DIR.

Its certificate is for 127.0.0.1, of an authority whose certificate is DIR/ours.pem;
DIR/theirs.pem is that of another one. Prints its port, and ends with its standard
input. /livez is answered with 200, all else with 404.
"""

import http.server
import os
import ssl
import subprocess
import sys
import threading

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/livez" else 404)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def openssl(*args):
    subprocess.run(["openssl", *args], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_certificates():
    for ca in ("ours", "theirs"):
        openssl("req", "-x509", *KEY, "-subj", f"/CN={ca}", "-days", "2",
                "-keyout", f"{ca}.key", "-out", f"{ca}.pem")
    openssl("req", *KEY, "-subj", "/CN=127.0.0.1", "-keyout", "server.key",
            "-out", "server.csr")
    with open("names", "w", encoding="ascii") as out:
        out.write("subjectAltName=IP:127.0.0.1")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ours.pem", "-CAkey",
            "ours.key", "-CAcreateserial", "-days", "2", "-extfile", "names",
            "-out", "server.pem")


def main():
    os.chdir(sys.argv[1])
    make_certificates()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain("server.pem", "server.key")
    server.socket = tls.wrap_socket(server.socket, server_side=True,
                                    do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
