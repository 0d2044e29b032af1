// SPDX-License-Identifier: Apache-2.0

public import Connections

/// Where an API server is: `https://host[:port][/prefix]`.
public struct ServerURL: Hashable, Sendable {
    /// Whether TLS is spoken.
    public let isSecure: Bool
    /// A name or an address, IPv6 without brackets.
    public let host: String
    /// The port, by default 443 or 80.
    public let port: UInt16
    /// What stands before every path, such as a proxy's; empty, or with a leading slash.
    public let prefix: String

    /// Reads a URL; nil when it is none that can be used.
    public init?(_ text: String) {
        let rest: Substring
        if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst("https://".count)
        } else if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst("http://".count)
        } else {
            return nil
        }
        let cut = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = String(rest[..<cut])
        var path = rest[cut...]
        while path.hasSuffix("/") { path = path.dropLast() }
        prefix = String(path)
        let usual = isSecure ? "443" : "80"
        let afterAddress = authority.lastIndex(of: "]") ?? authority.startIndex
        let hasPort = authority[afterAddress...].contains(":")
        let endpoint: Endpoint
        do {
            endpoint = try Endpoint(parsing: hasPort ? authority : "\(authority):\(usual)")
        } catch {
            return nil  // whoever asks says which text it was
        }
        guard case .tcp(let host, let port) = endpoint else { return nil }
        self.host = host
        self.port = port
    }

    /// The address to connect to.
    public var endpoint: Endpoint { .tcp(host: host, port: port) }
}

extension ServerURL: CustomStringConvertible {
    /// The URL with its port.
    public var description: String { "\(isSecure ? "https" : "http")://\(endpoint)\(prefix)" }
}
