// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Protobuf
import Synchronization

/// From a frame to a message, within what the server wants to hold.
extension IncomingCall {
    /// Decodes a message; what a compressed one unfolds to counts until the call ends or takes
    /// the next.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` above a limit, `INTERNAL` when these are no such bytes,
    ///   `CANCELLED` when the call is over.
    func decode<Request: Message>(_ frame: Frame) throws(Status) -> Request {
        guard frame.encoding != nil else { return try Request(received: frame.bytes) }
        let bytes = try frame.inflated(limit: limit)
        let isWanted = state.withLock { state in
            guard !state.isOver else { return false }
            state.heldBytes += bytes.count
            state.inflatedBytes += bytes.count
            return true
        }
        guard isWanted else { throw .cancelled }
        try router.hold(bytes.count, stream.tally)
        return try Request(received: bytes)
    }
}
