// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

@Suite struct MetadataTests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func `passes the vectors of RFC 4648`(text: String, base64: String) {
        #expect(Base64.encode(Array(text.utf8)) == base64)
        #expect(Base64.decode(base64) == Array(text.utf8))
        let padded = base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)
        #expect(Base64.decode(padded) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Zm9v=", "Z=g=", "Zm9v!", "Zm9vY", "é"])
    func `refuses what is not base64`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `random bytes survive base64`() {
        var generator = SeededGenerator(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }

    @Test func `keeps text and bytes by name`() throws {
        var metadata = Metadata()
        try metadata.add("x-request", "1")
        try metadata.add("x-request", "2")
        try metadata.add("trace-bin", bytes: [1, 255])
        #expect(metadata["x-request"] == "1")
        #expect(metadata.values(of: "x-request") == ["1", "2"])
        #expect(metadata.bytes(of: "trace-bin") == [[1, 255]])
        #expect(metadata["absent"] == nil)
    }

    @Test func `splits joined bytes at commas`() {
        let metadata = Metadata(received: [HeaderField("a-bin", "AQ, Ag==,!,Aw")])
        #expect(metadata.bytes(of: "a-bin") == [[1], [2], [3]])
    }

    @Test(arguments: [
        "", "Upper", "a b", ":path", "grpc-status", "content-type", "te", "umläut", "a-bin",
    ])
    func `refuses names that are not the application's`(name: String) {
        var metadata = Metadata()
        #expect(throws: MetadataError.invalidName(name)) { try metadata.add(name, "x") }
    }

    @Test func `refuses values that are not printable ASCII`() {
        var metadata = Metadata()
        #expect(throws: MetadataError.invalidValue(name: "a")) { try metadata.add("a", "x\n") }
        #expect(throws: MetadataError.invalidValue(name: "a")) { try metadata.add("a", "ü") }
        #expect(throws: MetadataError.invalidName("a")) { try metadata.add("a", bytes: [1]) }
        #expect(metadata.isEmpty)
    }

    @Test func `hides the protocol's own fields`() {
        let metadata = Metadata(received: [
            HeaderField(":status", "200"), HeaderField("content-type", "application/grpc"),
            HeaderField("grpc-status", "0"), HeaderField("date", "today"),
        ])
        #expect(metadata.fields == [HeaderField("date", "today")])
    }
}
