#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An HTTP/2 server on PyPI's h2 and Python's ssl, good or with one thing wrong:

    https_server.py DIRECTORY good|expired|early|other-name|self-signed|tls11|no-alpn|cut|
                              client|plain|not-tls|wildcard|common-name|other-alpn|client-expired|
                              client-strange|silent|drip

Prints `ready PORT`. The directory then has ca.crt, and client.crt with client.key. What it answers:
/resumed whether the session was resumed, /hello a text, /big?N that many bytes, /never nothing,
/head only a head, /reset a reset stream, /echo the request's body, /headers the request's fields,
/goaway a GOAWAY that leaves the stream out on the first connection.
"""
import os
import socket
import ssl
import subprocess
import sys
import threading
import time

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.exceptions

DATES = {"expired": ("20200101000000Z", "20200201000000Z"),
         "early": ("20990101000000Z", "20990201000000Z")}
CLIENT_DATES = {"client-expired": DATES["expired"]}
NAMES = {"other-name": "DNS:other.example,IP:192.0.2.9",
         "wildcard": "DNS:*.example.test,DNS:w*.partial.test"}


def openssl(*words):
    subprocess.run(["openssl", *words], check=True, capture_output=True)


def make_keys(folder, kind):
    def file(name):
        return os.path.join(folder, name)
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=authority of this test", "-keyout",
            file("ca.key"), "-out", file("ca.crt"))
    for name in ("server", "client"):
        names = NAMES.get(kind, "DNS:localhost,IP:127.0.0.1")
        names = "" if kind == "common-name" else f"subjectAltName={names}\n"
        with open(file("ca.cnf"), "w", encoding="utf-8") as config:
            config.write(f"[ca]\ndefault_ca=it\n[it]\ndatabase={file('db')}\n"
                         f"new_certs_dir={folder}\nrand_serial=yes\ndefault_md=sha256\n"
                         f"policy=any\nunique_subject=no\n[any]\ncommonName=supplied\n[names]\n"
                         f"basicConstraints=CA:FALSE\n{names}")
        open(file("db"), "w", encoding="utf-8").close()
        subject = "localhost" if kind == "common-name" else name
        openssl("req", *key, "-subj", f"/CN={subject}", "-keyout", file(f"{name}.key"), "-out",
                file(f"{name}.csr"))
        begin, end = (DATES if name == "server" else CLIENT_DATES).get(kind, (None, None))
        dates = ["-startdate", begin, "-enddate", end] if begin else ["-days", "2"]
        openssl("ca", "-batch", "-notext", "-config", file("ca.cnf"), "-extensions", "names",
                "-cert", file("ca.crt"), "-keyfile", file("ca.key"), "-in", file(f"{name}.csr"),
                "-out", file(f"{name}.crt"), *dates)
    if kind == "self-signed":
        openssl("req", "-x509", *key, "-days", "2", "-subj", "/CN=me", "-addext",
                "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", file("server.key"),
                "-out", file("server.crt"))


def make_context(folder, kind):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(os.path.join(folder, "server.crt"),
                            os.path.join(folder, "server.key"))
    if kind == "tls11":
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
        context.minimum_version = ssl.TLSVersion.TLSv1_1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    if kind != "no-alpn":
        context.set_alpn_protocols(["http/1.1" if kind == "other-alpn" else "h2"])
    if kind.startswith("client"):
        strange = kind == "client-strange"
        if strange:
            key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
            openssl("req", "-x509", *key, "-subj", "/CN=a stranger",
                    "-keyout", os.path.join(folder, "other.key"),
                    "-out", os.path.join(folder, "other.crt"))
        context.load_verify_locations(os.path.join(folder, "other.crt" if strange else "ca.crt"))
        context.verify_mode = ssl.CERT_REQUIRED
    return context


class Conversation:
    """One connection."""

    def __init__(self, connection, number):
        self.connection, self.number = connection, number
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        self.unsent, self.bodies, self.requests = {}, {}, {}

    def run(self):
        self.h2.initiate_connection()
        self.flush()
        while data := self.connection.recv(65536):
            try:
                events = self.h2.receive_data(data)
            except h2.exceptions.ProtocolError as error:
                print(f"violation: {error}", file=sys.stderr, flush=True)
                self.flush()
                return
            for event in events:
                self.take(event)
            self.push()
            self.flush()

    def take(self, event):
        if isinstance(event, h2.events.RequestReceived):
            self.requests[event.stream_id] = event.headers
            self.bodies[event.stream_id] = b""
        elif isinstance(event, h2.events.DataReceived):
            self.bodies[event.stream_id] += event.data
            self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.StreamEnded):
            self.answer(event.stream_id)

    def answer(self, stream):
        headers = dict(self.requests[stream])
        path, _, query = headers[b":path"].decode().partition("?")
        if path == "/never":
            return
        if path == "/reset":
            self.h2.reset_stream(stream, h2.errors.ErrorCodes.INTERNAL_ERROR)
            return
        if path == "/goaway" and self.number == 0:
            self.h2.close_connection(last_stream_id=max(0, stream - 2))
            return
        resumed = str(getattr(self.connection, "session_reused", None)).encode()
        bodies = {
            "/hello": b"hello", "/resumed": resumed, "/echo": self.bodies[stream],
            "/big": b"x" * int(query or 0),
            "/headers": b"\n".join(k + b": " + v for k, v in headers.items())}
        status = "200" if path in (*bodies, "/head", "/goaway") else "404"
        self.h2.send_headers(stream, [(":status", status), ("content-type", "text/plain")])
        if path != "/head":
            self.unsent[stream] = bodies.get(path, path.encode())

    def push(self):
        """Sends what finds room in the windows."""
        for stream, body in list(self.unsent.items()):
            while body:
                room = min(self.h2.local_flow_control_window(stream),
                           self.h2.max_outbound_frame_size)
                if not room:
                    break
                self.h2.send_data(stream, body[:room])
                body = body[room:]
            self.unsent[stream] = body
            if not body:
                self.h2.end_stream(stream)
                del self.unsent[stream]

    def flush(self):
        self.connection.sendall(self.h2.data_to_send())


def serve(connection, number, kind, context):
    try:
        connection.settimeout(30)
        if kind == "cut":
            connection.recv(65536)
            connection.close()
        elif kind in ("silent", "drip"):
            connection.recv(65536)
            connection.sendall(bytes.fromhex("1603034000") if kind == "drip" else b"")
            while kind == "silent" and connection.recv(65536):
                pass
            while kind == "drip":
                connection.sendall(b"\0")
                time.sleep(0.05)
        elif kind == "not-tls":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.recv(65536)
            connection.close()
        else:
            if kind != "plain":
                connection = context.wrap_socket(connection, server_side=True)
            Conversation(connection, number).run()
    except (OSError, ssl.SSLError):
        pass  # the other side has gone, as some tests want
    finally:
        connection.close()


def main():
    folder, kind = sys.argv[1:]
    make_keys(folder, kind)
    context = make_context(folder, kind)
    with socket.create_server(("127.0.0.1", 0)) as server:
        print(f"ready {server.getsockname()[1]}", flush=True)
        for number in range(10 ** 6):
            connection, _ = server.accept()
            threading.Thread(target=serve, args=(connection, number, kind, context),
                             daemon=True).start()


if __name__ == "__main__":
    main()
