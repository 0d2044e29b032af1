// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite struct JSONReaderTests {
    @Test func `pulls the members somebody wants and skips the rest`() throws {
        let document = Array(
            #"""
            { "kind" : "Netdev", "spec": {"mtu":1500, "tags":["a","b"], "up":true, "hint":null},
              "list": [{"x":[1,{"y":2}]}, [], {}], "ratio": 0.25 }
            """#.utf8
        )
        var reader = JSONReader(document.span)
        var seen: [String] = []
        try reader.beginObject()
        while let key = try reader.nextKey() {
            seen.append(key)
            switch key {
            case "kind": #expect(try reader.string() == "Netdev")
            case "spec": try readSpec(&reader)
            case "ratio": #expect(try reader.double() == 0.25)
            default: break
            }
        }
        try reader.end()
        #expect(seen == ["kind", "spec", "list", "ratio"])
    }

    private func readSpec(_ reader: inout JSONReader) throws {
        try reader.beginObject()
        #expect(try reader.nextKey() == "mtu")
        #expect(try reader.integer(UInt16.self) == 1500)
        #expect(try reader.nextKey() == "tags")
        var tags: [String] = []
        try reader.beginArray()
        while try reader.nextElement() { tags.append(try reader.string()) }
        #expect(tags == ["a", "b"])
        #expect(try reader.nextKey() == "up")
        #expect(try reader.takeNull() == false)
        #expect(try reader.bool())
        #expect(try reader.nextKey() == "hint")
        #expect(try reader.takeNull())
        #expect(try reader.nextKey() == nil)
    }

    @Test(arguments: [
        ("{}", JSONKind.object), (" []", .array), ("\"\"", .string), ("-1", .number),
        ("7", .number),
        ("true", .bool), ("false", .bool), ("null", .null),
    ])
    func `peeking names the kind and consumes nothing`(text: String, kind: JSONKind) throws {
        let document = Array(text.utf8)
        var reader = JSONReader(document.span)
        #expect(try reader.peek() == kind)
        #expect(try reader.peek() == kind)
        try reader.skip()
        try reader.end()
    }

    @Test func `a value of another kind stays where it is`() throws {
        let document = Array(#"[ "7" , 7.5 ]"#.utf8)
        var reader = JSONReader(document.span)
        try reader.beginArray()
        #expect(try reader.nextElement())
        #expect(throws: JSONError.mismatch(found: .string, wanted: "a number", at: 2)) {
            try reader.integer(Int.self)
        }
        #expect(throws: JSONError.mismatch(found: .string, wanted: "an object", at: 2)) {
            try reader.beginObject()
        }
        #expect(try reader.string() == "7")
        #expect(try reader.nextElement())
        #expect(throws: JSONError.mismatch(found: .number, wanted: "an integer", at: 8)) {
            try reader.integer(Int.self)
        }
        #expect(try reader.double() == 7.5)
        #expect(try reader.nextElement() == false)
        try reader.end()
    }

    @Test func `lends a value as it is written`() throws {
        let document = Array(#"{"a": {"x" : [1, 2]} , "b":"\u0041"}"#.utf8)
        var reader = JSONReader(document.span)
        try reader.beginObject()
        #expect(try reader.nextKey() == "a")
        #expect(String(decoding: copy(try reader.raw()), as: UTF8.self) == #"{"x" : [1, 2]}"#)
        #expect(try reader.nextKey() == "b")
        #expect(String(decoding: copy(try reader.raw()), as: UTF8.self) == #""\u0041""#)
        #expect(try reader.nextKey() == nil)
        try reader.end()
    }

    @Test func `a reader lends bytes that outlive it`() throws {
        func body(of document: Span<UInt8>) throws -> Int {
            var reader = JSONReader(document)
            return try reader.raw().count
        }
        let document = Array(" [1] ".utf8)
        #expect(try body(of: document.span) == 3)
    }

    @Test func `duplicate keys are all reported`() throws {
        let document = Array(#"{"a":1,"a":2}"#.utf8)
        var reader = JSONReader(document.span)
        var values: [Int] = []
        try reader.beginObject()
        while try reader.nextKey() != nil { values.append(try reader.integer()) }
        #expect(values == [1, 2])
    }

    @Test func `asking out of turn throws and never traps`() throws {
        let document = Array(#"{"a":1}"#.utf8)
        var reader = JSONReader(document.span)
        #expect(throws: JSONError.outOfTurn(at: 0)) { try reader.nextKey() }
        #expect(throws: JSONError.outOfTurn(at: 0)) { try reader.nextElement() }
        #expect(throws: JSONError.outOfTurn(at: 0)) { try reader.end() }
        try reader.beginObject()
        #expect(throws: JSONError.outOfTurn(at: 1)) { try reader.string() }
        #expect(throws: JSONError.outOfTurn(at: 1)) { try reader.nextElement() }
        #expect(try reader.nextKey() == "a")
        #expect(try reader.takeNull() == false)
        #expect(try reader.integer() == 1)
        #expect(throws: JSONError.outOfTurn(at: 6)) { try reader.skip() }
        #expect(throws: JSONError.outOfTurn(at: 6)) { try reader.end() }
        #expect(try reader.nextKey() == nil)
        #expect(throws: JSONError.outOfTurn(at: 7)) { try reader.value() }
        try reader.end()
    }

    /// Whatever was asked before, and however broken the document, the next question is answered.
    @Test func `no order of questions traps`() {
        var generator = SeededGenerator(seed: 11)
        let alphabet = Array(#"{}[]",:\u0d8 1-.etn"#.utf8)
        for _ in 0..<20_000 {
            let count = Int.random(in: 0..<16, using: &generator)
            let document = (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
            var reader = JSONReader(document.span)
            for _ in 0..<12 {
                try? ask(&reader, Int.random(in: 0..<13, using: &generator))
                #expect((0...document.count).contains(reader.position) == true)
            }
        }
    }

    private func ask(_ reader: inout JSONReader, _ question: Int) throws(JSONError) {
        switch question {
        case 0: _ = try reader.peek()
        case 1: try reader.beginObject()
        case 2: _ = try reader.nextKey()
        case 3: try reader.beginArray()
        case 4: _ = try reader.nextElement()
        case 5: _ = try reader.string()
        case 6: _ = try reader.integer(Int8.self)
        case 7: _ = try reader.double()
        case 8: _ = try reader.bool()
        case 9: _ = try reader.takeNull()
        case 10: try reader.skip()
        case 11: _ = try reader.value()
        default: _ = try reader.raw().count
        }
    }

    private func copy(_ span: Span<UInt8>) -> [UInt8] {
        span.indices.map { span[$0] }
    }
}
