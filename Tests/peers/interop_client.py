# SPDX-License-Identifier: Apache-2.0
"""Runs gRPC's interoperability tests with grpcio at the address given, those that are named.

Prints one line per case that held. Source: grpc/grpc doc/interop-test-descriptions.md.
"""

import os
import sys
import threading

import grpc

sys.path.insert(0, os.path.dirname(__file__))
import credentials  # noqa: E402  (it lies beside this file)

TLS = credentials.folder()
protos, services = grpc.protos_and_services("interop.proto")
INITIAL, TRAILING = "x-grpc-test-echo-initial", "x-grpc-test-echo-trailing-bin"
LARGE_REQUEST, LARGE_RESPONSE = 271828, 314159
REQUEST_SIZES, RESPONSE_SIZES = (27182, 8, 1828, 45904), (31415, 9, 2653, 58979)
TIME = 30


def payload(size):
    return protos.Payload(body=bytes(size))


def large(**fields):
    return protos.SimpleRequest(
        response_size=LARGE_RESPONSE, payload=payload(LARGE_REQUEST), **fields)


def wish(size, **fields):
    return protos.ResponseParameters(size=size, **fields)


def output(*wishes, size=0, **fields):
    return protos.StreamingOutputCallRequest(
        response_parameters=wishes, payload=payload(size), **fields)


def truth(value):
    return protos.BoolValue(value=value)


def fails(code, call, text=None):
    try:
        call()
    except grpc.RpcError as error:
        assert error.code() == code, (error.code(), error.details())
        assert text is None or error.details() == text, error.details()
        return
    raise AssertionError(f"{code} was expected")


class Talk:
    """A conversation, one message at a time."""

    def __init__(self, call, **options):
        self.requests = []
        self.changed = threading.Condition()
        self.closed = False
        self.answers = call(self._requests(), **options)

    def _requests(self):
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self.requests or self.closed)
                if not self.requests:
                    return
                request = self.requests.pop(0)
            yield request

    def say(self, request):
        with self.changed:
            self.requests.append(request)
            self.changed.notify()

    def close(self):
        with self.changed:
            self.closed = True
            self.changed.notify()


def empty_unary(stub, channel):
    assert stub.EmptyCall(protos.Empty(), timeout=TIME) == protos.Empty()


def large_unary(stub, channel):
    assert stub.UnaryCall(large(), timeout=TIME).payload == payload(LARGE_RESPONSE)


def client_streaming(stub, channel):
    requests = (protos.StreamingInputCallRequest(payload=payload(n)) for n in REQUEST_SIZES)
    assert stub.StreamingInputCall(requests, timeout=TIME).aggregated_payload_size == 74922


def server_streaming(stub, channel):
    answers = stub.StreamingOutputCall(output(*map(wish, RESPONSE_SIZES)), timeout=TIME)
    assert [len(answer.payload.body) for answer in answers] == list(RESPONSE_SIZES)


def ping_pong(stub, channel):
    talk = Talk(stub.FullDuplexCall, timeout=TIME)
    for sent, wanted in zip(REQUEST_SIZES, RESPONSE_SIZES):
        talk.say(output(wish(wanted), size=sent))
        assert len(next(talk.answers).payload.body) == wanted
    talk.close()
    assert list(talk.answers) == []


def empty_stream(stub, channel):
    assert list(stub.FullDuplexCall(iter([]), timeout=TIME)) == []


def client_compressed_unary(stub, channel):
    fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.UnaryCall(
        large(expect_compressed=truth(True)), timeout=TIME))
    for compressed, wanted in ((grpc.Compression.Gzip, True), (None, False)):
        answer = stub.UnaryCall(large(expect_compressed=truth(wanted)),
                                timeout=TIME, compression=compressed)
        assert answer.payload == payload(LARGE_RESPONSE)


def server_compressed_unary(stub, channel):
    for compressed in (True, False):
        answer = stub.UnaryCall(large(response_compressed=truth(compressed)), timeout=TIME)
        assert answer.payload == payload(LARGE_RESPONSE)


def client_compressed_streaming(stub, channel):
    def request(size, compressed):
        return protos.StreamingInputCallRequest(
            payload=payload(size), expect_compressed=truth(compressed))
    fails(grpc.StatusCode.INVALID_ARGUMENT, lambda: stub.StreamingInputCall(
        iter([request(27182, True)]), timeout=TIME))
    answer = stub.StreamingInputCall(iter([request(27182, True), request(45904, True)]),
                                     timeout=TIME, compression=grpc.Compression.Gzip)
    assert answer.aggregated_payload_size == 73086


def server_compressed_streaming(stub, channel):
    wishes = [wish(31415, compressed=truth(True)), wish(92653, compressed=truth(False))]
    answers = list(stub.StreamingOutputCall(output(*wishes), timeout=TIME))
    assert [len(answer.payload.body) for answer in answers] == [31415, 92653]


def custom_metadata(stub, channel):
    sent = [(INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab")]
    call = stub.UnaryCall.future(large(), timeout=TIME, metadata=sent)
    assert call.result().payload == payload(LARGE_RESPONSE)
    assert dict(call.initial_metadata())[INITIAL] == "test_initial_metadata_value"
    assert dict(call.trailing_metadata())[TRAILING] == b"\xab\xab\xab"
    talk = Talk(stub.FullDuplexCall, timeout=TIME, metadata=sent)
    assert dict(talk.answers.initial_metadata())[INITIAL] == "test_initial_metadata_value"
    talk.say(output(wish(10)))
    talk.close()
    assert len(list(talk.answers)) == 1
    assert dict(talk.answers.trailing_metadata())[TRAILING] == b"\xab\xab\xab"


def status_code_and_message(stub, channel, text="test status message"):
    status = protos.EchoStatus(code=2, message=text)
    fails(grpc.StatusCode.UNKNOWN, lambda: stub.UnaryCall(
        protos.SimpleRequest(response_status=status), timeout=TIME), text)
    fails(grpc.StatusCode.UNKNOWN, lambda: list(stub.FullDuplexCall(
        iter([output(response_status=status)]), timeout=TIME)), text)


def special_status_message(stub, channel):
    text = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    status_code_and_message(stub, channel, text)


def unimplemented_method(stub, channel):
    fails(grpc.StatusCode.UNIMPLEMENTED,
          lambda: stub.UnimplementedCall(protos.Empty(), timeout=TIME))


def unimplemented_service(stub, channel):
    other = services.UnimplementedServiceStub(channel)
    fails(grpc.StatusCode.UNIMPLEMENTED,
          lambda: other.UnimplementedCall(protos.Empty(), timeout=TIME))


def cancel_after_begin(stub, channel):
    talk = Talk(lambda requests: stub.StreamingInputCall.future(requests))
    talk.answers.cancel()
    assert talk.answers.cancelled() and talk.answers.code() == grpc.StatusCode.CANCELLED
    talk.close()


def cancel_after_first_response(stub, channel):
    talk = Talk(stub.FullDuplexCall)
    talk.say(output(wish(31415), size=27182))
    assert len(next(talk.answers).payload.body) == 31415
    talk.answers.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: next(talk.answers))
    talk.close()


def timeout_on_sleeping_server(stub, channel):
    talk = Talk(stub.FullDuplexCall, timeout=0.001)
    talk.say(output(size=27182))
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(talk.answers))
    talk.close()


def rpc_soak(stub, channel):
    for _ in range(50):
        large_unary(stub, channel)


def main():
    with credentials.channel(TLS, sys.argv[1]) as channel:
        stub = services.TestServiceStub(channel)
        for name in sys.argv[2:]:
            globals()[name](stub, channel)
            print(name, flush=True)


main()
