// SPDX-License-Identifier: Apache-2.0

/// Bytes on their way from a task to the event loop, and the tasks that wait until there are fewer.
///
/// What is added while the event loop has been asked already goes along in the same hop.
struct Outbox {
    /// Bytes that may wait for the peer before the writer has to.
    private static let highWater = 64 << 10

    private var bytes: [UInt8] = []
    private var unsentBytes = 0
    private var isDraining = false
    private var writers: [CheckedContinuation<Void, Never>] = []

    var isEmpty: Bool { bytes.isEmpty }
    var hasRoom: Bool { unsentBytes < Self.highWater }

    mutating func add(_ frame: [UInt8]) {
        if bytes.isEmpty { bytes = frame } else { bytes += frame }
        unsentBytes += frame.count
    }

    /// Whether the event loop has to be asked to send; once is enough.
    mutating func startsDraining() -> Bool {
        defer { isDraining = true }
        return !isDraining
    }

    /// Everything, for the event loop to send.
    mutating func drain() -> [UInt8] {
        isDraining = false
        defer { bytes = [] }
        return bytes
    }

    /// Adds a task that waits for room.
    mutating func wait(_ writer: CheckedContinuation<Void, Never>) {
        writers.append(writer)
    }

    /// All that was handed over is out; returns the tasks to go on.
    mutating func sent() -> [CheckedContinuation<Void, Never>] {
        unsentBytes = bytes.count
        return takeWriters()
    }

    mutating func takeWriters() -> [CheckedContinuation<Void, Never>] {
        defer { writers = [] }
        return writers
    }
}

/// Counts messages, so that a task that always has more lets others of its thread go on.
struct Turns {
    private static var length: Int { 64 }

    private var count = 0

    /// Counts one more; whether it is the turn of others.
    mutating func isOver() -> Bool {
        count = (count + 1) % Self.length
        return count == 0
    }
}
