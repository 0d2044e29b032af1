// SPDX-License-Identifier: Apache-2.0

import Addresses
import Addressing
import Testing

@Suite struct AddressRangeTests {
    private func range(
        _ prefix: String,
        _ gateway: String?,
        _ exclude: [String] = []
    ) throws
        -> AddressRange
    {
        AddressRange(
            prefix: try #require(IPPrefix(prefix)),
            gateway: try gateway.map { try #require(IPAddress($0)) },
            exclude: try exclude.map { try #require(IPPrefix($0)) }
        )
    }

    @Test func `gives every address once and then none`() throws {
        let range = try range("10.0.0.0/29", "10.0.0.1")
        var taken: Set<IPAddress> = []
        var given: [String] = []
        while let next = range.next(after: nil, taken: taken) {
            taken.insert(next.address)
            given.append(next.description)
        }
        #expect(given == (2...6).map { "10.0.0.\($0)/29" })
    }

    @Test func `lets an address rest before it is used again`() throws {
        let range = try range("10.0.0.0/29", "10.0.0.1")
        let next = range.next(after: IPAddress("10.0.0.5"), taken: [])
        #expect(next?.description == "10.0.0.6/29")
        let around = range.next(after: IPAddress("10.0.0.6"), taken: [])
        #expect(around?.description == "10.0.0.2/29")
    }

    @Test func `jumps over what somebody else gives away`() throws {
        let range = try range("10.0.0.0/8", "10.0.0.1", ["10.0.0.0/9"])
        #expect(range.next(after: nil, taken: [])?.description == "10.128.0.0/8")
        let six = try self.range("2001:db8::/64", "2001:db8::1", ["2001:db8::/65"])
        #expect(six.next(after: nil, taken: [])?.description == "2001:db8:0:0:8000::/64")
    }

    @Test(arguments: [
        ("10.0.0.0/31", ["10.0.0.0/31", "10.0.0.1/31"]),
        ("10.0.0.7/32", ["10.0.0.7/32"]),
        ("fd00::/127", ["fd00::/127", "fd00::1/127"]),
        ("fd00::/126", ["fd00::1/126", "fd00::2/126", "fd00::3/126"]),
        ("255.255.255.252/30", ["255.255.255.253/30", "255.255.255.254/30"]),
    ])
    func `small ranges keep what they have`(prefix: String, expected: [String]) throws {
        let range = try range(prefix, nil)
        var taken: Set<IPAddress> = []
        var given: [String] = []
        while let next = range.next(after: nil, taken: taken) {
            taken.insert(next.address)
            given.append(next.description)
        }
        #expect(given == expected)
    }
}
