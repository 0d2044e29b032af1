// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Bytes

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg"), ("fo", "Zm8"), ("foo", "Zm9v"), ("foob", "Zm9vYg"),
        ("fooba", "Zm9vYmE"), ("foobar", "Zm9vYmFy"),
    ])
    func `passes the vectors of RFC 4648`(text: String, base64: String) {
        #expect(Base64.encode(Array(text.utf8)) == base64)
        #expect(Base64.decode(base64) == Array(text.utf8))
        let padded = base64 + String(repeating: "=", count: (4 - base64.count % 4) % 4)
        #expect(Base64.decode(padded) == Array(text.utf8))
    }

    @Test(arguments: ["Z", "Zg=", "Zg===", "Zm9v=", "Z=g=", "Zm9v!", "Zm9vY", "é"])
    func `refuses what is not base64`(text: String) {
        #expect(Base64.decode(text) == nil)
    }

    @Test func `random bytes survive base64`() {
        var generator = SeededGenerator(seed: 1)
        for count in 0..<200 {
            let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
            #expect(Base64.decode(Base64.encode(bytes)) == bytes)
        }
    }
}
