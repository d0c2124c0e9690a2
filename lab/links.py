# SPDX-License-Identifier: Apache-2.0
"""links - what is to be seen on a link, run inside a namespace.

    links.py who-has IPV4
        asks by ARP; prints one JSON list: the MAC addresses that answer
    links.py hellos SECONDS
        prints one JSON object: how many hellos came, by MAC address
"""

import json
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
ETH_ARP = b"\x08\x06"
HELLO_PORT = 9181
ANSWERS_S = 0.6


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


def who_has(address):
    """RFC 826, with the sender of RFC 5227 2.1.1: no cache learns of us."""
    sock = capture()
    mine, target = sock.getsockname()[4], socket.inet_aton(address)
    sock.send(b"\xff" * 6 + mine + ETH_ARP +
              struct.pack("!HHBBH", 1, 0x0800, 6, 4, 1) +
              mine + bytes(4) + bytes(6) + target)
    found = set()
    for frame in frames(sock, ANSWERS_S):
        is_reply = frame[12:14] == ETH_ARP and frame[20:22] == b"\x00\x02"
        if is_reply and frame[28:32] == target:
            found.add(text(frame[22:28]))
    return sorted(found)


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
    if sys.argv[1] == "who-has":
        print(json.dumps(who_has(sys.argv[2])))
    else:
        print(json.dumps(hellos(float(sys.argv[2]))))
