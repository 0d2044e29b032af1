// SPDX-License-Identifier: Apache-2.0

import Bytes
import TestSupport
import Testing

@testable import GRPC

@Suite struct DeframerTests {
    private static let compressed = Status(.unimplemented, "compressed")

    /// Feeds `bytes` in pieces of `size` and returns what came out and whether all was whole.
    private func deframe(
        _ bytes: [UInt8],
        pieces size: Int,
        limit: Int = 1000
    ) throws(Status) -> (messages: [[UInt8]], isWhole: Bool) {
        var deframer = Deframer(limit: limit, encoding: .failure(Self.compressed))
        var messages: [[UInt8]] = []
        var start = 0
        while start < bytes.count {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            start += size
            var reader = ByteReader(piece.span)
            while let message = try deframer.next(from: &reader) { messages.append(message.bytes) }
        }
        let isWhole = deframer.isBetweenMessages
        return (messages, isWhole)
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 100])
    func `finds messages however they are cut`(size: Int) throws {
        let bytes = hex("00 00000002 abcd  00 00000000  00 00000001 ff")
        let (messages, isWhole) = try deframe(bytes, pieces: size)
        #expect(messages == [[0xab, 0xcd], [], [0xff]])
        #expect(isWhole)
    }

    @Test(arguments: 1..<7)
    func `knows a message that is cut short`(count: Int) throws {
        let (messages, isWhole) = try deframe(
            Array(hex("00 00000002 abcd").prefix(count)),
            pieces: 100
        )
        #expect(messages.isEmpty == (count < 7))
        #expect(!isWhole)
    }

    @Test(arguments: [
        ("01 00000001 aa", StatusCode.unimplemented), ("02 00000000", .internalError),
        ("ff 00000000", .internalError), ("00 000003e9", .resourceExhausted),
        ("00 ffffffff", .resourceExhausted),
    ])
    func `refuses`(bytes: String, code: StatusCode) {
        #expect { try deframe(hex(bytes), pieces: 1) } throws: { ($0 as? Status)?.code == code }
    }

    @Test func `takes a message of exactly the limit`() throws {
        let message = [UInt8](repeating: 7, count: 1000)
        #expect(try deframe(Framing.frame(message), pieces: 64).messages == [message])
    }

    @Test func `random messages survive random cuts`() throws {
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<200 {
            let messages = (0..<Int.random(in: 0...5, using: &generator)).map { _ in
                (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            }
            let size = Int.random(in: 1...400, using: &generator)
            let read = try deframe(messages.flatMap(Framing.frame), pieces: size)
            #expect(read.messages == messages)
            #expect(read.isWhole)
        }
    }
}
