// SPDX-License-Identifier: Apache-2.0

import HPACK

/// How messages are made smaller; the work itself is the owner's.
///
/// Source: gRPC doc/compression.md.
public enum Encoding: String, Hashable, Sendable {
    /// RFC 1952.
    case gzip

    static let field = "grpc-encoding"
    static let acceptField = "grpc-accept-encoding"
    static let identity = "identity"

    /// What this implementation can undo, as a peer is told.
    static let accepted = HeaderField(acceptField, "identity,gzip")

    /// Whether a peer says that it can undo this encoding.
    func isAccepted(by headers: [HeaderField]) -> Bool {
        headers.contains { $0.name == Self.acceptField && isNamed(in: $0.value) }
    }

    private func isNamed(in list: String) -> Bool {
        // Our own clients' list comes with every call.
        if list == Self.accepted.value { return true }
        return list.split(separator: ",").contains { part in
            part.filter { $0 != " " && $0 != "\t" } == rawValue
        }
    }
}
