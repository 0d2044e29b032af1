#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Announcements heard on an interface: sniffer.py INTERFACE

Prints "ready", then a line for each gratuitous ARP ("arp ADDRESS MAC") and each unsolicited
neighbour advertisement ("na ADDRESS MAC").
"""
import socket
import sys

ARP, IPV6, ICMPV6, ADVERTISEMENT = 0x0806, 0x86DD, 58, 136


def heard(packet):
    """The line for an Ethernet frame, None when it announces nothing."""
    kind, body = int.from_bytes(packet[12:14], "big"), packet[14:]
    if kind == ARP and len(body) >= 28 and body[14:18] == body[24:28]:
        return f"arp {socket.inet_ntop(socket.AF_INET, body[14:18])} {body[8:14].hex(':')}"
    if kind == IPV6 and len(body) >= 64 and body[6] == ICMPV6 and body[40] == ADVERTISEMENT:
        if not body[44] & 0x40:  # not an answer to somebody
            return f"na {socket.inet_ntop(socket.AF_INET6, body[48:64])} {packet[6:12].hex(':')}"
    return None


def main():
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3)) as tap:
        tap.bind((sys.argv[1], 0))
        print("ready", flush=True)
        while True:
            line = heard(tap.recv(2048))
            if line:
                print(line, flush=True)


if __name__ == "__main__":
    main()
