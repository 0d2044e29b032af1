// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import TestSupport
import Testing

@Suite struct TCPListenerTests {
    private func connects(_ port: UInt16, in namespace: String? = nil) throws -> Bool {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let inside = namespace.map { ["ip", "netns", "exec", $0] } ?? []
        let script = "import socket; socket.create_connection(('127.0.0.1', \(port)), 2)"
        process.arguments = inside + ["python3", "-c", script]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus == 0
    }

    @Test func `listens on a port that the kernel chose`() throws {
        let listener = try TCPListener(loopbackPort: 0)
        let port = listener.port
        #expect(port != 0)
        #expect(try connects(port))
        let taken = #expect(throws: KernelError.self) { _ = try TCPListener(loopbackPort: port) }
        #expect(taken?.errno == .addressInUse)
        _ = consume listener
        #expect(try !connects(port))
        // The port of one that had connections is free at once.
        let again = try TCPListener(loopbackPort: port).port
        #expect(again == port)
    }

    @Test func `stays in the namespace it was made in`() throws {
        let sandbox = try Sandbox()
        try sandbox.ip("link set lo up")
        let namespace = try NetworkNamespace(path: sandbox.path)
        let made = try namespace.run { () throws(KernelError) in
            try TCPListener(loopbackPort: 6443)
        }
        let listener = try made.get()
        #expect(listener.port == 6443)
        #expect(try connects(6443, in: sandbox.name))
        #expect(try !connects(6443))
        // The same port of ours, and of a second namespace, is another.
        let other = try Sandbox()
        let second = try NetworkNamespace(path: other.path).run { () throws(KernelError) in
            try TCPListener(loopbackPort: 6443).port
        }
        #expect(try second.get() == 6443)
        _ = consume listener
    }
}
