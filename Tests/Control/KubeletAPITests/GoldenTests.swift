// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@Suite struct GoldenTests {
    private static let goldens =
        KubeletGoldens.all + PreferenceGoldens.all + PodResourcesGoldens.all

    @Test(arguments: goldens) func `is what protoc encodes`(golden: Golden) throws {
        #expect(try golden.difference() == nil)
    }

    @Test func `every message has a golden`() throws {
        let types = Set(Self.goldens.map(\.type)).sorted()
        #expect(try types == Declarations.messages(in: "Sources/Control/KubeletAPI"))
    }
}
