// SPDX-License-Identifier: Apache-2.0

import JSON

/// The path of a printer column: `.a.b`, `.a\.b`, `['a']`, `[0]`, `[*]` and `[?(@.type=="Ready")]`.
///
/// Source: Kubernetes, "JSONPath Support", what resource definitions may use of it.
struct JSONPath: Sendable {
    private enum Step: Hashable, Sendable {
        case member(String)
        case element(Int)
        case all
        case matching(path: [String], value: String)
    }

    let text: String
    /// Whether a date is shown as it is, not as an age.
    let isRaw: Bool
    private let steps: [Step]

    /// Reads a path, nil when it is none.
    init?(_ text: String, isRaw: Bool = false) {
        self.text = text
        self.isRaw = isRaw
        var body = Substring(text)
        if body.hasPrefix("{"), body.hasSuffix("}") { body = body.dropFirst().dropLast() }
        var steps: [Step] = []
        while !body.isEmpty {
            guard let step = Self.next(&body) else { return nil }
            steps.append(step)
        }
        guard !steps.isEmpty else { return nil }
        self.steps = steps
    }

    /// A path that is known to be one.
    init(checked text: String, isRaw: Bool = false) {
        guard let path = JSONPath(text, isRaw: isRaw) else {
            preconditionFailure("\(text) is no path")
        }
        self = path
    }

    /// Everything the path leads to.
    func values(in root: JSONValue) -> [JSONValue] {
        var values = [root]
        for step in steps {
            values = values.flatMap { Self.follow(step, from: $0) }
        }
        return values
    }

    private static func follow(_ step: Step, from value: JSONValue) -> [JSONValue] {
        switch step {
        case .member(let name): return value[name].map { [$0] } ?? []
        case .element(let index):
            guard let elements = value.array else { return [] }
            let place = index < 0 ? elements.count + index : index
            return elements.indices.contains(place) ? [elements[place]] : []
        case .all: return value.array ?? value.members?.members.map(\.value) ?? []
        case .matching(let path, let wanted):
            return (value.array ?? []).filter { element in
                let found = path.reduce(Optional(element)) { $0?[$1] }
                return found?.string == wanted
            }
        }
    }

    private static func next(_ body: inout Substring) -> Step? {
        if body.hasPrefix(".") {
            body = body.dropFirst()
            guard body.first != "[" else { return next(&body) }
            let name = name(&body)
            return name.isEmpty ? nil : .member(name)
        }
        guard body.hasPrefix("["), let end = body.firstIndex(of: "]") else { return nil }
        let inner = body[body.index(after: body.startIndex)..<end]
        body = body[body.index(after: end)...]
        if inner == "*" { return .all }
        if let index = Int(inner) { return .element(index) }
        if let name = unquoted(inner) { return .member(name) }
        guard inner.hasPrefix("?(@."), inner.hasSuffix(")") else { return nil }
        let parts = inner.dropFirst(4).dropLast().split(separator: "==", maxSplits: 1)
        guard parts.count == 2, let value = unquoted(trimmed(parts[1])) else { return nil }
        return .matching(
            path: trimmed(parts[0]).split(separator: ".").map(String.init),
            value: value
        )
    }

    /// A name up to the next step; a dot that belongs to it has a backslash before it.
    private static func name(_ body: inout Substring) -> String {
        var name = ""
        while let next = body.first, next != ".", next != "[" {
            body.removeFirst()
            name.append(next == "\\" ? body.popFirst() ?? next : next)
        }
        return name
    }

    private static func trimmed(_ text: Substring) -> Substring {
        let start = text.drop { $0 == " " }
        let end = start.lastIndex { $0 != " " }
        return end.map { start[...$0] } ?? ""
    }

    private static func unquoted(_ text: Substring) -> String? {
        guard text.count >= 2, let first = text.first, first == "'" || first == "\"",
            text.last == first
        else { return nil }
        return String(text.dropFirst().dropLast())
    }
}
