# SPDX-License-Identifier: Apache-2.0
"""links - what nodes say on a link, run inside a namespace.

    links.py SECONDS
        prints one JSON object: how many hellos came, by MAC address
"""

import json
import select
import socket
import sys
import time

ETH_P_ALL = 0x0003
HELLO_PORT = 9181


def capture(name="eth0"):
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                         socket.htons(ETH_P_ALL))
    sock.bind((name, 0))
    return sock


def frames(sock, seconds):
    """What comes in until then, but for what we send ourselves."""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        if not select.select([sock], [], [], left)[0]:
            return
        frame, at = sock.recvfrom(2048)
        if at[2] != socket.PACKET_OUTGOING:
            yield frame


def text(mac):
    return mac.hex(":")


def is_hello(frame):
    """UDP over IPv4, without options, to the port of hellos."""
    return (frame[12:15] == b"\x08\x00\x45" and frame[23] == socket.IPPROTO_UDP
            and frame[36:38] == HELLO_PORT.to_bytes(2, "big"))


def hellos(seconds):
    counts = {}
    for frame in frames(capture(), seconds):
        if is_hello(frame):
            mac = text(frame[6:12])
            counts[mac] = counts.get(mac, 0) + 1
    return counts


if __name__ == "__main__":
    print(json.dumps(hellos(float(sys.argv[1]))))
