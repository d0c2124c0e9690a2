# SPDX-License-Identifier: Apache-2.0
"""neighbors - who answers for an address on a LAN, run inside namespaces.

    neighbors.py ADDRESS DEVICE
        asks once by ARP or NDP; the MAC addresses that answer, as a JSON list,
        each as often as it answered
"""

import fcntl
import json
import socket
import struct
import sys
import time

ETH_P_ALL = 3
ETH_P_ARP = 0x0806
ETH_P_IPV6 = 0x86dd
IPPROTO_ICMPV6 = 58
PACKET_OUTGOING = 4
SIOCGIFADDR = 0x8915
LISTEN = .5             # s; to those who answer


def checksum(*parts):
    text = b"".join(parts)
    text += bytes(len(text) % 2)
    total = sum(struct.unpack(f"!{len(text) // 2}H", text))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def own_address(device):
    """The first of IPv4; OSError: it has none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        name = struct.pack("40s", device.encode())
        return fcntl.ioctl(sock, SIOCGIFADDR, name)[20:24]


def arp_request(mac, address, device):
    """RFC 826. From none it would be a probe of RFC 5227 2.1.1, of a host that
    wants the address for itself: a node that probes for it too gives way."""
    return (b"\xff" * 6 + mac + struct.pack(
        "!HHHBBH", ETH_P_ARP, 1, 0x0800, 6, 4, 1)
        + mac + own_address(device) + bytes(6) + socket.inet_aton(address))


def arp_answer(frame, address):
    """The MAC address of who answers it there; None: it is none."""
    if (frame[12:14] == b"\x08\x06" and frame[20:22] == b"\0\2"
            and frame[28:32] == socket.inet_aton(address)):
        return frame[22:28]
    return None


def solicitation(mac, address, _device):
    """RFC 4861 4.3, from a link-local address made of the MAC address."""
    target = socket.inet_pton(socket.AF_INET6, address)
    source = (b"\xfe\x80" + bytes(6) + bytes([mac[0] ^ 2]) + mac[1:3]
              + b"\xff\xfe" + mac[3:])
    group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:13] \
        + target[13:]
    body = bytes(4) + target + b"\1\1" + mac
    head = struct.pack("!BBH", 135, 0, 0)
    total = checksum(source, group, struct.pack(
        "!II", len(head) + len(body), IPPROTO_ICMPV6), head, body)
    return (b"\x33\x33" + group[12:] + mac + struct.pack("!H", ETH_P_IPV6)
            + struct.pack("!IHBB", 6 << 28, len(head) + len(body),
                          IPPROTO_ICMPV6, 255)
            + source + group + head[:2] + struct.pack("!H", total) + body)


def advert(frame, address):
    """RFC 4861 4.4, with its option of the target's link-layer address."""
    if (frame[12:14] == b"\x86\xdd" and frame[20] == IPPROTO_ICMPV6
            and frame[54] == 136 and frame[62:78] == socket.inet_pton(
                socket.AF_INET6, address) and frame[78:80] == b"\2\1"):
        return frame[80:86]
    return None


def answerers(address, device):
    ask, answer = ((solicitation, advert) if ":" in address
                   else (arp_request, arp_answer))
    found = []
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                       socket.htons(ETH_P_ALL)) as sock:
        sock.bind((device, 0))
        sock.send(ask(sock.getsockname()[4], address, device))
        end = time.monotonic() + LISTEN
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                frame, (_, _, kind, *_) = sock.recvfrom(2048)
            except TimeoutError:
                break
            mac = kind != PACKET_OUTGOING and answer(
                frame.ljust(86, b"\0"), address)
            if mac:
                found.append(mac.hex(":"))
    return found


if __name__ == "__main__":
    print(json.dumps(answerers(*sys.argv[1:])))
