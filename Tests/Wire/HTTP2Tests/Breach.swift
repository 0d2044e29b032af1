// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// Bytes that break a rule, and what must come of it.
struct Breach: Sendable, CustomTestStringConvertible {
    enum Outcome: Equatable, Sendable {
        case connection(ErrorCode)
        case stream(UInt32, ErrorCode)
        /// Nothing may come of it.
        case ignored
    }

    let section: String
    let what: String
    let bytes: [UInt8]
    let outcome: Outcome

    init(_ section: String, _ what: String, _ bytes: [UInt8], _ outcome: Outcome) {
        self.section = section
        self.what = what
        self.bytes = bytes
        self.outcome = outcome
    }

    var testDescription: String { "§ \(section) \(what)" }

    /// Compares the outcome with what a machine threw or wrote.
    func check(_ failure: ConnectionError?, _ output: [UInt8], isClosed: Bool) {
        let frames = RawFrame.all(in: output)
        let resets = frames.filter { $0.type == .resetStream }
        let goAway = frames.first { $0.type == .goAway }
        switch outcome {
        case .connection(let code):
            #expect(failure?.code == code)
            #expect(goAway?.integer(at: 4) == code.rawValue)
            #expect(frames.last == goAway && isClosed)
        case .stream(let id, let code):
            #expect(failure == nil && goAway == nil && !isClosed)
            #expect(resets.map(\.stream) == [id])
            #expect(resets.first?.integer(at: 0) == code.rawValue)
        case .ignored:
            #expect(failure == nil && goAway == nil && !isClosed)
            #expect(resets.isEmpty)
        }
    }
}

extension Breach {
    /// Lets a server receive the bytes.
    func run(preface: [UInt8], size: Int = .max) {
        let settings = Settings(maxConcurrentStreams: 2, initialWindowSize: 100)
        var server = ServerConnection(settings: settings)
        var failure: ConnectionError?
        do throws(ConnectionError) {
            _ = try server.receive(preface)
            _ = server.takeOutput()
            var start = 0
            while start < bytes.count {
                let end = start + min(size, bytes.count - start)
                _ = try server.receive(Array(bytes[start..<end]))
                start = end
            }
        } catch {
            failure = error
        }
        check(failure, server.takeOutput(), isClosed: server.isClosed)
    }
}
