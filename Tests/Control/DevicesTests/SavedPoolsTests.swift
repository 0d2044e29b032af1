// SPDX-License-Identifier: Apache-2.0

import Devices
import PCI
import TestSupport
import Testing

@Suite struct SavedPoolsTests {
    private let scratch: Scratch
    private let saved: SavedPools

    init() throws {
        scratch = try Scratch()
        saved = SavedPools(runDirectory: scratch.path)
    }

    @Test func `what was saved is there again`() throws {
        #expect(try saved.load() == [])
        let pool = FunctionPool(
            network: "blue",
            resourceName: "opi.example.com/blue",
            members: [try #require(PCIAddress("0000:3b:00.2"))]
        )
        try saved.save([pool])
        #expect(try saved.load() == [pool])
        try saved.save([])
        #expect(try saved.load() == [])
    }

    @Test(arguments: [
        "{", "{}", #"{"pools": [{"network": "a"}]}"#,
        #"{"pools": [{"network": "a", "resourceName": "b/c", "members": ["x"]}]}"#,
    ])
    func `a damaged file is an error that names it`(text: String) throws {
        try scratch.write(text, to: "pools.json")
        do throws(SavedPoolsError) {
            _ = try saved.load()
            Issue.record("it was read")
        } catch {
            #expect("\(error)".contains("pools.json"))
        }
    }
}
