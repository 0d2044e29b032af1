// SPDX-License-Identifier: Apache-2.0

/// The members of an object in document order.
///
/// Keys may occur twice, as they may in a document: both are kept and written again, and lookup
/// answers the last one, like the decoders of Go and Python. Lookup is linear.
public struct JSONObject: Sendable {
    /// A key and its value.
    public struct Member: Hashable, Sendable {
        /// The text before the colon.
        public var key: String

        /// What stands after the colon.
        public var value: JSONValue

        /// A member of an object.
        public init(key: String, value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// Every member in document order.
    public var members: [Member]

    /// An object of these members.
    public init(_ members: [Member] = []) {
        self.members = members
    }

    /// The keys in document order.
    public var keys: [String] { members.map(\.key) }

    /// The last value of `key`.
    ///
    /// Setting replaces that value in its place or appends a member; setting nil removes every
    /// member of that key.
    public subscript(key: String) -> JSONValue? {
        get {
            for index in members.indices.reversed() where members[index].key == key {
                return members[index].value
            }
            return nil
        }
        set {
            guard let newValue else {
                members.removeAll { $0.key == key }
                return
            }
            if let index = members.lastIndex(where: { $0.key == key }) {
                members[index].value = newValue
            } else {
                members.append(Member(key: key, value: newValue))
            }
        }
    }

    /// What lookup can see, without order.
    private var visible: [String: JSONValue] {
        Dictionary(members.map { ($0.key, $0.value) }) { _, last in last }
    }
}

extension JSONObject: Hashable {
    /// Whether lookup answers the same for every key; the order does not matter.
    public static func == (left: Self, right: Self) -> Bool {
        left.members == right.members || left.visible == right.visible
    }

    /// Feeds what lookup can see.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(visible)
    }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    /// An object with the members of the literal, in its order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self.init(elements.map { Member(key: $0.0, value: $0.1) })
    }
}
