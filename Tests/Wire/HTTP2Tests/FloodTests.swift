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

    @Test func `a header list that unfolds beyond the limit ends the connection`() throws {
        var server = ServerConnection(settings: Settings(maxHeaderListSize: 1000))
        _ = try server.receive(clientGreeting)
        let bomb = frame(.headers, .endHeaders, on: 1, [UInt8](repeating: 0x82, count: 100))
        expectCalm { () throws(ConnectionError) in try server.receive(bomb) }
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
