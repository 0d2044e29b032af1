// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@testable import APIServer

@Suite struct SelectorRandomTests {
    private let parts = [
        "a", "metadata.name", "b/c", "=", "==", "!=", "!", " in ", " notin ", "(", ")", ",", " ",
        ".", "ä", "\u{301}", "metadata.namespace", "\0",
    ]
    private let object: JSONValue = ["metadata": ["name": "a", "labels": ["a": "b"]]]

    private func texts(seed: UInt64) -> [String] {
        var random = SeededGenerator(seed: seed)
        return (0..<4000).map { _ in
            let count = Int.random(in: 0..<9, using: &random)
            return (0..<count).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
        }
    }

    @Test func `any text is a label selector or a bad request`() {
        for text in texts(seed: 1) {
            do throws(Refusal) {
                _ = try LabelSelector(text).matches(object)
            } catch {
                #expect(error.code == 400)
            }
        }
    }

    @Test func `any text is a field selector or a bad request`() throws {
        let kind = try #require(Builtins.kinds.first)
        for text in texts(seed: 2) {
            do throws(Refusal) {
                _ = try FieldSelector(text, for: kind).matches(object)
            } catch {
                #expect(error.code == 400)
            }
        }
    }
}
