// SPDX-License-Identifier: Apache-2.0

import HPACK

extension ServerCall {
    /// What a client opens a call with.
    public struct Request: Hashable, Sendable {
        /// `/service/method` as it came.
        public let path: String
        /// The virtual host the client means.
        public let authority: String?
        /// How long the client waits, nil for as long as it takes.
        public let timeout: Duration?
        /// What the client's application added.
        public let metadata: Metadata
        /// Whether the client can undo gzip.
        public let acceptsGzip: Bool

        init(_ headers: [HeaderField]) throws(Status) {
            let path = headers.first(named: ":path") ?? ""
            let parts = path.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 3, parts[0].isEmpty, !parts[1].isEmpty, !parts[2].isEmpty else {
                throw Status(.unimplemented, "malformed method name \(path.debugDescription)")
            }
            self.path = path
            authority = headers.first(named: ":authority") ?? headers.first(named: "host")
            metadata = Metadata(received: headers)
            acceptsGzip = Encoding.gzip.isAccepted(by: headers)
            timeout = try headers.first(named: Timeout.field).map { text throws(Status) in
                guard let timeout = Timeout.decode(text) else {
                    throw Status(.internalError, "malformed grpc-timeout \(text.debugDescription)")
                }
                return timeout
            }
        }
    }
}
