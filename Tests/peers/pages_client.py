#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""HTTP/1.1 clients, kind and unkind, of a server whose /metrics is the text `a 1`:

    pages_client.py PORT CASE

Python's http.client, curl, and plain sockets. Prints what came of the case as JSON.
"""
import http.client
import json
import socket
import subprocess
import sys

PORT = int(sys.argv[1])
SECONDS = 30


def asked(method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=SECONDS)
    connection.request(method, path, body)
    answer = connection.getresponse()
    text = answer.read().decode()
    return {"status": answer.status, "type": answer.getheader("Content-Type"),
            "length": answer.getheader("Content-Length"), "allow": answer.getheader("Allow"),
            "close": answer.getheader("Connection"), "text": text}


def connect():
    return socket.create_connection(("127.0.0.1", PORT), SECONDS)


def rest(client):
    """All that comes until the end; None at the end stands for a reset."""
    parts = []
    while True:
        try:
            part = client.recv(1 << 16)
        except ConnectionResetError:
            return b"".join(parts).decode("latin-1"), True
        if not part:
            return b"".join(parts).decode("latin-1"), False
        parts.append(part)


def said(data):
    """What the server says to some bytes until it closes."""
    with connect() as client:
        try:
            client.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        return rest(client)[0]


def curl():
    url = f"http://127.0.0.1:{PORT}/metrics"
    done = subprocess.run(["curl", "-sS", "-w", "|%{http_code}|%{http_version}", url],
                          capture_output=True, text=True, timeout=SECONDS, check=True)
    return done.stdout


def crowd():
    """32 that say nothing, one too many, and one when they have gone."""
    silent = [connect() for _ in range(32)]
    for client in silent:
        client.sendall(b"GET")
    with connect() as late:
        refused = rest(late)[0]
    for client in silent:
        client.close()
    for _ in range(1000):
        try:
            return {"refused": refused, "later": asked("GET", "/metrics")["status"]}
        except (http.client.HTTPException, ConnectionError):
            continue  # the server has not seen all of them leave
    return {"refused": refused, "later": None}


REQUEST = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
CASES = {
    "get": lambda: asked("GET", "/metrics"),
    "query": lambda: asked("GET", "/metrics?name[]=up"),
    "head": lambda: asked("HEAD", "/metrics"),
    "post": lambda: asked("POST", "/metrics", "x" * 1000),
    "missing": lambda: asked("GET", "/"),
    "curl": curl,
    "old": lambda: said(b"GET /metrics HTTP/1.0\r\n\r\n"),
    "pipelined": lambda: said(REQUEST * 3),
    "one byte at a time": lambda: dribbled(REQUEST),
    "no HTTP": lambda: said(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"),
    "HTTP/2": lambda: said(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    "endless header": lambda: said(b"GET /metrics HTTP/1.1\r\nA: " + b"a" * (10 << 20)),
    "endless headers": lambda: said(b"GET /metrics HTTP/1.1\r\n" + b"A: a\r\n" * (1 << 20)),
    "endless body": lambda: said(b"POST /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999"
                                 b"\r\n\r\n" + b"a" * (10 << 20)),
    "half a request": lambda: said(b"GET /metrics HTTP/1.1\r\nHost: a\r\n"),
    "smuggled": lambda: said(b"GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                             b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
    "crowd": crowd,
}


def dribbled(data):
    with connect() as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in data:
            client.sendall(bytes([byte]))
        return rest(client)[0]


print(json.dumps(CASES[sys.argv[2]]()))
