// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import GRPC

@Suite struct MetadataTests {
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
