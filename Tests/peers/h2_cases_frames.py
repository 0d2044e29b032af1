# SPDX-License-Identifier: Apache-2.0
"""What a server must do: each frame type by itself, RFC 9113 section 6."""
import struct

from h2_wire import (
    ACK, DATA, END_HEADERS, END_STREAM, FLOW, GET, GOAWAY, HEADERS, MAX, PADDED, PING, POST,
    PRIORITY, PROTOCOL, RST, SETTINGS, SIZE, WAIT, WINDOW, WITH_PRIORITY, Answers, Case, Sends,
    Silence, Works, block, continuation, data, fields, goaway, gone, headers, pause, ping, push,
    raw, reset, seen, settings, window)

OPEN = headers(POST, end=False)
HALF = headers(WAIT)


def big(size, stream=1):
    return headers(block(fields(path=f"/big?{size}")), stream)


def data_of(size, stream=1):
    """DATA that is exactly so long."""
    return lambda frame: frame.stream == stream and len(frame.payload) == size


DATA_AND_HEADERS = [
    Case("data-stream-0", "6.1", "DATA belongs to a stream", [raw(DATA, 0, 0, b"x")],
         gone(PROTOCOL)),
    Case("data-padding-too-long", "6.1", "padding is shorter than its frame",
         [OPEN + raw(DATA, PADDED | END_STREAM, 1, b"\x05abcd")], gone(PROTOCOL)),
    Case("data-padding-equal", "6.1", "padding as long as its frame is too long",
         [OPEN + raw(DATA, PADDED, 1, b"\x01")], gone(PROTOCOL)),
    Case("data-no-pad-length", "6.1", "a padded frame has at least one octet",
         [OPEN + raw(DATA, PADDED, 1)], gone(SIZE, PROTOCOL)),
    Case("headers-stream-0", "6.2", "HEADERS belong to a stream",
         [raw(HEADERS, END_STREAM | END_HEADERS, 0, GET)], gone(PROTOCOL)),
    Case("headers-padding-too-long", "6.2", "padding is shorter than its frame",
         [raw(HEADERS, PADDED | END_STREAM | END_HEADERS, 1, bytes([len(GET) + 1]) + GET)],
         gone(PROTOCOL)),
    Case("headers-no-priority", "6.2", "a priority takes five octets",
         [raw(HEADERS, WITH_PRIORITY | END_HEADERS, 1, bytes(4))], gone(SIZE, PROTOCOL)),
    Case("headers-padding-over-priority", "6.2", "padding does not reach into the priority",
         [raw(HEADERS, PADDED | WITH_PRIORITY | END_HEADERS, 1, b"\x01" + bytes(5))],
         gone(PROTOCOL)),
]

PRIORITY_AND_RST = [
    Case("priority-stream-0", "6.3", "PRIORITY belongs to a stream",
         [raw(PRIORITY, 0, 0, bytes(5))], gone(PROTOCOL)),
    Case("priority-short", "6.3", "PRIORITY has five octets; only its stream suffers",
         [OPEN + raw(PRIORITY, 0, 1, bytes(4))], reset(SIZE)),
    Case("priority-long", "6.3", "PRIORITY has no more than five octets",
         [OPEN + raw(PRIORITY, 0, 1, bytes(6))], reset(SIZE)),
    Case("rst-stream-0", "6.4", "RST_STREAM belongs to a stream",
         [raw(RST, 0, 0, bytes(4))], gone(PROTOCOL)),
    Case("rst-short", "6.4", "RST_STREAM has four octets", [OPEN + raw(RST, 0, 1, bytes(3))],
         gone(SIZE)),
    Case("rst-long", "6.4", "RST_STREAM has no more than four octets",
         [OPEN + raw(RST, 0, 1, bytes(5))], gone(SIZE)),
]

SETTINGS_CASES = [
    Case("settings-ack", "6.5.3", "SETTINGS are acknowledged", [pause(0.1), settings((3, 9))],
         Sends(SETTINGS, lambda frame: frame.flags & ACK and not frame.payload)),
    Case("settings-acks", "6.5.3", "each SETTINGS frame is acknowledged", [
        settings() * 3 + ping(b"the last"), seen(PING),
        lambda talk: talk.send(ping(b"%8d" % sum(
            frame.kind == SETTINGS and frame.flags & ACK for frame in talk.frames)))],
         Sends(PING, lambda frame: frame.payload == b"%8d" % 4)),
    Case("settings-ack-with-payload", "6.5", "an acknowledgement is empty",
         [raw(SETTINGS, ACK, 0, bytes(6))], gone(SIZE)),
    Case("settings-on-stream", "6.5", "SETTINGS belong to the connection",
         [raw(SETTINGS, 0, 1, bytes(6))], gone(PROTOCOL)),
    Case("settings-5-octets", "6.5", "a setting has six octets", [raw(SETTINGS, 0, 0, bytes(5))],
         gone(SIZE)),
    Case("settings-7-octets", "6.5", "settings are multiples of six octets",
         [raw(SETTINGS, 0, 0, bytes(7))], gone(SIZE)),
    Case("settings-unknown", "6.5.2", "unknown settings are ignored", [
        settings((0xfefe, MAX), (0, 1), (0x7, 3))], Works()),
    Case("settings-twice", "6.5.3", "settings are taken in their order", [
        settings((4, 1), (4, 65535)) + big(100)], Answers(body=b"x" * 100)),
    Case("settings-push-2", "6.5.2", "ENABLE_PUSH is 0 or 1", [settings((2, 2))], gone(PROTOCOL)),
    Case("settings-push-1", "6.5.2", "a client may enable push", [settings((2, 1))], Works()),
    Case("settings-window-too-large", "6.5.2", "INITIAL_WINDOW_SIZE is at most 2^31-1",
         [settings((4, MAX + 1))], gone(FLOW)),
    Case("settings-window-largest", "6.5.2", "INITIAL_WINDOW_SIZE may be 2^31-1",
         [settings((4, MAX))], Works()),
    Case("settings-frame-too-small", "6.5.2", "MAX_FRAME_SIZE is at least 2^14",
         [settings((5, 16383))], gone(PROTOCOL)),
    Case("settings-frame-too-large", "6.5.2", "MAX_FRAME_SIZE is at most 2^24-1",
         [settings((5, 1 << 24))], gone(PROTOCOL)),
    Case("settings-frame-largest", "6.5.2", "MAX_FRAME_SIZE may be 2^24-1",
         [settings((5, (1 << 24) - 1))], Works()),
    Case("settings-frame-respected", "4.2", "no DATA is larger than the client's MAX_FRAME_SIZE",
         [big(40000)], Sends(DATA, data_of(16384))),
    Case("settings-table-0", "6.5.2", "HEADER_TABLE_SIZE 0 leaves no table to use",
         [settings((1, 0)) + headers() + headers(stream=3)], Answers(stream=3)),
    Case("settings-table-huge", "6.5.2", "HEADER_TABLE_SIZE may be large",
         [settings((1, 0xffffffff)) + headers() + headers(stream=3)], Answers(stream=3)),
    Case("settings-list-0", "6.5.2", "a client that takes no header list gets none",
         [settings((6, 0)) + headers(), seen(RST, 1), settings((6, 4096))], Sends(RST)),
]

PUSH_AND_PING = [
    Case("push-from-client", "6.6", "a client cannot push", [OPEN + push()], gone(PROTOCOL)),
    Case("ping", "6.7", "PING is answered with the same octets", [ping(b"\0\1\2\3\4\5\6\7")],
         Sends(PING, lambda frame: frame.flags & ACK and frame.payload == bytes(range(8)))),
    Case("ping-ack", "6.7", "an answered PING is not answered", [ping(ack=True)], Silence(PING)),
    Case("ping-on-stream", "6.7", "PING belongs to the connection",
         [raw(PING, 0, 1, bytes(8))], gone(PROTOCOL)),
    Case("ping-short", "6.7", "PING has eight octets", [raw(PING, 0, 0, bytes(6))], gone(SIZE)),
    Case("ping-long", "6.7", "PING has no more than eight octets", [raw(PING, 0, 0, bytes(9))],
         gone(SIZE)),
    Case("ping-while-waiting", "6.7", "PING is answered while requests wait", [HALF + ping()],
         Sends(PING, lambda frame: frame.flags & ACK)),
]

GOAWAY_CASES = [
    Case("goaway-on-stream", "6.8", "GOAWAY belongs to the connection",
         [raw(GOAWAY, 0, 1, bytes(8))], gone(PROTOCOL)),
    Case("goaway-short", "6.8", "GOAWAY has at least eight octets",
         [raw(GOAWAY, 0, 0, bytes(7))], gone(SIZE)),
    Case("goaway-twice", "6.8", "a second GOAWAY may say less", [
        goaway(MAX) + goaway(0) + headers()], Answers()),
]

WINDOWS = [
    Case("window-0-connection", "6.9", "the connection's window cannot grow by nothing",
         [window(0)], gone(PROTOCOL)),
    Case("window-0-stream", "6.9", "a stream's window cannot grow by nothing",
         [HALF + window(0, 1)], reset(PROTOCOL)),
    Case("window-short", "6.9", "WINDOW_UPDATE has four octets",
         [raw(WINDOW, 0, 0, bytes(3))], gone(SIZE)),
    Case("window-long", "6.9", "WINDOW_UPDATE has no more than four octets",
         [raw(WINDOW, 0, 0, b"\0\0\0\1\0")], gone(SIZE)),
    Case("window-overflow-connection", "6.9.1", "the connection's window is at most 2^31-1",
         [window(MAX)], gone(FLOW)),
    Case("window-overflow-stream", "6.9.1", "a stream's window is at most 2^31-1",
         [HALF + window(MAX, 1)], reset(FLOW)),
    Case("window-overflow-in-two", "6.9.1", "windows add up",
         [HALF + window(MAX - 65535, 1) + window(1, 1)], reset(FLOW)),
    Case("window-reserved-bit", "6.9", "the reserved bit of the increment is ignored",
         [HALF + window(1 << 31 | 1, 1)], Works()),
    Case("window-1", "6.9.1", "a window of one octet lets one octet out",
         [settings((4, 1)) + big(5), seen(DATA), settings((4, 9))], Sends(DATA, data_of(1))),
    Case("window-of-stream-respected", "6.9.1", "no octet is sent above a stream's window",
         [settings((4, 10)) + big(100), seen(DATA, 1)], Sends(DATA, data_of(10))),
    Case("window-of-connection-respected", "6.9.1", "no octet is sent above the connection's",
         [settings((4, MAX)) + big(70000), pause(0.5), lambda talk: talk.send(ping(
             b"%8d" % sum(len(frame.payload) for frame in talk.frames if frame.kind == DATA))
          + window(100_000))],
         Sends(PING, lambda frame: frame.payload == b"   65535")),
    Case("window-grows", "6.9.2", "new settings change the windows of open streams",
         [settings((4, 1)) + big(5), seen(DATA, 1), settings((4, 3))], Sends(DATA, data_of(2))),
    Case("window-negative", "6.9.2", "a window may become negative, and is waited for",
         [settings((4, 10)) + big(30), seen(DATA, 1), settings((4, 2)), window(8, 1), pause(0.2),
          window(5, 1)], Sends(DATA, data_of(5))),
    Case("window-overflow-by-settings", "6.9.2", "new settings cannot make a window overflow",
         [HALF + window(1, 1) + settings((4, MAX))], gone(FLOW)),
    Case("window-not-for-settings-0", "6.9.2", "settings do not move the connection's window",
         [settings((4, 0)) + headers() + window(10, 1)], Answers(body=b"ok", goes_on=False)),
    Case("large-answer", "6.9", "a large body goes on as the windows open", [
        settings((4, MAX)) + window(MAX - 65535) + big(3_000_000)],
        Answers(body=b"x" * 3_000_000)),
    Case("large-request", "6.9", "the server opens its windows for a large body", [
        settings((4, MAX)) + window(MAX - 65535) + OPEN, lambda talk: upload(talk, 2_000_000)],
        Answers(body=bytes(2_000_000))),
]

CONTINUATIONS = [
    Case("continuation-stream-0", "6.10", "CONTINUATION belongs to a stream",
         [headers(GET[:5], complete=False) + raw(9, END_HEADERS, 0, GET[5:])], gone(PROTOCOL)),
    Case("continuation-other-stream", "6.10", "CONTINUATION belongs to the open block",
         [headers(GET[:5], complete=False) + continuation(GET[5:], 3)], gone(PROTOCOL)),
    Case("continuation-after-end", "6.10", "END_HEADERS ends a block",
         [headers(complete=True, end=False) + continuation(b"")], gone(PROTOCOL)),
    Case("continuation-after-continuation", "6.10", "END_HEADERS ends a block in CONTINUATION too",
         [headers(GET[:5], complete=False, end=False) + continuation(GET[5:])
          + continuation(b"")], gone(PROTOCOL)),
    Case("continuation-after-data", "6.10", "CONTINUATION follows no DATA",
         [OPEN + data() + continuation(GET)], gone(PROTOCOL)),
    Case("continuation-of-refused", "6.10", "the flags of HEADERS hold for the whole block",
         [headers(POST[:4], complete=False, end=False) + continuation(POST[4:])
          + data(b"all", end=True)], Answers(body=b"all")),
]


def upload(talk, size):
    """Sends a body as the server's windows allow; its end is END_STREAM."""
    sent, looked = 0, 0
    room = {0: 65535, 1: talk.stream_window()}
    while sent < size:
        for frame in talk.frames[looked:]:
            if frame.kind == WINDOW:
                room[frame.stream] += struct.unpack(">I", frame.payload)[0]
        looked = len(talk.frames)
        count = min(size - sent, 16384, *room.values())
        if count:
            talk.send(data(bytes(count), end=sent + count == size))
            sent += count
            for stream in room:
                room[stream] -= count
        else:
            assert talk.receive(5), f"the windows stay shut after {sent} octets"


CASES = (DATA_AND_HEADERS + PRIORITY_AND_RST + SETTINGS_CASES + PUSH_AND_PING + GOAWAY_CASES
         + WINDOWS + CONTINUATIONS)
