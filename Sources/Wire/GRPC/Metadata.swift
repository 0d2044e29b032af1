// SPDX-License-Identifier: Apache-2.0

import Bytes
public import HPACK

/// Why a piece of metadata cannot be sent.
public enum MetadataError: Error, Equatable, Sendable {
    /// `name` is empty, has a character outside `0-9 a-z _ - .`, or belongs to the protocol.
    case invalidName(String)
    /// The value of `name` has a character outside printable ASCII; a `-bin` name takes bytes.
    case invalidValue(name: String)
}

extension MetadataError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .invalidName(let name): "metadata name \(name.debugDescription): not allowed"
        case .invalidValue(let name): "metadata \(name): the value is not printable ASCII"
        }
    }
}

/// What an application sends along with a call, beside its messages: names with text or bytes.
///
/// A name that ends in `-bin` holds bytes, any other name printable ASCII. Names may repeat.
///
/// Source: gRPC doc/PROTOCOL-HTTP2.md, "Custom-Metadata".
public struct Metadata: Hashable, Sendable {
    /// The fields as they stand in a header section, bytes as base64.
    public private(set) var fields: [HeaderField]

    /// No metadata.
    public init() {
        fields = []
    }

    /// What is left of a received header section without the fields of the protocol itself.
    init(received: [HeaderField]) {
        fields = received.filter { !Self.belongsToProtocol($0.name) }
    }

    /// How many milliseconds a server asks to be left alone before the call is made again.
    ///
    /// Less than 0 stands for ever. A server adds it to its trailers.
    ///
    /// Source: gRFC A6, "Pushback".
    public static let retryPushback = "grpc-retry-pushback-ms"

    /// How many attempts came before this one, for methods whose caller tries again.
    ///
    /// Source: gRFC A6, "Exposed Retry Metadata".
    public static let previousAttempts = "grpc-previous-rpc-attempts"

    /// Whether there is none.
    public var isEmpty: Bool { fields.isEmpty }

    /// Adds text; `sensitive` keeps it out of compression tables and logs.
    ///
    /// - Throws: ``MetadataError/invalidName(_:)``, ``MetadataError/invalidValue(name:)``.
    public mutating func add(
        _ name: String,
        _ value: String,
        sensitive: Bool = false
    ) throws(MetadataError) {
        try check(name, isBinary: false)
        guard value.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else {
            throw .invalidValue(name: name)
        }
        fields.append(HeaderField(name, value, sensitive: sensitive))
    }

    /// Adds bytes under a name that ends in `-bin`.
    ///
    /// - Throws: ``MetadataError/invalidName(_:)``.
    public mutating func add(_ name: String, bytes: [UInt8]) throws(MetadataError) {
        try check(name, isBinary: true)
        fields.append(HeaderField(name, Base64.encode(bytes)))
    }

    /// Adds all that `other` has.
    public mutating func append(_ other: Metadata) {
        fields += other.fields
    }

    /// The first text under `name`.
    public subscript(_ name: String) -> String? {
        fields.first(named: name)
    }

    /// Every text under `name`, in order.
    public func values(of name: String) -> [String] {
        fields.filter { $0.name == name }.map(\.value)
    }

    /// Every run of bytes under the `-bin` name `name`; what is not base64 is left out.
    public func bytes(of name: String) -> [[UInt8]] {
        values(of: name)
            .flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
            .compactMap { Base64.decode(String($0.filter { $0 != " " })) }
    }

    private func check(_ name: String, isBinary: Bool) throws(MetadataError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default:
                false
            }
        }
        guard allowed, !name.isEmpty, name.hasSuffix("-bin") == isBinary,
            !Self.belongsToProtocol(name)
        else { throw .invalidName(name) }
    }

    private static func belongsToProtocol(_ name: String) -> Bool {
        if name == retryPushback || name == previousAttempts { return false }
        if name.hasPrefix(":") || name.hasPrefix("grpc-") { return true }
        return switch name {
        case "content-type", "te", "user-agent", "connection", "host", "content-length",
            "transfer-encoding", "upgrade", "keep-alive", "proxy-connection":
            true
        default: false
        }
    }
}
