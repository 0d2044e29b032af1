// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct MachineTests {
    @Test func `a random UUID is one to Foundation, of version 4, and another each time`() throws {
        let made = (0..<100).map { _ in Machine.randomUUID() }
        #expect(Set(made).count == made.count)
        for text in made {
            let uuid = try #require(UUID(uuidString: text))
            #expect(uuid.uuidString.lowercased() == text)
            #expect(uuid.uuid.6 >> 4 == 4 && uuid.uuid.8 >> 6 == 2)
        }
    }

    @Test func `random digits are hexadecimal, two for a byte`() {
        let digits = Machine.randomDigits(ofBytes: 32)
        #expect(digits.count == 64 && digits.allSatisfy(\.isHexDigit))
        #expect(digits != Machine.randomDigits(ofBytes: 32))
    }
}
