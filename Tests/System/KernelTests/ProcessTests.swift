// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct ProcessTests {
    @Test func `sees itself as others do`() throws {
        let other = ProcessInfo.processInfo
        #expect(Kernel.Process.id == other.processIdentifier)
        #expect(Kernel.Process.arguments == other.arguments)
        #expect(Kernel.Process.environment == other.environment)
        #expect(Kernel.Process.environment("PATH") == other.environment["PATH"])
        #expect(Kernel.Process.environment("OPI_NOT_SET") == nil)
        #expect(try Machine.hostname() == other.hostName)
        #expect(try Machine.bootID().count == 36)
    }

    @Test func `random bytes differ`() {
        #expect(Machine.randomBytes(16).count == 16)
        #expect(Machine.randomBytes(16) != Machine.randomBytes(16))
    }

    @Test func `a closed descriptor is refused`() throws {
        let missing = Descriptor(adopting: -1)
        let error = #expect(throws: KernelError.self) { _ = try missing.read(upTo: 1) }
        #expect(error?.description == "read descriptor -1: EBADF: Bad file descriptor")
    }
}

@Suite struct DeadlineTests {
    @Test func `passes`() {
        let deadline = Deadline.after(.milliseconds(20))
        #expect(!deadline.hasPassed)
        #expect(deadline.remaining > .zero)
        #expect(deadline.remaining <= .milliseconds(20))
        Clocks.sleep(for: .milliseconds(25))
        #expect(deadline.hasPassed)
        #expect(deadline.remaining == .zero)
        #expect(deadline < .now)
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.max / 1_000_000_000)])
    func `one too far away to count does not trap`(duration: Duration) {
        let deadline = Deadline.after(duration)
        #expect(!deadline.hasPassed)
        #expect(deadline.remaining > .seconds(1_000_000))
    }

    @Test func `one in the past has passed`() {
        #expect(Deadline.after(.seconds(Int64.min)).remaining == .zero)
        #expect(Deadline.after(.seconds(-1)).hasPassed)
        #expect(Deadline.after(.seconds(Int64.min)).hasPassed)
    }
}
