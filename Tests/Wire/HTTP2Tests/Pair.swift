// SPDX-License-Identifier: Apache-2.0

import HTTP2
import TestSupport

/// A client and a server whose bytes go back and forth in memory.
struct Pair: ~Copyable {
    /// How bytes are cut on their way.
    enum Delivery: Sendable {
        case whole
        case byteByByte
        case random(seed: UInt64)
    }

    var client: ClientConnection
    var server: ServerConnection
    private let delivery: Delivery
    private var generator: SeededGenerator

    init(
        client: Settings = .initial,
        server: Settings = .initial,
        limits: ConnectionLimits = .standard,
        delivery: Delivery = .whole
    ) throws {
        self.client = ClientConnection(settings: client, limits: limits)
        self.server = ServerConnection(settings: server, limits: limits)
        self.delivery = delivery
        generator = SeededGenerator(
            seed: { if case .random(let seed) = delivery { seed } else { 0 } }()
        )
    }

    /// Carries bytes both ways until both are silent; the settings events are left out.
    mutating func exchange() throws -> (client: [Event], server: [Event]) {
        var events: (client: [Event], server: [Event]) = ([], [])
        while true {
            let up = client.takeOutput()
            for piece in pieces(up) {
                events.server += try server.receive(piece)
            }
            let down = server.takeOutput()
            for piece in pieces(down) {
                events.client += try client.receive(piece)
            }
            if up.isEmpty && down.isEmpty { break }
        }
        events.client.removeAll { if case .settings = $0 { true } else { false } }
        events.server.removeAll { if case .settings = $0 { true } else { false } }
        return events
    }

    private mutating func pieces(_ bytes: [UInt8]) -> [[UInt8]] {
        switch delivery {
        case .whole:
            return bytes.isEmpty ? [] : [bytes]
        case .byteByByte:
            return bytes.map { [$0] }
        case .random:
            var pieces: [[UInt8]] = []
            var start = 0
            while start < bytes.count {
                let end = min(start + Int.random(in: 1...50, using: &generator), bytes.count)
                pieces.append(Array(bytes[start..<end]))
                start = end
            }
            return pieces
        }
    }
}

extension [Event] {
    /// All DATA of a stream, joined.
    func body(of id: StreamID) -> [UInt8] {
        flatMap { event -> [UInt8] in
            if case .data(id, let bytes, _) = event { bytes } else { [] }
        }
    }
}
