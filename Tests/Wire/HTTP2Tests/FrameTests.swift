// SPDX-License-Identifier: Apache-2.0

import Bytes
import TestSupport
import Testing

@testable import HTTP2

@Suite struct FrameTests {
    /// Layouts of RFC 9113 § 6; what we also write is written back to the same octets.
    static let goldens: [(frame: String, meaning: String)] = [
        (
            """
            000005 00 01 00000001       # DATA, END_STREAM
            68656c6c6f                  # hello
            """, "data 1 68656c6c6f length 5 end"
        ),
        (
            """
            000009 00 08 00000003       # DATA, PADDED
            03 68656c6c6f 000000        # three octets of padding
            """, "data 3 68656c6c6f length 9"
        ),
        (
            """
            000001 01 05 00000001       # HEADERS, END_STREAM END_HEADERS
            82                          # :method GET
            """, "headers 1 82 end complete"
        ),
        (
            """
            000009 01 2c 80000003       # HEADERS, PRIORITY PADDED END_HEADERS, reserved bit set
            02 80000001 0f 82 0000      # padding 2, exclusively on 1, weight 16, :method GET
            """, "headers 3 82 complete"
        ),
        (
            """
            000005 02 00 00000005       # PRIORITY
            00000000 0f                 # on 0, weight 16
            """, "priority 5"
        ),
        ("000004 03 00 00000005 00000008 # RST_STREAM, CANCEL", "reset 5 CANCEL"),
        (
            """
            000006 04 00 00000000       # SETTINGS
            0004 00010000               # INITIAL_WINDOW_SIZE 65536
            """, "settings 000400010000"
        ),
        ("000000 04 01 00000000 # SETTINGS, ACK", "settings ack"),
        ("000005 05 04 00000001 00000002 82 # PUSH_PROMISE", "push"),
        ("000008 06 00 00000000 0102030405060708 # PING", "ping 102030405060708"),
        ("000008 06 01 00000000 0102030405060708 # PING, ACK", "ping 102030405060708 ack"),
        (
            """
            00000b 07 00 00000000       # GOAWAY
            00000005 0000000b 627965    # last stream 5, ENHANCE_YOUR_CALM, bye
            """, "goaway 5 ENHANCE_YOUR_CALM 627965"
        ),
        ("000004 08 00 00000000 80000001 # WINDOW_UPDATE, reserved bit set", "window 0 1"),
        ("000004 08 00 00000003 7fffffff # WINDOW_UPDATE", "window 3 2147483647"),
        ("000001 09 04 00000001 82 # CONTINUATION, END_HEADERS", "continuation 1 82 complete"),
        ("000003 fa ff 7fffffff 010203 # a type nobody knows", "unknown"),
    ]

    @Test(arguments: goldens)
    func `reads every type`(golden: (frame: String, meaning: String)) throws {
        let bytes = hex(golden.frame)
        let header = FrameHeader(bytes.span, at: 0)
        #expect(header.length == bytes.count - FrameHeader.size)
        let payload = bytes.span.extracting(droppingFirst: FrameHeader.size)
        let meaning = describe(try Frame(header, payload))
        #expect(meaning == golden.meaning)
    }

    @Test func `writes the same octets`() {
        var writer = FrameWriter()
        writer.data(Array("hello".utf8)[...], endStream: true, on: .one)
        writer.headers([0x82], endStream: true, on: .one, frameSize: 16384)
        writer.resetStream(.five, .cancel)
        writer.settings(Settings(initialWindowSize: 65536))
        writer.settingsAck()
        writer.ping(0x0102_0304_0506_0708, ack: false)
        writer.ping(0x0102_0304_0506_0708, ack: true)
        writer.goAway(lastStream: .five, .enhanceYourCalm, debug: Array("bye".utf8))
        writer.windowUpdate(.three, 0x7fff_ffff)
        let written = [0, 2, 5, 6, 7, 9, 10, 11, 13].flatMap { hex(Self.goldens[$0].frame) }
        #expect(writer.answers == 2)
        #expect(hex(writer.take()) == hex(written))
        #expect(writer.take().isEmpty && writer.answers == 0)
    }

    @Test func `splits a header block over CONTINUATIONs`() {
        var writer = FrameWriter()
        writer.headers([1, 2, 3, 4, 5], endStream: true, on: .three, frameSize: 2)
        let expected = hex(
            """
            000002 01 01 00000003 0102  # HEADERS, END_STREAM
            000002 09 00 00000003 0304  # CONTINUATION
            000001 09 04 00000003 05    # CONTINUATION, END_HEADERS
            """
        )
        #expect(hex(writer.take()) == hex(expected))
    }

    @Test func `writes only settings that differ`() throws {
        let settings = Settings(
            headerTableSize: 0,
            enablePush: false,
            maxConcurrentStreams: 100,
            initialWindowSize: 1,
            maxFrameSize: 16385,
            maxHeaderListSize: 8
        )
        var writer = FrameWriter()
        writer.settings(.initial)
        writer.settings(settings)
        let output = RawFrame.all(in: writer.take())
        #expect(output.map(\.payload.count) == [0, 36])
        var read = Settings.initial
        let payload = output[1].payload
        try read.apply(payload.span)
        #expect(read == settings)
    }

    @Test func `names every error code`() {
        #expect("\(ErrorCode.http11Required)" == "HTTP_1_1_REQUIRED")
        #expect("\(ErrorCode(rawValue: 14))" == "error code 14")
    }

    private func describe(_ frame: Frame) -> String {
        func text(_ span: Span<UInt8>) -> String { hex([UInt8](copying: span)) }
        switch frame {
        case .data(let id, let body, let length, let end):
            return "data \(id.rawValue) \(text(body)) length \(length)\(end ? " end" : "")"
        case .headers(let id, let fragment, let flags, let complete):
            return "headers \(id.rawValue) \(text(fragment))\(flags.endStream ? " end" : "")"
                + (complete ? " complete" : "")
        case .priority(let id): return "priority \(id.rawValue)"
        case .resetStream(let id, let code): return "reset \(id.rawValue) \(code)"
        case .settings(let payload): return "settings \(text(payload))"
        case .settingsAck: return "settings ack"
        case .pushPromise: return "push"
        case .ping(let payload, let ack):
            return "ping \(String(payload, radix: 16))\(ack ? " ack" : "")"
        case .goAway(let last, let code, let debug):
            return "goaway \(last.rawValue) \(code) \(text(debug))"
        case .windowUpdate(let id, let increment): return "window \(id.rawValue) \(increment)"
        case .continuation(let id, let fragment, let complete):
            return "continuation \(id.rawValue) \(text(fragment))\(complete ? " complete" : "")"
        case .unknown: return "unknown"
        }
    }
}
