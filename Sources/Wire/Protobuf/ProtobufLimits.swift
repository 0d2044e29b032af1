// SPDX-License-Identifier: Apache-2.0

/// What a peer may make us decode.
public struct ProtobufLimits: Hashable, Sendable {
    /// Bytes of the outermost message.
    public var messageSize: Int

    /// Levels of messages and groups below the outermost message.
    public var depth: Int

    /// Limits; the defaults are those of gRPC (4 MiB) and of the reference implementations (100).
    public init(messageSize: Int = 4 << 20, depth: Int = 100) {
        self.messageSize = messageSize
        self.depth = depth
    }

    /// The limits for messages that arrive over RPC.
    public static let standard = ProtobufLimits()
}
