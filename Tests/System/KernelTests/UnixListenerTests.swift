// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import Testing

@Suite struct UnixListenerTests {
    private let path = "/tmp/opi-listener-\(UInt64.random(in: 0 ... .max)).sock"

    @Test func `the file is for its owner from the start`() throws {
        let listener = try UnixListener(listeningAt: path)
        #expect(try Files.kind(of: path) == .socket)
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions]
        #expect(mode as? Int == 0o600)
        _ = try UnixStream(connectingTo: path, deadline: .after(.seconds(5)))
        try UnixListener.remove(path, ifStill: listener.file)
        #expect(try Files.kind(of: path) == nil)
    }

    @Test func `somebody who listens keeps the path`() throws {
        let first = try UnixListener(listeningAt: path)
        let path = path
        #expect { _ = try UnixListener(listeningAt: path) } throws: { error in
            (error as? KernelError)?.errno == .addressInUse
        }
        #expect(try Files.identity(of: path) == first.file)
        try Files.remove(path)
    }

    @Test func `a file that nobody answers on is replaced, and only its own is removed`() throws {
        let old = try UnixListener(listeningAt: path).file
        let new = try UnixListener(listeningAt: path)
        try UnixListener.remove(path, ifStill: old)
        #expect(try Files.identity(of: path) == new.file || old == new.file)
        try Files.remove(path, missingOK: true)
    }

    @Test func `a file that is no socket is left alone`() throws {
        try Files.create(path, containing: [1])
        let path = path
        #expect(throws: KernelError.self) { _ = try UnixListener(listeningAt: path) }
        #expect(try Files.read(path, limit: 10) == [1])
        try Files.remove(path)
    }

    @Test func `a path that does not fit is refused`() {
        let path = "/tmp/" + String(repeating: "a", count: 200)
        #expect(throws: KernelError.self) { _ = try UnixListener(listeningAt: path) }
    }
}
