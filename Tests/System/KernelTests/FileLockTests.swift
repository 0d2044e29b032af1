// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Kernel
import Synchronization
import TestSupport
import Testing

@Suite struct FileLockTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func hold(_ path: String) throws {
        let lock = try FileLock(path, deadline: .now)
        _ = consume lock
    }

    @Test func `is held until its owner goes away`() throws {
        let path = scratch["lock"]
        let first = try FileLock(path, deadline: .now)
        let start = Clocks.monotonicNanoseconds
        #expect(throws: KernelError.deadlineExceeded(call: "flock", subject: path)) {
            _ = try FileLock(path, deadline: .after(.milliseconds(50)))
        }
        #expect(Clocks.monotonicNanoseconds - start >= 50_000_000)
        _ = consume first
        try hold(path)
    }

    @Test func `excludes threads from one another`() throws {
        let path = scratch["lock"]
        let inside = Mutex(0)
        let failures = Mutex(0)
        DispatchQueue.concurrentPerform(iterations: 20) { _ in
            do {
                let lock = try FileLock(path, deadline: .after(.seconds(20)))
                let alone = inside.withLock { count in
                    count += 1
                    return count == 1
                }
                Clocks.sleep(for: .milliseconds(1))
                inside.withLock { $0 -= 1 }
                failures.withLock { $0 += alone ? 0 : 1 }
                _ = consume lock
            } catch {
                failures.withLock { $0 += 1 }
            }
        }
        #expect(failures.withLock { $0 } == 0)
    }

    @Test func `a replaced file is not mistaken for the lock`() throws {
        let path = scratch["lock"]
        let first = try FileLock(path, deadline: .now)
        try Files.remove(path)
        try hold(path)
        _ = consume first
        try hold(path)
    }

    @Test func `a path that cannot be`() {
        let path = scratch["no/such/lock"]
        #expect(throws: KernelError.refused(call: "open", subject: path, errno: .noSuchFile)) {
            _ = try FileLock(path, deadline: .now)
        }
    }
}
