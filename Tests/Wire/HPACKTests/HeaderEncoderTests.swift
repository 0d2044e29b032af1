// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@Suite struct HeaderEncoderTests {
    @Test func `sends a field by number once it is known`() throws {
        var encoder = HeaderEncoder()
        var decoder = HeaderDecoder()
        let fields = [HeaderField(":method", "GET"), HeaderField("x-card", "0000:3b:00.0")]
        let first = encoder.encode(fields)
        #expect(try decoder.decode(first.span) == fields)
        let second = encoder.encode(fields)
        #expect(second == hex("82 be"))
        #expect(try decoder.decode(second.span) == fields)
    }
}
