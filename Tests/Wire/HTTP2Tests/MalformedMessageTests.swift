// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// Messages that RFC 9113 § 8 calls malformed: a stream error, and the connection goes on.
@Suite struct MalformedMessageTests {
    private static func added(_ name: String, _ value: String) -> [HeaderField] {
        request([HeaderField(name, value)])
    }

    private static func replaced(_ name: String, _ value: String) -> [HeaderField] {
        [HeaderField(name, value)] + request(without: [name])
    }

    static let requests: [(String, [HeaderField])] = [
        ("8.2.1 upper case", added("X-Up", "1")),
        ("8.2.1 an empty name", added("", "1")),
        ("8.2.1 a blank in a name", added("a b", "1")),
        ("8.2.1 a colon in a name", added("a:b", "1")),
        ("8.2.1 DEL in a name", added("a\u{7f}", "1")),
        ("8.2.1 beyond ASCII in a name", added("ä", "1")),
        ("8.2.1 NUL in a value", added("a", "x\0y")),
        ("8.2.1 LF in a value", added("a", "x\ny")),
        ("8.2.1 CR in a value", added("a", "x\ry")),
        ("8.2.1 a value that starts with a blank", added("a", " x")),
        ("8.2.1 a value that ends with a tab", added("a", "x\t")),
        ("8.2.2 connection", added("connection", "close")),
        ("8.2.2 proxy-connection", added("proxy-connection", "close")),
        ("8.2.2 keep-alive", added("keep-alive", "5")),
        ("8.2.2 transfer-encoding", added("transfer-encoding", "chunked")),
        ("8.2.2 upgrade", added("upgrade", "h2c")),
        ("8.2.2 te", added("te", "gzip")),
        ("8.3 an unknown pseudo-header", [HeaderField(":what", "x")] + request()),
        ("8.3 a pseudo-header of responses", [HeaderField(":status", "200")] + request()),
        ("8.3 a pseudo-header after a field", [HeaderField("a", "b")] + request()),
        ("8.3.1 a pseudo-header twice", [HeaderField(":path", "/b")] + request()),
        ("8.3.1 no method", request(without: [":method"])),
        ("8.3.1 no scheme", request(without: [":scheme"])),
        ("8.3.1 no path", request(without: [":path"])),
        ("8.3.1 an empty path", replaced(":path", "")),
        ("8.3.1 a path that is none", replaced(":path", "a")),
        ("8.3.1 another host", added("host", "elsewhere")),
        ("8.5 CONNECT with a path", replaced(":method", "CONNECT")),
        ("8.5 CONNECT to nowhere", [HeaderField(":method", "CONNECT")]),
        ("8.1.1 a length that is none", added("content-length", "1x")),
        ("8.1.1 a length beyond all bounds", added("content-length", "99999999999999999999")),
        (
            "8.1.1 two lengths",
            request([HeaderField("content-length", "1"), HeaderField("content-length", "2")])
        ),
    ]

    static let requestFrames: [Breach] = [
        .init(
            "8.1.1",
            "a length without a body",
            headers(request([HeaderField("content-length", "1")]), .endStream),
            .stream(1, .protocolError)
        ),
        .init(
            "8.1.1",
            "a longer body",
            headers(request([HeaderField("content-length", "1")])) + frame(.data, on: 1, [1, 2]),
            .stream(1, .protocolError)
        ),
        .init(
            "8.1.1",
            "a shorter body",
            headers(request([HeaderField("content-length", "2")]))
                + frame(.data, .endStream, on: 1, [1]),
            .stream(1, .protocolError)
        ),
        .init(
            "8.1.1",
            "a shorter body with trailers",
            headers(request([HeaderField("content-length", "2")])) + headers([], .endStream),
            .stream(1, .protocolError)
        ),
        .init(
            "8.1.1",
            "the right body, padded",
            headers(request([HeaderField("content-length", "1")]))
                + frame(.data, [.endStream, .padded], on: 1, [2, 1, 0, 0]),
            .ignored
        ),
        .init(
            "8.1",
            "trailers that end nothing",
            headers(request()) + headers([HeaderField("a", "b")]),
            .stream(1, .protocolError)
        ),
        .init(
            "8.1",
            "trailers with a pseudo-header",
            headers(request()) + headers([HeaderField(":path", "/")], .endStream),
            .stream(1, .protocolError)
        ),
        .init(
            "8.2.1",
            "trailers in upper case",
            headers(request()) + headers([HeaderField("A", "b")], .endStream),
            .stream(1, .protocolError)
        ),
    ]

    static let responses: [(String, Breach.Outcome, [UInt8])] = [
        ("8.3.2 no status", .stream(1, .protocolError), headers([HeaderField("a", "b")])),
        ("8.3.2 two digits", .stream(1, .protocolError), headers([HeaderField(":status", "20")])),
        ("8.3.2 no number", .stream(1, .protocolError), headers([HeaderField(":status", "2x0")])),
        ("8.3.2 twice", .stream(1, .protocolError), headers(okay + okay)),
        ("8.3 a path", .stream(1, .protocolError), headers(okay + [HeaderField(":path", "/")])),
        ("8.3 late", .stream(1, .protocolError), headers([HeaderField("a", "b")] + okay)),
        ("8.6 101", .stream(1, .protocolError), headers([HeaderField(":status", "101")])),
        (
            "8.1 an informational end", .stream(1, .protocolError),
            headers([HeaderField(":status", "100")], .endStream)
        ),
        ("8.1 DATA first", .stream(1, .protocolError), frame(.data, on: 1, [1])),
        (
            "8.1.1 a longer body", .stream(1, .protocolError),
            headers(okay + [HeaderField("content-length", "0")]) + frame(.data, on: 1, [1])
        ),
        (
            "8.4 a promise", .connection(.protocolError),
            frame(.pushPromise, .endHeaders, on: 1, octets(2) + block(request()))
        ),
        ("6.5.2 ENABLE_PUSH 1", .connection(.protocolError), frame(.settings, setting(2, 1))),
        ("5.1 a stream we did not open", .connection(.protocolError), headers(okay, on: 3)),
        ("5.1.1 a stream of the server", .connection(.protocolError), headers(okay, on: 2)),
        (
            "5.1 after the end", .stream(1, .streamClosed),
            headers(okay, .endStream) + frame(.data, on: 1, [1])
        ),
        (
            "5.1 after RST_STREAM", .stream(1, .streamClosed),
            frame(.resetStream, on: 1, octets(8)) + headers(okay)
        ),
        ("8.1 an unasked pong", .ignored, frame(.ping, .ack, octets(0) + octets(0))),
    ]

    @Test(arguments: requests)
    func `a malformed request`(section: String, fields: [HeaderField]) {
        Breach(section, "", headers(fields), .stream(1, .protocolError)).run(
            preface: clientGreeting
        )
        // Our own side refuses to send the same.
        var client = ClientConnection()
        #expect(throws: RequestError.self) { try client.open(fields, endStream: false) }
    }

    @Test(arguments: requestFrames)
    func `a request that contradicts itself`(breach: Breach) {
        breach.run(preface: clientGreeting)
    }

    @Test(arguments: responses)
    func `a wrong response`(section: String, outcome: Breach.Outcome, bytes: [UInt8]) throws {
        var client = ClientConnection(settings: .initial)
        _ = try client.receive(serverGreeting)
        #expect(try client.open(request(), endStream: false) == .one)
        _ = client.takeOutput()
        var failure: ConnectionError?
        do throws(ConnectionError) {
            _ = try client.receive(bytes)
        } catch {
            failure = error
        }
        let breach = Breach(section, "", bytes, outcome)
        breach.check(failure, client.takeOutput(), isClosed: client.isClosed)
    }

    @Test(arguments: [
        [
            HeaderField(":method", "OPTIONS"), HeaderField(":scheme", "http"),
            HeaderField(":path", "*"),
        ],
        [HeaderField(":method", "CONNECT"), HeaderField(":authority", "a:1")],
        request([HeaderField("host", "LOCALHOST"), HeaderField("te", "trailers")]),
        request([HeaderField("content-length", "0"), HeaderField("content-length", "0")]),
        request([HeaderField("a", ""), HeaderField("b", "x y"), HeaderField("c", "ä")]),
    ])
    func `an unusual request that is right`(fields: [HeaderField]) {
        Breach("8.3", "", headers(fields, .endStream), .ignored).run(preface: clientGreeting)
    }
}
