// SPDX-License-Identifier: Apache-2.0

import OPI
import Protobuf
import TestSupport
import Testing

@Suite struct GoldenTests {
    private static let goldens =
        CommonGoldens.all + BridgeGoldens.all + PortGoldens.all + VrfGoldens.all + SviGoldens.all

    @Test(arguments: goldens) func `is what protoc encodes`(golden: Golden) throws {
        #expect(try golden.difference() == nil)
    }

    @Test func `every message has a golden`() throws {
        let types = Set(Self.goldens.map(\.type)).sorted()
        let messages = try Declarations.messages(in: "Sources/Control/OPI")
        #expect(types == GatewayNames.types(messages))
    }

    @Test func `of two addresses the last one counts`() throws {
        let (v4, v6) = (hex("150200000a"), hex("1a0106"))
        #expect(try IPAddressMessage(decoding: v4 + v6) == IPAddressMessage { $0.v6 = [6] })
        #expect(try IPAddressMessage(decoding: v6 + v4) == IPAddressMessage { $0.v4 = 0x0a00_0002 })
        // Field 2 as a varint is not an address at all.
        let other = try IPAddressMessage(decoding: v6 + hex("1001"))
        #expect(other.v6 == [6] && other.v4 == nil)
    }
}
