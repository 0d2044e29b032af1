// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// RFC 9113 § 10.5: what a peer may make us do for nothing.
@Suite struct FloodTests {
    static let idleFrames: [(String, [UInt8])] = [
        ("PING", frame(.ping, octets(1) + octets(2))),
        ("pongs", frame(.ping, .ack, octets(1) + octets(2))),
        ("SETTINGS", frame(.settings)),
        ("acknowledgements", frame(.settings, .ack)),
        ("PRIORITY", frame(.priority, on: 5, octets(0) + [1])),
        ("unknown types", frame(FrameType(rawValue: 77))),
        ("empty DATA", frame(.data, on: 1)),
        ("padding", frame(.data, .padded, on: 1, [0])),
        ("WINDOW_UPDATE", windowUpdate(1)),
        ("GOAWAY", frame(.goAway, octets(0) + octets(0))),
    ]

    @Test(arguments: idleFrames)
    func `frames that move nothing have an end`(name: String, idle: [UInt8]) throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.idleFrames = 50 })
        _ = try server.receive(clientGreeting + headers(request()))
        for _ in 0..<49 {
            _ = try server.receive(idle)
            _ = server.takeOutput()
        }
        _ = try server.receive(frame(.data, on: 1, [1]))
        for _ in 0..<50 {
            _ = try server.receive(idle)
            _ = server.takeOutput()
        }
        server.forgiveNoise()
        for _ in 0..<50 {
            _ = try server.receive(idle)
            _ = server.takeOutput()
        }
        expectCalm { () throws(ConnectionError) in try server.receive(idle) }
    }

    @Test(arguments: [
        frame(.ping, octets(1) + octets(2)), frame(.settings), frame(.data, on: 1, [1]),
    ])
    func `answers that nobody fetches have an end`(asking: [UInt8]) throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.queuedAnswers = 20 })
        let reset = frame(.resetStream, on: 1, octets(8))
        _ = try server.receive(clientGreeting + headers(request()) + reset)
        _ = server.takeOutput()
        // DATA after RST_STREAM is answered once, and then it is known that we reset, too.
        let isData = asking[3] == 0
        for _ in 0..<20 { _ = try server.receive(asking) }
        if isData {
            #expect(RawFrame.all(in: server.takeOutput()).count == 1)
        } else {
            expectCalm { () throws(ConnectionError) in try server.receive(asking) }
        }
    }

    @Test func `rapid resets have an end`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.resets = 30 })
        _ = try server.receive(clientGreeting)
        func attack(_ id: UInt32) -> [UInt8] {
            headers(request(), .endStream, on: id) + frame(.resetStream, on: id, octets(8))
        }
        for round in 0..<UInt32(30) { _ = try server.receive(attack(2 * round + 1)) }
        expectCalm { () throws(ConnectionError) in try server.receive(attack(61)) }
    }

    @Test func `a peer that makes us reset is counted the same`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.resets = 30 })
        _ = try server.receive(clientGreeting)
        func attack(_ id: UInt32) -> [UInt8] {
            headers(request(), .endStream, on: id) + windowUpdate(0, on: id)
        }
        for round in 0..<UInt32(30) { _ = try server.receive(attack(2 * round + 1)) }
        expectCalm { () throws(ConnectionError) in try server.receive(attack(61)) }
    }

    @Test func `streams that end well make up for resets`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.resets = 2 })
        _ = try server.receive(clientGreeting)
        for round in 0..<UInt32(20) {
            let id = 4 * round + 1
            let cancelled = frame(.resetStream, on: id, octets(8))
            _ = try server.receive(headers(request(), on: id) + cancelled)
            _ = try server.receive(headers(request(), .endStream, on: id + 2))
            try server.respond(okay, endStream: true, on: StreamID(rawValue: id + 2))
        }
    }

    @Test func `CONTINUATIONs have an end`() throws {
        let begin = frame(.headers, on: 1, block(request()))
        let empty = frame(.continuation, on: 1)
        let large = frame(.continuation, on: 1, [UInt8](repeating: 0x82, count: 16384))
        for (piece, count) in [(empty, 64), (large, 3)] {
            var server = ServerConnection(settings: .initial)
            _ = try server.receive(clientGreeting + begin)
            for _ in 0..<count { _ = try server.receive(piece) }
            expectCalm { () throws(ConnectionError) in try server.receive(piece) }
        }
    }

    @Test func `a header list that unfolds beyond the limit costs its stream`() throws {
        var server = ServerConnection(
            settings: Settings(maxHeaderListSize: 1000),
            limits: limits { $0.resets = 30 }
        )
        _ = try server.receive(clientGreeting)
        func bomb(_ id: UInt32) -> [UInt8] {
            frame(.headers, .endHeaders, on: id, [UInt8](repeating: 0x82, count: 100))
        }
        for round in 0..<UInt32(30) {
            _ = server.takeOutput()
            #expect(try server.receive(bomb(2 * round + 1)) == [])
            let answers = RawFrame.all(in: server.takeOutput())
            #expect(answers.map(\.type) == [.resetStream])
            #expect(answers.first?.integer(at: 0) == ErrorCode.enhanceYourCalm.rawValue)
        }
        expectCalm { () throws(ConnectionError) in try server.receive(bomb(61)) }
    }

    @Test func `windows opened octet by octet have an end`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.idleFrames = 50 })
        let tiny = frame(.settings, setting(4, 0))
        _ = try server.receive(clientGreeting + tiny + headers(request(), .endStream))
        try server.respond(okay, endStream: false, on: .one)
        try server.send([UInt8](repeating: 1, count: 1000), endStream: true, on: .one)
        _ = try server.receive(windowUpdate(256, on: 1))
        for _ in 0..<50 {
            _ = try server.receive(windowUpdate(9, on: 1))
            _ = server.takeOutput()
        }
        expectCalm { () throws(ConnectionError) in try server.receive(windowUpdate(9, on: 1)) }
    }

    @Test func `windows moved by little with each SETTINGS have an end`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.idleFrames = 50 })
        func move(_ size: UInt32) -> [UInt8] { frame(.settings, setting(4, size)) }
        _ = try server.receive(clientGreeting + move(0) + headers(request(), .endStream))
        try server.respond(okay, endStream: false, on: .one)
        try server.send([UInt8](repeating: 1, count: 60_000), endStream: true, on: .one)
        for step in 1...50 {
            _ = try server.receive(move(256 * UInt32(step)))
            _ = server.takeOutput()
        }
        for step in 1...50 {
            _ = try server.receive(move(12_800 + 100 * UInt32(step)))
            _ = server.takeOutput()
        }
        expectCalm { () throws(ConnectionError) in try server.receive(move(20_000 - 2_100)) }
    }

    @Test func `a window of fifteen octets is served for ever`() throws {
        var server = ServerConnection(settings: .initial, limits: limits { $0.idleFrames = 50 })
        let small = frame(.settings, setting(4, 15))
        _ = try server.receive(clientGreeting + small + headers(request(), .endStream))
        try server.respond(okay, endStream: false, on: .one)
        try server.send([UInt8](repeating: 1, count: 6000), endStream: true, on: .one)
        for _ in 0..<399 {
            _ = try server.receive(windowUpdate(15, on: 1))
            _ = server.takeOutput()
        }
        #expect(server.activeStreams == 0)
    }

    @Test func `a window that stays shut loses its stream`() throws {
        var server = ServerConnection(settings: .initial)
        let shut = frame(.settings, setting(4, 0))
        _ = try server.receive(clientGreeting + shut + headers(request(), .endStream))
        try server.respond(okay, endStream: false, on: .one)
        try server.send([1, 2, 3], endStream: true, on: .one)
        var stalled = server.resetStalled(.cancel)
        #expect(stalled == [])
        _ = try server.receive(windowUpdate(1, on: 1))
        stalled = server.resetStalled(.cancel)
        #expect(stalled == [])
        _ = server.takeOutput()
        stalled = server.resetStalled(.cancel)
        #expect(stalled == [.one])
        #expect(RawFrame.all(in: server.takeOutput()).map(\.type) == [.resetStream])
        #expect(server.activeStreams == 0)
        stalled = server.resetStalled(.cancel)
        #expect(stalled == [])
    }

    @Test func `a frame or block that has begun is told from the next`() throws {
        var server = ServerConnection(settings: .initial)
        _ = try server.receive(clientGreeting)
        var unfinished = server.unfinished
        #expect(unfinished == nil)
        let ping = frame(.ping, octets(1) + octets(2))
        _ = try server.receive(Array(ping.prefix(5)))
        unfinished = server.unfinished
        let first = try #require(unfinished)
        _ = try server.receive(Array(ping.dropFirst(5).prefix(7)))
        #expect(server.unfinished == first)
        _ = try server.receive(Array(ping.suffix(5)) + ping.prefix(1))
        #expect(server.unfinished == first + 1)
        let block = block(request())
        _ = try server.receive(Array(ping.dropFirst()) + frame(.headers, on: 1, block))
        #expect(server.unfinished == first + 2)
        _ = try server.receive(frame(.continuation, on: 1))
        #expect(server.unfinished == first + 2)
        _ = try server.receive(frame(.continuation, .endHeaders, on: 1))
        #expect(server.unfinished == nil)
    }

    private func limits(_ change: (inout ConnectionLimits) -> Void) -> ConnectionLimits {
        var limits = ConnectionLimits.standard
        change(&limits)
        return limits
    }

    private func expectCalm(_ receive: () throws(ConnectionError) -> [Event]) {
        do throws(ConnectionError) {
            _ = try receive()
            Issue.record("nothing was thrown")
        } catch {
            #expect(error.code == .enhanceYourCalm)
        }
    }
}
