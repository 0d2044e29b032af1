// SPDX-License-Identifier: Apache-2.0

import Attachment
import Kernel
import TestSupport
import Testing

@Suite struct ReleaseSpoolTests {
    private let scratch: Scratch
    private let spool: ReleaseSpool

    init() throws {
        scratch = try Scratch()
        spool = try ReleaseSpool(runDirectory: scratch["run"])
    }

    private func release(_ container: String) -> Release {
        Release(deviceID: "0000:3b:00.2", containerID: container, interfaceName: "eth0")
    }

    @Test func `what waits comes oldest first, also to the next process`() throws {
        let releases = (0..<20).map { release("c\($0)") }
        for release in releases { try spool.add(release) }
        let next = try ReleaseSpool(runDirectory: scratch["run"])
        #expect(try next.pending().map(\.wish) == releases)
    }

    @Test func `an entry that was done is gone, and doing it twice does no harm`() throws {
        try spool.add(release("c1"))
        try spool.add(release("c2"))
        let first = try #require(try spool.pending().first)
        #expect(try spool.contains(first))
        try spool.remove(first)
        try spool.remove(first)
        #expect(try !spool.contains(first))
        #expect(try spool.pending().map(\.wish) == [release("c2")])
    }

    @Test(arguments: ["", "{", "[]", #"{"deviceID":"","containerID":"c"}"#])
    func `a file that asks for nothing is removed`(_ text: String) throws {
        try Files.write(Array(text.utf8), to: scratch["run/releases/1-1.json"])
        try spool.add(release("c1"))
        #expect(try spool.pending().map(\.wish) == [release("c1")])
        #expect(try Files.list(scratch["run/releases"]).count == 1)
    }

    @Test func `so is one too large to be a release`() throws {
        let large = [UInt8](repeating: 0x20, count: 1 << 17)
        try Files.write(large, to: scratch["run/releases/1-1.json"])
        #expect(try spool.pending().isEmpty)
        #expect(try Files.list(scratch["run/releases"]).isEmpty)
    }

    @Test func `a half-written file is left to its writer`() throws {
        try Files.write([0x7b], to: scratch["run/releases/.2-1.json.77.tmp"])
        #expect(try spool.pending().isEmpty)
        #expect(try Files.list(scratch["run/releases"]).count == 1)
    }

    @Test func `several may look and remove at once`() async throws {
        for round in 0..<20 {
            for index in 0..<10 { try spool.add(release("c\(round)-\(index)")) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        for entry in try spool.pending() { try spool.remove(entry) }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(try spool.pending().isEmpty)
    }
}
