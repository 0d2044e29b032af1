# SPDX-License-Identifier: Apache-2.0
"""What a client must do. The peer is the server: `h2_conformance.py client` prints `ready PORT` and
the requests of the cases, METHOD:PATH:BODY-SIZE, which the client makes one after the other, each
as a new client that after its answer asks for /probe. Then comes a JSON line for each case.

`outcome` is what the caller must be told. PAIR is two GETs at once.
"""
import socket
import struct

from h2_talk import Talk, respond
from h2_wire import (
    ACK, CALM, CLOSED, COMPRESSION, DATA, FLOW, HEADERS, INTERNAL,
    MAX, NO_ERROR, PADDED, PING, PROTOCOL, REFUSED, SETTINGS, SIZE, WINDOW, Case, Closed, Sends,
    Works, block, continuation, data, drip, goaway, gone, headers, pause, ping, priority, push, raw,
    reset, rst, seen, settings, window)

ASKED = seen(HEADERS, 1)
OK = respond(body=b"ok")
HEAD = headers(block([(":status", "200")]), end=False)


def response(*fields, end=True):
    return headers(block(fields), end=end)


def works(name, section, must, *steps, outcome="200 ok", **more):
    return Case(name, section, must, [ASKED, *steps], Works(), outcome=outcome, **more)


def malformed(name, section, must, content):
    return Case(name, section, must, [ASKED, content], reset(PROTOCOL),
                outcome="reset PROTOCOL_ERROR")


def fatal(name, section, must, content, code, **more):
    from_name = {PROTOCOL: "PROTOCOL_ERROR", FLOW: "FLOW_CONTROL_ERROR", SIZE: "FRAME_SIZE_ERROR",
                 COMPRESSION: "COMPRESSION_ERROR", CALM: "ENHANCE_YOUR_CALM",
                 CLOSED: "STREAM_CLOSED"}
    return Case(name, section, must, [ASKED, content], gone(code),
                outcome=f"violated {from_name[code]}", **more)


def only_one(talk):
    """The client has two requests; the second may have left before it knew the limit."""
    second = 3
    if talk.wait(lambda frame: frame.stream == 3, seconds=0.3):
        talk.send(rst(3, REFUSED))
        second = 5
    assert not talk.wait(lambda frame: frame.stream == second, seconds=0.3), "a stream too many"
    talk.send(OK)
    seen(HEADERS, second)(talk)
    talk.send(respond(second, body=b"ok"))


def body_of(talk):
    return sum(len(frame.payload) for frame in talk.frames if frame.kind == DATA)


def trickle(talk):
    """Lets a request's body out, up to the end of each of its windows."""
    steps = [(b"", 65535), (window(1000), 65535), (window(10, 1), 65545),
             (settings((4, 65545)), 65555), (settings((4, 0)), 65555), (window(65545, 1), 65555),
             (window(10, 1), 65565)]
    for content, total in steps:
        talk.send(content)
        talk.wait(lambda frame, total=total: body_of(talk) > total, seconds=0.3)
        assert body_of(talk) == total, f"{body_of(talk)} octets came through {total}"
    talk.send(OK)


def download(size):
    """Sends a body as the client's windows allow."""
    def step(talk):
        sent, looked, room = 0, 0, {0: 65535, 1: 65535}
        talk.send(HEAD)
        while sent < size:
            for frame in talk.frames[looked:]:
                if frame.kind == WINDOW and frame.stream in room:
                    room[frame.stream] += struct.unpack(">I", frame.payload)[0]
                elif frame.kind == SETTINGS and not frame.flags & ACK:
                    pairs = dict(struct.iter_unpack(">HI", frame.payload))
                    room[1] += pairs.get(4, 65535) - 65535
            looked = len(talk.frames)
            count = min(size - sent, 16384, *room.values())
            if count:
                talk.send(data(b"x" * count, end=sent + count == size))
                sent += count
                room = {stream: left - count for stream, left in room.items()}
            else:
                assert talk.receive(5), f"the windows stay shut after {sent} octets"
    return step


BEGINNINGS = [
    works("client-request", "3.4", "a request is made and its answer taken", OK),
    Case("client-settings", "8.4", "the client's SETTINGS forbid to push", [ASKED, OK], Sends(
        SETTINGS, lambda frame: dict(struct.iter_unpack(">HI", frame.payload)).get(2) == 0),
         outcome="200 ok"),
    Case("client-acknowledges", "6.5.3", "the server's SETTINGS are acknowledged", [ASKED, OK],
         Sends(SETTINGS, lambda frame: frame.flags & ACK), outcome="200 ok"),
    Case("client-first-ping", "3.4", "the server's first frame must be SETTINGS", [ping()],
         gone(PROTOCOL), greet=b"", outcome="violated PROTOCOL_ERROR"),
    Case("client-first-ack", "3.4", "the first SETTINGS are no acknowledgement",
         [raw(SETTINGS, ACK)], gone(PROTOCOL), greet=b"", outcome="violated PROTOCOL_ERROR"),
    Case("client-http1", "3.4", "a server that speaks HTTP/1.1",
         [b"HTTP/1.1 400 Bad Request\r\n\r\n"], Closed(), greet=b"", outcome="speaks text"),
    Case("client-silence", "10.5", "a server that says nothing", [], Closed(), greet=b"",
         outcome="no handshake"),
    Case("client-slow-settings", "10.5", "a server whose SETTINGS do not end",
         [drip(settings(*[(9, 9)] * 50), 0.2, 4)], Closed(), greet=b"", outcome="no handshake"),
    Case("client-slow-frame", "10.5", "a frame octet by octet", [
        ASKED, drip(OK * 9, 0.2, 4)], Closed(), outcome="too slow"),
]

MESSAGES = [
    works("client-100", "8.1", "informational answers come before the answer",
          response((":status", "100"), end=False) + OK),
    works("client-103", "8.1", "any number of them", (
        response((":status", "103"), ("link", "x"), end=False)) * 9 + OK),
    works("client-1xx-split", "8.1", "also cut into frames", headers(
        block([(":status", "103")])[:2], end=False, complete=False)
        + continuation(block([(":status", "103")])[2:]) + OK),
    malformed("client-101", "8.6", "HTTP/2 does not switch protocols",
              response((":status", "101"), end=False)),
    malformed("client-1xx-end", "8.1", "an informational answer is not the last",
              response((":status", "100"))),
    malformed("client-data-first", "8.1", "DATA comes after HEADERS", data(b"ok", end=True)),
    malformed("client-data-after-1xx", "8.1", "DATA comes after the final HEADERS",
              response((":status", "100"), end=False) + data(b"ok", end=True)),
    malformed("client-no-status", "8.3.2", "an answer has a status", response(("a", "b"))),
    malformed("client-status-short", "8.3.2", "of three digits", response((":status", "20"))),
    malformed("client-status-word", "8.3.2", "digits, not letters", response((":status", "abc"))),
    malformed("client-status-twice", "8.3", "once",
              response((":status", "200"), (":status", "200"))),
    malformed("client-status-late", "8.3", "before other fields",
              response(("a", "b"), (":status", "200"))),
    malformed("client-request-field", "8.3.2", "no pseudo-header of requests",
              response((":status", "200"), (":path", "/"))),
    malformed("client-upper-case", "8.2.1", "names are lower case",
              response((":status", "200"), ("A", "b"))),
    malformed("client-value-lf", "8.2.1", "no value has LF",
              response((":status", "200"), ("a", "b\nc: d"))),
    malformed("client-connection", "8.2.2", "connection belongs to HTTP/1.1",
              response((":status", "200"), ("connection", "close"))),
    malformed("client-chunked", "8.2.2", "so does transfer-encoding",
              response((":status", "200"), ("transfer-encoding", "chunked"))),
    malformed("client-length-more", "8.1.1", "content-length is the body's",
              response((":status", "200"), ("content-length", "3"), end=False)
              + data(b"ok", end=True)),
    malformed("client-length-less", "8.1.1", "not less",
              response((":status", "200"), ("content-length", "1"), end=False)
              + data(b"ok", end=True)),
    malformed("client-length-no-body", "8.1.1", "also without a body",
              response((":status", "200"), ("content-length", "1"))),
    works("client-length-head", "8.1.1", "the answer to HEAD has a length but no body",
          response((":status", "200"), ("content-length", "7")), outcome="200 ",
          request="HEAD:/:0"),
    works("client-length-304", "8.1.1", "so has one of 304",
          response((":status", "304"), ("content-length", "7")), outcome="304 "),
    works("client-trailers", "8.1", "trailers end an answer",
          HEAD + data(b"ok") + headers(block([("x", "1")]))),
    malformed("client-trailers-status", "8.1", "trailers have no pseudo-header",
              HEAD + data(b"ok") + headers(block([(":status", "200")]))),
    malformed("client-trailers-no-end", "8.1", "trailers end the stream",
              HEAD + data(b"ok") + headers(block([("x", "1")]), end=False)),
    works("client-padding", "6.1", "padding is no part of the body",
          headers(block([(":status", "200")]), end=False, pad=9, priority=(0, 9, False))
          + data(b"o", pad=255) + data(b"k", pad=0, end=True)),
    Case("client-list-too-large", "6.5.2", "a header list above the limit costs its stream alone",
         [ASKED, headers(block([(":status", "200")]) + b"\x40\x01a\x64" + b"b" * 100
                         + b"\xbe" * 600)], reset(CALM, PROTOCOL),
         outcome="reset ENHANCE_YOUR_CALM"),
]

FRAMES = [
    works("client-unknown-type", "4.1", "unknown types are ignored",
          raw(0x42, 9, 0, b"?") + raw(0x42, 9, 1, b"?") + OK),
    works("client-unknown-settings", "6.5.2", "unknown settings are ignored",
          settings((0x42, 9), (8, 1), (9, 0)) + OK),
    Case("client-ping", "6.7", "PING is answered", [ASKED, ping(b"12345678") + OK], Sends(
        PING, lambda frame: frame.flags & ACK and frame.payload == b"12345678"), outcome="200 ok"),
    fatal("client-push", "8.4", "a push that was forbidden ends the connection",
          push(block([(":status", "200")])), PROTOCOL),
    fatal("client-push-setting", "6.5.2", "a server does not enable push", settings((2, 1)),
          PROTOCOL),
    works("client-push-0", "6.5.2", "but may say that it does not", settings((2, 0)) + OK),
    fatal("client-even-stream", "5.1", "a stream that was not promised", respond(2), PROTOCOL),
    fatal("client-idle-stream", "5.1", "a stream that was not opened", respond(5), PROTOCOL),
    fatal("client-idle-data", "5.1", "DATA on a stream that was not opened", data(stream=5),
          PROTOCOL),
    fatal("client-idle-rst", "5.1", "RST_STREAM on a stream that was not opened", rst(5), PROTOCOL),
    fatal("client-idle-window", "5.1", "WINDOW_UPDATE on one", window(1, 5), PROTOCOL),
    fatal("client-frame-too-large", "4.2", "a frame above MAX_FRAME_SIZE",
          HEAD + raw(DATA, 0, 1, bytes(16385)), SIZE),
    fatal("client-settings-5-octets", "6.5", "a setting has six octets",
          raw(SETTINGS, 0, 0, bytes(5)), SIZE),
    fatal("client-settings-on-stream", "6.5", "SETTINGS on a stream", raw(SETTINGS, 0, 1, b""),
          PROTOCOL),
    fatal("client-window-too-large", "6.5.2", "INITIAL_WINDOW_SIZE above 2^31-1",
          settings((4, MAX + 1)), FLOW),
    fatal("client-frame-size-small", "6.5.2", "MAX_FRAME_SIZE below 2^14", settings((5, 9)),
          PROTOCOL),
    fatal("client-goaway-on-stream", "6.8", "GOAWAY on a stream", raw(7, 0, 1, bytes(8)), PROTOCOL),
    fatal("client-padding-too-long", "6.1", "padding longer than its frame",
          HEAD + raw(DATA, PADDED, 1, b"\x09x"), PROTOCOL),
    fatal("client-continuation-alone", "6.10", "CONTINUATION without HEADERS", continuation(b""),
          PROTOCOL),
    fatal("client-block-interrupted", "6.10", "a frame inside a block",
          headers(block([(":status", "200")]), complete=False) + ping(), PROTOCOL),
    fatal("client-block-garbled", "4.3", "a block that cannot be decoded", headers(b"\xff\xff\x01"),
          COMPRESSION),
    fatal("client-huffman-eos", "HPACK 5.2", "EOS does not occur",
          headers(b"\x88\x00\x01a\x84\xff\xff\xff\xff"), COMPRESSION),
    fatal("client-table-update", "HPACK 6.3", "a size update above the setting",
          headers(b"\x3f\xe2\x1f\x88"), COMPRESSION),
    Case("client-self-dependency", "5.3.1", "an answer that depends on itself",
         [ASKED, headers(block([(":status", "200")]), priority=(1, 9, False))], reset(PROTOCOL),
         outcome="reset PROTOCOL_ERROR"),
]

FLOW_CASES = [
    fatal("client-window-overflow", "6.9.1", "the connection's window is at most 2^31-1",
          window(MAX), FLOW),
    Case("client-window-overflow-stream", "6.9.1", "so is a stream's", [ASKED, window(MAX, 1)],
         reset(FLOW), outcome="reset FLOW_CONTROL_ERROR"),
    fatal("client-window-0", "6.9", "WINDOW_UPDATE by nothing", window(0), PROTOCOL),
    works("client-table-0", "6.5.2", "a server without a table", settings((1, 0)) + OK),
    Case("client-one-stream", "5.1.2", "no more streams than the server allows",
         [ASKED, only_one], Works(), request="PAIR:/:0", greet=settings((3, 1)),
         outcome="200 ok + 200 ok"),
    Case("client-window-respected", "6.9.1", "no octet above the window",
         [ASKED, trickle], Works(), request="PUT:/:65565", outcome="200 ok"),
    works("client-large-answer", "6.9", "windows open for a large body", download(3_000_000),
          outcome="200 3000000"),
    works("client-answered-early", "8.1", "an answer before the end of the request, and a reset "
          "that says so", OK + rst(code=NO_ERROR), request="PUT:/:3000000"),
]

ENDS = [
    Case("client-reset", "5.4.2", "RST_STREAM fails one request",
         [ASKED, rst(code=INTERNAL)], Sends(HEADERS), outcome="reset INTERNAL_ERROR"),
    Case("client-refused", "8.7", "a refused request is made again",
         [ASKED, rst(code=REFUSED), seen(HEADERS, 3), respond(3, body=b"ok")], Sends(HEADERS),
         outcome="200 ok"),
    Case("client-goaway-drains", "6.8", "after GOAWAY the request under way is answered",
         [ASKED, goaway(1), pause(0.3), OK], Closed(), outcome="200 ok"),
    Case("client-goaway-unseen", "6.8", "a request above GOAWAY's stream is made again elsewhere",
         [ASKED, goaway(0)], Closed(), outcome="200 probe"),
    Case("client-goaway-2", "6.8", "a server may say goodbye twice",
         [ASKED, goaway(MAX), goaway(1), pause(0.1), OK], Closed(), outcome="200 ok"),
    Case("client-ended-data", "5.1", "DATA after the end", [ASKED, OK + data(b"late")],
         gone(CLOSED), outcome="200 ok"),
    Case("client-late-frames", "5.1", "WINDOW_UPDATE and RST_STREAM after the end",
         [ASKED, OK, window(9, 1) + rst() + priority(1)], Sends(HEADERS), outcome="200 ok"),
]

FLOODS = [
    fatal("client-flood-continuation", "10.5", "a block of endless CONTINUATIONs",
          headers(b"\x88", complete=False) + continuation(b"", complete=False) * 100, CALM),
    fatal("client-flood-ping", "10.5", "PING without end", ping() * 10_100, CALM),
    fatal("client-flood-settings", "10.5", "SETTINGS without end", settings() * 10_100, CALM),
    fatal("client-flood-1xx", "10.5", "informational answers without end",
          response((":status", "100"), end=False) * 10_100, CALM),
    fatal("client-flood-empty", "10.5", "DATA without octets", HEAD + data(b"") * 10_100, CALM),
]

CASES = BEGINNINGS + MESSAGES + FRAMES + FLOW_CASES + ENDS + FLOODS


def converse(case, talk):
    """Runs the steps of a case after the client's greeting."""
    if case.greet is None:
        talk.greet()
    elif case.greet:
        talk.send(case.greet)
    for step in case.steps:
        if callable(step):
            step(talk)
        else:
            talk.send(step)
    case.expect.check(talk)


def serve(word, judge):
    cases = [case for case in CASES if word in case.name]
    with socket.create_server(("127.0.0.1", 0)) as server:
        print("ready", server.getsockname()[1], *[
            f"{case.request}:{case.outcome.replace(' ', '_')}" for case in cases], flush=True)
        server.settimeout(10)
        for case in cases:
            talk = Talk(server.accept()[0], is_client=False)
            judge(case, talk, converse)
            if not talk.was_probed:
                probe(server)


def probe(server):
    """The connection ended with the case, as it should: the client makes another."""
    try:
        talk = Talk(server.accept()[0], is_client=False)
    except socket.timeout:
        return
    try:
        talk.greet()
        for stream in (1, 3):
            asked = talk.wait(lambda frame, stream=stream: frame.kind == HEADERS
                              and frame.stream == stream)
            if asked:
                talk.send(respond(stream, body=b"probe"))
            if not asked or asked.fields[":path"] == "/probe":
                break
        talk.ends()
    except AssertionError:
        pass
    talk.close()
