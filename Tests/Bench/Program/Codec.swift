// SPDX-License-Identifier: Apache-2.0

import HPACK
import HTTP2

/// How fast the codecs are alone, without a socket.
enum Codec {
    /// One tab-separated line for each: name, megabytes per second; of names and values for HPACK,
    /// of bodies for frames.
    static func measure() {
        print("HPACK encode\t\(encode())")
        print("HPACK decode\t\(decode())")
        print("frames\t\(frames())")
    }

    private static let repeats = 200_000

    /// A gRPC request's header section whose path changes, so that the table cannot hold all of it.
    private static func fields(_ index: Int) -> [HeaderField] {
        [
            HeaderField(":method", "POST"), HeaderField(":scheme", "http"),
            HeaderField(":path", "/opi_api.network.evpn_gw.v1alpha1.Service/Get\(index)"),
            HeaderField(":authority", "localhost"), HeaderField("grpc-timeout", "5S"),
            HeaderField("te", "trailers"), HeaderField("content-type", "application/grpc"),
            HeaderField("user-agent", "opi-xpu"), HeaderField("x-request", "id-\(index)-\(index)"),
        ]
    }

    private static func octets(of fields: [HeaderField]) -> Int {
        fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
    }

    private static func encode() -> Double {
        let sections = (0..<64).map(fields)
        let octets = sections.map { Self.octets(of: $0) }
        var encoder = HeaderEncoder(tableSize: 4096)
        var bytes = 0
        let time = ContinuousClock().measure {
            for round in 0..<repeats {
                guard !encoder.encode(sections[round % 64]).isEmpty else { fatalError("no block") }
                bytes += octets[round % 64]
            }
        }
        return Double(bytes) / time.seconds / 1e6
    }

    private static func decode() -> Double {
        var encoder = HeaderEncoder(tableSize: 4096)
        let blocks = (0..<repeats).map { encoder.encode(fields($0 % 64)) }
        var decoder = HeaderDecoder(tableSize: 4096, listLimit: 1 << 16)
        var bytes = 0
        let time = ContinuousClock().measure {
            for block in blocks {
                guard let fields = try? decoder.decode(block.span), fields.count == 9 else {
                    fatalError("a block of our own cannot be read")
                }
                bytes += octets(of: fields)
            }
        }
        return Double(bytes) / time.seconds / 1e6
    }

    /// A response's body from one machine to the other, in frames of the standard size.
    private static func frames() -> Double {
        var client = ClientConnection(settings: .standard)
        var server = ServerConnection(settings: .standard)
        var bytes = 0
        let time = ContinuousClock().measure {
            do { bytes = try exchange(&client, &server) } catch { fatalError("\(error)") }
        }
        return Double(bytes) / time.seconds / 1e6
    }

    private static func exchange(
        _ client: inout ClientConnection,
        _ server: inout ServerConnection
    ) throws -> Int {
        let body = [UInt8](repeating: 0x78, count: 64 << 10)
        let stream = try client.open(fields(0), endStream: true)
        _ = try server.receive(client.takeOutput().span)
        _ = try client.receive(server.takeOutput().span)
        try server.respond([HeaderField(":status", "200")], endStream: false, on: stream)
        var bytes = 0
        for _ in 0..<20_000 {
            try server.send(body, endStream: false, on: stream)
            for event in try client.receive(server.takeOutput().span) {
                guard case .data(_, let data, _) = event else { continue }
                bytes += data.count
                client.consumed(data.count, on: stream)
            }
            _ = try server.receive(client.takeOutput().span)
        }
        return bytes
    }
}
