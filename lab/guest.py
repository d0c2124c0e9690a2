#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""guest - first process of a virtual machine of vm.py: does what it is asked.

Its root is the machine's own, read-only, under a tmpfs. Requests come as one
line of JSON each on a serial port, and are answered in the same way:

    {"run": [...], "input": text}       {"code": n, "out": text, "err": text}
    {"start": [...], "log": path,
     "env": {...}}                      {"pid": n}
    {"poll": pid}                       {"code": n, or null while it lives}
    {"kill": pid, "signal": n}          {}
"""

import glob
import json
import os
import subprocess
import sys
import time

PORT = "/dev/vport*"     # the only one
MODULES = ["virtio_net", "virtio_console", "virtio_rng"]


def mount(kind, what, where, options="rw"):
    subprocess.run(["mount", "-t", kind, "-o", options, what, where],
                   check=True)


def prepare(state, modules):
    """What an init does. Logs are the machine's own files, written through."""
    for kind, where in (("proc", "/proc"), ("sysfs", "/sys"),
                        ("devtmpfs", "/dev")):
        mount(kind, kind, where)
    os.makedirs("/lib/modules", exist_ok=True)
    mount("none", modules, "/lib/modules", "bind")
    for module in MODULES:
        subprocess.run(["modprobe", module], check=True)
    mount("9p", "log", f"{state}/log",
          "trans=virtio,version=9p2000.L,msize=512000")


class Guest:
    def __init__(self):
        self.children = {}      # by pid

    def run(self, request):
        done = subprocess.run(request["run"], input=request["input"],
                              text=True, capture_output=True)
        return {"code": done.returncode, "out": done.stdout,
                "err": done.stderr}

    def start(self, request):
        with open(request["log"], "ab") as out:
            child = subprocess.Popen(
                request["start"], stdin=subprocess.DEVNULL, stdout=out,
                stderr=out, start_new_session=True,
                env={**os.environ, **request["env"]})
        self.children[child.pid] = child
        return {"pid": child.pid}

    def poll(self, request):
        return {"code": self.children[request["poll"]].poll()}

    def kill(self, request):
        self.children[request["kill"]].send_signal(request["signal"])
        return {}

    def serve(self, port):
        for line in port:
            request = json.loads(line)
            word = next(iter(request))      # the first key says what
            try:
                answer = getattr(self, word)(request)
            except OSError as err:
                answer = {"code": 127, "out": "", "err": str(err)}
            port.write(json.dumps(answer) + "\n")


def main(state, modules):
    os.environ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin"
    os.environ["HOME"] = "/root"
    prepare(state, modules)
    while not glob.glob(PORT):          # a module may take its time
        time.sleep(.05)
    with open(glob.glob(PORT)[0], "rb+", buffering=0) as raw:
        Guest().serve(Lines(raw))


class Lines:
    """Text lines over a port that can be both read and written."""

    def __init__(self, raw):
        self.raw = raw
        self.left = b""

    def __iter__(self):
        return self

    def __next__(self):
        while b"\n" not in self.left:
            self.left += self.raw.read(65536)
        line, self.left = self.left.split(b"\n", 1)
        return line

    def write(self, text):
        rest = text.encode()
        while rest:
            rest = rest[self.raw.write(rest):]


if __name__ == "__main__":
    main(*sys.argv[1:])
