// SPDX-License-Identifier: Apache-2.0

/// The open streams by number.
///
/// Two arrays in step, ordered by number. Streams are opened in ascending order, so an insertion is
/// nearly always an append, and there are at most some hundred of them: a binary search costs no
/// more than hashing. A dictionary would make a process that sends one request search all of the
/// binary's protocol conformances first.
struct StreamTable: Sendable {
    /// The numbers, ascending.
    private(set) var keys: [StreamID] = []

    /// The streams, in the order of ``keys``.
    var values: [Stream] = []

    /// How many are open.
    var count: Int { keys.count }

    /// Whether none is open.
    var isEmpty: Bool { keys.isEmpty }

    /// The stream with this number; setting inserts, replaces or removes it.
    subscript(id: StreamID) -> Stream? {
        get { index(forKey: id).map { values[$0] } }
        set {
            let place = lowerBound(of: id)
            let isThere = place < keys.count && keys[place] == id
            switch (newValue, isThere) {
            case (let stream?, true): values[place] = stream
            case (let stream?, false):
                keys.insert(id, at: place)
                values.insert(stream, at: place)
            case (nil, true):
                keys.remove(at: place)
                values.remove(at: place)
            case (nil, false): break
            }
        }
    }

    /// Where the stream with this number is; valid until a stream is inserted or removed.
    func index(forKey id: StreamID) -> Int? {
        let place = lowerBound(of: id)
        return place < keys.count && keys[place] == id ? place : nil
    }

    /// Takes the stream with this number out.
    mutating func removeValue(forKey id: StreamID) -> Stream? {
        guard let place = index(forKey: id) else { return nil }
        keys.remove(at: place)
        return values.remove(at: place)
    }

    private func lowerBound(of id: StreamID) -> Int {
        if let last = keys.last, last < id { return keys.count }
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
