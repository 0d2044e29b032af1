// SPDX-License-Identifier: Apache-2.0

import Protobuf
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test(arguments: 1...4)
    func `random messages come back`(seed: UInt64) throws {
        var fields = FieldGenerator(seed: seed)
        for _ in 0..<500 {
            let kinds = fields.kinds()
            let bytes = kinds.encoded()
            try #require(try Kinds(decoding: bytes) == kinds)
        }
    }
}
