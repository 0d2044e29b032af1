// SPDX-License-Identifier: Apache-2.0

import Kernel
import Testing

@Suite struct ErrnoTests {
    @Test func `names and explains itself`() {
        #expect(Errno.exists.description == "EEXIST: File exists")
        #expect(Errno(rawValue: 4711).description == "error 4711")
    }
}
