# SPDX-License-Identifier: Apache-2.0
"""What a server must not stand: RFC 9113 section 10.5, one case for each known attack.

The server called `impatient` gives a handshake, a frame and a stalled answer one second each.
"""
from h2_wire import (
    CALM, CANCEL, DATA, GET, HEADERS, POST, PREFACE, RST, SETTINGS_TIMEOUT,
    WAIT, Answers, Case, Closed, Works, block, continuation, data, drip, fields, gone, headers,
    pause, ping, priority, raw, reset, rst, seen, settings, window)

MANY = 10_100
OPEN = headers(POST, end=False)


def rounds(count, make):
    """Frames for that many streams, from the first."""
    return b"".join(make(2 * number + 1) for number in range(count))


def big(size, stream=1):
    return headers(block(fields(path=f"/big?{size}")), stream)


def creep(talk):
    """Opens a stream's window by one octet at a time, for ever."""
    for _ in range(MANY // 100):
        talk.send(window(1, 1) * 100)
        talk.receive(0.001)


FLOODS = [
    Case("flood-continuation", "10.5", "a block of endless CONTINUATIONs",
         [headers(GET, complete=False) + continuation(b"", complete=False) * 200], gone(CALM)),
    Case("flood-continuation-large", "10.5", "a block that grows for ever",
         [headers(GET, complete=False) + continuation(b"\x82" * 16384, complete=False) * 5],
         gone(CALM)),
    Case("flood-rapid-reset", "10.5", "streams opened and cancelled at once",
         [rounds(1_100, lambda stream: headers(WAIT, stream) + rst(stream))], gone(CALM)),
    Case("flood-made-reset", "10.5", "streams that the server is made to reset",
         [rounds(1_100, lambda stream: headers(WAIT, stream) + window(0, stream))], gone(CALM)),
    Case("flood-refused", "10.5", "streams that have to be refused",
         [rounds(1_200, lambda stream: headers(WAIT, stream))], gone(CALM)),
    Case("flood-malformed", "10.5", "requests that are malformed",
         [rounds(1_100, lambda stream: headers(b"\x82", stream))], gone(CALM)),
    Case("flood-settings", "10.5", "SETTINGS without end", [settings() * MANY], gone(CALM)),
    Case("flood-settings-large", "10.5", "one SETTINGS frame of many settings, again and again",
         [settings(*[(9, 9)] * 2_700) * 60], Works()),
    Case("flood-ping", "10.5", "PING without end", [ping() * MANY], gone(CALM)),
    Case("flood-ping-ack", "10.5", "answers to no PING", [ping(ack=True) * MANY], gone(CALM)),
    Case("flood-empty-data", "10.5", "DATA without octets", [OPEN + data(b"") * MANY], gone(CALM)),
    Case("flood-padding", "10.5", "DATA of padding alone",
         [OPEN + raw(DATA, 8, 1, b"\x01\x00") * MANY], gone(CALM)),
    Case("flood-priority", "10.5", "PRIORITY without end", [priority(5) * MANY], gone(CALM)),
    Case("flood-unknown", "10.5", "frames of unknown type", [raw(0x99) * MANY], gone(CALM)),
    Case("flood-window", "10.5", "WINDOW_UPDATE that nobody waits for", [window(1) * MANY],
         gone(CALM)),
    Case("flood-late", "10.5", "RST_STREAM on streams that are gone",
         [headers(WAIT) + rst() * MANY], gone(CALM)),
    Case("flood-table", "10.5", "a small block that unfolds, again and again",
         [rounds(1_100, lambda stream: headers(GET + b"\x40\x01a\x7f\xe9\x1d" + b"b" * 4000
                                               + b"\xbe" * 2000, stream))], gone(CALM)),
]

WINDOW_GAMES = [
    Case("window-0-for-ever", "10.5", "an answer nobody lets out is given up",
         [settings((4, 0)) + big(1000), seen(RST), settings((4, 65535))],
         reset(CALM, CANCEL), server="impatient"),
    Case("window-0-opened-late", "10.5", "a slow reader that still reads is served", [
        settings((4, 0)) + big(6), *[part for _ in range(6) for part in (pause(0.4), window(1, 1))]
    ], Answers(body=b"x" * 6, goes_on=False), server="impatient"),
    Case("window-1-for-ever", "10.5", "a body taken octet by octet has an end",
         [settings((4, 0)) + big(100_000), seen(HEADERS, 1), creep], gone(CALM)),
    Case("window-1-by-settings", "10.5", "many streams moved by an octet with each SETTINGS",
         [settings((4, 0)) + rounds(10, lambda stream: big(100_000, stream)),
          lambda talk: [(talk.send(b"".join(settings((4, low + step)) for step in range(100))),
                         talk.receive(0.001)) for low in range(0, MANY, 100)]], gone(CALM)),
]

SLOW = [
    Case("slow-silence", "10.5", "a client that says nothing", b"", Closed(), greet=b"",
         server="impatient"),
    Case("slow-ack", "6.5.3", "settings that are never acknowledged", ping(),
         gone(SETTINGS_TIMEOUT), greet=PREFACE + settings(), server="impatient"),
    Case("slow-preface", "10.5", "a preface octet by octet", [drip(PREFACE, 0.2, 4)], Closed(),
         greet=b"", server="impatient"),
    Case("slow-settings", "10.5", "first SETTINGS that do not come to an end",
         [PREFACE + settings((4, 1))[:12], pause(0.3)], Closed(), greet=b"", server="impatient"),
    Case("slow-frame", "10.5", "a frame octet by octet", [drip(headers() * 2, 0.2, 4)], Closed(),
         server="impatient"),
    Case("slow-frame-on-stream", "10.5", "a frame octet by octet beside an open stream",
         [headers(WAIT), drip(headers(stream=3), 0.2, 4)], Closed(), server="impatient"),
    Case("slow-block", "10.5", "a header block that does not come to an end",
         [headers(GET, complete=False), *[
             part for _ in range(8) for part in (pause(0.2), continuation(b"", complete=False))]],
         Closed(), server="impatient"),
    Case("slow-but-alive", "10.5", "whole frames may come slowly", [
        OPEN, *[part for _ in range(5) for part in (pause(0.3), data())], data(b"", end=True)],
        Answers(body=b"xxxxx", goes_on=False), server="impatient"),
]

CASES = FLOODS + WINDOW_GAMES + SLOW
