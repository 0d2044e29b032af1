// SPDX-License-Identifier: Apache-2.0

import Dispatch
import Kernel
import TestSupport
import Testing

@Suite struct UnixStreamTests {
    private let scratch: Scratch
    private var path: String { scratch["s"] }

    init() throws {
        scratch = try Scratch()
    }

    @Test func `carries bytes both ways and tells the end`() throws {
        let deadline = Deadline.after(.seconds(10))
        let listener = try UnixListener(listeningAt: path)
        #expect(try Files.kind(of: path) == .socket)
        let client = try UnixStream(connectingTo: path, deadline: deadline)
        let server = try listener.accept(deadline: deadline)
        try client.write([1, 2, 3], deadline: deadline)
        let heard = try server.read(upTo: 10, deadline: deadline)
        #expect(heard == [1, 2, 3])
        try server.write([4], deadline: deadline)
        let answer = try client.read(upTo: 10, deadline: deadline)
        #expect(answer == [4])
        _ = consume server
        let end = try client.read(upTo: 10, deadline: deadline)
        #expect(end == [])
        let error = #expect(throws: KernelError.self) {
            try client.write([5], deadline: deadline)
        }
        #expect(error?.errno == .brokenPipe)
    }

    @Test func `knows its peer`() throws {
        let listener = try UnixListener(listeningAt: path)
        let client = try UnixStream(connectingTo: path, deadline: .after(.seconds(10)))
        let peer = try client.peerCredentials()
        #expect(peer.process == Process.id)
        #expect(peer.user == Process.user)
        _ = consume listener
    }

    @Test func `a silent peer costs no more than the deadline`() throws {
        let listener = try UnixListener(listeningAt: path)
        let client = try UnixStream(connectingTo: path, deadline: .after(.seconds(10)))
        let start = Clocks.monotonicNanoseconds
        #expect(throws: KernelError.deadlineExceeded(call: "recv", subject: path)) {
            _ = try client.read(upTo: 1, deadline: .after(.milliseconds(30)))
        }
        #expect(Clocks.monotonicNanoseconds - start >= 30_000_000)
        let much = [UInt8](repeating: 0, count: 8 << 20)
        #expect(throws: KernelError.deadlineExceeded(call: "send", subject: path)) {
            try client.write(much, deadline: .after(.milliseconds(30)))
        }
        _ = consume listener
    }

    @Test func `a server that does not accept costs no more than the deadline`() throws {
        let listener = try UnixListener(listeningAt: path, backlog: 0)
        let first = try UnixStream(connectingTo: path, deadline: .after(.seconds(10)))
        #expect(throws: KernelError.deadlineExceeded(call: "connect", subject: path)) {
            _ = try UnixStream(connectingTo: path, deadline: .after(.milliseconds(30)))
        }
        _ = consume first
        _ = consume listener
    }

    @Test func `more than the socket holds arrives whole`() throws {
        let listener = try UnixListener(listeningAt: path)
        let path = path
        let much = (0..<(4 << 20)).map { UInt8(truncatingIfNeeded: $0) }
        let deadline = Deadline.after(.seconds(30))
        DispatchQueue.global().async {
            do {
                let client = try UnixStream(connectingTo: path, deadline: deadline)
                try client.write(much, deadline: deadline)
            } catch {
                Issue.record(error)
            }
        }
        let server = try listener.accept(deadline: deadline)
        var heard: [UInt8] = []
        while true {
            let part = try server.read(upTo: 70_000, deadline: deadline)
            if part.isEmpty { break }
            heard += part
        }
        #expect(heard == much)
    }

    @Test func `nobody there, nothing there, name too long`() throws {
        let path = path
        #expect(throws: KernelError.refused(call: "connect", subject: path, errno: .noSuchFile)) {
            _ = try UnixStream(connectingTo: path, deadline: .now)
        }
        let listener = try UnixListener(listeningAt: path)
        _ = consume listener
        let refused = KernelError.refused(call: "connect", subject: path, errno: .connectionRefused)
        #expect(throws: refused) { _ = try UnixStream(connectingTo: path, deadline: .now) }
        let taken = KernelError.refused(call: "bind", subject: path, errno: .addressInUse)
        let replacement = try UnixListener(listeningAt: path)
        #expect(throws: taken) { _ = try UnixListener(listeningAt: path) }
        withExtendedLifetime(replacement) { _ in }
        let long = scratch[String(repeating: "x", count: UnixStream.longestPath)]
        let error = #expect(throws: KernelError.self) {
            _ = try UnixStream(connectingTo: long, deadline: .now)
        }
        #expect(error?.errno == .nameTooLong)
    }
}
