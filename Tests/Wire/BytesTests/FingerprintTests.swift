// SPDX-License-Identifier: Apache-2.0

import Bytes
import Testing

@Suite struct FingerprintTests {
    /// From a ten-line Python version; the constants are those of the FNV and MurmurHash3 pages.
    @Test(arguments: [
        ("", "efd01f60ba992926"),
        ("a", "82a2a958a9bece5b"),
        ("worker-1", "47e73c9b4c3c6e74"),
        ("worker-1/0000:3b:00.2", "f6a9ea172408a959"),
        ("größe", "2eb895f56869eaa1"),
        ("193", "00b5d2b892437a7c"),
    ])
    func `is the same everywhere`(text: String, digits: String) {
        #expect(Fingerprint.digits(of: text) == digits)
        #expect(Fingerprint.of(text) == UInt64(digits, radix: 16))
    }
}
