#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A TLS server that only shows its certificate: tls_door.py PORT CERTIFICATE KEY

Prints a line for each connection that was made; each is closed after the handshake.
"""
import socket
import ssl
import sys


def main():
    port, certificate, key = sys.argv[1:]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", int(port))) as server:
        print("ready", flush=True)
        while True:
            connection, _ = server.accept()
            print("connection", flush=True)
            connection.settimeout(5)
            try:
                context.wrap_socket(connection, server_side=True).close()
            except OSError:
                connection.close()


if __name__ == "__main__":
    main()
