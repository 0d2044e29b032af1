// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct NetworkNamespaceTests {
    private struct Failure: Error, Equatable {}

    @Test func `runs a body inside and leaves the caller where it was`() throws {
        let name = "opi-test-\(Kernel.Process.id)-kernel"
        try ip("netns", "add", name)
        defer { #expect(throws: Never.self) { try ip("netns", "del", name) } }
        let here = try NetworkNamespace.current()
        let there = try NetworkNamespace(path: "/run/netns/\(name)")
        let copy = try there.duplicated()
        let (mine, other, same) = (here.identity, there.identity, copy.identity)
        #expect(mine != other)
        #expect(other == same)
        let seen = try there.run { () throws(KernelError) in try NetworkNamespace.current().identity
        }
        #expect(try seen.get() == other)
        let links = try there.run { () throws(KernelError) in
            try Files.read("/proc/thread-self/net/dev", limit: 65536)
        }
        let text = String(decoding: try links.get(), as: UTF8.self)
        #expect(text.split(separator: "\n").count == 3)
        let after = try NetworkNamespace.current().identity
        #expect(after == mine)
    }

    @Test func `hands out a value that cannot be copied, or the body's error`() throws {
        let here = try NetworkNamespace.current()
        let socket = try here.run { () throws(KernelError) in try NetlinkSocket(.route) }
        let opened = try socket.get()
        let silent = KernelError.deadlineExceeded(call: "recv", subject: "netlink socket")
        #expect(throws: silent) { _ = try opened.receive(deadline: .after(.milliseconds(10))) }
        let failed: Result<Void, Failure> = try here.run { () throws(Failure) in throw Failure() }
        #expect(throws: Failure()) { try failed.get() }
    }

    @Test func `something else is not taken for a namespace`() {
        for path in ["/proc/self/ns/mnt", "/etc/hostname"] {
            #expect(throws: KernelError.self) { _ = try NetworkNamespace(path: path) }
        }
        let missing = "/run/netns/opi-test-none"
        #expect(throws: KernelError.refused(call: "open", subject: missing, errno: .noSuchFile)) {
            _ = try NetworkNamespace(path: missing)
        }
    }

    private func ip(_ arguments: String...) throws {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["ip"] + arguments
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }
}
