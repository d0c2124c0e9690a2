# SPDX-License-Identifier: Apache-2.0
"""exabgp_helper - the process that ExaBGP tells what it hears.

    exabgp_helper.py DIR

Lines of JSON are added to DIR/heard; a datagram to the socket DIR/commands is a
command for ExaBGP. It answers each with a line that is no JSON, which is dropped.
"""

import os
import select
import socket
import sys


def main(where):
    commands = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    commands.bind(f"{where}/commands")
    left = b""
    with open(f"{where}/heard", "ab", buffering=0) as heard:
        while True:
            for ready in select.select([0, commands], [], [])[0]:
                if ready is commands:
                    os.write(1, commands.recv(65536) + b"\n")
                    continue
                came = os.read(0, 1 << 20)
                if not came:
                    return
                *whole, left = (left + came).split(b"\n")
                heard.write(b"".join(line + b"\n" for line in whole
                                     if line.startswith(b"{")))


if __name__ == "__main__":
    main(*sys.argv[1:])
