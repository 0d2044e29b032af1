# SPDX-License-Identifier: Apache-2.0
"""Serves opi.test.Echo with grpcio at the address given; prints `ready ADDRESS`."""

import os
import sys
import threading
import time
from concurrent import futures

import grpc

sys.path.insert(0, os.path.dirname(__file__))
protos, services = grpc.protos_and_services("echo.proto")
CODES = {code.value[0]: code for code in grpc.StatusCode}


class Echo(services.EchoServicer):
    def __init__(self):
        self.hanging = 0

    def Repeat(self, request, context):
        return request

    def Fail(self, request, context):
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
    port = server.add_insecure_port(address)
    server.start()
    print("ready", address.replace(":0", f":{port}") if port else address, flush=True)
    server.wait_for_termination()


main()
