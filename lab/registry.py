# SPDX-License-Identifier: Apache-2.0
"""registry - an image registry with one image, which takes its time.

    registry.py PORT ARCHIVE SECONDS
        serves the image of an OCI archive under any name and tag, at 127.0.0.1;
        each tag is answered after so many seconds
"""

import http.server
import json
import sys
import tarfile
import time

MANIFEST = "application/vnd.oci.image.manifest.v1+json"


class Registry(http.server.BaseHTTPRequestHandler):
    """OCI distribution, as much of it as a pull takes."""

    protocol_version = "HTTP/1.1"
    blobs = {}              # by digest
    manifest = None         # a digest
    seconds = 0.0

    def answer(self, code, body=b"", **fields):
        self.send_response(code)
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def do_GET(self):
        kind, _, what = self.path.rpartition("/")
        if kind.endswith("/manifests") and not what.startswith("sha256:"):
            time.sleep(self.seconds)
            what = self.manifest
        if self.path == "/v2/":
            self.answer(200)
        elif what in self.blobs:
            self.answer(200, self.blobs[what], Docker_Content_Digest=what,
                        Content_Type=MANIFEST if what == self.manifest
                        else "application/octet-stream")
        else:
            self.answer(404)

    do_HEAD = do_GET


def main(port, archive, seconds):
    with tarfile.open(archive) as tar:
        for member in tar:
            kind, _, name = member.name.rpartition("/")
            if kind.endswith("blobs/sha256"):
                Registry.blobs[f"sha256:{name}"] = tar.extractfile(member).read()
        index = json.load(tar.extractfile("index.json"))
    Registry.manifest = index["manifests"][0]["digest"]
    Registry.seconds = float(seconds)
    http.server.ThreadingHTTPServer(
        ("127.0.0.1", int(port)), Registry).serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
