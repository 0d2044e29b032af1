// SPDX-License-Identifier: Apache-2.0

/// A value together with where it stands in its document, for reading text that people write.
///
/// Every accessor throws a ``JSONShapeError`` that names the place, as in
/// `networks[0].mtu: 70000 is not a number from 68 to 65535`.
public struct JSONNode: Sendable {
    /// The value here.
    public let value: JSONValue

    private let place: Place

    /// A value at `path`.
    public init(_ value: JSONValue, path: String = "") {
        self.value = value
        place = path.isEmpty ? .root : Place(.root(path))
    }

    private init(_ value: JSONValue, _ step: Place.Step) {
        self.value = value
        place = Place(step)
    }

    /// The place, as in `networks[0].mtu`; empty at the root.
    public var path: String { place.path }

    /// The member `key`, nil when it is absent or null.
    ///
    /// - Throws: ``JSONShapeError/wrongKind(path:expected:found:)`` when this is not an object.
    public func optional(_ key: String) throws(JSONShapeError) -> JSONNode? {
        guard value.members != nil else { throw wrong("an object") }
        guard let member = value[key], !member.isNull else { return nil }
        return JSONNode(member, .member(key, of: place))
    }

    /// The member `key`.
    ///
    /// - Throws: ``JSONShapeError/missing(path:)`` when it is absent or null.
    public func required(_ key: String) throws(JSONShapeError) -> JSONNode {
        guard let member = try optional(key) else {
            throw .missing(path: Place(.member(key, of: place)).path)
        }
        return member
    }

    /// The elements of this array.
    public func elements() throws(JSONShapeError) -> [JSONNode] {
        guard let array = value.array else { throw wrong("an array") }
        return array.enumerated().map { JSONNode($1, .element($0, of: place)) }
    }

    /// This string.
    public func string() throws(JSONShapeError) -> String {
        guard let string = value.string else { throw wrong("a string") }
        return string
    }

    /// This string, which must not be empty.
    public func text() throws(JSONShapeError) -> String {
        let string = try string()
        guard !string.isEmpty else {
            throw .invalid(path: path, value: "\"\"", expected: "a text that is not empty")
        }
        return string
    }

    /// This integer, which must lie in `range`.
    public func integer(in range: ClosedRange<Int>) throws(JSONShapeError) -> Int {
        guard value.number != nil else { throw wrong("a number") }
        guard let integer = value.integer, range.contains(integer) else {
            let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
            throw .invalid(path: path, value: text(of: value), expected: expected)
        }
        return integer
    }

    /// This Boolean.
    public func bool() throws(JSONShapeError) -> Bool {
        guard let bool = value.bool else { throw wrong("true or false") }
        return bool
    }

    /// This string read by `parse`, which gives nil for what is not `expected`, such as "a MAC".
    public func parsed<T>(
        as expected: @autoclosure () -> String,
        _ parse: (String) -> T?
    ) throws(JSONShapeError) -> T {
        let string = try string()
        guard let parsed = parse(string) else {
            throw .invalid(path: path, value: "\"\(string)\"", expected: expected())
        }
        return parsed
    }

    /// Refuses members that are not on the list, so that a misspelt key is not ignored.
    public func allow(_ keys: Set<String>) throws(JSONShapeError) {
        guard let object = value.members else { throw wrong("an object") }
        for member in object.members where !keys.contains(member.key) {
            throw .unknown(path: Place(.member(member.key, of: place)).path)
        }
    }

    /// The error for a value that says something impossible here.
    public func invalid(expected: String) -> JSONShapeError {
        .invalid(path: path, value: text(of: value), expected: expected)
    }

    private func wrong(_ expected: String) -> JSONShapeError {
        .wrongKind(path: path, expected: expected, found: "\(value.kind)")
    }

    private func text(of value: JSONValue) -> String {
        String(decoding: value.encoded().prefix(80), as: UTF8.self)
    }
}

/// Where a value stands, as the way to it: text is made of it only for an error.
private final class Place: Sendable {
    enum Step: Sendable {
        case root(String)
        case member(String, of: Place)
        case element(Int, of: Place)
    }

    static let root = Place(.root(""))

    private let step: Step

    init(_ step: Step) {
        self.step = step
    }

    var path: String {
        switch step {
        case .root(let path): return path
        case .member(let key, let place):
            let path = place.path
            return path.isEmpty ? key : "\(path).\(key)"
        case .element(let index, let place): return "\(place.path)[\(index)]"
        }
    }
}

/// A well-formed document that says something impossible.
public enum JSONShapeError: Error, Equatable, Sendable {
    /// A member that must be there is absent.
    case missing(path: String)
    /// A member nobody knows.
    case unknown(path: String)
    /// Another kind of value than expected.
    case wrongKind(path: String, expected: String, found: String)
    /// The right kind, but not a possible value.
    case invalid(path: String, value: String, expected: String)
}

extension JSONShapeError: CustomStringConvertible {
    /// One clause that begins with the place.
    public var description: String {
        switch self {
        case .missing(let path): "\(path) is missing"
        case .unknown(let path): "\(path) is not a known key"
        case .wrongKind(let path, let expected, let found):
            "\(path.isEmpty ? "the document" : path): \(expected) is expected, not \(found)"
        case .invalid(let path, let value, let expected):
            "\(path): \(value) is not \(expected)"
        }
    }
}
