// SPDX-License-Identifier: Apache-2.0

extension JSONReader {
    /// Enters an object; ``nextKey()`` leaves it.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not an object.
    public mutating func beginObject() throws(JSONError) {
        try require(.object)
        try open(object: true)
    }

    /// Consumes the next key and its colon; nil if that was the end of the object instead.
    ///
    /// A value that was not taken since the last key is skipped first.
    ///
    /// - Throws: ``JSONError`` if the object is malformed or the innermost container is an array.
    public mutating func nextKey() throws(JSONError) -> String? {
        guard let key = try advanceToKey() else { return nil }
        let text = try text(of: key)
        try finish(key: key)
        return text
    }

    /// Enters an array; ``nextElement()`` leaves it.
    ///
    /// - Throws: ``JSONError``; nothing is consumed if the value is not an array.
    public mutating func beginArray() throws(JSONError) {
        try require(.array)
        try open(object: false)
    }

    /// Moves to the next element; false if that was the end of the array instead.
    ///
    /// An element that was not taken is skipped first.
    ///
    /// - Throws: ``JSONError`` if the array is malformed or the innermost container is an object.
    public mutating func nextElement() throws(JSONError) -> Bool {
        guard try advance(object: false, closing: UInt8(ascii: "]")) else { return false }
        due = .value
        return true
    }

    /// Consumes any value, validating all of it, without allocating.
    ///
    /// - Throws: ``JSONError`` if it is malformed or nested too deep.
    public mutating func skip() throws(JSONError) {
        let floor = depth
        try skipShallow()
        while depth > floor {
            if objects & 1 == 1 {
                guard let key = try advanceToKey() else { continue }
                try finish(key: key)
            } else {
                guard try nextElement() else { continue }
            }
            try skipShallow()
        }
    }

    /// Consumes any value like ``skip()`` and lends its bytes, without the white space around it.
    ///
    /// - Throws: ``JSONError`` if it is malformed or nested too deep.
    @_lifetime(copy self)
    public mutating func raw() throws(JSONError) -> Span<UInt8> {
        _ = try peek()
        let start = position
        try skip()
        return bytes.extracting(start..<position)
    }

    /// Consumes a scalar, or only the opening of a container.
    private mutating func skipShallow() throws(JSONError) {
        switch try peek() {
        case .object: try open(object: true)
        case .array: try open(object: false)
        case .string: finish(at: try scanString().end)
        case .number: finish(at: try scanNumber().end)
        case .bool: _ = try bool()
        case .null: try literal("null")
        }
    }

    private mutating func open(object: Bool) throws(JSONError) {
        guard depth < limits.depth else { throw .tooDeep(limit: limits.depth, at: position) }
        depth += 1
        objects = objects << 1 | (object ? 1 : 0)
        position += 1
        due = .first
    }

    /// Moves to the next key or element past its comma; false if the container was closed.
    private mutating func advance(object: Bool, closing: UInt8) throws(JSONError) -> Bool {
        guard depth > 0, (objects & 1 == 1) == object else { throw .outOfTurn(at: position) }
        if due == .value { try skip() }
        skipBlanks()
        guard position < bytes.count else {
            throw unexpected(object ? "',' or '}'" : "',' or ']'")
        }
        if bytes[position] == closing {
            depth -= 1
            objects >>= 1
            finish(at: position + 1)
            return false
        }
        guard due == .next else { return true }
        guard bytes[position] == UInt8(ascii: ",") else {
            throw unexpected(object ? "',' or '}'" : "',' or ']'")
        }
        position += 1
        return true
    }

    /// Moves to the opening quote of the next key and checks the key; nil at the object's end.
    private mutating func advanceToKey() throws(JSONError) -> ScannedString? {
        guard try advance(object: true, closing: UInt8(ascii: "}")) else { return nil }
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
            throw unexpected(due == .first ? "a key or '}'" : "a key")
        }
        return try scanString()
    }

    /// Consumes the key and its colon.
    private mutating func finish(key: ScannedString) throws(JSONError) {
        position = key.end
        skipBlanks()
        guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
            throw unexpected("':'")
        }
        position += 1
        due = .value
    }
}
