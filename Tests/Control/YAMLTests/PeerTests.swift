// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import TestSupport
import Testing
import YAML

/// PyYAML's own parser and emitter are the other implementation.
@Suite struct PeerTests {
    private func ask(_ verb: String, _ input: JSONValue) async throws -> [JSONValue] {
        let data = try await Peer.output(
            of: "yaml_peer.py",
            arguments: [verb],
            input: Data(input.encoded())
        )
        return try #require(try JSONValue(parsing: Array(data)).array)
    }

    /// Our reading; nil, and an issue that shows the text, when there is none.
    private func read(_ text: String) -> JSONValue? {
        do {
            return try JSONValue(yaml: Array(text.utf8))
        } catch {
            Issue.record("\(error) in \(text)")
            return nil
        }
    }

    /// Equality in which `1.0e2` and `100.0` are one number, and `1` and `1.0` are two.
    private func same(_ left: JSONValue, _ right: JSONValue) -> Bool {
        switch (left, right) {
        case (.number(let left), .number(let right)):
            let isWhole = [left, right].map { $0.text.allSatisfy { $0.isNumber || $0 == "-" } }
            guard isWhole[0] == isWhole[1] else { return false }
            return isWhole[0] ? left == right : left.double == right.double
        case (.array(let left), .array(let right)):
            return left.count == right.count && zip(left, right).allSatisfy(same)
        case (.object(let left), .object(let right)):
            return left.keys == right.keys
                && zip(left.members, right.members).allSatisfy { same($0.value, $1.value) }
        default: return left == right
        }
    }

    @Test func `reads documents as PyYAML does`() async throws {
        let texts = Documents.good
        let answers = try await ask("load", .array(texts.map(JSONValue.string)))
        try #require(answers.count == texts.count)
        for (text, answer) in zip(texts, answers) {
            let expected = try #require(answer[0], "\(answer) for \(text)")
            guard let value = read(text) else { continue }
            #expect(same(value, expected), "\(text)")
        }
    }

    @Test func `refuses what PyYAML refuses`() async throws {
        let texts = Documents.broken.map(\.text)
        let answers = try await ask("load", .array(texts.map(JSONValue.string)))
        try #require(answers.count == texts.count)
        for ((text, line, column), answer) in zip(Documents.broken, answers) {
            #expect(answer.string != nil, "PyYAML takes \(text)")
            let error = try #require(throws: YAMLError.self, "\(text)") {
                try JSONValue(yaml: Array(text.utf8))
            }
            guard case .syntax(let problem, let at) = error else {
                Issue.record("\(error) for \(text)")
                continue
            }
            #expect(at == YAMLPosition(line: line, column: column), "\(text): \(error)")
            #expect(!problem.isEmpty)
        }
    }

    /// JSON's own reader is the oracle; tabs are where PyYAML itself is no superset.
    @Test(arguments: [
        "{\n\t\"a\":\t1,\n\t\"b\": [\n\t\t2\n\t]\n}\n",
        #"{"a":1,"b":[true,null,false],"c":{"d":"\u00e9\n\/\"\\\b\f\r\t"},"":-1.5e+3}"#,
        ##"  [ 1 , 2.50 , -0 , 1E5 , "x: y" , "# no comment" , {} , [ ] ]  "##,
        #""alone""#, "12", "null",
    ])
    func `reads JSON as JSON is read`(text: String) throws {
        let expected = try JSONValue(parsing: Array(text.utf8))
        #expect(try JSONValue(yaml: Array(text.utf8)).encoded() == expected.encoded())
    }

    @Test func `reads what PyYAML writes in every style`() async throws {
        var generator = SeededGenerator(seed: 7)
        let values = (0..<300).map { _ in value(depth: 4, using: &generator) }
        let answers = try await ask("dump", .array(values))
        try #require(answers.count == values.count)
        var count = 0
        for (value, answer) in zip(values, answers) {
            for text in try #require(answer.array).compactMap(\.string) {
                guard let again = read(text) else { continue }
                #expect(again == value, "\(text)")
                count += 1
            }
        }
        #expect(count > 1000, "the peer left most of them out")
    }

    /// Texts that are hard to write, and those that other readers take for something else.
    private static let texts = [
        "", " ", "yes", "no", "null", "~", "true", "1", "-1", "0755", "0x1f", "1e3", ".5", ".inf",
        "<<",
        "=", "- a", "a: b", "a #b", "#a", "[a", "{a}", "&a", "*a", "!a", "%a", "@a", "`a`", "'",
        "\"",
        "\\", "\\n", "a\nb", "a\n\nb\n", "\n", "  a", "a  ", "\ta", "a\tb", "größe", "日本語", "😀",
        "a,b",
        "?", ":", "-", "---", "...", "a:", ":a", "2026-11-24", "12:30", "1_000", "\u{7f}", "\u{0}",
        "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor", "|", ">",
        "x y",
    ]

    private func value(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
        func text() -> String { Self.texts[Int.random(in: Self.texts.indices, using: &generator)] }
        switch Int.random(in: 0..<(depth == 0 ? 5 : 9), using: &generator) {
        case 0: return .null
        case 1: return .bool(Bool.random(using: &generator))
        case 2: return .number(JSONNumber(Int.random(in: Int.min...Int.max, using: &generator)))
        case 3, 4: return .string(text() + text())
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0...4, using: &generator)).map { _ in
                    value(depth: depth - 1, using: &generator)
                }
            )
        default:
            var object = JSONObject()
            for _ in 0..<Int.random(in: 0...4, using: &generator) {
                object[text()] = value(depth: depth - 1, using: &generator)
            }
            return .object(object)
        }
    }
}
