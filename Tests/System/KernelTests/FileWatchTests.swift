// SPDX-License-Identifier: Apache-2.0

import Kernel
import TestSupport
import Testing

@Suite struct FileWatchTests {
    @Test func `tells when a socket appears and disappears`() throws {
        let scratch = try Scratch()
        let watch = try FileWatch()
        let number = try watch.watch(scratch.path)
        let nothing = try watch.events()
        #expect(nothing.isEmpty)
        let listener = try UnixListener(listeningAt: scratch["kubelet.sock"])
        try Files.rename(scratch["kubelet.sock"], to: scratch["moved"])
        try Files.remove(scratch["moved"])
        let events = try watch.events(until: .after(.seconds(10)))
        let expected: [(FileEvent.Change, String)] = [
            (.appeared, "kubelet.sock"), (.disappeared, "kubelet.sock"), (.appeared, "moved"),
            (.disappeared, "moved"),
        ]
        #expect(events.map(\.change) == expected.map(\.0))
        #expect(events.map(\.name) == expected.map(\.1))
        #expect(events.allSatisfy { $0.watch == number })
        #expect(throws: KernelError.deadlineExceeded(call: "inotify", subject: "watch")) {
            _ = try watch.events(until: .after(.milliseconds(10)))
        }
        _ = consume listener
    }

    @Test func `tells when the directory itself goes`() throws {
        let scratch = try Scratch()
        let watch = try FileWatch()
        try Files.makeDirectory(scratch["d"])
        _ = try watch.watch(scratch["d"])
        try Files.removeDirectory(scratch["d"])
        let events = try watch.events(until: .after(.seconds(10)))
        #expect(events.map(\.change) == [.directoryGone])
    }

    @Test func `watches directories only`() throws {
        let scratch = try Scratch()
        let watch = try FileWatch()
        try Files.write([], to: scratch["file"])
        let error = #expect(throws: KernelError.self) { _ = try watch.watch(scratch["file"]) }
        #expect(error?.errno == .notDirectory)
    }

    @Test func `takes apart what the kernel queues`() throws {
        let bytes = hex(
            """
            01000000 00010000 00000000 10000000  6b 75 62 65 6c 65 74 2e 73 6f 63 6b 00 00 00 00
            ffffffff 00400000 00000000 00000000  # overflow
            01000000 00800000 00000000 00000000  # the watch is gone: told of before
            """
        )
        let events = try FileWatch.parse(bytes.span)
        #expect(events.map(\.change) == [.appeared, .overflowed])
        #expect(events.map(\.name) == ["kubelet.sock", ""])
        #expect(events.map(\.watch) == [1, -1])
        for count in 1..<32 {
            let part = Array(bytes.prefix(count))
            #expect(throws: KernelError.malformed(subject: "inotify events")) {
                _ = try FileWatch.parse(part.span)
            }
        }
    }
}
