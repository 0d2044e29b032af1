// SPDX-License-Identifier: Apache-2.0

import Connections
import Foundation
import TestSupport
import Testing

@testable import RPC

/// grpcio's client runs gRPC's interoperability tests against our server.
@Suite struct InteropServerTests {
    private static let cases = [
        "empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong",
        "empty_stream", "client_compressed_unary", "server_compressed_unary",
        "client_compressed_streaming", "server_compressed_streaming", "custom_metadata",
        "status_code_and_message", "special_status_message", "unimplemented_method",
        "unimplemented_service", "cancel_after_begin", "cancel_after_first_response",
        "timeout_on_sleeping_server", "rpc_soak",
    ]

    @Test(.timeLimit(.minutes(2)), arguments: Kind.allCases)
    func `its client is content with every case`(kind: Kind) async throws {
        let scratch = try Scratch()
        try await withServer(kind, Interop.services()) { endpoint in
            let output = try await Peer.output(
                of: "interop_client.py",
                arguments: kind.arguments(in: scratch) + ["\(endpoint)"] + Self.cases,
                seconds: 100
            )
            let lines = String(decoding: output, as: UTF8.self).split(separator: "\n")
            #expect(lines.map(String.init) == Self.cases)
        }
    }
}
