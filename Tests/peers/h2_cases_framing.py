# SPDX-License-Identifier: Apache-2.0
"""What a server must do: generic behaviour, and RFC 9113 sections 3 to 5."""
from h2_wire import (
    ACK, CLOSED, COMPRESSION, DATA, END_HEADERS, END_STREAM, GET, GOAWAY, HEADERS, MAX, PADDED,
    PING, POST, PREFACE, PROTOCOL, REFUSED, RST, SETTINGS, SETTINGS_ACK, SIZE, WAIT, Answers, Case,
    Sends, Works, answered, block, continuation, data, fields, goaway, gone, headers, ping,
    priority, raw, reset, rst, seen, settings, window)

OPEN = headers(POST, end=False)
HALF = headers(WAIT)
FINISHED = [headers(), answered()]
UNKNOWN = 0x16

GENERIC = [
    Case("request", "8.1", "a plain request is answered", headers(), Answers(body=b"ok")),
    Case("request-in-two", "6.10", "a header block may be cut", [
        headers(GET[:9], complete=False) + continuation(GET[9:])], Answers(body=b"ok")),
    Case("request-in-many", "6.10", "a header block may be cut anywhere", [
        headers(GET[:3], complete=False) + continuation(GET[3:5], complete=False)
        + continuation(b"", complete=False) + continuation(GET[5:])], Answers()),
    Case("request-octet-by-octet", "4.1", "frames may arrive in any pieces", [
        *[headers()[at:at + 1] for at in range(len(headers()))]], Answers()),
    Case("body", "8.1", "a body follows its head", [OPEN + data(b"all", end=True)],
         Answers(body=b"all")),
    Case("body-in-frames", "6.1", "a body may be cut, and end in an empty frame", [
        OPEN + data(b"al") + data(b"l") + data(b"", end=True)], Answers(body=b"all")),
    Case("body-padded", "6.1", "padding is no part of the body", [
        OPEN + data(b"all", end=True, pad=200)], Answers(body=b"all")),
    Case("body-padded-0", "6.1", "padding may be one octet in all", [
        OPEN + data(b"all", end=True, pad=0)], Answers(body=b"all")),
    Case("body-of-padding", "6.1", "a frame may be padding alone", [
        OPEN + raw(DATA, PADDED, 1, b"\x09" + bytes(9)) + data(b"all", end=True)],
        Answers(body=b"all")),
    Case("headers-padded", "6.2", "HEADERS may be padded", headers(pad=100), Answers()),
    Case("headers-with-priority", "6.2", "HEADERS may have a priority", [
        headers(priority=(0, 255, False))], Answers()),
    Case("headers-padded-with-priority", "6.2", "HEADERS may have both", [
        headers(pad=7, priority=(9, 0, True))], Answers()),
    Case("trailers", "8.1", "trailers may end a request", [
        OPEN + data(b"all") + headers(block([("x-sum", "1")]))], Answers(body=b"all")),
    Case("head", "8.1", "a HEAD request is answered", headers(block(fields(method="HEAD"))),
         Answers(body=b"")),
    Case("options-star", "8.3.1", "the path of OPTIONS may be *", [
        headers(block(fields(method="OPTIONS", path="*")))], Answers()),
    Case("interleaved", "5", "streams are independent", [
        OPEN + headers(POST, 3, end=False) + data(b"three", 3, end=True) + data(b"one", end=True)],
        Answers(body=b"one")),
    Case("two-at-once", "5.1.2", "a later stream may end before an earlier one", [
        HALF + headers(stream=3)], Answers(stream=3)),
    Case("priority-low", "6.3", "PRIORITY of weight 1", [priority(1, 0, 0) + headers()], Answers()),
    Case("priority-high", "6.3", "PRIORITY of weight 256", [priority(1, 0, 255) + headers()],
         Answers()),
    Case("priority-on-other", "6.3", "PRIORITY that depends on another stream", [
        priority(1, 5) + headers()], Answers()),
    Case("priority-exclusive", "6.3", "PRIORITY that is exclusive", [
        priority(1, 5, exclusive=True) + headers()], Answers()),
    Case("rst", "6.4", "a request may be cancelled", [HALF + rst()], Works()),
    Case("rst-unknown-code", "7", "an unknown error code is nothing special", [
        HALF + rst(code=0xdead)], Works()),
    Case("goaway", "6.8", "a client may say goodbye; its last requests are answered", [
        headers() + goaway()], Answers()),
    Case("goaway-unknown-code", "7", "an unknown error code is nothing special", [
        goaway(0, 0xbeef, b"why") + headers()], Answers()),
    Case("window-connection", "6.9", "WINDOW_UPDATE of the connection", [
        window(100) + headers()], Answers()),
    Case("window-stream", "6.9", "WINDOW_UPDATE of a stream", [HALF + window(100, 1)], Works()),
]

PREFACE_CASES = [
    Case("preface-http1", "3.4", "what is no preface ends the connection",
         b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", gone(PROTOCOL), greet=b""),
    Case("preface-wrong-end", "3.4", "each octet of the preface counts",
         PREFACE[:-1] + b"\r", gone(PROTOCOL), greet=b""),
    Case("preface-then-ping", "3.4", "the first frame must be SETTINGS",
         PREFACE + ping(), gone(PROTOCOL), greet=b""),
    Case("preface-then-headers", "3.4", "the first frame must be SETTINGS",
         PREFACE + headers(), gone(PROTOCOL), greet=b""),
    Case("preface-then-ack", "3.4", "the first SETTINGS must not be an acknowledgement",
         PREFACE + SETTINGS_ACK, gone(PROTOCOL), greet=b""),
    Case("preface-then-unknown", "3.4", "not even unknown types come before SETTINGS",
         PREFACE + raw(UNKNOWN), gone(PROTOCOL), greet=b""),
    Case("preface-in-pieces", "3.4", "the preface may come in pieces", [
        PREFACE[:3], PREFACE[3:20], PREFACE[20:] + settings(), SETTINGS_ACK], Works(), greet=b""),
    Case("preface-and-request", "3.4", "a client need not wait for the server's SETTINGS",
         PREFACE + settings() + headers(), Answers(), greet=b""),
    Case("settings-from-server", "3.4", "the server's first frame is SETTINGS, unasked", b"",
         Sends(SETTINGS, lambda frame: not frame.flags & ACK), greet=PREFACE + settings()),
]

FRAMES = [
    Case("unknown-type", "4.1", "frames of unknown type are ignored",
         [raw(UNKNOWN, 0, 0, b"what?")], Works()),
    Case("unknown-type-on-stream", "5.5", "frames of unknown type are ignored on streams too",
         [OPEN + raw(UNKNOWN, 255, 1, bytes(99)) + data(b"all", end=True)], Answers(body=b"all")),
    Case("unknown-flags", "4.1", "flags without a meaning are ignored",
         [raw(PING, 0xfe, 0, b"conforms")],
         Sends(PING, lambda frame: frame.flags & ACK and frame.payload == b"conforms")),
    Case("reserved-bit", "4.1", "the reserved bit is ignored",
         [raw(PING, 0, 1 << 31, b"conforms")], Sends(PING, lambda frame: frame.flags & ACK)),
    Case("reserved-bit-headers", "4.1", "the reserved bit of HEADERS is ignored",
         [raw(HEADERS, END_STREAM | END_HEADERS, 1 << 31 | 1, GET)], Answers()),
    Case("size-largest", "4.2", "a frame of 2^14 octets is taken",
         [OPEN + data(bytes(16384), end=True)], Answers(body=bytes(16384))),
    Case("size-data", "4.2", "a larger DATA frame is an error of its size",
         [OPEN + raw(DATA, 0, 1, bytes(16385))], gone(SIZE)),
    Case("size-headers", "4.2", "a larger HEADERS frame ends the connection",
         [raw(HEADERS, END_HEADERS, 1, bytes(16385))], gone(SIZE)),
    Case("size-unknown", "4.2", "a larger frame of any type is an error",
         [raw(UNKNOWN, 0, 0, b"", 1 << 20)], gone(SIZE)),
    Case("block-garbled", "4.3", "a block that cannot be decoded ends the connection",
         [headers(b"\x40\x01")], gone(COMPRESSION)),
    Case("block-with-priority-inside", "4.3", "nothing comes between the frames of a block",
         [headers(GET[:5], complete=False) + priority(1) + continuation(GET[5:])], gone(PROTOCOL)),
    Case("block-with-other-headers", "4.3", "no other block comes between the frames of one",
         [headers(GET[:5], complete=False) + headers(stream=3)], gone(PROTOCOL)),
    Case("block-with-unknown-inside", "5.5", "not even unknown types come inside a block",
         [headers(GET[:5], complete=False) + raw(UNKNOWN) + continuation(GET[5:])],
         gone(PROTOCOL)),
    Case("block-with-data-inside", "6.10", "no DATA comes inside a block",
         [headers(GET[:5], complete=False) + data()], gone(PROTOCOL)),
    Case("block-of-refused-stream", "4.3", "the block of a malformed request is decoded all the "
         "same, so that later blocks find its entries",
         [headers(b"\x40\x01a\x01b"), seen(RST), headers(GET + b"\xbe", 3)],
         Answers(stream=3)),
]

STATES = [
    Case("idle-data", "5.1", "DATA on an idle stream", [data()], gone(PROTOCOL)),
    Case("idle-rst", "5.1", "RST_STREAM on an idle stream", [rst()], gone(PROTOCOL)),
    Case("idle-window", "5.1", "WINDOW_UPDATE on an idle stream", [window(1, 1)], gone(PROTOCOL)),
    Case("idle-continuation", "5.1", "CONTINUATION on an idle stream", [continuation(GET)],
         gone(PROTOCOL)),
    Case("idle-priority", "5.1", "PRIORITY on an idle stream is allowed", [priority(77)], Works()),
    Case("idle-even-window", "5.1", "WINDOW_UPDATE on a stream only the server could open",
         [window(1, 2)], gone(PROTOCOL)),
    Case("half-data", "5.1", "DATA after END_STREAM", [HALF + data()], reset(CLOSED)),
    Case("half-headers", "5.1", "HEADERS after END_STREAM", [HALF + headers(block([("a", "b")]))],
         reset(CLOSED)),
    Case("half-continuation", "5.1", "CONTINUATION after END_STREAM and END_HEADERS",
         [HALF + continuation(GET)], gone(PROTOCOL)),
    Case("half-window", "5.1", "WINDOW_UPDATE after END_STREAM is allowed", [HALF + window(9, 1)],
         Works()),
    Case("half-priority", "5.1", "PRIORITY after END_STREAM is allowed", [HALF + priority(1)],
         Works()),
    Case("half-rst", "5.1", "RST_STREAM after END_STREAM is allowed", [HALF + rst()], Works()),
    Case("reset-data", "5.1", "DATA after RST_STREAM", [HALF + rst() + data()], reset(CLOSED)),
    Case("reset-headers", "5.1", "HEADERS after RST_STREAM", [OPEN + rst() + headers()],
         reset(CLOSED)),
    Case("reset-continuation", "5.1", "CONTINUATION after RST_STREAM",
         [HALF + rst() + continuation(GET)], gone(PROTOCOL)),
    Case("reset-rst", "5.4.2", "RST_STREAM is not answered with RST_STREAM",
         [HALF + rst() + rst()], Works()),
    Case("closed-data", "5.1", "DATA on a finished stream", [*FINISHED, data()], gone(CLOSED)),
    Case("closed-headers", "5.1", "HEADERS on a finished stream", [*FINISHED, headers()],
         gone(CLOSED)),
    Case("closed-continuation", "5.1", "CONTINUATION on a finished stream",
         [*FINISHED, continuation(GET)], gone(PROTOCOL)),
    Case("closed-priority", "5.1", "PRIORITY on a finished stream is allowed",
         [*FINISHED, priority(1)], Works()),
    Case("closed-window", "5.1", "WINDOW_UPDATE may come late", [*FINISHED, window(9, 1)], Works()),
    Case("closed-rst", "5.1", "RST_STREAM may come late", [*FINISHED, rst()], Works()),
    Case("even-headers", "5.1.1", "a client's streams are odd", [headers(stream=2)],
         gone(PROTOCOL)),
    Case("lower-headers", "5.1.1", "a new stream is above all before it",
         [headers(stream=5), answered(5), headers(stream=3)], gone(PROTOCOL)),
    Case("skipped-data", "5.1.1", "streams that were skipped are closed",
         [headers(stream=5), answered(5), data(stream=3)], reset(CLOSED, stream=3)),
    Case("highest-stream", "5.1.1", "the last stream number there is can be used",
         [headers(stream=MAX)], Answers(stream=MAX, goes_on=False)),
    Case("too-many-streams", "5.1.2", "a stream above the limit is refused",
         [b"".join(headers(WAIT, 2 * number + 1) for number in range(11)),
          seen(RST, 21), rst()], reset(REFUSED, stream=21)),
    Case("room-again", "5.1.2", "a cancelled stream makes room",
         [b"".join(headers(WAIT, 2 * number + 1) for number in range(10)) + rst(19)], Works()),
    Case("self-dependency", "5.3.1", "PRIORITY that depends on its own stream",
         [OPEN + priority(1, 1)], reset(PROTOCOL)),
    Case("self-dependency-headers", "5.3.1", "HEADERS that depend on their own stream",
         [headers(priority=(1, 15, False))], reset(PROTOCOL)),
    Case("self-dependency-decodes", "4.3", "the block of such HEADERS is decoded all the same",
         [headers(GET + b"\x40\x01a\x01b", priority=(1, 15, False)), seen(RST),
          headers(GET + b"\xbe", 3)], Answers(stream=3)),
    Case("unread-goaway", "5.4.1", "the last word arrives although more was under way",
         [data() + data(bytes(16384)) * 20], gone(PROTOCOL)),
    Case("goaway-names-stream", "6.8", "GOAWAY names the last stream that was taken",
         [headers(stream=7), answered(7), window(0), seen(GOAWAY)], gone(PROTOCOL)),
]

CASES = GENERIC + PREFACE_CASES + FRAMES + STATES
