// SPDX-License-Identifier: Apache-2.0

import Addressing
import Glibc
import TestSupport
import Testing

/// The C library's opinion on seeded random input.
@Suite struct IPAddressOracleTests {
    @Test func `reads IPv4 text as the C library does`() {
        var generator = SeededGenerator(seed: 41)
        var accepted = 0
        for _ in 0..<20_000 {
            let parts = (0..<4).map { _ in String(Int.random(in: 0...270, using: &generator)) }
            let text = mutate(parts.joined(separator: "."), "0123459.", using: &generator)
            let expected = octets(of: text, family: AF_INET, count: 4)
            #expect(IPAddress(text)?.octets == expected, "\(text)")
            accepted += expected == nil ? 0 : 1
        }
        #expect((2000...18_000).contains(accepted))
    }

    @Test func `reads IPv6 text as the C library does`() {
        var generator = SeededGenerator(seed: 42)
        var accepted = 0
        for _ in 0..<20_000 {
            let text = mutate(randomText(using: &generator), "0a1:F.:", using: &generator)
            guard text.contains(":") else { continue }
            let expected = octets(of: text, family: AF_INET6, count: 16)
            #expect(IPAddress(text)?.octets == expected, "\(text)")
            accepted += expected == nil ? 0 : 1
        }
        #expect((2000...18_000).contains(accepted))
    }

    @Test func `prints IPv6 as the C library does`() {
        var generator = SeededGenerator(seed: 43)
        for _ in 0..<20_000 {
            let bits = randomBits(using: &generator)
            let address = IPAddress.v6(bits)
            // The C library still prints the deprecated IPv4-compatible form, ::1.2.3.4.
            if bits >> 32 == 0, bits >> 16 != 0 {
                #expect(!address.description.contains("."))
            } else {
                #expect(address.description == print(address.octets, family: AF_INET6))
            }
            #expect(IPAddress(address.description) == address)
        }
    }

    @Test func `prints IPv4 as the C library does`() {
        var generator = SeededGenerator(seed: 44)
        for _ in 0..<5000 {
            let address = IPAddress.v4(UInt32.random(in: 0...UInt32.max, using: &generator))
            #expect(address.description == print(address.octets, family: AF_INET))
            #expect(IPAddress(address.description) == address)
        }
    }

    // MARK: Input

    /// Groups of which many are zero, so that runs, ties and the mapped prefix come up.
    private func randomBits(using generator: inout SeededGenerator) -> UInt128 {
        if Int.random(in: 0..<20, using: &generator) == 0 {
            return 0xffff << 32 | UInt128(UInt32.random(in: 0...UInt32.max, using: &generator))
        }
        return (0..<8).reduce(0) { bits, _ in
            let group: UInt16 =
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: UInt16.random(in: 0...UInt16.max, using: &generator)
                case 1: UInt16.random(in: 0...0xff, using: &generator)
                default: 0
                }
            return bits << 16 | UInt128(group)
        }
    }

    /// An address in one of its many spellings, sometimes of a wrong length.
    private func randomText(using generator: inout SeededGenerator) -> String {
        let count = Int.random(in: 0..<3, using: &generator) == 0 ? 6...9 : 8...8
        var groups = (0..<Int.random(in: count, using: &generator)).map { _ in
            let group = String(UInt16.random(in: 0...UInt16.max, using: &generator), radix: 16)
            return Bool.random(using: &generator) ? group.uppercased() : "0"
        }
        if Int.random(in: 0..<3, using: &generator) == 0 {
            groups.replaceSubrange((groups.count - 2)..., with: ["192.0.2.33"])
        }
        if Bool.random(using: &generator) {
            let start = Int.random(in: 0..<groups.count, using: &generator)
            let end = Int.random(in: start...groups.count, using: &generator)
            return groups[..<start].joined(separator: ":") + "::"
                + groups[end...].joined(separator: ":")
        }
        return groups.joined(separator: ":")
    }

    /// The text with a character changed, added or dropped in two of three cases.
    private func mutate(
        _ text: String,
        _ alphabet: String,
        using generator: inout SeededGenerator
    ) -> String {
        var characters = Array(text)
        let place = Int.random(in: 0..<characters.count, using: &generator)
        let character = alphabet.randomElement(using: &generator) ?? "0"
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: characters[place] = character
        case 1, 2: characters.insert(character, at: place)
        case 3: characters.remove(at: place)
        default: break
        }
        return String(characters)
    }

    // MARK: Oracle

    private func octets(of text: String, family: Int32, count: Int) -> [UInt8]? {
        var octets = [UInt8](repeating: 0, count: count)
        return unsafe inet_pton(family, text, &octets) == 1 ? octets : nil
    }

    private func print(_ octets: [UInt8], family: Int32) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        unsafe _ = inet_ntop(family, octets, &text, socklen_t(text.count))
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8($0) }, as: UTF8.self)
    }
}
