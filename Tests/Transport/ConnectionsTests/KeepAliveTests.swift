// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TestSupport
import Testing

@testable import Connections

@Suite struct KeepAliveTests {
    private static let policy = KeepAlivePolicy(
        interval: .seconds(10),
        timeout: .seconds(3),
        idle: .seconds(30),
        handshake: .seconds(5)
    )

    private func at(_ second: UInt64) -> NIODeadline {
        .uptimeNanoseconds(second * 1_000_000_000)
    }

    private func established(_ policy: KeepAlivePolicy = policy) -> KeepAlive {
        var machine = KeepAlive(policy, now: at(100))
        machine.received(at: at(100))
        machine.handshaken()
        return machine
    }

    @Test func `gives up on a peer that never speaks`() {
        var machine = KeepAlive(Self.policy, now: at(100))
        #expect(machine.check(at: at(101), activeStreams: 1) == .wait(until: at(105)))
        machine.received(at: at(104))
        #expect(machine.check(at: at(105), activeStreams: 1) == .noHandshake(after: .seconds(5)))
    }

    @Test func `settings have twice the time of a handshake to be acknowledged`() {
        var machine = established()
        let early = machine.check(at: at(101), activeStreams: 1, isAcknowledged: false)
        #expect(early == .wait(until: at(110)))
        machine.received(at: at(109))
        let late = machine.check(at: at(109), activeStreams: 0, isAcknowledged: false)
        #expect(late == .wait(until: at(110)))
        let over = machine.check(at: at(110), activeStreams: 1, isAcknowledged: false)
        #expect(over == .unacknowledged(after: .seconds(10)))
        #expect(machine.check(at: at(110), activeStreams: 1) == .wait(until: at(119)))
    }

    @Test func `asks after silence and gives up after more`() {
        var machine = established()
        #expect(machine.check(at: at(105), activeStreams: 1) == .wait(until: at(110)))
        #expect(machine.check(at: at(110), activeStreams: 1) == .ask(until: at(113)))
        #expect(machine.check(at: at(112), activeStreams: 1) == .wait(until: at(113)))
        #expect(machine.check(at: at(113), activeStreams: 1) == .giveUp(after: .seconds(13)))
    }

    @Test func `any byte is a sign of life`() {
        var machine = established()
        #expect(machine.check(at: at(110), activeStreams: 1) == .ask(until: at(113)))
        machine.received(at: at(112))
        #expect(machine.check(at: at(113), activeStreams: 1) == .wait(until: at(122)))
    }

    @Test func `a look that comes late asks before it gives up`() {
        var machine = established()
        #expect(machine.check(at: at(200), activeStreams: 1) == .ask(until: at(203)))
        #expect(machine.check(at: at(203), activeStreams: 1) == .giveUp(after: .seconds(13)))
    }

    @Test func `asks nothing while no call is open, and retires`() {
        var machine = established()
        #expect(machine.check(at: at(120), activeStreams: 0) == .wait(until: at(130)))
        #expect(machine.check(at: at(130), activeStreams: 0) == .retire)
    }

    @Test func `a frame that has begun must come to its end`() {
        var policy = Self.policy
        policy.frame = .seconds(2)
        var machine = established(policy)
        machine.received(at: at(100))
        machine.follow(unfinished: 7, at: at(100))
        machine.follow(unfinished: 7, at: at(101))
        #expect(machine.frameEnd == at(102))
        machine.follow(unfinished: 8, at: at(101))
        #expect(machine.check(at: at(102), activeStreams: 0) == .wait(until: at(130)))
        #expect(machine.check(at: at(103), activeStreams: 0) == .tooSlow(after: .seconds(2)))
        machine.follow(unfinished: nil, at: at(103))
        #expect(machine.check(at: at(103), activeStreams: 0) == .wait(until: at(130)))
    }

    @Test func `without limits it only comes back now and then`() {
        let endless = KeepAlivePolicy(
            interval: nil,
            timeout: .seconds(1),
            idle: nil,
            handshake: .seconds(1)
        )
        var machine = established(endless)
        #expect(machine.check(at: at(9000), activeStreams: 1) == .wait(until: at(9060)))
        #expect(machine.check(at: at(9000), activeStreams: 0) == .wait(until: at(9060)))
    }
}

@Suite struct BackoffTests {
    @Test func `grows to its maximum and stays within the jitter`() {
        var generator = SeededGenerator(seed: 5)
        let backoff = Backoff(
            initial: .milliseconds(100),
            factor: 2,
            maximum: .seconds(1),
            jitter: 0.1
        )
        for (failures, seconds) in [(1, 0.1), (2, 0.2), (3, 0.4), (4, 0.8), (5, 1), (1_000_000, 1)]
        {
            for _ in 0..<20 {
                let pause = backoff.pause(after: failures, using: &generator) / .seconds(1)
                #expect(abs(pause - seconds) <= seconds * 0.1 + 1e-9)
            }
        }
    }
}
