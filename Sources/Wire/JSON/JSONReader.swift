// SPDX-License-Identifier: Apache-2.0

/// Pulls values out of one JSON document (RFC 8259) in borrowed bytes, in document order.
///
/// ```swift
/// try reader.beginObject()
/// while let key = try reader.nextKey() {
///     switch key {
///     case "name": name = try reader.string()
///     case "ports": try reader.beginArray(); while try reader.nextElement() { … }
///     default: break  // a value nobody took is skipped, and validated, by the next key
///     }
/// }
/// try reader.end()
/// ```
///
/// Strict: no trailing comma, comment, leading zero or byte order mark; text must be UTF-8 and
/// surrogate escapes must come in pairs. Duplicate keys are all reported, in order.
///
/// After ``JSONError/mismatch(found:wanted:at:)`` or ``JSONError/outOfRange(wanted:at:)`` nothing
/// was consumed, so the value can be asked for as something else. After any other error the
/// document is broken, and every further answer is meaningless (but never a trap).
public struct JSONReader: ~Escapable, Sendable {
    let bytes: Span<UInt8>
    let limits: JSONLimits

    /// Bytes consumed so far.
    public internal(set) var position = 0

    /// Containers that are open at this point.
    public internal(set) var depth = 0

    /// One bit for each open container, the innermost lowest: 1 for an object.
    var objects: UInt128 = 0
    var due = Due.value

    /// The length as it came, which may be over the limit.
    private let count: Int

    /// What the grammar allows at this point.
    enum Due {
        /// A value: at the start, after a key, or as an element.
        case value
        /// The first key or element of the innermost container, or its end.
        case first
        /// A comma and another key or element, or the end of the container.
        case next
        /// Nothing but white space: the document's value is complete.
        case end
    }

    /// Starts before the value of the document `bytes`.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>, limits: JSONLimits = .standard) {
        // A document over the limit becomes an empty one, so only the error path has to look.
        self.bytes = bytes.count > limits.bytes ? bytes.extracting(first: 0) : bytes
        self.limits = limits
        count = bytes.count
    }

    /// The kind of the next value, which is not consumed.
    ///
    /// - Throws: ``JSONError`` if no value starts here.
    public mutating func peek() throws(JSONError) -> JSONKind {
        guard due == .value else { throw .outOfTurn(at: position) }
        skipBlanks()
        guard position < bytes.count, let kind = JSONKind(firstByte: bytes[position]) else {
            throw unexpected("a value")
        }
        return kind
    }

    /// Consumes the white space at the end of the document.
    ///
    /// - Throws: ``JSONError`` if the value is not complete or anything follows it.
    public mutating func end() throws(JSONError) {
        guard due == .end else { throw .outOfTurn(at: position) }
        skipBlanks()
        guard position == bytes.count else { throw unexpected("the end") }
    }

    // MARK: Parts that every value shares

    /// Moves past white space; inlined for the common case that there is none.
    @inline(__always)
    mutating func skipBlanks() {
        guard position < bytes.count, bytes[position] <= 0x20 else { return }
        skipSomeBlanks()
    }

    private mutating func skipSomeBlanks() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0a, 0x0d, 0x09: position += 1
            default: return
            }
        }
    }

    /// Moves to the next value, which must be of this kind.
    mutating func require(_ kind: JSONKind) throws(JSONError) {
        let found = try peek()
        guard found == kind else {
            throw .mismatch(found: found, wanted: kind.description, at: position)
        }
    }

    /// Notes that a whole value ends before `position`.
    @usableFromInline
    mutating func finish(at position: Int) {
        self.position = position
        due = depth == 0 ? .end : .next
    }

    /// The error for the byte at `position`, or at `offset`.
    func unexpected(_ wanted: String, at offset: Int? = nil) -> JSONError {
        guard count == bytes.count else { return .tooLong(count: count, limit: limits.bytes) }
        let offset = offset ?? position
        let found = offset < bytes.count ? bytes[offset] : nil
        return .unexpected(found: found, wanted: wanted, at: offset)
    }
}
