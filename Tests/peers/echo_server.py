# SPDX-License-Identifier: Apache-2.0
"""Serves opi.test.Echo with grpcio at the address given; prints `ready ADDRESS`."""

import os
import sys
import threading
import time
from concurrent import futures

import grpc

sys.path.insert(0, os.path.dirname(__file__))
import credentials  # noqa: E402  (it lies beside this file)

TLS = credentials.folder()
protos, services = grpc.protos_and_services("echo.proto")
CODES = {code.value[0]: code for code in grpc.StatusCode}


class Echo(services.EchoServicer):
    def __init__(self):
        self.hanging = 0

    def Repeat(self, request, context):
        return request

    def fails(self, context):
        """Whether this attempt fails, as the metadata asks; None when it asks for nothing."""
        fields = dict(context.invocation_metadata())
        if "x-failures" not in fields:
            return None
        if int(fields.get("grpc-previous-rpc-attempts", "0")) >= int(fields["x-failures"]):
            return False
        context.set_trailing_metadata([("grpc-retry-pushback-ms", fields["x-pushback"])])
        context.abort(grpc.StatusCode.UNAVAILABLE, "not now")
        return True

    def Fail(self, request, context):
        if self.fails(context) is False:
            attempts = dict(context.invocation_metadata())["grpc-previous-rpc-attempts"]
            return protos.Note(text=f"after {attempts}")
        context.abort(CODES[request.number], request.text)

    def Wait(self, request, context):
        time.sleep(request.number / 1000)
        return request

    def Grow(self, request, context):
        return protos.Note(payload=bytes(request.number))

    def Count(self, request, context):
        for number in range(request.number):
            yield protos.Note(text=request.text, number=number, payload=request.payload)

    def Break(self, request, context):
        if self.fails(context) is False:
            attempts = dict(context.invocation_metadata())["grpc-previous-rpc-attempts"]
            yield protos.Note(text=f"after {attempts}")
            return
        yield from self.Count(request, context)
        context.abort(grpc.StatusCode.NOT_FOUND, request.text)

    def Hang(self, request, context):
        done = threading.Event()
        context.add_callback(done.set)
        yield request
        done.wait(60)

    def Headers(self, request, context):
        fields = dict(context.invocation_metadata())
        return protos.Note(text=fields.get("x-echo", ""), payload=fields.get("x-echo-bin", b""))


def main():
    address = sys.argv[1]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    services.add_EchoServicer_to_server(Echo(), server)
    port = credentials.listen(TLS, server, address)
    server.start()
    print("ready", address.replace(":0", f":{port}") if port else address, flush=True)
    server.wait_for_termination()


main()
