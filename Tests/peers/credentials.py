# SPDX-License-Identifier: Apache-2.0
"""Mutual TLS for grpcio's ends: `--tls FOLDER` names ca.crt, server.crt, server.key, client.crt and
client.key; without it everything is plain text."""

import os
import sys

import grpc


def folder():
    """Takes the option out of the arguments; its value, or None."""
    if "--tls" not in sys.argv:
        return None
    place = sys.argv.index("--tls")
    value = sys.argv[place + 1]
    del sys.argv[place:place + 2]
    return value


def _read(where, *names):
    for name in names:
        with open(os.path.join(where, name), "rb") as file:
            yield file.read()


def channel(where, address, options=None):
    if where is None:
        return grpc.insecure_channel(address, options)
    credentials = grpc.ssl_channel_credentials(*_read(where, "ca.crt", "client.key", "client.crt"))
    return grpc.secure_channel(address, credentials, options)


def listen(where, server, address):
    """Lets in only clients that the authority has signed; returns the port."""
    if where is None:
        return server.add_insecure_port(address)
    authority, key, chain = _read(where, "ca.crt", "server.key", "server.crt")
    return server.add_secure_port(address, grpc.ssl_server_credentials(
        [(key, chain)], root_certificates=authority, require_client_auth=True))
