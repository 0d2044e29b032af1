// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import Testing

@testable import Startup

@Suite struct RoleOptionsTests {
    @Test func `the level is info unless told`() throws {
        #expect(try RoleOptions.parse([]).logLevel == .info)
        #expect(try RoleOptions.parse(["--log-level", "debug"]).logLevel == .debug)
    }

    @Test func `an unknown level names those there are`() {
        let error = #expect(throws: (any Error).self) {
            try RoleOptions.parse(["--log-level", "loud"])
        }
        let message = error.map { RoleOptions.message(for: $0) } ?? ""
        #expect(message.contains("'loud' is not one of trace, debug"))
    }
}
