// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport
import Testing

@Suite struct MACAddressTests {
    @Test(arguments: [
        ("02:00:5e:10:00:ff", "02:00:5e:10:00:ff"),
        ("02-00-5E-10-00-FF", "02:00:5e:10:00:ff"),
        ("ff:FF:ff:Ff:fF:ff", "ff:ff:ff:ff:ff:ff"),
        ("00:00:00:00:00:00", "00:00:00:00:00:00"),
    ])
    func `reads both separators and prints one form`(text: String, canonical: String) {
        #expect(MACAddress(text)?.description == canonical)
    }

    @Test(arguments: [
        "", "0", "02:00:5e:10:00", "02:00:5e:10:00:ff:", ":02:00:5e:10:00:ff",
        "02:00:5e:10:00:ff:00",
        "02:00-5e:10:00:ff", "02.00.5e.10.00.ff", "02005e1000ff", "0200.5e10.00ff",
        "2:0:5e:10:0:ff",
        "02:00:5e:10:00:fg", "02:00:5e:10:00: f", "02:00:5e:10:00:+f", " 02:00:5e:10:00:ff",
        "02:00:5e:10:00:ff ", "02::5e:10:00:fff", "０2:00:5e:10:00", "02:00:5e:10:00:é",
    ])
    func `refuses anything else`(text: String) {
        #expect(MACAddress(text) == nil)
    }

    @Test func `octets go in and come out`() throws {
        let octets = hex("02 00 5e 10 00 ff")
        let address = try #require(MACAddress("02:00:5e:10:00:ff"))
        #expect(address.octets == octets)
        #expect(MACAddress(octets: octets) == address)
        #expect(MACAddress(octets: octets.span) == address)
        #expect(MACAddress(octets: octets.dropLast()) == nil)
        #expect(MACAddress(octets: (octets + [0]).span) == nil)
        #expect(MACAddress.zero.octets == hex("00 00 00 00 00 00"))
    }

    @Test(arguments: [
        ("01:00:5e:00:00:01", true, false),
        ("02:00:00:00:00:01", false, true),
        ("ff:ff:ff:ff:ff:ff", true, true),
        ("3c:ec:ef:00:00:03", false, false),
    ])
    func `the first octet tells groups and local addresses`(
        text: String,
        isMulticast: Bool,
        isLocal: Bool
    ) throws {
        let address = try #require(MACAddress(text))
        #expect(address.isMulticast == isMulticast)
        #expect(address.isLocallyAdministered == isLocal)
    }

    @Test func `sorts by octets and survives text`() throws {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<1000 {
            let left = (0..<6).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let right = (0..<6).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let (first, second) = (MACAddress(octets: left), MACAddress(octets: right))
            let address = try #require(first)
            #expect(MACAddress(address.description) == address)
            #expect((address < (try #require(second))) == left.lexicographicallyPrecedes(right))
        }
    }
}
