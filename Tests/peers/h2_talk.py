# SPDX-License-Identifier: Apache-2.0
"""A conversation with an HTTP/2 endpoint that does not mind being wrong: it sends any bytes, keeps
every frame that comes, and remembers both for the report."""
import dataclasses
import socket
import struct
import time

import hpack

from h2_wire import (ACK, CODES, CONTINUATION, DATA, END_HEADERS, END_STREAM, GET, GOAWAY, HEADERS,
                     PREFACE, RST, SETTINGS, SETTINGS_ACK, TYPES, block, data, headers, settings)

# How long an answer may take; only a failing case waits for so long.
PATIENCE = 5
PROBE = 1001


@dataclasses.dataclass
class Frame:
    """A frame that came."""
    kind: int
    flags: int
    stream: int
    payload: bytes
    fields: dict = None

    @property
    def code(self):
        start = 4 if self.kind == GOAWAY else 0
        code = struct.unpack(">I", self.payload[start:start + 4])[0]
        return code if code < len(CODES) else 2

    @property
    def debug(self):
        return self.payload[8:]

    @property
    def ends(self):
        return self.kind in (DATA, HEADERS) and self.flags & END_STREAM

    def __str__(self):
        name = TYPES[self.kind] if self.kind < len(TYPES) else f"type {self.kind}"
        more = f" {CODES[self.code]}" if self.kind in (RST, GOAWAY) else ""
        text = f" {self.debug.decode(errors='replace')!r}" if self.kind == GOAWAY else ""
        size = len(self.payload)
        return f"{name}(stream {self.stream}, flags {self.flags}, {size} B){more}{text}"


class Talk:
    """One connection, from either side."""

    def __init__(self, connection, is_client=True):
        self.socket, self.is_client = connection, is_client
        self.buffer, self.frames, self.sent, self.fragment = b"", [], [], b""
        self.is_over, self.awaits_preface, self.was_probed = False, not is_client, False
        self.decoder = hpack.Decoder(max_header_list_size=1 << 20)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    # Out

    def send(self, content):
        """Sends what can be sent: a peer may hang up in the middle of a case."""
        self.sent.append(content)
        try:
            self.socket.settimeout(PATIENCE)
            self.socket.sendall(content)
        except OSError:
            pass

    def greet(self, *pairs):
        """The proper beginning: prefaces, settings and their acknowledgements."""
        self.send((PREFACE if self.is_client else b"") + settings(*pairs))
        assert self.wait(lambda frame: frame.kind == SETTINGS and not frame.flags & ACK), \
            "no SETTINGS came"
        self.send(SETTINGS_ACK)

    def stream_window(self):
        """What the peer's first SETTINGS let each stream send (RFC 9113 § 6.9.2)."""
        first = next(frame for frame in self.frames if frame.kind == SETTINGS)
        pairs = dict(struct.iter_unpack(">HI", first.payload))
        return pairs.get(4, 65535)

    def probe(self):
        """A request that must be answered, after everything that came before it."""
        self.was_probed = True
        if not self.is_client:
            return self.answer_probe()
        self.send(headers(GET, PROBE))
        status, _ = self.answer(PROBE)
        assert status == 200, f"the probe is answered {status}"
        return None

    def answer_probe(self):
        """The same from a server's side: the client goes on, on this connection."""
        asked = self.wait(
            lambda frame: frame.kind == HEADERS and frame.fields.get(":path") == "/probe")
        assert asked, "no further request came on this connection"
        self.send(respond(asked.stream, body=b"probe"))

    # In

    def receive(self, seconds):
        """Reads once; False when nothing more comes in time or at all."""
        if self.is_over or seconds <= 0:
            return False
        self.socket.settimeout(seconds)
        try:
            chunk = self.socket.recv(1 << 16)
        except socket.timeout:
            return False
        except OSError:
            chunk = b""
        if not chunk:
            self.is_over = True
            return False
        self.buffer += chunk
        if self.awaits_preface and len(self.buffer) >= len(PREFACE):
            assert self.buffer.startswith(PREFACE), "the client does not begin with the preface"
            self.buffer, self.awaits_preface = self.buffer[len(PREFACE):], False
        if not self.awaits_preface:
            self.parse()
        return True

    def parse(self):
        while len(self.buffer) >= 9:
            size = int.from_bytes(self.buffer[:3], "big")
            if len(self.buffer) < 9 + size:
                return
            kind, flags = self.buffer[3], self.buffer[4]
            stream = int.from_bytes(self.buffer[5:9], "big") & 0x7fffffff
            payload, self.buffer = self.buffer[9:9 + size], self.buffer[9 + size:]
            frame = Frame(kind, flags, stream, payload)
            if kind in (HEADERS, CONTINUATION):
                self.fragment += payload
                if flags & END_HEADERS:
                    frame.fields = dict(self.decoder.decode(self.fragment))
                    self.fragment = b""
            self.frames.append(frame)

    def wait(self, fits, seconds=PATIENCE):
        """The first frame that fits, among those that came and those that come in time."""
        end, place = time.monotonic() + seconds, 0
        while True:
            for frame in self.frames[place:]:
                if fits(frame):
                    return frame
            place = len(self.frames)
            if not self.receive(end - time.monotonic()) and place == len(self.frames):
                return None

    def answer(self, stream):
        """Status and body of an answer that must come whole."""
        def is_end(frame):
            return frame.kind == GOAWAY and frame.code or frame.stream == stream and (
                frame.kind == RST or frame.ends)
        last = self.wait(is_end)
        assert last, f"stream {stream} is not answered" + (", all is closed" * self.is_over)
        assert last.ends, f"stream {stream} is not answered: {last}"
        mine = [frame for frame in self.frames if frame.stream == stream]
        status = next(int(frame.fields[":status"]) for frame in mine if frame.fields)
        return status, b"".join(frame.payload for frame in mine if frame.kind == DATA)

    def ends(self, seconds=PATIENCE):
        """Whether the peer closes the connection in time."""
        end = time.monotonic() + seconds
        while not self.is_over and time.monotonic() < end:
            self.receive(end - time.monotonic())
        return self.is_over

    # For the report

    def story(self):
        """What was sent, in hex, and what came."""
        def short(text):
            return text if len(text) <= 400 else f"{text[:300]}… ({len(text) // 2} octets)"
        sent = "\n".join(f"    sent {short(part.hex())}" for part in self.sent[-12:])
        came = "\n".join(f"    came {frame}" for frame in self.frames[-12:])
        return f"{sent}\n{came or '    nothing came'}" + "\n    and the end" * self.is_over

    def close(self):
        self.socket.close()


def respond(stream=1, status="200", body=None, more=()):
    """An answer by a server: HEADERS and DATA."""
    head = headers(block([(":status", status), *more]), stream, end=body is None)
    if body is None:
        return head
    return head + data(body, stream, end=True)
