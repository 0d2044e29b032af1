// SPDX-License-Identifier: Apache-2.0

import JSON
import TestSupport
import Testing

@Suite struct JSONWriterTests {
    @Test func `commas and colons come by themselves`() {
        var writer = JSONWriter()
        fill(&writer)
        let text = #"{"a":1,"b":["x",true,null,[],{}],"c":{"d":-1.5},"e":1e999}"#
        #expect(text == String(decoding: writer.take(), as: UTF8.self))
    }

    @Test func `people get lines and blanks`() {
        var writer = JSONWriter(indent: 2)
        fill(&writer)
        let text = """
            {
              "a": 1,
              "b": [
                "x",
                true,
                null,
                [],
                {}
              ],
              "c": {
                "d": -1.5
              },
              "e": 1e999
            }
            """
        #expect(text == String(decoding: writer.take(), as: UTF8.self))
    }

    @Test func `both layouts mean the same`() throws {
        var (compact, wide) = (JSONWriter(), JSONWriter(indent: 4, capacity: 100))
        fill(&compact)
        fill(&wide)
        #expect(try JSONValue(parsing: compact.take()) == JSONValue(parsing: wide.take()))
    }

    private func fill(_ writer: inout JSONWriter) {
        writer.beginObject()
        writer.key("a")
        writer.integer(1)
        writer.key("b")
        writer.beginArray()
        writer.string("x")
        writer.bool(true)
        writer.null()
        writer.value([])
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.key("c")
        writer.value(["d": .number(JSONNumber(-1.5) ?? JSONNumber(0))])
        writer.key("e")
        writer.verbatim(Array("1e999".utf8).span)
        writer.endObject()
    }

    @Test func `control characters, quotes and backslashes are escaped`() throws {
        let escapes: [UInt8: String] = [
            8: #"\b"#, 9: #"\t"#, 10: #"\n"#, 12: #"\f"#, 13: #"\r"#, 0x22: #"\""#, 0x5c: #"\\"#,
        ]
        for byte in UInt8(0)..<128 {
            let text = String(Unicode.Scalar(byte))
            let plain = byte < 0x20 ? #"\u00"# + hex([byte]) : text
            let document = JSONValue.string(text).encoded()
            #expect(document == Array("\"\(escapes[byte] ?? plain)\"".utf8))
            #expect(try JSONValue(parsing: document).string == text)
        }
    }

    @Test func `text that is not ASCII is written as it is`() {
        let text = "é€😀\u{2028}\u{7f}\n"
        let document = JSONValue.string(text).encoded()
        #expect(document == Array("\"é€😀\u{2028}\u{7f}\\n\"".utf8))
    }

    @Test(arguments: [
        0, -0.0, 0.1, 1e20, 1e-20, .leastNonzeroMagnitude, .greatestFiniteMagnitude, -1234.5678,
        1e16, 1 / 3,
    ])
    func `doubles read back as the same`(value: Double) throws {
        var writer = JSONWriter()
        writer.double(value)
        let document = writer.take()
        var reader = JSONReader(document.span)
        #expect(try reader.double().bitPattern == value.bitPattern)
    }

    @Test func `a writer can be used again`() {
        var writer = JSONWriter()
        writer.integer(UInt64.max)
        #expect(writer.take() == Array("18446744073709551615".utf8))
        writer.integer(Int64.min)
        #expect(writer.take() == Array("-9223372036854775808".utf8))
    }

    @Test func `misuse is our bug and traps`() async {
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.double(.nan)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginObject()
            writer.integer(1)
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            writer.endObject()
        }
        await #expect(processExitsWith: .failure) {
            var writer = JSONWriter()
            writer.beginArray()
            _ = writer.take()
        }
    }
}
