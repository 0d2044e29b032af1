// SPDX-License-Identifier: Apache-2.0

import TestSupport
import Testing

@testable import Gzip

@Suite struct GzipTests {
    /// `gzip.compress(b"hello", mtime=0)` of Python.
    private static let hello = "1f8b0800000000000203cb48cdc9c9070086a6103605000000"

    @Test func `inflates another implementation's bytes`() throws {
        let inflated = try Gzip.inflate(hex(Self.hello), limit: 5)
        #expect(inflated == Array("hello".utf8))
        let twice = try Gzip.inflate(hex(Self.hello + Self.hello), limit: 10)
        #expect(twice == Array("hellohello".utf8))
    }

    @Test(arguments: [0, 1, 100, 16 << 10, 16 << 10 + 1, 1 << 20])
    func `gives back what it took`(count: Int) throws {
        var generator = SystemRandomNumberGenerator()
        let noise = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        for bytes in [noise, [UInt8](repeating: 7, count: count)] {
            let deflated = try #require(Gzip.deflate(bytes))
            let inflated = try Gzip.inflate(deflated, limit: count)
            #expect(inflated == bytes)
        }
    }

    @Test func `stops a bomb at the limit`() throws {
        let bomb = try #require(Gzip.deflate([UInt8](repeating: 0, count: 64 << 20)))
        #expect(bomb.count < 100_000)
        #expect(throws: GzipError.tooLarge(limit: 1 << 20)) {
            try Gzip.inflate(bomb, limit: 1 << 20)
        }
        let many = [[UInt8]](repeating: bomb, count: 100).flatMap(\.self)
        #expect(throws: GzipError.tooLarge(limit: 65 << 20)) {
            try Gzip.inflate(many, limit: 65 << 20)
        }
    }

    @Test func `refuses what was cut short`() {
        let bytes = hex(Self.hello)
        for count in 0..<bytes.count {
            #expect(throws: GzipError.truncated) {
                try Gzip.inflate(Array(bytes.prefix(count)), limit: 100)
            }
        }
    }

    @Test func `survives any byte that is wrong`() {
        let bytes = hex(Self.hello)
        for index in bytes.indices {
            var broken = bytes
            broken[index] ^= 0xff
            // A time stamp or an operating system may change; nothing else goes unnoticed.
            let inflated = try? Gzip.inflate(broken, limit: 100)
            #expect(inflated == nil || inflated == Array("hello".utf8))
        }
        #expect(throws: GzipError.self) { try Gzip.inflate(bytes + [1], limit: 100) }
    }

    @Test(arguments: [1, 7, 100, 16 << 10])
    func `pieces of any size make the same`(size: Int) throws {
        let text = Array((0..<20_000).map { "line \($0)\n" }.joined().utf8)
        let bytes = try #require(Gzip.deflate(text)) + hex(Self.hello)
        var reader = try GzipReader()
        var output: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            output += try reader.add(piece, limit: 1 << 20)
        }
        try reader.end()
        #expect(output == text + Array("hello".utf8))
    }

    @Test func `a reader knows what was cut short, broken or a bomb`() throws {
        let bytes = hex(Self.hello)
        for count in 1..<bytes.count {
            var reader = try GzipReader()
            _ = try reader.add(Array(bytes.prefix(count)), limit: 100)
            #expect(throws: GzipError.truncated) { try Self.end(reader) }
        }
        var broken = try GzipReader()
        do throws(GzipError) {
            _ = try broken.add(Array("no gzip".utf8), limit: 100)
            Issue.record("taken for gzip")
        } catch {
            guard case .malformed = error else {
                Issue.record("\(error)")
                return
            }
        }
        let bomb = try #require(Gzip.deflate([UInt8](repeating: 0, count: 8 << 20)))
        var reader = try GzipReader()
        do throws(GzipError) {
            _ = try reader.add(bomb, limit: 1 << 20)
            Issue.record("it went off")
        } catch {
            #expect(error == .tooLarge(limit: 1 << 20))
        }
    }

    private static func end(_ reader: borrowing GzipReader) throws(GzipError) {
        try reader.end()
    }
}
