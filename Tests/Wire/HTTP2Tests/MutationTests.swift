// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// Valid conversations with a few octets changed: an event or a typed error, never a trap.
@Suite struct MutationTests {
    private static let rounds = 10_000

    /// What both ends wrote in a conversation that uses every frame type.
    private static func record() throws -> (client: [UInt8], server: [UInt8]) {
        var record: (client: [UInt8], server: [UInt8]) = ([], [])
        var client = ClientConnection(settings: .initial)
        var server = ServerConnection(settings: .initial)
        func exchange() throws {
            for _ in 0..<4 {
                let up = client.takeOutput()
                _ = try server.receive(up)
                let down = server.takeOutput()
                _ = try client.receive(down)
                record.client += up
                record.server += down
            }
        }
        let long = request([HeaderField("x", String(repeating: "~", count: 17_000))])
        for round in 0..<UInt8(3) {
            let id = try client.open(round == 1 ? long : request(), endStream: false)
            try client.send([UInt8](repeating: round, count: 300), endStream: false, on: id)
            try exchange()
            try server.respond([HeaderField(":status", "103")], endStream: false, on: id)
            try server.respond(okay, endStream: false, on: id)
            try server.send([1, 2, 3], endStream: false, on: id)
            client.ping(7)
            try exchange()
            try client.sendTrailers([HeaderField("a", "b")], on: id)
            try server.sendTrailers([HeaderField("grpc-status", "0")], on: id)
            try exchange()
        }
        let last = try client.open(request(), endStream: false)
        try exchange()
        server.reset(last, .cancel)
        server.shutDown()
        client.shutDown()
        try exchange()
        return record
    }

    @Test func `a server survives`() throws {
        let original = try Self.record().client
        var generator = SeededGenerator(seed: 1)
        var failures = 0
        for _ in 0..<Self.rounds {
            var server = ServerConnection(settings: Settings(initialWindowSize: 1000))
            let bytes = mutate(original, &generator)
            do throws(ConnectionError) {
                for piece in cut(bytes, &generator) {
                    for event in try server.receive(piece) {
                        react(to: event, &server, &generator)
                    }
                    _ = server.takeOutput()
                }
                #expect(server.activeStreams <= 256)
            } catch {
                failures += 1
                #expect(server.isClosed == true)
                #expect(RawFrame.all(in: server.takeOutput()).last?.type == .goAway)
            }
        }
        // The mutations must reach beyond the first frames, and must not all be harmless.
        #expect(failures > Self.rounds / 4 && failures < Self.rounds)
    }

    @Test func `a client survives`() throws {
        let original = try Self.record().server
        var generator = SeededGenerator(seed: 2)
        var failures = 0
        for _ in 0..<Self.rounds {
            var client = ClientConnection(settings: Settings(initialWindowSize: 1000))
            for _ in 0..<4 {
                let id = try client.open(request(), endStream: false)
                try client.send([UInt8](repeating: 1, count: 100), endStream: false, on: id)
            }
            let bytes = mutate(original, &generator)
            do throws(ConnectionError) {
                for piece in cut(bytes, &generator) {
                    for event in try client.receive(piece) {
                        react(to: event, &client, &generator)
                    }
                    _ = client.takeOutput()
                }
            } catch {
                failures += 1
                #expect(client.isClosed == true)
                #expect(RawFrame.all(in: client.takeOutput()).last?.type == .goAway)
            }
        }
        #expect(failures > Self.rounds / 4 && failures < Self.rounds)
    }

    private func react(
        to event: Event,
        _ server: inout ServerConnection,
        _ generator: inout SeededGenerator
    ) {
        // Whatever the machine refuses here it refuses with a typed error, which is all we ask.
        do throws(RequestError) {
            switch event {
            case .headers(let id, _, _):
                try server.respond(okay, endStream: false, on: id)
                try server.send([UInt8](repeating: 1, count: 5000), endStream: false, on: id)
            case .data(let id, let bytes, let end):
                server.consumed(Int.random(in: -1...bytes.count, using: &generator), on: id)
                if end { try server.sendTrailers([HeaderField("a", "b")], on: id) }
            case .trailers(let id, _):
                try server.send([], endStream: true, on: id)
            default:
                server.ping(1)
            }
        } catch {
            #expect(!"\(error)".isEmpty)
        }
    }

    private func react(
        to event: Event,
        _ client: inout ClientConnection,
        _ generator: inout SeededGenerator
    ) {
        do throws(RequestError) {
            switch event {
            case .headers(let id, _, _):
                try client.send([UInt8](repeating: 1, count: 70_000), endStream: true, on: id)
            case .data(let id, let bytes, _):
                client.consumed(bytes.count, on: id)
            case .settings:
                _ = try client.open(request(), endStream: Bool.random(using: &generator))
            case .trailers(let id, _), .writable(let id):
                client.reset(id, .cancel)
            default:
                client.ping(1)
            }
        } catch {
            #expect(!"\(error)".isEmpty)
        }
    }

    /// One to four changes: octets, frames' fields, runs left out, doubled or moved.
    private func mutate(_ original: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0..<Int.random(in: 1...4, using: &generator) where !bytes.isEmpty {
            let at = Int.random(in: bytes.indices, using: &generator)
            let length = Int.random(in: 1...40, using: &generator)
            let run = bytes[at..<min(at + length, bytes.count)]
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: bytes[at] = .random(in: 0...255, using: &generator)
            case 1: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2: bytes.removeSubrange(run.indices)
            case 3: bytes.insert(contentsOf: run, at: at)
            case 4: bytes.removeSubrange(at...)
            default: mutateFrame(&bytes, &generator)
            }
        }
        return bytes
    }

    /// Changes a header field of one frame, or leaves the frame out, or sends it twice.
    private func mutateFrame(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let preface = FrameWriter.clientPreface
        var starts = [bytes.starts(with: preface) ? preface.count : 0]
        while let start = starts.last, start + FrameHeader.size <= bytes.count {
            starts.append(start + FrameHeader.size + FrameHeader(bytes.span, at: start).length)
        }
        let index = Int.random(in: 0..<max(starts.count - 1, 1), using: &generator)
        guard index + 1 < starts.count, starts[index + 1] <= bytes.count else { return }
        let range = starts[index]..<starts[index + 1]
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: bytes[range.lowerBound + 2] &+= 1
        case 1: bytes[range.lowerBound + 3] = .random(in: 0...10, using: &generator)
        case 2: bytes[range.lowerBound + 4] = .random(in: 0...255, using: &generator)
        case 3: bytes[range.lowerBound + 8] = .random(in: 0...9, using: &generator)
        case 4: bytes.removeSubrange(range)
        default: bytes.insert(contentsOf: bytes[range], at: range.upperBound)
        }
    }

    /// Pieces of any size, most of them large.
    private func cut(_ bytes: [UInt8], _ generator: inout SeededGenerator) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let longest = Bool.random(using: &generator) ? 30 : 8000
            let end = min(start + Int.random(in: 1...longest, using: &generator), bytes.count)
            pieces.append(Array(bytes[start..<end]))
            start = end
        }
        return pieces
    }
}
