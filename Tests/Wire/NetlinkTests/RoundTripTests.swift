// SPDX-License-Identifier: Apache-2.0

import Addressing
import Bytes
import Netlink
import TestSupport
import Testing

@Suite struct RoundTripTests {
    private func decoded<Value>(
        _ message: NetlinkMessage,
        _ body: (Span<UInt8>) throws -> Value
    ) throws -> Value? {
        var writer = ByteWriter()
        try message.encode(sequence: 9, into: &writer)
        let bytes = writer.bytes
        var messages = MessageReader(bytes.span)
        guard let received = try messages.next() else { return nil }
        return try body(received.payload)
    }

    @Test func `links`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<500 {
            let link = LinkMessage.random(&generator)
            let back = try decoded(link.message(.newLink)) { try LinkMessage(decoding: $0) }
            #expect(back == link)
        }
    }

    @Test func `addresses, routes and neighbours`() throws {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<500 {
            let prefix = IPPrefix.random(&generator)
            let address = AddressMessage(
                link: .random(in: 1...9, using: &generator),
                prefix: prefix,
                broadcast: prefix.broadcast,
                flags: AddressFlags(rawValue: .random(in: 0...0xfff, using: &generator)),
                scope: .link
            )
            let back = try decoded(address.message(.newAddress)) {
                try AddressMessage(decoding: $0)
            }
            #expect(back == address)
            var route = RouteMessage(to: prefix.canonical)
            route.gateway = prefix.address
            route.link = .random(in: 1...9, using: &generator)
            route.table = .random(in: 1...600, using: &generator)
            route.mtu = .random(in: 68...9000, using: &generator)
            route.segmentSize = Bool.random(using: &generator) ? 1000 : nil
            route.source = Bool.random(using: &generator) ? prefix.address : nil
            #expect(
                try decoded(route.message(.newRoute)) { try RouteMessage(decoding: $0) } == route
            )
            let neighbour = NeighbourMessage(link: 4, address: prefix.address, hardware: .zero)
            let again = try decoded(neighbour.message(.newNeighbour)) {
                try NeighbourMessage(decoding: $0)
            }
            #expect(again == neighbour)
        }
    }
}

extension LinkMessage {
    fileprivate static func random(_ generator: inout SeededGenerator) -> LinkMessage {
        func maybe<Value>(_ value: Value) -> Value? {
            Bool.random(using: &generator) ? value : nil
        }
        let number = UInt32.random(in: .min ... .max, using: &generator)
        let text = String(repeating: "ä", count: Int(number % 7))
        var link = LinkMessage(index: Int32(bitPattern: number))
        link.flags = LinkFlags(rawValue: number)
        link.hardware = UInt16(truncatingIfNeeded: number)
        (link.address, link.name, link.mtu) = (
            maybe([1, 2, 3, 4, 5, 6]), maybe(text), maybe(number)
        )
        (link.lower, link.master) = (maybe(-7), maybe(number))
        (link.operationalState, link.kind, link.alias) = (maybe(6), maybe(text), maybe(text))
        (link.namespace, link.extent) = (maybe(5), maybe(.withoutStatistics))
        (link.carrier, link.lowerNamespace, link.portName) = (maybe(1), maybe(-1), maybe(text))
        (link.switchID, link.newIndex) = (maybe([9]), maybe(number))
        link.alternativeNames = maybe([text, "b"]) ?? []
        link.permanentAddress = maybe([])
        (link.parentDevice, link.parentBus) = (maybe("0000:3b:00.2"), maybe("pci"))
        return link
    }
}

extension IPPrefix {
    fileprivate static func random(_ generator: inout SeededGenerator) -> IPPrefix {
        let address: IPAddress =
            Bool.random(using: &generator)
            ? .v4(.random(in: .min ... .max, using: &generator))
            : .v6(.random(in: .min ... .max, using: &generator))
        let length = Int.random(in: 1...address.family.bitWidth, using: &generator)
        guard let prefix = IPPrefix(address, length: length) else { preconditionFailure() }
        return prefix
    }
}
