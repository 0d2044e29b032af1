// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What a question was answered with: a table for people, the same facts for programs.
public struct Report: Hashable, Sendable {
    /// The table, and what is to be said below it.
    public let text: String

    /// The facts, an array of objects or an object of arrays.
    public let json: JSONValue

    package init(text: String, json: JSONValue) {
        self.text = text
        self.json = json
    }

    /// The facts, laid out for people who read JSON.
    public var jsonText: String {
        var writer = JSONWriter(indent: 2)
        writer.value(json)
        return String(decoding: writer.take(), as: UTF8.self) + "\n"
    }
}
