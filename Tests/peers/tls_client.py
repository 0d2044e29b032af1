# SPDX-License-Identifier: Apache-2.0
"""A TLS client on Python's ssl against the server at PORT, well-behaved or not:

    tls_client.py shake PORT FOLDER VERSION [NAME]   a handshake of TLS 1.2 or 1.3, with the
                                                     certificate NAME.crt; FOLDER has ca.crt
    tls_client.py late PORT FOLDER                   the same of TLS 1.3 without a certificate,
                                                     which goes on speaking before it listens
    tls_client.py drip PORT HEX                      HEX, then one byte every 50 ms for ever
    tls_client.py crowd PORT NUMBER                  so many connections that say nothing, until
                                                     it is killed

Prints `ok`, the reason of the alert, or `dropped`.
"""
import os
import signal
import socket
import ssl
import sys
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000")
VERSIONS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


def connect(port):
    return socket.create_connection(("127.0.0.1", int(port)), 20)


def late(port, folder):
    shake(port, folder, "1.3", pauses=2)


def shake(port, folder, version, name=None, pauses=0):
    context = ssl.create_default_context(cafile=os.path.join(folder, "ca.crt"))
    context.set_alpn_protocols(["h2"])
    context.minimum_version = context.maximum_version = VERSIONS[version]
    if name:
        files = [os.path.join(folder, f"{name}.{kind}") for kind in ("crt", "key")]
        context.load_cert_chain(*files)
    try:
        with context.wrap_socket(connect(port), server_hostname="127.0.0.1") as connection:
            for _ in range(pauses):
                time.sleep(0.2)
                connection.sendall(PREFACE)
            connection.sendall(PREFACE)
            print("ok" if connection.recv(9) else "ended")
    except ssl.SSLError as error:
        print(error.reason)


def drip(port, start):
    with connect(port) as connection:
        try:
            connection.sendall(bytes.fromhex(start))
            while True:
                connection.sendall(b"\0")
                time.sleep(0.05)
        except OSError:
            print("dropped")


def crowd(port, number):
    connections = [connect(port) for _ in range(int(number))]
    print("ready", flush=True)
    signal.pause()
    del connections


{"shake": shake, "late": late, "drip": drip, "crowd": crowd}[sys.argv[1]](*sys.argv[2:])
