// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite struct JSONProjectionTests {
    private func read(_ text: String, _ projection: JSONProjection) throws(JSONError) -> JSONValue {
        let bytes = Array(text.utf8)
        var reader = JSONReader(bytes.span)
        let value = try reader.value(projection)
        try reader.end()
        return value
    }

    private let document = """
        {"kind":"K","metadata":{"name":"n","managedFields":[{"a":{"b":[1,2]}}],"labels":{"x":"y"}},\
        "list":[{"keep":1,"drop":2},3,null],"status":{"phase":"P","more":[[]]}}
        """

    @Test func `leaves out what is excepted and keeps the rest`() throws {
        let projection = JSONProjection.except([
            "metadata": .except(["managedFields": .nothing]), "list": .except(["drop": .nothing]),
            "status": .only(["phase": .everything]),
        ])
        let wanted: JSONValue = [
            "kind": "K", "metadata": ["name": "n", "labels": ["x": "y"]],
            "list": [["keep": 1], 3, .null], "status": ["phase": "P"],
        ]
        #expect(try read(document, projection) == wanted)
    }

    @Test func `keeps only what is named`() throws {
        let projection = JSONProjection.only([
            "metadata": .only(["name": .everything]), "absent": .everything, "kind": .only([:]),
        ])
        #expect(try read(document, projection) == ["kind": "K", "metadata": ["name": "n"]])
        #expect(try read(document, .nothing) == .null)
        #expect(try read(document, .everything) == JSONValue(parsing: Array(document.utf8)))
    }

    @Test(arguments: [
        #"{"a":{"b":[1,]}}"#, #"{"a":"\#u{1}"}"#, #"{"a":01}"#, #"{"a":1}}"#, #"{"a":tru}"#,
        #"{"a":"\x"}"#, #"{"a":1,}"#, #"{"a":[1,2}"#, #"{"a":"#,
    ])
    func `what is skipped must be JSON all the same`(text: String) {
        for projection in [JSONProjection.only([:]), .except(["a": .nothing]), .nothing] {
            #expect(throws: JSONError.self) { try read(text, projection) }
        }
    }

    @Test func `the limit of depth holds for what is skipped`() {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(throws: JSONError.self) { try read(#"{"a":\#(deep)}"#, .only([:])) }
    }

    @Test func `a key that comes twice is kept twice`() throws {
        let value = try read(#"{"a":1,"b":0,"a":2}"#, .only(["a": .everything]))
        #expect(value.members?.keys == ["a", "a"])
    }
}
