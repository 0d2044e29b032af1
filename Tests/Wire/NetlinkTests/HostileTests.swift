// SPDX-License-Identifier: Apache-2.0

import Addressing
import Bytes
import Netlink
import TestSupport
import Testing

@Suite struct HostileTests {
    /// Decodes a datagram as everything it could be; only typed errors may come out.
    private func readAll(_ datagram: [UInt8]) throws(NetlinkError) {
        var messages = MessageReader(datagram.span)
        while let message = try messages.next() {
            for attempt in 0..<6 {
                do throws(NetlinkError) {
                    switch attempt {
                    case 0: _ = try LinkMessage(decoding: message.payload)
                    case 1: _ = try AddressMessage(decoding: message.payload)
                    case 2: _ = try RouteMessage(decoding: message.payload)
                    case 3: _ = try NeighbourMessage(decoding: message.payload)
                    case 4: _ = try message.refusal()
                    default: _ = try message.dumpRefusal()
                    }
                } catch {
                    #expect(!error.description.isEmpty)
                }
            }
        }
    }

    @Test func `a message cut short anywhere is refused`() {
        for count in 1..<capturedLink.count {
            #expect(throws: NetlinkError.self) { try readAll(Array(capturedLink.prefix(count))) }
        }
    }

    @Test func `attributes cut short anywhere are refused or end at a boundary`() throws {
        let payload = Array(capturedLink.dropFirst(16))
        var read = 0
        for count in 0..<payload.count {
            do throws(NetlinkError) {
                let part = Array(payload.prefix(count))
                _ = try LinkMessage(decoding: part.span)
                read += 1
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        // Attribute boundaries and cuts within padding; everything else is an error.
        #expect(read > 30)
        #expect(read < 80)
    }

    @Test(arguments: [0, 1, 15, 17, 0x7fff_ffff, 0xffff_ffff] as [UInt32])
    func `a message length that lies`(claimed: UInt32) {
        var writer = ByteWriter()
        writer.native(claimed)
        writer.zeros(12)
        #expect(throws: NetlinkError.badMessageLength(claimed: claimed, available: 16)) {
            try readAll(writer.bytes)
        }
    }

    @Test(arguments: [0, 3, 9, 0xffff] as [UInt16])
    func `an attribute length that lies`(claimed: UInt16) {
        var writer = ByteWriter()
        writer.native(claimed)
        writer.zeros(6)
        let expected = NetlinkError.badAttributeLength(claimed: Int(claimed), available: 8)
        #expect(throws: expected) {
            var attributes = AttributeReader(writer.bytes.span)
            while let attribute = try attributes.next() { _ = attribute.type }
        }
    }

    @Test func `an integer of another size is refused`() {
        let bytes = hex("0500 0400 01 000000")
        #expect(throws: NetlinkError.wrongSize(attribute: 4, wanted: 4, found: 1)) {
            var attributes = AttributeReader(bytes.span)
            guard let attribute = try attributes.next() else { return }
            _ = try attribute.integer(UInt32.self)
        }
    }

    @Test func `an address of another family is refused`() {
        let bytes = hex("0a 40 00 00 03000000  0800 0100 0a010203")
        #expect(throws: NetlinkError.badAddress(attribute: 1)) {
            _ = try AddressMessage(decoding: bytes.span)
        }
        let tooLong = hex("02 21 00 00 03000000  0800 0100 0a010203")
        #expect(throws: NetlinkError.badAddress(attribute: 1)) {
            _ = try AddressMessage(decoding: tooLong.span)
        }
        let without = hex("02 20 00 00 03000000")
        #expect(throws: NetlinkError.badAddress(attribute: 1)) {
            _ = try AddressMessage(decoding: without.span)
        }
    }

    @Test func `the most negative error number does not trap`() throws {
        let bytes = hex(
            "24000000 0200 0001 07000000 00000000 00000080 34000000 1200 0100 07000000 00000000"
        )
        var messages = MessageReader(bytes.span)
        guard let message = try messages.next() else { return }
        #expect(try message.refusal() == Refusal(errno: .max))
    }

    @Test func `noise and flipped bits end in a typed error or a value`() {
        var generator = SeededGenerator(seed: 7)
        for _ in 0..<4000 {
            var bytes = capturedLink
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                let position = Int.random(in: 0..<200, using: &generator)
                bytes[position] = UInt8.random(in: .min ... .max, using: &generator)
            }
            do throws(NetlinkError) {
                try readAll(bytes)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
    }
}
