// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import Testing

@testable import Kubernetes

@Suite struct ItemSplitterTests {
    private struct Cut: Equatable {
        var items: [String] = []
        var envelope = ""
    }

    /// The items and the envelope of a document that comes in pieces; nil when it is no list.
    private func cut(_ document: String, pieces size: Int = .max) -> Cut? {
        let bytes = Array(document.utf8)
        var splitter = ItemSplitter()
        var cut = Cut()
        var start = 0
        while start < bytes.count {
            let end = size < bytes.count - start ? start + size : bytes.count
            let broken = splitter.add(Array(bytes[start..<end])) { item in
                let copy = (0..<item.count).map { item[$0] }
                cut.items.append(String(decoding: copy, as: UTF8.self))
            }
            if broken != nil { return nil }
            start = end
        }
        cut.envelope = String(decoding: splitter.envelope, as: UTF8.self)
        return cut
    }

    private let tricky = #"""
        {"kind":"L","items" : [ {"a":"}]\"\\","b":[{"items":[{}]}]} , {"c":{}}
        ], "metadata":{"resourceVersion":"7","items":[{"x":1}]},"more":["items",[1]]}
        """#

    @Test func `items are the same however they are cut`() {
        let wanted = Cut(
            items: [#"{"a":"}]\"\\","b":[{"items":[{}]}]}"#, #"{"c":{}}"#],
            envelope: #"{"kind":"L","items" : [], "metadata":{"resourceVersion":"7","items":[{"x""#
                + #":1}]},"more":["items",[1]]}"#
        )
        for size in 1...tricky.utf8.count {
            #expect(cut(tricky, pieces: size) == wanted, "pieces of \(size)")
        }
    }

    @Test(arguments: [
        #"{"items":[]}"#, #"{"items":null}"#, #"{"kind":"items","x":[{}]}"#,
        #"{"items":{"a":[{}]}}"#,
        "<html>", "", "[[{}]]", #"{"items":[ ]}"#,
    ])
    func `without items the document is its envelope`(document: String) {
        let envelope = document.replacing("[ ]", with: "[]")
        #expect(cut(document) == Cut(envelope: envelope))
    }

    @Test(arguments: [
        #"{"items":[{},]}"#, #"{"items":[,{}]}"#, #"{"items":[{}{}]}"#, #"{"items":[{},,{}]}"#,
        #"{"items":[1]}"#, #"{"items":["a"]}"#, #"{"items":[null]}"#, "}", #"{"items":[<p>]}"#,
    ])
    func `what cannot be a list is refused`(document: String) {
        for size in [1, 3, .max] { #expect(cut(document, pieces: size) == nil) }
    }

    @Test func `an item without an end is refused, and so is an envelope`() {
        let blanks = String(repeating: " ", count: 1 << 20)
        for begin in [#"{"items":[{"a":""#, #"{"a":""#] {
            var splitter = ItemSplitter()
            #expect(splitter.add(Array(begin.utf8)) { _ in } == nil)
            var broken: ItemsBroken?
            for _ in 0...8 where broken == nil {
                broken = splitter.add(Array(blanks.utf8)) { _ in }
            }
            #expect(broken == .tooLong)
        }
    }

    @Test func `an item keeps what its kind reads, and what cannot be read has a name`() throws {
        let text = #"{"metadata":{"name":"a","namespace":"n"},"spec":{"renewTime":7}}"#
        guard
            case .unreadable(let sentence, let key) =
                try ListItem<Lease>(Array(text.utf8).span, place: "leases[3]")
        else {
            Issue.record("it was read")
            return
        }
        #expect(key == ObjectKey(namespace: "n", name: "a"))
        #expect(sentence.hasPrefix("leases[3]: spec.renewTime"))
    }
}
