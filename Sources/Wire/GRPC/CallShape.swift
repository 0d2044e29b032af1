// SPDX-License-Identifier: Apache-2.0

/// How many messages go each way in one call.
public enum CallShape: Hashable, Sendable, CaseIterable {
    /// One and one.
    case unary
    /// One request, any number of answers.
    case serverStreaming
    /// Any number of requests, one answer.
    case clientStreaming
    /// Any number both ways, independent of each other.
    case bidirectional

    /// Whether the client may send any number of messages.
    public var streamsRequests: Bool {
        switch self {
        case .clientStreaming, .bidirectional: true
        case .unary, .serverStreaming: false
        }
    }

    /// Whether the server may send any number of messages.
    public var streamsResponses: Bool {
        switch self {
        case .serverStreaming, .bidirectional: true
        case .unary, .clientStreaming: false
        }
    }
}
