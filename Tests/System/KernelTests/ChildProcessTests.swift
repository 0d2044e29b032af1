// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import TestSupport
import Testing

@Suite struct ChildProcessTests {
    private static let soon = Duration.seconds(20)

    private func shell(_ script: String, _ words: String...) -> ChildProcess.Program {
        .init("/bin/sh", ["-c", script, "sh"] + words, environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test func `tells how it ended`() async throws {
        for (script, status) in [
            ("exit 0", ChildProcess.ExitStatus.exited(code: 0)), ("exit 7", .exited(code: 7)),
            ("kill -TERM $$", .signalled(number: 15)),
        ] {
            let child = try ChildProcess(shell(script))
            let first = try await child.wait(deadline: .after(Self.soon))
            let again = try await child.wait(deadline: .now)
            #expect(first == status)
            #expect(again == status)
            #expect(try child.status() == status)
            try child.signal(.kill)
        }
    }

    @Test func `gets a signal, and a wait has an end`() async throws {
        let child = try ChildProcess(shell("exec sleep 60"))
        #expect(try child.status() == nil)
        let passed = KernelError.deadlineExceeded(call: "wait", subject: "/bin/sh")
        await #expect(throws: passed) {
            _ = try await child.wait(deadline: .after(.milliseconds(30)))
        }
        try child.signal(.terminate)
        let status = try await child.wait(deadline: .after(Self.soon))
        #expect(status == .signalled(number: 15))
    }

    @Test func `a cancelled task waits no longer`() async throws {
        let started = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await #expect(throws: KernelError.self) {
                    let child = try ChildProcess(shell("exec sleep 60"))
                    _ = try await child.wait(deadline: .after(.seconds(50)))
                }
            }
            group.addTask {
                await #expect(throws: KernelError.self) {
                    _ = try await ChildProcess.run(
                        shell("exec sleep 60"),
                        limit: 10,
                        deadline: .after(.seconds(50))
                    )
                }
            }
            try? await Task.sleep(for: .milliseconds(50))
            group.cancelAll()
        }
        #expect(ContinuousClock.now - started < .seconds(20))
    }

    @Test func `an owner that goes away leaves neither child nor zombie`() throws {
        let id: Int32
        do {
            let child = try ChildProcess(shell("exec sleep 60"))
            id = child.id
            #expect(try Files.exists("/proc/\(id)"))
        }
        #expect(try !Files.exists("/proc/\(id)"))
    }

    @Test func `one that is released lives on`() throws {
        let id = try ChildProcess(shell("exec sleep 60")).release()
        #expect(try Files.exists("/proc/\(id)/exe"))
        kill(id, SIGKILL)
        waitpid(id, nil, 0)
    }

    @Test func `has the words, the environment and nothing else of ours`() async throws {
        var program = ChildProcess.Program(
            "/usr/bin/env",
            ["sh", "-c", "echo \"$1\"; /usr/bin/env | grep -v ^_= ; ls /proc/self/fd", "x", "a b"],
            environment: ["PATH": "/usr/bin:/bin", "B": "2=3", "A": ""]
        )
        program.isSessionLeader = true
        let leak = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/etc/hostname"))
        // Not closed on exec, as a library might leave it.
        #expect(fcntl(leak.fileDescriptor, F_SETFD, 0) == 0)
        let outcome = try await ChildProcess.run(program, limit: 4096, deadline: .after(Self.soon))
        let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
        #expect(outcome.status == .exited(code: 0))
        #expect(lines.first == "a b")
        #expect(
            Set(lines.dropFirst()).subtracting(["PWD=\(FileManager.default.currentDirectoryPath)"])
                == ["A=", "B=2=3", "PATH=/usr/bin:/bin", "0", "1", "2", "3"]
        )
    }

    @Test func `leads a session if it shall`() async throws {
        for leads in [false, true] {
            var program = shell("cut -d' ' -f1,6 /proc/$$/stat")
            program.isSessionLeader = leads
            let outcome = try await ChildProcess.run(
                program,
                limit: 99,
                deadline: .after(Self.soon)
            )
            let numbers = String(decoding: outcome.output, as: UTF8.self)
                .split(whereSeparator: \.isWhitespace)
            #expect(numbers.count == 2)
            #expect((numbers.first == numbers.last) == leads)
        }
    }

    @Test func `signals are at their default and none is blocked`() async throws {
        let outcome = try await ChildProcess.run(
            .init("/bin/grep", ["-E", "Sig(Blk|Ign)", "/proc/self/status"], environment: [:]),
            limit: 999,
            deadline: .after(Self.soon)
        )
        let lines = String(decoding: outcome.output, as: UTF8.self).split(separator: "\n")
        let masks = lines.compactMap { $0.split(separator: "\t").last }
            .compactMap { UInt64($0, radix: 16) }
        // Signals 32 and 33 belong to the C library, which lets nobody reset them.
        #expect(masks.map { $0 & ~0x1_8000_0000 } == [0, 0])
    }

    @Test func `appends to a file`() async throws {
        let scratch = try Scratch()
        for word in ["one", "two"] {
            let child = try ChildProcess(
                shell("echo $1; echo $1 >&2", word),
                output: .appending(to: scratch["log"]),
                errors: .appending(to: scratch["log"])
            )
            _ = try await child.wait(deadline: .after(Self.soon))
        }
        let text = String(decoding: try Files.read(scratch["log"], limit: 99), as: UTF8.self)
        #expect(text == "one\none\ntwo\ntwo\n")
    }

    @Test func `starts in the namespace of the calling thread`() async throws {
        let sandbox = try Sandbox()
        let namespace = try NetworkNamespace(path: sandbox.path)
        let scratch = try Scratch()
        let file = scratch["links"]
        let started = try namespace.run { () throws(KernelError) in
            try ChildProcess(
                .init("/bin/cat", ["/proc/self/net/dev"], environment: [:]),
                output: .appending(to: file)
            )
        }
        let child = try started.get()
        let status = try await child.wait(deadline: .after(Self.soon))
        #expect(status == .exited(code: 0))
        let lines = try Files.read(file, limit: 9999).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 3)
    }

    @Test func `what cannot be executed is told`() {
        for (path, errno) in [("/nowhere/x", Errno.noSuchFile), ("/etc", .accessDenied)] {
            #expect(
                throws: KernelError.refused(call: "posix_spawn", subject: path, errno: errno)
            ) { _ = try ChildProcess(.init(path, [], environment: [:])) }
        }
        #expect(throws: KernelError.zeroByte(path: "a\u{0}b")) {
            _ = try ChildProcess(.init("/bin/true", ["a\u{0}b"], environment: [:]))
        }
    }
}

@Suite struct ChildProcessRunTests {
    private static let soon = Duration.seconds(20)

    private func run(
        _ script: String,
        input: [UInt8] = [],
        limit: Int = 1 << 22,
        within: Duration = soon
    ) async throws(KernelError) -> ChildProcess.Outcome {
        try await ChildProcess.run(
            .init("/bin/sh", ["-c", script], environment: ["PATH": "/usr/bin:/bin"]),
            input: input,
            limit: limit,
            deadline: .after(within)
        )
    }

    @Test func `both streams are collected`() async throws {
        let outcome = try await run("cat; echo no >&2; exit 3", input: Array("yes".utf8))
        let expected = ChildProcess.Outcome(
            status: .exited(code: 3),
            output: Array("yes".utf8),
            errors: Array("no\n".utf8)
        )
        #expect(outcome == expected)
    }

    @Test func `a child may write before it reads`() async throws {
        let input = [UInt8](repeating: 7, count: 1 << 20)
        let outcome = try await run("head -c 1048576 /dev/zero; cat", input: input)
        #expect(outcome.output == [UInt8](repeating: 0, count: 1 << 20) + input)
    }

    @Test func `a child need not read`() async throws {
        let input = [UInt8](repeating: 7, count: 1 << 20)
        let outcome = try await run("exec <&-; sleep 0.1; echo done", input: input)
        #expect(outcome.output == Array("done\n".utf8))
    }

    @Test func `a grandchild that holds the streams is not waited for`() async throws {
        let outcome = try await run("sleep 60 & echo $!")
        let id = Int32(String(decoding: outcome.output, as: UTF8.self).dropLast())
        #expect(kill(try #require(id), SIGKILL) == 0, "it is still there")
    }

    @Test func `one that writes too much is ended`() async throws {
        let error = KernelError.tooLarge(subject: "output of /bin/sh", limit: 1000)
        await #expect(throws: error) { _ = try await run("exec cat /dev/zero", limit: 1000) }
    }

    @Test func `one that takes too long is ended`() async throws {
        let scratch = try Scratch()
        let error = KernelError.deadlineExceeded(call: "run", subject: "/bin/sh")
        await #expect(throws: error) {
            _ = try await run(
                "echo $$ > \(scratch["id"]); exec sleep 60",
                within: .milliseconds(300)
            )
        }
        let id = String(
            decoding: try Files.read(scratch["id"], limit: 99).dropLast(),
            as: UTF8.self
        )
        #expect(try !Files.exists("/proc/\(id)"))
    }

    @Test func `many at a time`() async throws {
        try await withThrowingTaskGroup(of: [UInt8].self) { group in
            for number in 0..<20 {
                group.addTask { try await run("echo \(number)").output }
            }
            let all = try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
            #expect(all.count == 20)
        }
    }
}
