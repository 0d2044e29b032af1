// SPDX-License-Identifier: Apache-2.0

import Bytes
import Netlink
import TestSupport
import Testing

@Suite struct LinkCountersTests {
    /// A link's fixed header, and one attribute with these bytes.
    private func decode(_ type: String, _ payload: [UInt8]) throws(NetlinkError) -> LinkMessage {
        let length = UInt8(payload.count + 4)
        let bytes = hex("00000100 07000000 43100100 00000000") + [length, 0] + hex(type) + payload
        return try LinkMessage(decoding: bytes.span)
    }

    @Test func `the kernel's numbers come out`() throws {
        let payload = Array(capturedLink.dropFirst(16))
        let link = try LinkMessage(decoding: payload.span)
        let counters = try #require(link.counters)
        #expect(counters.received == .init(packets: 1, bytes: 90))
        #expect(counters.sent == .init(packets: 2, bytes: 180))
    }

    @Test func `every number has its place`() throws {
        let numbers: [UInt8] = (1...8).flatMap { number in [number, 0, 0, 0, 0, 0, 0, 0] }
        let payload = numbers + [9, 9]
        let counters = try #require(try decode("1700", payload).counters)
        #expect(counters.received == .init(packets: 1, bytes: 3, errors: 5, drops: 7))
        #expect(counters.sent == .init(packets: 2, bytes: 4, errors: 6, drops: 8))
    }

    @Test(arguments: [0, 8, 63]) func `numbers cut short are refused`(count: Int) {
        let payload = [UInt8](repeating: 1, count: count)
        #expect(throws: NetlinkError.wrongSize(attribute: 23, wanted: 64, found: count)) {
            try decode("1700", payload)
        }
    }

    @Test func `address generation is a nest in a nest`() throws {
        var link = LinkMessage(index: 3)
        link.addressGeneration = AddressGeneration.none
        var writer = ByteWriter()
        try link.message(.setLink).encode(sequence: 1, into: &writer)
        let golden = """
            30000000 1300 0100 01000000 00000000  # 48 bytes, set link, request
            00 00 0000 03000000 00000000 00000000 # index 3
            1000 1a80                             # IFLA_AF_SPEC
            0c00 0a80                             # AF_INET6
            0500 0800 01 000000                   # IFLA_INET6_ADDR_GEN_MODE: none
            """
        #expect(hex(writer.bytes) == hex(hex(golden)))
    }
}
