// SPDX-License-Identifier: Apache-2.0

/// The fields that one side has asked the other to remember, newest first.
///
/// Every entry has a serial number that never changes; its place in the ring is that number modulo
/// the ring's power-of-two length. Source: RFC 7541 § 2.3.2, § 4.
package struct DynamicTable: Sendable {
    /// A field and its octets as received: text that was not UTF-8 has more of them by now.
    struct Entry: Sendable {
        var field: HeaderField
        var nameOctets: Int
        var valueOctets: Int

        var size: Int { nameOctets + valueOctets + HeaderField.overhead }

        init(field: HeaderField, nameOctets: Int, valueOctets: Int) {
            self.field = field
            self.nameOctets = nameOctets
            self.valueOctets = valueOctets
        }

        /// An entry whose octets are those of its text.
        init(_ field: HeaderField) {
            self.init(
                field: field,
                nameOctets: field.name.utf8.count,
                valueOctets: field.value.utf8.count
            )
        }
    }

    private var ring: [Entry?] = Array(repeating: nil, count: 8)

    /// Entries ever inserted; the next entry gets this serial number.
    private(set) var inserted = 0

    /// Entries held.
    private(set) var count = 0

    /// The sum of the entries' sizes.
    package private(set) var size = 0

    /// What ``size`` may not exceed.
    package private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
    }

    /// The entry at `position`, 0 being the newest.
    subscript(position: Int) -> Entry? {
        guard position >= 0, position < count else { return nil }
        return ring[slot(inserted - 1 - position)]
    }

    /// The fields, newest first.
    package var fields: [HeaderField] {
        (0..<count).compactMap { self[$0]?.field }
    }

    /// The positions of the newest entries with the field and with its name.
    ///
    /// A linear search: the table holds at most 128 entries of the usual 4096 octets, mostly a
    /// dozen, and the lengths tell nearly all of them apart.
    func search(_ field: HeaderField) -> TableMatch {
        var match = TableMatch()
        let length = field.name.utf8.count
        let valueLength = field.value.utf8.count
        for position in 0..<count {
            let slot = slot(inserted - 1 - position)
            guard ring[slot]?.nameOctets == length, let entry = ring[slot] else { continue }
            let mayBeIt = entry.valueOctets == valueLength
            guard mayBeIt || match.name == nil, entry.field.name.hasOctets(of: field.name) else {
                continue
            }
            if match.name == nil { match.name = position }
            if mayBeIt, entry.field.value.hasOctets(of: field.value) {
                match.field = position
                return match
            }
        }
        return match
    }

    /// Adds an entry and evicts what no longer fits; one larger than the table empties it.
    mutating func insert(_ entry: Entry) {
        while size > capacity - entry.size, removeOldest() {}
        guard entry.size <= capacity else { return }
        if count == ring.count { grow() }
        ring[slot(inserted)] = entry
        inserted += 1
        count += 1
        size += entry.size
    }

    /// Changes the capacity and evicts what no longer fits.
    mutating func resize(to capacity: Int) {
        self.capacity = capacity
        while size > capacity, removeOldest() {}
    }

    /// Evicts the oldest entry.
    ///
    /// - Returns: whether there was one.
    private mutating func removeOldest() -> Bool {
        let slot = slot(inserted - count)
        guard count > 0, let entry = ring[slot] else { return false }
        ring[slot] = nil
        count -= 1
        size -= entry.size
        return true
    }

    private func slot(_ serial: Int) -> Int {
        serial & (ring.count - 1)
    }

    private mutating func grow() {
        var larger: [Entry?] = Array(repeating: nil, count: ring.count * 2)
        for serial in (inserted - count)..<inserted {
            larger[serial & (larger.count - 1)] = ring[slot(serial)]
        }
        ring = larger
    }
}
