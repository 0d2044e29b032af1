// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// What a client may do wrong with frames; the sections are those of RFC 9113.
@Suite struct ServerBreachTests {
    private static let open = headers(request())
    private static let ended = headers(request(), .endStream)
    private static let get = block(request())

    static let beginnings: [Breach] = [
        .init("3.4", "HTTP/1.1", Array("GET / HTTP/1.1\r\n\r\n".utf8), .connection(.protocolError)),
        .init(
            "3.4",
            "PING before SETTINGS",
            FrameWriter.clientPreface + frame(.ping, [UInt8](repeating: 0, count: 8)),
            .connection(.protocolError)
        ),
        .init(
            "3.4",
            "an acknowledgement before SETTINGS",
            FrameWriter.clientPreface + frame(.settings, .ack),
            .connection(.protocolError)
        ),
    ]

    static let framing: [Breach] = [
        .init(
            "4.2",
            "a frame of 16385 octets",
            hex("004001 00 00 00000001"),
            .connection(.frameSizeError)
        ),
        .init("4.1", "an unknown type", frame(FrameType(rawValue: 99), .ack, on: 7, [1]), .ignored),
        .init(
            "4.3",
            "an index without entry",
            frame(.headers, .endHeaders, on: 1, [0xff, 0x7f]),
            .connection(.compressionError)
        ),
        .init(
            "4.3",
            "a block cut short",
            frame(.headers, .endHeaders, on: 1, Array(get.dropLast())),
            .connection(.compressionError)
        ),
        .init(
            "4.3",
            "PING inside a block",
            frame(.headers, on: 1, get) + frame(.ping, octets(0) + octets(0)),
            .connection(.protocolError)
        ),
        .init(
            "4.3",
            "HEADERS inside a block",
            frame(.headers, on: 1, get) + headers(request(), on: 3),
            .connection(.protocolError)
        ),
        .init(
            "5.5",
            "an unknown type inside a block",
            frame(.headers, on: 1, get) + frame(FrameType(rawValue: 99), on: 1),
            .connection(.protocolError)
        ),
        .init(
            "6.10",
            "CONTINUATION of another stream",
            frame(.headers, on: 1, get) + frame(.continuation, .endHeaders, on: 3),
            .connection(.protocolError)
        ),
        .init(
            "6.10",
            "CONTINUATION alone",
            open + frame(.continuation, .endHeaders, on: 1),
            .connection(.protocolError)
        ),
        .init(
            "6.10",
            "CONTINUATION on stream 0",
            frame(.headers, on: 1, get) + frame(.continuation),
            .connection(.protocolError)
        ),
    ]

    static let states: [Breach] = [
        .init(
            "5.1",
            "DATA on an idle stream",
            frame(.data, on: 1, [1]),
            .connection(.protocolError)
        ),
        .init(
            "5.1",
            "RST_STREAM on an idle stream",
            frame(.resetStream, on: 1, octets(8)),
            .connection(.protocolError)
        ),
        .init(
            "5.1",
            "WINDOW_UPDATE on an idle stream",
            windowUpdate(1, on: 1),
            .connection(.protocolError)
        ),
        .init(
            "5.1",
            "WINDOW_UPDATE on a stream of the server",
            windowUpdate(1, on: 2),
            .connection(.protocolError)
        ),
        .init(
            "5.1",
            "PRIORITY on an idle stream",
            frame(.priority, on: 9, octets(0) + [1]),
            .ignored
        ),
        .init(
            "5.1",
            "DATA half closed",
            ended + frame(.data, on: 1, [1]),
            .stream(1, .streamClosed)
        ),
        .init(
            "5.1",
            "HEADERS half closed",
            ended + headers([], .endStream),
            .stream(1, .streamClosed)
        ),
        .init("5.1", "WINDOW_UPDATE half closed", ended + windowUpdate(1, on: 1), .ignored),
        .init(
            "5.1",
            "DATA after RST_STREAM",
            open + frame(.resetStream, on: 1, octets(8)) + frame(.data, on: 1, [1]),
            .stream(1, .streamClosed)
        ),
        .init(
            "5.1",
            "HEADERS after RST_STREAM",
            open + frame(.resetStream, on: 1, octets(8)) + headers([]),
            .stream(1, .streamClosed)
        ),
        .init(
            "5.1",
            "RST_STREAM twice",
            open + frame(.resetStream, on: 1, octets(8)) + frame(.resetStream, on: 1, octets(8)),
            .ignored
        ),
        .init(
            "5.1",
            "WINDOW_UPDATE after RST_STREAM",
            open + frame(.resetStream, on: 1, octets(8)) + windowUpdate(5, on: 1),
            .ignored
        ),
        .init(
            "5.1",
            "DATA after we reset",
            open + windowUpdate(0, on: 1) + frame(.data, on: 1, [1]),
            .stream(1, .protocolError)
        ),
        .init(
            "5.1.1",
            "HEADERS on an even stream",
            headers(request(), on: 2),
            .connection(.protocolError)
        ),
        .init(
            "5.1.1",
            "HEADERS on a skipped stream",
            headers(request(), on: 5) + headers(request(), on: 3),
            .connection(.protocolError)
        ),
        .init(
            "5.1.2",
            "one stream too many",
            open + headers(request(), on: 3) + headers(request(), on: 5),
            .stream(5, .refusedStream)
        ),
    ]

    static let frames: [Breach] = [
        .init("6.1", "DATA on stream 0", frame(.data, [1]), .connection(.protocolError)),
        .init(
            "6.1",
            "DATA of padding alone, too long",
            open + frame(.data, .padded, on: 1, [1]),
            .connection(.protocolError)
        ),
        .init(
            "6.1",
            "DATA padded, without a pad length",
            open + frame(.data, .padded, on: 1),
            .connection(.frameSizeError)
        ),
        .init("6.2", "HEADERS on stream 0", headers(request(), on: 0), .connection(.protocolError)),
        .init(
            "6.2",
            "HEADERS with too much padding",
            frame(.headers, [.padded, .endHeaders], on: 1, [9] + get.prefix(8)),
            .connection(.protocolError)
        ),
        .init(
            "6.2",
            "HEADERS too short for a priority",
            frame(.headers, [.priority, .endHeaders], on: 1, [0, 0, 0, 0]),
            .connection(.frameSizeError)
        ),
        .init(
            "6.3",
            "PRIORITY on stream 0",
            frame(.priority, octets(0) + [1]),
            .connection(.protocolError)
        ),
        .init(
            "6.3",
            "PRIORITY of 4 octets",
            open + frame(.priority, on: 1, octets(0)),
            .stream(1, .frameSizeError)
        ),
        .init(
            "5.3.1",
            "PRIORITY that depends on its own stream",
            open + frame(.priority, on: 1, octets(0x8000_0001) + [1]),
            .stream(1, .protocolError)
        ),
        .init(
            "5.3.1",
            "HEADERS that depend on their own stream",
            frame(.headers, [.priority, .endHeaders], on: 1, octets(1) + [1] + get),
            .stream(1, .protocolError)
        ),
        .init(
            "5.3.1",
            "padded HEADERS in two frames that depend on their own stream",
            frame(.headers, [.padded, .priority], on: 1, [0] + octets(1) + [1] + get)
                + frame(.continuation, .endHeaders, on: 1),
            .stream(1, .protocolError)
        ),
        .init(
            "6.4",
            "RST_STREAM on stream 0",
            frame(.resetStream, octets(8)),
            .connection(.protocolError)
        ),
        .init(
            "6.4",
            "RST_STREAM of 3 octets",
            open + frame(.resetStream, on: 1, [0, 0, 8]),
            .connection(.frameSizeError)
        ),
        .init("6.5", "SETTINGS on a stream", frame(.settings, on: 1), .connection(.protocolError)),
        .init(
            "6.5",
            "SETTINGS of 5 octets",
            frame(.settings, [0, 1, 0, 0, 0]),
            .connection(.frameSizeError)
        ),
        .init(
            "6.5",
            "an acknowledgement with a payload",
            frame(.settings, .ack, setting(1, 0)),
            .connection(.frameSizeError)
        ),
        .init(
            "6.5.2",
            "ENABLE_PUSH 2",
            frame(.settings, setting(2, 2)),
            .connection(.protocolError)
        ),
        .init(
            "6.5.2",
            "INITIAL_WINDOW_SIZE 2^31",
            frame(.settings, setting(4, 1 << 31)),
            .connection(.flowControlError)
        ),
        .init(
            "6.5.2",
            "MAX_FRAME_SIZE 2^14-1",
            frame(.settings, setting(5, 16383)),
            .connection(.protocolError)
        ),
        .init(
            "6.5.2",
            "MAX_FRAME_SIZE 2^24",
            frame(.settings, setting(5, 1 << 24)),
            .connection(.protocolError)
        ),
        .init("6.5.2", "an unknown setting", frame(.settings, setting(0xff, 7)), .ignored),
        .init(
            "6.6",
            "PUSH_PROMISE from a client",
            open + frame(.pushPromise, .endHeaders, on: 1, octets(2) + get),
            .connection(.protocolError)
        ),
        .init(
            "6.7",
            "PING of 7 octets",
            frame(.ping, [0, 0, 0, 0, 0, 0, 0]),
            .connection(.frameSizeError)
        ),
        .init(
            "6.7",
            "PING on a stream",
            frame(.ping, on: 1, octets(0) + octets(0)),
            .connection(.protocolError)
        ),
        .init(
            "6.8",
            "GOAWAY on a stream",
            frame(.goAway, on: 1, octets(0) + octets(0)),
            .connection(.protocolError)
        ),
        .init(
            "6.8",
            "GOAWAY of 7 octets",
            frame(.goAway, octets(0) + [0, 0, 0]),
            .connection(.frameSizeError)
        ),
        .init(
            "6.8",
            "GOAWAY that takes back another",
            frame(.goAway, octets(0) + octets(0)) + frame(.goAway, octets(2) + octets(0)),
            .connection(.protocolError)
        ),
        .init(
            "6.9",
            "WINDOW_UPDATE of 3 octets",
            frame(.windowUpdate, [0, 0, 1]),
            .connection(.frameSizeError)
        ),
        .init(
            "6.9",
            "WINDOW_UPDATE of zero for the connection",
            windowUpdate(0),
            .connection(.protocolError)
        ),
        .init(
            "6.9",
            "WINDOW_UPDATE of zero for a stream",
            open + windowUpdate(0, on: 1),
            .stream(1, .protocolError)
        ),
        .init(
            "6.9.1",
            "the connection's window overflows",
            windowUpdate(0x7fff_ffff),
            .connection(.flowControlError)
        ),
        .init(
            "6.9.1",
            "a stream's window overflows",
            open + windowUpdate(0x7fff_ffff, on: 1),
            .stream(1, .flowControlError)
        ),
        .init(
            "6.9.2",
            "a new initial window overflows a stream's",
            open + windowUpdate(1, on: 1) + frame(.settings, setting(4, 0x7fff_ffff)),
            .connection(.flowControlError)
        ),
        .init(
            "6.9.1",
            "more DATA than a stream's window",
            open + frame(.data, on: 1, [UInt8](repeating: 0, count: 101)),
            .stream(1, .flowControlError)
        ),
    ]

    @Test(arguments: beginnings)
    func `a client that starts wrong`(breach: Breach) {
        breach.run(preface: [])
    }

    @Test(arguments: framing + states + frames)
    func `a client that breaks a rule`(breach: Breach) {
        breach.run(preface: clientGreeting)
    }

    @Test(arguments: framing + states + frames)
    func `the same byte by byte`(breach: Breach) {
        breach.run(preface: clientGreeting, size: 1)
    }
}
