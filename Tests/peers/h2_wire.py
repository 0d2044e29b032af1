# SPDX-License-Identifier: Apache-2.0
"""The vocabulary of the HTTP/2 conformance table: frames as bytes, cases, and what is expected.

Valid frames come from PyPI's hyperframe and hpack; what no valid frame can say comes from raw().
"""
import dataclasses
import struct
import typing

import hpack
import hyperframe.frame as hf

NO_ERROR, PROTOCOL, INTERNAL, FLOW, SETTINGS_TIMEOUT, CLOSED, SIZE, REFUSED, CANCEL, COMPRESSION, \
    CONNECT_ERROR, CALM, INADEQUATE, HTTP_1_1 = range(14)
CODES = ["NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR", "SETTINGS_TIMEOUT",
         "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
         "CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED"]
DATA, HEADERS, PRIORITY, RST, SETTINGS, PUSH, PING, GOAWAY, WINDOW, CONTINUATION = range(10)
TYPES = ["DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE", "PING", "GOAWAY",
         "WINDOW_UPDATE", "CONTINUATION"]
END_STREAM, ACK, END_HEADERS, PADDED, WITH_PRIORITY = 1, 1, 4, 8, 32
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
MAX = 2 ** 31 - 1


# Header blocks

def block(fields):
    """A block that neither needs nor changes a dynamic table."""
    return hpack.Encoder().encode([(name, value, True) for name, value in fields], huffman=False)


def fields(*more, without=(), **changed):
    """The fields of a plain GET, some changed by the name after their colon, some left out."""
    plain = {"method": "GET", "scheme": "http", "path": "/", "authority": "localhost", **changed}
    return [(f":{name}", value) for name, value in plain.items() if name not in without] \
        + list(more)


GET = block(fields())
POST = block(fields(method="POST", path="/echo"))
WAIT = block(fields(path="/wait"))


# Frames

def raw(kind, flags=0, stream=0, payload=b"", length=None):
    """A frame as it may not be; `length` is what its header says."""
    size = len(payload) if length is None else length
    return struct.pack(">I", size)[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + payload


def headers(data=GET, stream=1, end=True, complete=True, pad=0, priority=None):
    """HEADERS; `priority` is (stream it depends on, weight, exclusive)."""
    flags = [name for name, isSet in [("END_STREAM", end), ("END_HEADERS", complete),
                                      ("PADDED", pad), ("PRIORITY", priority)] if isSet]
    depends, weight, exclusive = priority or (0, 0, False)
    return hf.HeadersFrame(stream, data, flags=flags, pad_length=pad, depends_on=depends,
                           stream_weight=weight, exclusive=exclusive).serialize()


def data(body=b"x", stream=1, end=False, pad=None):
    flags = ["END_STREAM"] * end + ["PADDED"] * (pad is not None)
    return hf.DataFrame(stream, body, pad_length=pad or 0, flags=flags).serialize()


def continuation(fragment=b"", stream=1, complete=True):
    flags = ["END_HEADERS"] * complete
    return hf.ContinuationFrame(stream, fragment, flags=flags).serialize()


def priority(stream, depends=0, weight=15, exclusive=False):
    return hf.PriorityFrame(stream, depends, weight, exclusive).serialize()


def rst(stream=1, code=CANCEL):
    return hf.RstStreamFrame(stream, code).serialize()


def settings(*pairs):
    """SETTINGS with identifiers and values in this order, some of them twice or unknown."""
    return raw(SETTINGS, payload=b"".join(struct.pack(">HI", *pair) for pair in pairs))


def ping(payload=b"conforms", ack=False):
    return hf.PingFrame(0, payload, flags=["ACK"] * ack).serialize()


def goaway(last=0, code=NO_ERROR, debug=b""):
    return hf.GoAwayFrame(0, last, code, debug).serialize()


def window(increment, stream=0):
    return raw(WINDOW, stream=stream, payload=struct.pack(">I", increment))


def push(data=GET, stream=1, promised=2):
    return hf.PushPromiseFrame(stream, promised, data, flags=["END_HEADERS"]).serialize()


SETTINGS_ACK = raw(SETTINGS, ACK)


# What is expected

@dataclasses.dataclass
class Gone:
    """GOAWAY with one of the codes, then the end of the connection."""
    codes: tuple

    def check(self, talk):
        found = talk.wait(lambda frame: frame.kind == GOAWAY)
        assert found, "no GOAWAY came"
        assert found.code in self.codes, f"GOAWAY says {CODES[found.code]}"
        assert talk.ends(), "GOAWAY came, but the connection stays open"


@dataclasses.dataclass
class Closed:
    """The end of the connection, with or without a word."""

    def check(self, talk):
        assert talk.ends(), "the connection stays open"


@dataclasses.dataclass
class Reset:
    """RST_STREAM with one of the codes; other streams go on."""
    stream: int
    codes: tuple

    def check(self, talk):
        found = talk.wait(lambda frame: frame.kind in (RST, GOAWAY))
        assert found, "no RST_STREAM came"
        assert found.kind == RST, f"GOAWAY {CODES[found.code]}: {found.debug!r}"
        assert found.stream == self.stream, f"RST_STREAM is on stream {found.stream}"
        assert found.code in self.codes, f"RST_STREAM says {CODES[found.code]}"
        talk.probe()


@dataclasses.dataclass
class Works:
    """Nothing is wrong: the next request is answered, and no stream was reset."""

    def check(self, talk):
        talk.probe()
        wrong = [frame for frame in talk.frames if frame.kind in (RST, GOAWAY)]
        assert not wrong, f"there came {wrong[0]}"


@dataclasses.dataclass
class Answers:
    """The stream is answered with this status, and this body if one is named."""
    status: int = 200
    body: typing.Optional[bytes] = None
    stream: int = 1
    goes_on: bool = True

    def check(self, talk):
        status, body = talk.answer(self.stream)
        assert status == self.status, f"the status is {status}"
        assert self.body in (None, body), f"the body is {body[:80]!r}"
        if self.goes_on:
            talk.probe()


@dataclasses.dataclass
class Sends:
    """A frame of this kind that fits comes, and the connection goes on."""
    kind: int
    fits: typing.Callable = lambda frame: True

    def check(self, talk):
        assert talk.wait(lambda frame: frame.kind == self.kind and self.fits(frame)), \
            f"no fitting {TYPES[self.kind]} came"
        talk.probe()


@dataclasses.dataclass
class Silence:
    """No frame of this kind comes within half a second; the connection goes on unless told."""
    kind: int
    goes_on: bool = True

    def check(self, talk):
        found = talk.wait(lambda frame: frame.kind == self.kind, seconds=0.5)
        assert not found, f"there came {found}"
        if self.goes_on:
            talk.probe()


def gone(*codes):
    return Gone(codes)


def reset(*codes, stream=1):
    return Reset(stream, codes)


# Steps that are not just bytes

def answered(stream=1):
    """Waits for the end of an answer."""
    return lambda talk: talk.answer(stream)


def seen(kind, stream=None):
    """Waits for a frame."""
    def step(talk):
        assert talk.wait(lambda frame: frame.kind == kind and stream in (None, frame.stream)), \
            f"no {TYPES[kind]} came in time"
    return step


def pause(seconds):
    return lambda talk: talk.wait(lambda frame: False, seconds=seconds)


def drip(content, every, seconds):
    """Sends a byte at a time, as long as the peer stands it or there are bytes."""
    def step(talk):
        for place in range(min(len(content), int(seconds / every))):
            talk.send(content[place:place + 1])
            if talk.ends(seconds=every):
                return
    return step


@dataclasses.dataclass
class Case:
    """One row of the table.

    `greet` is what is sent before the steps: a proper greeting unless the case is about that.
    `outcome` is for a client under test: what its caller must be told.
    """
    name: str
    section: str
    must: str
    steps: list
    expect: typing.Any
    greet: typing.Optional[bytes] = None
    server: str = "plain"
    request: str = "GET:/:0"
    outcome: str = ""

    def __post_init__(self):
        if isinstance(self.steps, bytes):
            self.steps = [self.steps]
