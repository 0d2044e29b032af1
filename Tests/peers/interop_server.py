# SPDX-License-Identifier: Apache-2.0
"""Serves gRPC's interoperability tests with grpcio at the address given; prints `ready ADDRESS`."""

import os
import sys
import time
from concurrent import futures

import grpc

sys.path.insert(0, os.path.dirname(__file__))
import credentials  # noqa: E402  (it lies beside this file)

TLS = credentials.folder()
protos, services = grpc.protos_and_services("interop.proto")
CODES = {code.value[0]: code for code in grpc.StatusCode}
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"


def echo_metadata(context):
    fields = dict(context.invocation_metadata())
    if INITIAL in fields:
        context.send_initial_metadata([(INITIAL, fields[INITIAL])])
    if TRAILING in fields:
        context.set_trailing_metadata([(TRAILING, fields[TRAILING])])


def end(request, context):
    if request.HasField("response_status"):
        status = request.response_status
        context.abort(CODES[status.code], status.message)


def answer(size):
    return protos.Payload(body=bytes(size))


class TestService(services.TestServiceServicer):
    def EmptyCall(self, request, context):
        return request

    def UnaryCall(self, request, context):
        echo_metadata(context)
        end(request, context)
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        return protos.SimpleResponse(payload=answer(request.response_size))

    def StreamingOutputCall(self, request, context):
        context.set_compression(grpc.Compression.Gzip)
        yield from self.answers(request, context)

    def answers(self, request, context):
        for wish in request.response_parameters:
            time.sleep(wish.interval_us / 1e6)
            if wish.HasField("compressed") and not wish.compressed.value:
                context.disable_next_message_compression()
            yield protos.StreamingOutputCallResponse(payload=answer(wish.size))

    def StreamingInputCall(self, requests, context):
        size = sum(len(request.payload.body) for request in requests)
        return protos.StreamingInputCallResponse(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            end(request, context)
            yield from self.answers(request, context)


def main():
    address = sys.argv[1]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16))
    services.add_TestServiceServicer_to_server(TestService(), server)
    port = credentials.listen(TLS, server, address)
    server.start()
    print("ready", address.replace(":0", f":{port}") if port else address, flush=True)
    server.wait_for_termination()


main()
