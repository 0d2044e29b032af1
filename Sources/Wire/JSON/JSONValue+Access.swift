// SPDX-License-Identifier: Apache-2.0

extension JSONValue {
    /// The last member of that key, nil if this is no object or lacks it.
    ///
    /// Setting changes an object as ``JSONObject/subscript(_:)`` does; any other value becomes an
    /// object first, unless the new value is nil.
    public subscript(key: String) -> JSONValue? {
        get { members?[key] }
        set {
            var object = members ?? JSONObject()
            guard newValue != nil || members != nil else { return }
            object[key] = newValue
            self = .object(object)
        }
    }

    /// The element at that place, nil if this is no array or is shorter.
    public subscript(index: Int) -> JSONValue? {
        guard let array, array.indices.contains(index) else { return nil }
        return array[index]
    }

    /// Whether this is null.
    public var isNull: Bool {
        guard case .null = self else { return false }
        return true
    }

    /// The text, nil if this is no string.
    public var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The number as an `Int`, nil if this is no number, has a fraction or exponent, or overflows.
    public var integer: Int? { number?.integer() }

    /// The number as the nearest double, nil if this is no number or overflows.
    public var double: Double? { number?.double }

    /// The number as it is written, nil if this is none.
    public var number: JSONNumber? {
        guard case .number(let number) = self else { return nil }
        return number
    }

    /// The truth value, nil if this is none.
    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// The elements, nil if this is no array.
    public var array: [JSONValue]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    /// The members, nil if this is no object.
    public var members: JSONObject? {
        guard case .object(let object) = self else { return nil }
        return object
    }
}

extension JSONValue: ExpressibleByStringLiteral {
    /// A string.
    public init(stringLiteral value: String) {
        self = .string(value)
    }
}

extension JSONValue: ExpressibleByIntegerLiteral {
    /// A number.
    public init(integerLiteral value: Int) {
        self = .number(JSONNumber(value))
    }
}

extension JSONValue: ExpressibleByBooleanLiteral {
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) {
        self = .bool(value)
    }
}

extension JSONValue: ExpressibleByArrayLiteral {
    /// An array of these elements.
    public init(arrayLiteral elements: JSONValue...) {
        self = .array(elements)
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    /// An object with the members of the literal, in its order.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(JSONObject(elements.map { JSONObject.Member(key: $0.0, value: $0.1) }))
    }
}
