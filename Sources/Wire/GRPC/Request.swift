// SPDX-License-Identifier: Apache-2.0

public import HPACK

extension ClientCall {
    /// What a call is opened with.
    public struct Request: Hashable, Sendable {
        /// `/service/method`, the service with its package.
        public var path: String
        /// The virtual host; servers on Unix sockets expect `localhost`.
        public var authority: String
        /// `http`, or `https` over TLS.
        public var scheme: String
        /// How long the server may take, nil for as long as it likes.
        public var timeout: Duration?
        /// Who is calling: name, slash, version.
        public var userAgent: String
        /// What the application adds.
        public var metadata: Metadata
        /// How messages of the request may be compressed.
        public var encoding: Encoding?
        /// Attempts at this call that came before and failed.
        public var previousAttempts = 0
        /// Whether the owner can undo what ``Encoding`` knows.
        public var acceptsEncodings = false

        /// A call of `path`.
        public init(
            path: String,
            authority: String = "localhost",
            scheme: String = "http",
            timeout: Duration? = nil,
            userAgent: String = "opi-xpu",
            metadata: Metadata = Metadata()
        ) {
            self.path = path
            self.authority = authority
            self.scheme = scheme
            self.timeout = timeout
            self.userAgent = userAgent
            self.metadata = metadata
        }

        /// The request's header section, in the order the protocol asks for.
        public var headers: [HeaderField] {
            var fields = [
                HeaderField(":method", "POST"), HeaderField(":scheme", scheme),
                HeaderField(":path", path), HeaderField(":authority", authority),
            ]
            if let timeout {
                fields.append(HeaderField(Timeout.field, Timeout.encode(timeout)))
            }
            fields += [
                HeaderField("te", "trailers"),
                HeaderField("content-type", ContentType.grpc),
                HeaderField("user-agent", userAgent),
            ]
            if previousAttempts > 0 {
                fields.append(HeaderField(Metadata.previousAttempts, "\(previousAttempts)"))
            }
            if let encoding { fields.append(HeaderField(Encoding.field, encoding.rawValue)) }
            if acceptsEncodings { fields.append(Encoding.accepted) }
            return fields + metadata.fields
        }
    }
}

/// The media type of every gRPC message.
enum ContentType {
    static let grpc = "application/grpc"

    /// Whether a peer speaks gRPC: the type itself, with a suffix (`+proto`) or parameters.
    static func isGRPC(_ type: String) -> Bool {
        let lowered = type.lowercased()
        guard lowered.hasPrefix(grpc) else { return false }
        return switch lowered.utf8.dropFirst(grpc.utf8.count).first {
        case nil, UInt8(ascii: "+"), UInt8(ascii: ";"): true
        default: false
        }
    }
}
