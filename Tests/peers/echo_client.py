# SPDX-License-Identifier: Apache-2.0
"""Calls opi.test.Echo with grpcio at the address given; prints one line per check that held."""

import os
import sys
import time
from concurrent import futures

import grpc

sys.path.insert(0, os.path.dirname(__file__))
import credentials  # noqa: E402  (it lies beside this file)

TLS = credentials.folder()
protos, services = grpc.protos_and_services("echo.proto")
Note = protos.Note


def fails(code, call, text=None):
    try:
        result = call()
        if hasattr(result, "__next__"):
            list(result)
    except grpc.RpcError as error:
        assert error.code() == code, (error.code(), error.details())
        assert text is None or error.details() == text, error.details()
        return
    raise AssertionError(f"{code} was expected")


def check(stub, channel):
    note = Note(text="grüße", number=7, payload=bytes(range(256)))
    assert stub.Repeat(note, timeout=10) == note
    print("unary")

    for code in grpc.StatusCode:
        if code != grpc.StatusCode.OK:
            number, text = code.value[0], "why: ü 100% \n done"
            fails(code, lambda: stub.Fail(Note(number=number, text=text), timeout=10), text)
    print("errors")

    big = Note(payload=os.urandom(3 << 20))
    assert stub.Repeat(big, timeout=20) == big
    print("large")

    fails(grpc.StatusCode.RESOURCE_EXHAUSTED,
          lambda: stub.Repeat(Note(payload=bytes(5 << 20)), timeout=20))
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED,
          lambda: stub.Grow(Note(number=5 << 20), timeout=20))
    print("oversize")

    answers = list(stub.Count(Note(number=10000, text="n"), timeout=60))
    assert [answer.number for answer in answers] == list(range(10000))
    print("stream")

    slow = 0
    for answer in stub.Count(Note(number=200, payload=bytes(20000)), timeout=60):
        assert answer.number == slow and len(answer.payload) == 20000
        slow += 1
        time.sleep(0.002)
    assert slow == 200
    print("slow")

    gone = Note(number=3, text="gone")
    fails(grpc.StatusCode.NOT_FOUND, lambda: stub.Break(gone, timeout=10), "gone")
    print("break")

    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: stub.Wait(Note(number=5000), timeout=0.2))
    print("deadline")

    hanging = stub.Hang(Note(text="x"), timeout=30)
    assert next(hanging).text == "x"
    hanging.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: hanging)
    print("cancel")

    missing = channel.unary_unary("/opi.test.Echo/Missing")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: missing(b"", timeout=10))
    other = channel.unary_unary("/opi.test.Nobody/Repeat")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: other(b"", timeout=10))
    print("unimplemented")

    stream = channel.stream_unary("/opi.test.Echo/Repeat")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: stream(iter([b"", b""]), timeout=10))
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: stream(iter([]), timeout=10))
    print("cardinality")

    garbled = channel.unary_unary("/opi.test.Echo/Repeat")
    fails(grpc.StatusCode.INTERNAL, lambda: garbled(b"\xff\xff\xff", timeout=10))
    print("garbled")

    sent = [("x-echo", "a b"), ("x-echo-bin", b"\0\xff")]
    echoed = stub.Headers(Note(), timeout=10, metadata=sent)
    assert echoed.text == "a b" and echoed.payload == b"\0\xff"
    print("metadata")

    long = Note(text="z" * 5000)
    assert stub.Repeat(long, timeout=10, compression=grpc.Compression.Gzip) == long
    fails(grpc.StatusCode.UNIMPLEMENTED,
          lambda: stub.Repeat(long, timeout=10, compression=grpc.Compression.Deflate))
    print("compressed")

    with futures.ThreadPoolExecutor(32) as pool:
        notes = [Note(number=n) for n in range(500)]
        assert list(pool.map(lambda n: stub.Repeat(n, timeout=30), notes)) == notes
    print("many")


def main():
    options = [("grpc.max_receive_message_length", 16 << 20),
               ("grpc.max_send_message_length", 16 << 20)]
    with credentials.channel(TLS, sys.argv[1], options) as channel:
        check(services.EchoStub(channel), channel)


main()
