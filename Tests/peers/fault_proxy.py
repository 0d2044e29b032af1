# SPDX-License-Identifier: Apache-2.0
"""Two proxies that stand between a client and an API server and break what passes, on 127.0.0.1.

`TCPFaults` passes bytes on: it can cut, stall, half-close and slow down. `HTTP2Faults` ends TLS
with a certificate of its own and speaks HTTP/2 (h2) on both sides: it can also reset streams, say
goodbye, stop in the middle of a line, and answer in the server's stead. Each is a thread with an
event loop; what a test calls is done there.
"""
import asyncio
import contextlib
import json
import socket
import ssl
import struct
import threading

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import hyperframe.frame

PIECE = 1 << 16
# The other end may have closed the stream already: then there is nothing left to do.
CLOSED_MEANWHILE = contextlib.suppress(h2.exceptions.StreamClosedError,
                                       h2.exceptions.NoSuchStreamError,
                                       h2.exceptions.ProtocolError)
NO_LINGER = struct.pack("ii", 1, 0)


class Proxy:
    """A listener on a free port; `target` is (host, port)."""

    def __init__(self, target):
        self.target, self.port = target, None
        self.links = set()
        self.connections = 0
        self.loop = asyncio.new_event_loop()
        self.gate = None  # closed while everything stalls
        up = threading.Event()
        self.thread = threading.Thread(target=self._run, args=(up,), daemon=True)
        self.thread.start()
        assert up.wait(10), "the proxy does not come up"

    def _run(self, up):
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._open(up))
        self.loop.run_forever()
        self.loop.close()

    async def _open(self, up):
        self.gate = asyncio.Event()
        self.gate.set()
        self.server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=self.tls())
        self.port = self.server.sockets[0].getsockname()[1]
        up.set()

    def tls(self):
        """What clients are shown; None for no TLS."""

    def do(self, what, *arguments):
        """Calls `what` in the proxy's thread; its result."""
        async def call():
            return what(*arguments)
        return asyncio.run_coroutine_threadsafe(call(), self.loop).result(20)

    async def _accept(self, reader, writer):
        self.connections += 1
        try:
            link = await self.connect(reader, writer)
        except OSError:
            return abort(writer)  # the server is away: so is the proxy
        self.links.add(link)
        try:
            await link.run()
        except asyncio.CancelledError:
            return  # the proxy closes
        finally:
            self.links.discard(link)
            link.end()

    async def connect(self, reader, writer):
        raise NotImplementedError

    # Faults.

    def cut(self):
        """All connections end with a reset, on both sides."""
        self.do(lambda: [link.end() for link in list(self.links)])

    def stall(self, seconds):
        """Nothing passes for a while, and nothing is closed."""
        def begin():
            self.gate.clear()
            self.loop.call_later(seconds, self.gate.set)
        self.do(begin)

    def close(self):
        async def stop():
            self.server.close()
            self.gate.set()
            for link in list(self.links):
                link.end()
            mine = asyncio.current_task()
            others = [task for task in asyncio.all_tasks() if task is not mine]
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self.loop.call_soon(self.loop.stop)
        asyncio.run_coroutine_threadsafe(stop(), self.loop)
        self.thread.join(20)
        assert not self.thread.is_alive(), "the proxy does not end"


def abort(writer):
    """Closes with a reset instead of a farewell."""
    plain = writer.get_extra_info("socket")  # None once the transport is closed
    if plain is not None:
        with contextlib.suppress(OSError):
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    writer.transport.abort()


class TCPFaults(Proxy):
    """Bytes only; the client's TLS goes through to the server."""

    def __init__(self, target):
        self.pause = 0  # seconds between pieces of 256 bytes while it is slow
        super().__init__(target)

    async def connect(self, reader, writer):
        onward = await asyncio.open_connection(*self.target)
        return Pipe(self, (reader, writer), onward)

    def half_close(self):
        """The client is told that nothing more comes, while what it sends still passes."""
        self.do(lambda: [link.half_close() for link in list(self.links)])

    def slow(self, seconds, rate=4096):
        """At most `rate` bytes a second each way for a while."""
        def begin():
            self.pause = 256 / rate
            self.loop.call_later(seconds, lambda: setattr(self, "pause", 0))
        self.do(begin)


class Pipe:
    def __init__(self, proxy, client, server):
        self.proxy, self.client, self.server = proxy, client, server

    async def run(self):
        ways = [asyncio.create_task(self._pass(self.client[0], self.server[1])),
                asyncio.create_task(self._pass(self.server[0], self.client[1]))]
        try:
            await asyncio.gather(*ways)
        except (OSError, RuntimeError):
            pass  # one side is gone: end() closes the other
        finally:
            for way in ways:
                way.cancel()

    async def _pass(self, reader, writer):
        while piece := await reader.read(256 if self.proxy.pause else PIECE):
            await self.proxy.gate.wait()
            if self.proxy.pause:
                await asyncio.sleep(self.proxy.pause)
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

    def half_close(self):
        with contextlib.suppress(OSError, RuntimeError):
            self.client[1].write_eof()

    def end(self):
        abort(self.client[1])
        abort(self.server[1])


class HTTP2Faults(Proxy):
    """Speaks HTTP/2 on both sides; `authority` is what the server's certificate is checked by."""

    def __init__(self, target, certificate, key, authority):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.set_alpn_protocols(["h2"])
        self.context.load_cert_chain(certificate, key)
        self.trust = ssl.create_default_context(cafile=authority)
        self.trust.set_alpn_protocols(["h2"])
        self.answers = []  # what the next requests are answered instead
        self.cuts = 0      # so many pieces of bodies are broken off in their middle
        self.given = {}    # how often each of that was done
        super().__init__(target)

    def tls(self):
        return self.context

    async def connect(self, reader, writer):
        onward = await asyncio.open_connection(*self.target, ssl=self.trust)
        return Relay(self, (reader, writer), onward)

    def count(self, what):
        self.given[what] = self.given.get(what, 0) + 1

    # Faults.

    def reset(self, code=2):
        """Every stream that is open ends with RST_STREAM."""
        self.do(lambda: [link.reset(code) for link in list(self.links)])

    def goaway(self):
        """Streams that are open go on; there are no new ones on these connections."""
        self.do(lambda: [link.goaway() for link in list(self.links)])

    def cut_in_a_line(self):
        """The next piece of a body is broken off in its middle, and the connection with it."""
        self.do(lambda: setattr(self, "cuts", self.cuts + 1))

    def too_many(self, requests, seconds):
        """The next requests are answered 429 with Retry-After."""
        status = {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
                  "message": "too many requests, please try again later",
                  "reason": "TooManyRequests", "details": {"retryAfterSeconds": seconds},
                  "code": 429}
        answer = ("429", [("content-type", "application/json"), ("retry-after", str(seconds))],
                  json.dumps(status).encode())
        self.do(lambda: self.answers.extend([answer] * requests))

    def pages(self, requests, status="502"):
        """The next requests are answered with a page as proxies in trouble show them."""
        page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
        answer = (status, [("content-type", "text/html")], page)
        self.do(lambda: self.answers.extend([answer] * requests))

    def pending(self):
        """Faults that nobody has met yet."""
        return len(self.answers) + self.cuts

    def show(self, certificate, key):
        """New connections are shown another certificate."""
        self.do(self.context.load_cert_chain, certificate, key)


class Relay:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(self, proxy, client, server):
        self.proxy = proxy
        self.client, self.server = Side(*client, is_client=False), Side(*server, is_client=True)
        self.onward, self.back = {}, {}  # stream numbers
        self.says_goodbye = False

    async def run(self):
        ways = [asyncio.create_task(self._listen(self.client, self._from_client)),
                asyncio.create_task(self._listen(self.server, self._from_server))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _listen(self, side, act):
        try:
            await self.client.flush()
            await self.server.flush()
            while piece := await side.reader.read(PIECE):
                await self.proxy.gate.wait()
                for event in side.state.receive_data(piece):
                    act(event)
                self.client.push()
                self.server.push()
                await self.client.flush()
                await self.server.flush()
        except (OSError, h2.exceptions.ProtocolError):
            return  # the link ends

    def _from_client(self, event):
        number = getattr(event, "stream_id", None)
        if isinstance(event, h2.events.RequestReceived):
            if self.proxy.answers:
                return self._answer(number, *self.proxy.answers.pop(0))
            other = self.server.state.get_next_available_stream_id()
            self.onward[number], self.back[other] = other, number
            self.server.state.send_headers(other, event.headers,
                                           end_stream=event.stream_ended is not None)
        elif isinstance(event, h2.events.DataReceived):
            self.client.state.acknowledge_received_data(event.flow_controlled_length, number)
            self.server.add(self.onward.get(number), event.data, event.stream_ended is not None)
        elif isinstance(event, h2.events.StreamReset):
            self.server.reset(self.onward.pop(number, None), event.error_code)

    def _from_server(self, event):
        number = self.back.get(getattr(event, "stream_id", None))
        if isinstance(event, h2.events.ResponseReceived):
            self.client.headers(number, event.headers, event.stream_ended is not None)
        elif isinstance(event, h2.events.DataReceived):
            self.server.state.acknowledge_received_data(event.flow_controlled_length,
                                                        event.stream_id)
            if self.proxy.cuts and number and len(event.data) > 1:
                self.proxy.cuts -= 1
                self.proxy.count("cut in a line")
                self.client.add(number, event.data[:len(event.data) // 2], False)
                self.client.push()
                self.client.write()
                raise ConnectionAbortedError("cut in a line")
            self.client.add(number, event.data, event.stream_ended is not None)
        elif isinstance(event, h2.events.StreamEnded):
            self.client.add(number, b"", True)
        elif isinstance(event, h2.events.StreamReset):
            self.client.reset(number, event.error_code)
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway()

    def _answer(self, number, status, headers, body):
        self.proxy.count(status)
        self.client.headers(number, [(":status", status), *headers], False)
        self.client.add(number, body, True)

    def reset(self, code):
        for number in list(self.onward):
            self.proxy.count("reset")
            self.server.reset(self.onward.pop(number), code)
            self.client.reset(number, code)
        self.client.write()
        self.server.write()

    def goaway(self):
        """By hand: h2 would send nothing after it."""
        last = self.client.state.highest_inbound_stream_id
        frame = hyperframe.frame.GoAwayFrame(0, last_stream_id=last, error_code=0)
        self.client.writer.write(self.client.state.data_to_send() + frame.serialize())
        self.proxy.count("goaway")

    def end(self):
        abort(self.client.writer)
        abort(self.server.writer)


class Side:
    """One end: the state of its connection, and bytes of bodies that wait for a window."""

    def __init__(self, reader, writer, is_client):
        self.reader, self.writer, self.waiting = reader, writer, {}
        self.state = h2.connection.H2Connection(h2.config.H2Configuration(
            client_side=is_client, header_encoding="utf-8", validate_outbound_headers=False))
        self.state.initiate_connection()
        if is_client:
            self.state.increment_flow_control_window(1 << 24)

    def headers(self, number, headers, ends):
        with CLOSED_MEANWHILE:
            self.state.send_headers(number, headers, end_stream=ends)

    def add(self, number, data, ends):
        if number is not None:
            old, ended = self.waiting.get(number, (b"", False))
            self.waiting[number] = (old + data, ended or ends)

    def push(self):
        """Sends of each body what its window lets through."""
        for number, (data, ends) in list(self.waiting.items()):
            self.waiting.pop(number)
            with CLOSED_MEANWHILE:
                room = self.state.local_flow_control_window(number)
                most = self.state.max_outbound_frame_size
                while data and room > 0:
                    count = min(room, most, len(data))
                    self.state.send_data(number, data[:count], ends and count == len(data))
                    data, room = data[count:], room - count
                    ends = ends and bool(data)
                if data:
                    self.waiting[number] = (data, ends)
                elif ends:
                    self.state.end_stream(number)

    def reset(self, number, code):
        self.waiting.pop(number, None)
        with CLOSED_MEANWHILE:
            if number is not None:
                self.state.reset_stream(number, code)

    def write(self):
        if data := self.state.data_to_send():
            self.writer.write(data)

    async def flush(self):
        self.write()
        await self.writer.drain()
