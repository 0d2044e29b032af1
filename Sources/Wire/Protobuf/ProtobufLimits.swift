// SPDX-License-Identifier: Apache-2.0

/// What a peer may make us decode.
public struct ProtobufLimits: Hashable, Sendable {
    /// Bytes of the outermost message.
    public var messageSize: Int

    /// Levels of messages and groups below the outermost message.
    public var depth: Int

    /// Messages and map entries below the outermost message, all levels together.
    ///
    /// An empty message takes two bytes on the wire and hundreds in memory.
    public var messages: Int

    /// Limits; the size is that of gRPC (4 MiB), the depth that of the reference implementations.
    public init(messageSize: Int = 4 << 20, depth: Int = 100, messages: Int = 1 << 17) {
        self.messageSize = messageSize
        self.depth = depth
        self.messages = messages
    }

    /// The limits for messages that arrive over RPC.
    public static let standard = ProtobufLimits()
}

/// What is left of the limits while a message is decoded.
struct Allowance: Sendable {
    /// Levels below the message that is being decoded.
    var depth: Int

    /// Messages still to come.
    var messages: Int
}
