#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A server that speaks HTTP/1.1 and nothing else, as some proxies do:

    http1_server.py DIRECTORY tls|tls-that-lies|plain|s_server

Prints `ready PORT`; the directory then has ca.crt. The one that lies agrees to h2 over TLS.
`s_server` is OpenSSL's, which offers http/1.1; the others are Python's http.server.
"""
import http.server
import os
import socket
import ssl
import subprocess
import sys

from https_server import make_keys


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):  # pylint: disable=invalid-name
        self.send_error(400)

    def log_message(self, *_):
        """Nothing."""


def openssl(folder):
    """OpenSSL's server, which ends with this program."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = ["setpriv", "--pdeathsig", "KILL", "openssl", "s_server", "-accept",
               f"127.0.0.1:{port}", "-cert", os.path.join(folder, "server.crt"), "-key",
               os.path.join(folder, "server.key"), "-alpn", "http/1.1", "-www", "-quiet"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as server:
        while server.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                continue
        print(f"ready {port}", flush=True)
        sys.exit(server.wait())


def main():
    folder, kind = sys.argv[1:]
    make_keys(folder, "good")
    if kind == "s_server":
        openssl(folder)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if kind != "plain":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(folder, "server.crt"),
                                os.path.join(folder, "server.key"))
        if kind == "tls-that-lies":
            context.set_alpn_protocols(["h2"])
        server.socket = context.wrap_socket(server.socket, server_side=True)
    print(f"ready {server.server_address[1]}", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
