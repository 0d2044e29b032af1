// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(1))) struct RunningProcessTests {
    private func sleeper(_ mark: String) throws -> ChildProcess {
        let program = ChildProcess.Program(
            "/bin/sleep",
            ["1000"],
            environment: ["MARK": mark, "OTHER": "x"]
        )
        return try ChildProcess(program)
    }

    /// Until the child has become the program, its environment is ours.
    private func settled(_ id: Int32) async throws -> RunningProcess {
        for _ in 0..<500 {
            if let process = try RunningProcess(id: id),
                process.words.joined(separator: " ").contains("sleep")
            {
                return process
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw KernelError.deadlineExceeded(call: "exec", subject: "\(id)")
    }

    @Test func `a process is known by its environment`() async throws {
        let child = try sleeper("a")
        let process = try await settled(child.id)
        let isMarked = process.hasEnvironment("MARK", "a") && process.hasEnvironment("OTHER", "x")
        #expect(isMarked)
        let isExact = !process.hasEnvironment("MARK", "") && !process.hasEnvironment("MARK", "ab")
        #expect(isExact)
        let isWhole = !process.hasEnvironment("MAR", "K=a") && !process.hasEnvironment("ARK", "a")
        #expect(isWhole)
        let isItself = process.words.joined(separator: " ") == "/bin/sleep 1000" && process.isAlive
        #expect(isItself)
        let here = try NetworkNamespace.current().identity
        let isHere = process.isInside(here)
        #expect(isHere)
        let other = FileIdentity(device: here.device, inode: here.inode + 1)
        let isElsewhere = !process.isInside(other)
        #expect(isElsewhere)
        #expect(try RunningProcess.all().contains(child.id))
        #expect(try !RunningProcess.all().contains(Kernel.Process.id))
    }

    @Test func `one that has ended is told from one that runs`() async throws {
        let child = try sleeper("b")
        let process = try await settled(child.id)
        try process.signal(.kill)
        let status = try await child.wait(deadline: .after(.seconds(5)))
        #expect(status == .signalled(number: 9))
        let isOver = !process.isAlive && process.words.isEmpty
        #expect(isOver)
        let isForgotten = !process.hasEnvironment("MARK", "b")
        #expect(isForgotten)
        try process.signal(.kill)
        let again = try RunningProcess(id: process.id) == nil
        #expect(again)
    }

    @Test(arguments: [0, -1, -100, Int32.max] as [Int32])
    func `a number that is nobody's is none`(id: Int32) throws {
        let isNone = try RunningProcess(id: id) == nil
        #expect(isNone)
    }

    /// The kernel is told which number comes next, which it then gives to the second process.
    @Test func `who gets the number of one that has ended is not taken for it`() async throws {
        for _ in 0..<20 {
            let first = try sleeper("first")
            let held = try await settled(first.id)
            try first.signal(.kill)
            _ = try await first.wait(deadline: .after(.seconds(5)))
            let last = Array("\(held.id - 1)".utf8)
            try Files.overwrite("/proc/sys/kernel/ns_last_pid", with: last)
            let second = try sleeper("second")
            guard second.id == held.id else { continue }  // somebody else was faster
            let other = try await settled(second.id)
            let isSecond = other.hasEnvironment("MARK", "second")
            #expect(isSecond)
            let isNotSecond = !held.hasEnvironment("MARK", "second")
            #expect(isNotSecond)
            let isGone = held.words.isEmpty && !held.isAlive
            #expect(isGone)
            let here = try NetworkNamespace.current().identity
            let isOutside = !held.isInside(here)
            #expect(isOutside)
            try held.signal(.kill)
            try await Task.sleep(for: .milliseconds(20))
            #expect(try second.status() == nil, "the signal was not for it")
            return
        }
        Issue.record("the number was never given again")
    }
}
