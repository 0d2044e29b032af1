// SPDX-License-Identifier: Apache-2.0

import Addressing
import TestSupport
import Testing

@Suite struct IPAddressTests {
    @Test(arguments: ["0.0.0.0", "10.0.0.5", "127.0.0.1", "192.168.100.200", "255.255.255.255"])
    func `dotted decimal survives`(text: String) {
        #expect(IPAddress(text)?.description == text)
        #expect(IPAddress(text)?.family == .v4)
    }

    @Test(arguments: [
        "", ".", "1", "1.2.3", "1.2.3.", ".1.2.3", "1..2.3", "1.2.3.4.", "1.2.3.4.5", "1.2.3.256",
        "01.2.3.4", "1.2.3.00", "1.2.3.0x4", "1.2.3.4/24", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4",
        "1.2.3.+4",
        "1.2.3.1000", "1.2.3.99999999999999999999", "1.2.3.a", "١.2.3.4", "1.2.3.4\n", "1,2,3,4",
    ])
    func `refuses loose IPv4`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    /// RFC 5952 § 1, 2 and 4: what people write and the one form they should have written.
    @Test(arguments: [
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:0db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8::0:1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:0db8::1:0:0:1", "2001:db8::1:0:0:1"),
        ("2001:db8:0:0:1::1", "2001:db8::1:0:0:1"),
        ("2001:db8:0000:0:1::1", "2001:db8::1:0:0:1"),
        ("2001:DB8:0:0:1::1", "2001:db8::1:0:0:1"),
        ("2001:0db8::0001", "2001:db8::1"),
        ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8::0:1", "2001:db8::1"),
        ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:aaaa:bbbb:cccc:dddd:eeee:AAAA", "2001:db8:aaaa:bbbb:cccc:dddd:eeee:aaaa"),
    ])
    func `prints IPv6 as RFC 5952 wants`(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
    }

    /// RFC 4291 § 2.2 and the edges around it.
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("0:0:0:0:0:0:13.1.68.3", "::d01:4403"), ("::FFFF:129.144.52.38", "::ffff:129.144.52.38"),
        ("::ffff:8190:3426", "::ffff:129.144.52.38"), ("::ffff:0:0", "::ffff:0.0.0.0"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1::1.2.3.4", "1::102:304"),
        ("ff01:0:0:0:0:0:0:101", "ff01::101"), ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
    ])
    func `reads every form of RFC 4291`(text: String, canonical: String) {
        #expect(IPAddress(text)?.description == canonical)
        #expect(IPAddress(text)?.family == .v6)
    }

    @Test(arguments: [
        ":", ":::", "1", "1:", ":1", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:",
        ":1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8::", "1:2:3:4::5:6:7:8", "::1:2:3:4:5:6:7:8", "1::2::3", "1:::2", "::1::",
        "12345::",
        "00001::", "g::", "fe80::1%eth0", "fe80::1%2", "::1/64", "[::1]", "::1 ", " ::1",
        "1.2.3.4::",
        "::1.2.3", "::1.2.3.4.5", "::01.2.3.4", "::1.2.3.256", "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7:8:1.2.3.4", "::-1", "::+1", "::0x1", "::١",
    ])
    func `refuses what is no IPv6 address`(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func `octets are in wire order`() {
        #expect(IPAddress("10.1.2.3") == .v4(0x0a01_0203))
        #expect(IPAddress.v4(0x0a01_0203).octets == hex("0a 01 02 03"))
        let six = hex("20010db8 00000000 00000000 00000001")
        #expect(IPAddress("2001:db8::1")?.octets == six)
        #expect(IPAddress(octets: six)?.description == "2001:db8::1")
        #expect(IPAddress(octets: six.span)?.description == "2001:db8::1")
        #expect(IPAddress(octets: hex("0a 01 02 03").span) == .v4(0x0a01_0203))
        for count in [0, 3, 5, 15, 17] {
            let wrong = [UInt8](repeating: 0, count: count)
            #expect(IPAddress(octets: wrong) == nil)
            #expect(IPAddress(octets: wrong.span) == nil)
        }
    }

    @Test func `steps stay inside the family`() {
        #expect(IPAddress("10.0.0.255")?.advanced(by: 1) == IPAddress("10.0.1.0"))
        #expect(IPAddress("10.0.1.0")?.advanced(by: -1) == IPAddress("10.0.0.255"))
        #expect(IPAddress("255.255.255.255")?.advanced(by: 1) == nil)
        #expect(IPAddress("0.0.0.0")?.advanced(by: -1) == nil)
        #expect(IPAddress("0.0.0.0")?.advanced(by: .max) == nil)
        #expect(IPAddress("1.1.1.1")?.advanced(by: .min) == nil)
        #expect(IPAddress("::ffff:ffff:ffff:ffff")?.advanced(by: 1) == IPAddress("0:0:0:1::"))
        #expect(IPAddress("::")?.advanced(by: .max) == IPAddress("::7fff:ffff:ffff:ffff"))
        #expect(IPAddress("0:0:0:1::")?.advanced(by: .min) == IPAddress("::8000:0:0:0"))
        #expect(IPAddress("::")?.advanced(by: -1) == nil)
        #expect(IPAddress.v6(.max).advanced(by: 1) == nil)
    }

    @Test func `sorts numerically, IPv4 first`() {
        let sorted = ["9.0.0.0", "10.0.0.0", "255.0.0.0", "::", "::ffff:9.0.0.0", "2::", "10::"]
        let addresses = sorted.compactMap { IPAddress($0) }
        #expect(addresses.reversed().sorted().map(\.description) == sorted)
    }
}
