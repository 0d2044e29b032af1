// SPDX-License-Identifier: Apache-2.0

import HPACK
import TestSupport
import Testing

@testable import HTTP2

/// RFC 9113 § 5.1: every state of a stream against every frame that a client may send on it.
@Suite struct StreamStateTests {
    enum Before: CaseIterable {
        case idle, open, halfClosedLocal, halfClosedRemote
        case finished, resetLocally, resetByPeer, forgotten
    }

    enum Input: CaseIterable {
        case data, dataEnd, headers, trailers, priority, resetStream, windowUpdate

        var bytes: [UInt8] {
            switch self {
            case .data: frame(.data, on: 1, [1])
            case .dataEnd: frame(.data, .endStream, on: 1, [1])
            case .headers: HTTP2Tests.headers(request())
            case .trailers: HTTP2Tests.headers([], .endStream)
            case .priority: frame(.priority, on: 1, octets(0) + [1])
            case .resetStream: frame(.resetStream, on: 1, octets(8))
            case .windowUpdate: HTTP2Tests.windowUpdate(1, on: 1)
            }
        }
    }

    /// What must come of it: `P` and `C` are connection errors PROTOCOL_ERROR and STREAM_CLOSED,
    /// `p` and `c` the same for the stream, a dot is neither.
    private static let table: [(before: Before, outcomes: String)] = [
        // data, dataEnd, headers, trailers, priority, resetStream, windowUpdate
        (.idle, "P P . p . P P"),
        (.open, ". . p . . . ."),
        (.halfClosedLocal, ". . p . . . ."),
        (.halfClosedRemote, "c c c c . . ."),
        (.finished, "C C C C . . ."),
        (.resetLocally, ". . . . . . ."),
        (.resetByPeer, "c c c c . . ."),
        (.forgotten, "c c P P . . ."),
    ]

    static let cases: [(Before, Input, String)] = table.flatMap { row in
        zip(Input.allCases, row.outcomes.split(separator: " ")).map {
            (row.before, $0, String($1))
        }
    }

    @Test func `the table is complete`() {
        #expect(Self.cases.count == Before.allCases.count * Input.allCases.count)
    }

    @Test(arguments: cases)
    func `a frame in a state`(before: Before, input: Input, outcome: String) throws {
        var server = try reach(before)
        var failure: ConnectionError?
        do throws(ConnectionError) {
            _ = try server.receive(input.bytes)
        } catch {
            failure = error
        }
        let expected: Breach.Outcome =
            switch outcome {
            case "P": .connection(.protocolError)
            case "C": .connection(.streamClosed)
            case "p": .stream(1, .protocolError)
            case "c": .stream(1, .streamClosed)
            default: .ignored
            }
        let breach = Breach("5.1", "", [], expected)
        breach.check(failure, server.takeOutput(), isClosed: server.isClosed)
    }

    /// A server whose stream 1 is in the state.
    private func reach(_ state: Before) throws -> ServerConnection {
        var limits = ConnectionLimits.standard
        limits.rememberedStreams = 1
        var server = ServerConnection(settings: .initial, limits: limits)
        _ = try server.receive(clientGreeting)
        let hasEnded = state == .halfClosedRemote || state == .finished
        if state != .idle {
            _ = try server.receive(headers(request(), hasEnded ? .endStream : []))
        }
        switch state {
        case .idle, .open, .halfClosedRemote:
            break
        case .halfClosedLocal, .finished:
            try server.respond(okay, endStream: true, on: .one)
        case .resetLocally:
            server.reset(.one, .cancel)
        case .resetByPeer:
            _ = try server.receive(Input.resetStream.bytes)
        case .forgotten:
            server.reset(.one, .cancel)
            _ = try server.receive(headers(request(), on: 3))
            server.reset(.three, .cancel)
        }
        _ = server.takeOutput()
        return server
    }

    @Test func `END_STREAM moves a stream towards its end`() {
        typealias State = HTTP2.Stream.State
        let received: [(State, State)] = [
            (.open, .halfClosedRemote), (.halfClosedLocal, .closed),
            (.halfClosedRemote, .halfClosedRemote), (.closed, .closed),
        ]
        let sent: [(State, State)] = [
            (.open, .halfClosedLocal), (.halfClosedLocal, .halfClosedLocal),
            (.halfClosedRemote, .closed), (.closed, .closed),
        ]
        for (before, after) in received { #expect(before.afterReceivingEnd == after) }
        for (before, after) in sent { #expect(before.afterSendingEnd == after) }
    }
}
