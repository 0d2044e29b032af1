// SPDX-License-Identifier: Apache-2.0

import GRPC
import NIOCore

/// Messages that came in and were not taken yet, and what the peer is to get back for them.
///
/// The peer's window opens only while few bytes wait, so a slow reader slows the peer down. Every
/// message costs something, or a peer that sends empty ones could fill the memory.
struct MessageQueue {
    /// Bytes waiting above which the peer gets no more room to send.
    static let lowWater = 64 << 10

    /// What a message costs beside its bytes: its buffer and its place in the queue.
    private static let overhead = 64

    private var messages = CircularBuffer<Frame>(initialCapacity: 1)
    private var waitingBytes = 0
    private var owedBytes = 0

    /// Whether the peer has sent its last message.
    var hasEnded = false

    var isEmpty: Bool { messages.isEmpty }
    var first: Frame? { messages.first }

    /// Bytes came in, whole messages or not.
    mutating func owe(_ count: Int) {
        owedBytes += count
    }

    mutating func append(_ message: Frame) {
        messages.append(message)
        waitingBytes += message.bytes.count + Self.overhead
    }

    mutating func take() -> Frame? {
        guard let message = messages.popFirst() else { return nil }
        waitingBytes -= message.bytes.count + Self.overhead
        return message
    }

    /// What the peer may have back now: everything, unless the reader is behind.
    mutating func takeOwed() -> Int {
        guard waitingBytes < Self.lowWater else { return 0 }
        defer { owedBytes = 0 }
        return owedBytes
    }
}
