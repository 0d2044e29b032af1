// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Kernel

@Suite struct ProcessCodeTests {
    @Test(
        arguments: [
            ("00400000-01acd000 r-xp 00000000 fd:00 131 /usr/bin/opi-xpu", 0x40_0000..<0x1ac_d000),
            ("7f00-7f01 r-xp 00000000 fd:00 131    /a file (deleted)", 0x7f00..<0x7f01),
            ("7f00-7f01 rw-p 00000000 fd:00 131 /usr/bin/opi-xpu", nil),
            ("7f00-7f01 rwxp 00000000 fd:00 131 /usr/bin/opi-xpu", nil),
            ("7f00-7f01 r-xp 00000000 00:00 0 [vdso]", nil),
            ("7f00-7f01 r-xp 00000000 00:00 0", nil),
            ("7f01-7f01 r-xp 00000000 fd:00 131 /a", nil), ("x-y r-xp 0 fd:00 131 /a", nil),
            ("", nil),
        ] as [(String, Range<UInt>?)]
    )
    func `only code from a file is let go`(line: String, range: Range<UInt>?) {
        #expect(Process.codeRange(ofMapping: Substring(line)) == range)
    }

    @Test func `the program goes on without its resident code`() throws {
        for _ in 0..<3 {
            try Process.releaseCode()
            #expect(Process.id > 0 && Process.environment["PATH"] != nil)
        }
    }
}
