// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
import Reconcile
import TLS
import Testing

@testable import Kubernetes

@Suite struct RequestRateTests {
    private let start = ContinuousClock.now

    @Test func `a burst goes out at once, then one after the other`() {
        var bucket = TokenBucket(RequestRate(perSecond: 10, burst: 3))
        var waits: [Duration] = []
        for _ in 0..<5 { waits.append(bucket.take(at: start, patience: .seconds(9)).wait) }
        #expect(waits == [.zero, .zero, .zero, .milliseconds(100), .milliseconds(200)])
    }

    @Test func `tokens come back with time, never more than the burst`() {
        var bucket = TokenBucket(RequestRate(perSecond: 10, burst: 2))
        for _ in 0..<2 { _ = bucket.take(at: start, patience: .zero) }
        #expect(!bucket.take(at: start, patience: .zero).isTaken)
        #expect(bucket.take(at: start + .milliseconds(100), patience: .zero).isTaken)
        let later = start + .seconds(3600)
        let taken = (0..<5).map { _ in bucket.take(at: later, patience: .zero).isTaken }
        #expect(taken == [true, true, false, false, false])
    }

    @Test func `who would wait too long takes nothing from those behind`() {
        var bucket = TokenBucket(RequestRate(perSecond: 1, burst: 1))
        #expect(bucket.take(at: start, patience: .zero).isTaken)
        #expect(bucket.take(at: start, patience: .milliseconds(500)) == (.seconds(1), false))
        #expect(bucket.take(at: start, patience: .seconds(1)) == (.seconds(1), true))
        #expect(bucket.take(at: start, patience: .seconds(9)) == (.seconds(2), true))
    }

    @Test func `a clock that stands still or goes back gives nothing`() {
        var bucket = TokenBucket(RequestRate(perSecond: 1, burst: 1))
        #expect(bucket.take(at: start, patience: .zero).isTaken)
        #expect(!bucket.take(at: start - .seconds(60), patience: .zero).isTaken)
    }
}

@Suite struct RetryRuleTests {
    private func lost(_ reason: ConnectionFailure.Reason) -> HTTPFailure {
        .connection(ConnectionFailure(.tcp(host: "h", port: 1), reason))
    }

    @Test(arguments: [
        (429, true, true), (503, true, true), (500, true, false), (504, true, false),
        (599, true, false), (409, false, false), (200, false, false), (401, false, false),
    ])
    func `a server asks for another attempt`(status: Int, reads: Bool, writes: Bool) {
        for (isRead, isAgain) in [(true, reads), (false, writes)] {
            var rule = RetryRule(isRead: isRead)
            #expect(rule.answered(status, rest: .seconds(2)) == (isAgain ? .seconds(2) : nil))
            #expect(rule.answered(status, rest: nil) == nil, "without Retry-After it is final")
        }
    }

    @Test func `not for ever`() {
        var rule = RetryRule(isRead: true)
        let pauses = (0..<7).map { _ in rule.answered(429, rest: .seconds(1)) != nil }
        #expect(pauses == [true, true, true, true, true, false, false])
        let failures = (0..<4).map { _ in rule.failed(lost(.closedByPeer), fraction: 0) }
        #expect(failures == [.milliseconds(100), .milliseconds(400), nil, nil])
    }

    @Test func `a lost connection is made again for reads alone`() {
        for reason in [ConnectionFailure.Reason.closedByPeer, .connectTimedOut(.seconds(1))] {
            var read = RetryRule(isRead: true)
            var write = RetryRule(isRead: false)
            #expect(read.failed(lost(reason), fraction: 0.5) == .milliseconds(125))
            #expect(write.failed(lost(reason), fraction: 0.5) == nil)
        }
        for failure in [
            lost(.insecure(.expired)), lost(.closed), lost(.speaksText("HTTP/1.1 400")),
            .timedOut(.seconds(1)), .tooLarge(limit: 1), .cancelled,
        ] {
            var rule = RetryRule(isRead: true)
            #expect(rule.failed(failure, fraction: 0) == nil, "\(failure)")
        }
    }
}
