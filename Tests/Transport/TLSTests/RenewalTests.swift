// SPDX-License-Identifier: Apache-2.0

import Kernel
import Synchronization
import TestSupport
import Testing

@testable import TLS

/// When files are read, with a `stat` that says what the test wants.
@Suite(.timeLimit(.minutes(1))) struct RenewalTests {
    private final class Clerk: Sendable {
        /// When the file has changed, nanoseconds since 1970.
        let changed = Mutex<UInt64>(0)
        let news = Mutex<[TLSReload]>([])

        func version() -> FileVersion? {
            let time = changed.withLock { $0 }
            let identity = FileIdentity(device: 1, inode: 1)
            return FileVersion(identity: identity, size: 1, modified: time, changed: time)
        }
    }

    private let scratch: Scratch
    private let clerk = Clerk()

    init() throws {
        scratch = try Scratch()
        try scratch.write("a", to: "file")
    }

    private func renewal() throws -> Renewal<String> {
        try Renewal(
            [scratch["file"]],
            version: { [clerk] _ in clerk.version() },
            report: { [clerk] news in clerk.news.withLock { $0.append(news) } },
            make: { (contents) throws(TLSError) in
                let text = String(decoding: contents[0], as: UTF8.self)
                if text == "bad" { throw .unusable(text) }
                return text
            }
        )
    }

    @Test func `nothing is read while the version stays the same`() throws {
        let renewal = try renewal()
        try scratch.write("b", to: "file")
        #expect(renewal.current() == "a")
        clerk.changed.withLock { $0 += 1 }
        #expect(renewal.current() == "b")
        try scratch.write("c", to: "file")
        #expect(renewal.current() == "b")
    }

    @Test func `a file of this moment is read each time: its clock may not have ticked`() throws {
        clerk.changed.withLock { $0 = Clocks.realtimeNanoseconds + 60_000_000_000 }
        let renewal = try renewal()
        for text in ["b", "c", "d"] {
            try scratch.write(text, to: "file")
            #expect(renewal.current() == text)
        }
        #expect(renewal.current() == "d")
        #expect(clerk.news.withLock { $0 } == [.renewed, .renewed, .renewed])
    }

    @Test func `what cannot be used is told once, and again when it is another`() throws {
        let renewal = try renewal()
        clerk.changed.withLock { $0 = Clocks.realtimeNanoseconds + 60_000_000_000 }
        try scratch.write("bad", to: "file")
        for _ in 0..<3 { #expect(renewal.current() == "a") }
        try Files.remove(scratch["file"])
        for _ in 0..<3 { #expect(renewal.current() == "a") }
        try scratch.write("a", to: "file")
        for _ in 0..<3 { #expect(renewal.current() == "a") }
        try scratch.write("bad", to: "file")
        for _ in 0..<3 { #expect(renewal.current() == "a") }
        let told = clerk.news.withLock { $0 }
        #expect(told.count == 3)
        #expect(told.first == .kept(.unusable("bad")) && told.last == told.first)
    }
}
