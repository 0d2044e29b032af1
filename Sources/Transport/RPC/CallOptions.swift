// SPDX-License-Identifier: Apache-2.0

public import GRPC
import Synchronization

/// What a client may want of one call, beside its deadline.
public struct CallOptions: Sendable {
    /// What goes with the request.
    public var metadata: Metadata
    /// Compress the request's messages; nil to send them as they are.
    public var compression: Compression?
    /// Make the call again when the server could not take it; nil to fail at once.
    ///
    /// For calls with one request, which must be safe to repeat; with any number of answers they
    /// are made again only before the first one came.
    public var retry: RetryPolicy?
    /// Wait for a server that cannot be reached, until the deadline, instead of failing at once.
    public var waitsForReady = false
    /// Where to put what comes with the answer.
    public var response: ResponseMetadata?

    /// The defaults.
    public init(metadata: Metadata = Metadata()) {
        self.metadata = metadata
    }
}

/// What a server sends beside its messages: one call fills it in, its caller reads it.
public final class ResponseMetadata: Sendable {
    private let state = Mutex((initial: Metadata(), trailing: Metadata()))

    /// Nothing yet.
    public init() {}

    /// What came ahead of the first message.
    public var initial: Metadata { state.withLock { $0.initial } }

    /// What came with the status.
    public var trailing: Metadata { state.withLock { $0.trailing } }

    func set(initial: Metadata) {
        state.withLock { $0.initial = initial }
    }

    func set(trailing: Metadata) {
        state.withLock { $0.trailing = trailing }
    }
}
