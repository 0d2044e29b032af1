// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// RFC 9113 § 5.2 and § 6.9.
@Suite struct FlowControlTests {
    private static let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 ^ ($0 >> 8)) }

    @Test(arguments: [UInt32(1), 77, 1000, 65535, 100_000])
    func `a large body passes a small window`(window: UInt32) throws {
        let size = window == 1 ? 2_000 : Self.body.count
        let body = Array(Self.body[..<size])
        var pair = try Pair(server: Settings(initialWindowSize: window), delivery: .random(seed: 3))
        _ = try pair.exchange()
        let id = try pair.client.open(request(), endStream: false)
        try pair.client.send(body, endStream: false, on: id)
        try pair.client.sendTrailers([HeaderField("x", "y")], on: id)
        #expect(pair.client.buffered(on: id) == size - min(Int(window), size))
        var received: [Event] = []
        while received.last != .trailers(id, [HeaderField("x", "y")]) {
            let events = try pair.exchange()
            received += events.server
            try #require(!events.server.isEmpty)
            for case .data(let id, let bytes, _) in events.server {
                #expect(bytes.count <= Int(window))
                pair.server.consumed(bytes.count, on: id)
            }
        }
        #expect(received.body(of: id) == body)
        #expect(pair.client.buffered(on: id) == 0)
    }

    @Test func `nothing more is sent while the application takes nothing`() throws {
        var pair = try Pair()
        let id = try pair.client.open(request(), endStream: false)
        try pair.client.send(Self.body, endStream: true, on: id)
        let first = try pair.exchange()
        #expect(first.server.body(of: id).count == 65535)
        #expect(pair.client.buffered(on: id) == Self.body.count - 65535)
        pair.server.consumed(32766, on: id)
        #expect(try pair.exchange().server == [])
        pair.server.consumed(1, on: id)
        #expect(try pair.exchange().server.body(of: id).count == 32767)
    }

    @Test func `a large body comes out in pieces and goes on as they are taken`() throws {
        var limits = ConnectionLimits.standard
        limits.output = 20_000
        var server = ServerConnection(settings: .standard, limits: limits)
        var client = ClientConnection()
        let streams = try (0..<2).map { _ in
            try client.open(
                [
                    HeaderField(":method", "GET"), HeaderField(":path", "/"),
                    HeaderField(":scheme", "http"), HeaderField(":authority", "x"),
                ],
                endStream: true
            )
        }
        _ = try server.receive(client.takeOutput().span)
        for stream in streams {
            try server.respond([HeaderField(":status", "200")], endStream: false, on: stream)
            try server.send([UInt8](repeating: 7, count: 100_000), endStream: true, on: stream)
        }
        var sizes: [StreamID: Int] = [:]
        var pieces = 0
        while true {
            let piece = server.takeOutput()
            if piece.isEmpty { break }
            pieces += 1
            #expect(piece.count <= 20_000 + 16_384 + 9)
            for case .data(let id, let bytes, _) in try client.receive(piece.span) {
                sizes[id, default: 0] += bytes.count
            }
        }
        #expect(sizes == [streams[0]: 100_000, streams[1]: 100_000])
        #expect(pieces > 6)
    }

    @Test func `says when the buffer has drained`() throws {
        var pair = try Pair(server: Settings(initialWindowSize: 10))
        _ = try pair.exchange()
        let id = try pair.client.open(request(), endStream: false)
        try pair.client.send(Array(1...15), endStream: false, on: id)
        _ = try pair.exchange()
        pair.server.consumed(10, on: id)
        let events = try pair.exchange()
        #expect(events.client == [.writable(id)])
        #expect(events.server == [.data(id, Array(11...15), endStream: false)])
    }

    @Test func `streams take turns in the connection's window`() throws {
        var limits = ConnectionLimits.standard
        limits.connectionWindow = 65535
        var pair = try Pair(server: Settings(initialWindowSize: 1 << 20), limits: limits)
        _ = try pair.exchange()
        var ids: [StreamID] = []
        for _ in 0..<3 {
            let id = try pair.client.open(request(), endStream: false)
            try pair.client.send(Self.body, endStream: true, on: id)
            ids.append(id)
        }
        var received = try pair.exchange().server
        #expect(received.body(of: ids[0]).count == 65535)
        #expect(received.body(of: ids[1]).isEmpty)
        while received.body(of: ids[2]).count < Self.body.count {
            for case .data(let id, let bytes, _) in received.suffix(8) {
                pair.server.consumed(bytes.count, on: id)
            }
            let more = try pair.exchange().server
            try #require(!more.isEmpty)
            received += more
            let progress = ids.map { received.body(of: $0).count }
            if progress[0] < Self.body.count { #expect(progress[1] - progress[2] <= 65535) }
        }
        for id in ids { #expect(received.body(of: id) == Self.body) }
    }

    @Test func `a closed stream gives its bytes back to the connection`() throws {
        var limits = ConnectionLimits.standard
        limits.connectionWindow = 65535
        var pair = try Pair(limits: limits)
        for round in 0..<10 {
            let id = try pair.client.open(request(), endStream: false)
            try pair.client.send(Array(Self.body[..<40_000]), endStream: false, on: id)
            let events = try pair.exchange()
            #expect(events.server.body(of: id).count == 40_000, "round \(round)")
            if round.isMultiple(of: 2) {
                pair.server.reset(id, .cancel)
            } else {
                pair.client.reset(id, .cancel)
            }
            _ = try pair.exchange()
        }
    }

    @Test func `DATA that arrives for a reset stream counts for the connection`() throws {
        var limits = ConnectionLimits.standard
        limits.connectionWindow = 65535
        var pair = try Pair(limits: limits)
        for _ in 0..<10 {
            let id = try pair.client.open(request(), endStream: false)
            _ = try pair.exchange()
            pair.server.reset(id, .cancel)
            try pair.client.send(Array(Self.body[..<40_000]), endStream: true, on: id)
            _ = try pair.exchange()
        }
        let id = try pair.client.open(request(), endStream: false)
        try pair.client.send(Array(Self.body[..<20_000]), endStream: true, on: id)
        #expect(try pair.exchange().server.body(of: id).count == 20_000)
    }

    @Test func `padding is given back at once`() throws {
        var server = ServerConnection(settings: .initial)
        _ = try server.receive(clientGreeting + headers(request()))
        _ = server.takeOutput()
        let padded = frame(.data, .padded, on: 1, [255] + [1] + [UInt8](repeating: 0, count: 255))
        for _ in 0..<200 {
            #expect(try server.receive(padded) == [.data(.one, [1], endStream: false)])
        }
        let updates = RawFrame.all(in: server.takeOutput()).filter { $0.stream == 1 }
        #expect(updates.map(\.type) == [.windowUpdate])
    }

    @Test func `a smaller initial window may make a window negative`() throws {
        var client = ClientConnection(settings: .initial)
        _ = try client.receive(serverGreeting)
        let id = try client.open(request(), endStream: false)
        try client.send(Array(Self.body[..<60_000]), endStream: false, on: id)
        #expect(client.buffered(on: id) == 0)
        let shrink = frame(.settings, setting(Settings.Identifier.initialWindowSize, 10_000))
        _ = try client.receive(shrink)
        try client.send([1], endStream: true, on: id)
        // 65535 - 60000 - 55535 = -50000
        #expect(try client.receive(windowUpdate(50_000, on: 1)) == [])
        #expect(client.buffered(on: id) == 1)
        #expect(try client.receive(windowUpdate(1, on: 1)) == [.writable(id)])
        let last = RawFrame.all(in: client.takeOutput()).last
        #expect(last == RawFrame(type: .data, flags: .endStream, stream: 1, payload: [1]))
    }

    @Test func `a larger initial window lets waiting bytes go`() throws {
        var client = ClientConnection(settings: .initial)
        let small = frame(.settings, setting(Settings.Identifier.initialWindowSize, 0))
        _ = try client.receive(small)
        let id = try client.open(request(), endStream: false)
        try client.send([1, 2, 3], endStream: true, on: id)
        #expect(client.buffered(on: id) == 3)
        let large = frame(.settings, setting(Settings.Identifier.initialWindowSize, 3))
        #expect(try client.receive(large).last == .writable(id))
    }

    @Test func `our own small window holds once the peer knows it`() throws {
        var server = ServerConnection(settings: Settings(initialWindowSize: 100))
        let greeting = FrameWriter.clientPreface + frame(.settings)
        let body = frame(.data, on: 1, [UInt8](repeating: 7, count: 1000))
        // The client did not know yet: this is no error, and the window is now -900.
        let early = try server.receive(greeting + headers(request()) + body)
        #expect(early.body(of: .one).count == 1000)
        _ = try server.receive(frame(.settings, .ack))
        _ = server.takeOutput()
        #expect(
            try server.receive(frame(.data, on: 1, [1]))
                == [.reset(.one, .flowControlError, byPeer: false)]
        )
    }
}
