// SPDX-License-Identifier: Apache-2.0

/// How the last streams ended, so that a late frame is told from a wrong one.
///
/// A ring: recording is two stores, and only the rare frame on a closed stream searches it.
struct ClosedStreams {
    /// Why a stream is no longer in the table.
    enum End: Equatable {
        /// Both ends sent END_STREAM.
        case finished
        /// We sent RST_STREAM, so anything may still be under way.
        case resetLocally
        /// The peer sent RST_STREAM.
        case resetByPeer
    }

    private let capacity: Int
    private var ring: [(id: StreamID, end: End)] = []
    private var oldest = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    /// Remembers an end, in place of the oldest one when the ring is full.
    mutating func record(_ id: StreamID, _ end: End) {
        if ring.count < capacity {
            ring.append((id, end))
        } else {
            ring[oldest] = (id, end)
            oldest = (oldest + 1) % capacity
        }
    }

    /// How the stream ended, nil when that was too long ago or it was never opened.
    func end(of id: StreamID) -> End? {
        for age in 0..<ring.count {
            let entry = ring[(oldest + ring.count - 1 - age) % ring.count]
            if entry.id == id { return entry.end }
        }
        return nil
    }
}
