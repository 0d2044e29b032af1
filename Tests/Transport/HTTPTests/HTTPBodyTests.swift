// SPDX-License-Identifier: Apache-2.0

import Gzip
import HPACK
import HTTP
import Testing

/// Bodies that come compressed.
@Suite(.timeLimit(.minutes(1))) struct HTTPBodyTests {
    private static let text = Array((0..<200_000).map { "line \($0)\n" }.joined().utf8)

    /// What a client reads of a body that is sent in two pieces and called gzip.
    private func read(
        _ first: [UInt8],
        _ second: [UInt8]
    ) async throws -> Result<[UInt8], HTTPFailure> {
        let (results, told) = AsyncStream.makeStream(of: Result<[UInt8], HTTPFailure>.self)
        var wishes = ServerSite.Wishes()
        wishes.isPlain = true
        let handler: HTTPServer.Handler = { _, reply in
            reply.begin(200, [HeaderField("content-encoding", "gzip")])
            _ = await reply.write(first)
            _ = await reply.write(second)
            reply.end()
        }
        try await ServerSite.run(wishes, handler: handler) { site in
            let client = site.plainClient()
            do throws(HTTPFailure) {
                let body = try await client.stream(HTTPRequest("GET", "/"), deadline: .seconds(20))
                var bytes: [UInt8] = []
                while let piece = try await body.next() { bytes += piece }
                told.yield(.success(bytes))
            } catch {
                told.yield(.failure(error))
            }
            await client.close()
        }
        told.finish()
        var last = Result<[UInt8], HTTPFailure>.success([])
        for await result in results { last = result }
        return last
    }

    @Test func `are inflated as they come`() async throws {
        let packed = try #require(Gzip.deflate(Self.text))
        let cut = packed.count / 3
        let result = try await read(Array(packed[..<cut]), Array(packed[cut...]))
        #expect(result == .success(Self.text))
    }

    @Test func `are refused when they end early, or are nothing of the kind`() async throws {
        let packed = try #require(Gzip.deflate(Self.text))
        let short = try await read(Array(packed[..<100]), Array(packed[100..<1000]))
        #expect(short == .failure(.compression(.truncated)))
        let other = try await read(Array("not ".utf8), Array("gzip at all".utf8))
        guard case .failure(.compression(.malformed)) = other else {
            Issue.record("\(other)")
            return
        }
    }
}
