// SPDX-License-Identifier: Apache-2.0

import Kernel

/// Where a server listens.
public enum Endpoint: Hashable, Sendable {
    /// A Unix socket by its path.
    case unix(path: String)
    /// A name or an address, IPv6 without brackets and with its zone if it needs one.
    case tcp(host: String, port: UInt16)

    /// Reads `unix:/path`, `unix:///path`, `host:port`, `192.0.2.1:port` or `[2001:db8::1]:port`.
    ///
    /// - Throws: ``EndpointError``.
    public init(parsing text: String) throws(EndpointError) {
        if text.hasPrefix("unix:") {
            self = try Self.unixSocket(String(text.dropFirst("unix:".count)), in: text)
            return
        }
        guard let colon = text.lastIndex(of: ":") else { throw .missingPort(text) }
        guard let port = UInt16(text[text.index(after: colon)...]), port > 0 else {
            throw .invalidPort(text)
        }
        self = .tcp(host: try Self.host(String(text[..<colon]), in: text), port: port)
    }

    private static func unixSocket(
        _ path: String,
        in text: String
    ) throws(EndpointError) -> Endpoint {
        let path = path.hasPrefix("//") ? String(path.dropFirst(2)) : path
        guard path.hasPrefix("/"), path.utf8.count > 1, !path.utf8.contains(0) else {
            throw .invalidPath(text)
        }
        guard path.utf8.count <= UnixStream.longestPath else {
            throw .pathTooLong(text, limit: UnixStream.longestPath)
        }
        return .unix(path: path)
    }

    private static func host(_ host: String, in text: String) throws(EndpointError) -> String {
        if host.hasPrefix("["), host.hasSuffix("]") {
            let address = String(host.dropFirst().dropLast())
            guard address.contains(":") else { throw .invalidHost(text) }
            return address
        }
        let isName = host.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isName, !host.isEmpty else { throw .invalidHost(text) }
        return host
    }
}

extension Endpoint: CustomStringConvertible {
    /// The form that ``init(parsing:)`` reads.
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

/// Why a text is no endpoint; each case carries the text.
public enum EndpointError: Error, Hashable, Sendable {
    /// The path of a Unix socket does not start with a slash.
    case invalidPath(String)
    /// The path of a Unix socket does not fit the kernel's structure.
    case pathTooLong(String, limit: Int)
    /// There is no colon.
    case missingPort(String)
    /// What follows the last colon is not a number from 1 to 65535.
    case invalidPort(String)
    /// What precedes the port is neither a name nor an address; IPv6 needs brackets.
    case invalidHost(String)
}

extension EndpointError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .invalidPath(let text):
            "endpoint \(text.debugDescription): the socket's path is not absolute"
        case .pathTooLong(let text, let limit):
            "endpoint \(text.debugDescription): the path is longer than \(limit) bytes"
        case .missingPort(let text):
            "endpoint \(text.debugDescription): no port"
        case .invalidPort(let text):
            "endpoint \(text.debugDescription): the port is not a number from 1 to 65535"
        case .invalidHost(let text):
            "endpoint \(text.debugDescription): the host is not a name or address"
        }
    }
}
