// SPDX-License-Identifier: Apache-2.0

import Kubernetes
import Reconcile
import Testing

@testable import Informers

/// A machine that an expectation can change, and its time.
private final class Bench {
    private var machine: ListWatch
    var now = ContinuousClock.now

    init(usesStreams: Bool = false) {
        machine = ListWatch(
            Backoff(base: .milliseconds(200), ceiling: .seconds(16)),
            usesStreams: usesStreams
        )
    }

    var state: ListWatch.State { machine.state }
    var deadline: Duration? { machine.deadline.map { $0 - now } }
    var usesStreams: Bool { machine.usesStreams }
    var isTrouble: Bool { machine.isTrouble }
    var restarts: [ListWatch.Restart: Int] { machine.restarts }

    /// The next step without chance; pauses are waited for and noted.
    func next() -> ListWatch.Step {
        while true {
            let step = machine.next(at: now, chance: 0)
            guard case .pause(let duration) = step else { return step }
            pauses.append(duration)
            now += duration
        }
    }
    var pauses: [Duration] = []

    func page(_ version: String, next: String = "") {
        machine.page(version: version, next: next)
    }
    func opened() { machine.opened(at: now) }
    func heard() { machine.heard(at: now) }
    func event(_ version: String) { machine.event(version: version) }
    func initialEventsEnded(_ version: String) {
        machine.initialEventsEnded(version: version, at: now)
    }
    func ended() { machine.ended(at: now, chance: 0) }
    func stalled() { machine.stalled(at: now, chance: 0) }
    func failed(_ failure: ListWatch.Failure) { machine.failed(failure, at: now, chance: 0) }

    /// Brings it into a state by the usual way.
    func reach(_ place: Place) {
        switch place {
        case .empty: return
        case .listing: _ = next()
        case .paging:
            _ = next()
            page("10", next: "more")
        case .listed:
            _ = next()
            page("10")
        case .opening:
            reach(.listed)
            _ = next()
        case .watching:
            reach(.opening)
            opened()
            event("12")
        case .streaming:
            _ = next()
            opened()
        }
    }
}

/// Where a machine can stand.
private enum Place: CaseIterable {
    case empty, listing, paging, listed, opening, watching, streaming
}

private let failures: [ListWatch.Failure] = [
    .expired, .tooNew, .unsupported, .silent, .refused(retryAfter: nil), .broken,
]

@Suite struct ListWatchTests {
    @Test func `lists consistently, page by page, and watches from the list's version`() {
        let bench = Bench()
        #expect(bench.next() == .list(.init()))
        bench.page("10", next: "c")
        #expect(bench.next() == .list(.init(next: "c")))
        bench.page("10")
        #expect(bench.state == .listed(version: "10"))
        #expect(bench.next() == .watch(after: "10", seconds: 240))
        bench.opened()
        bench.event("11")
        bench.event("13")
        bench.event("")
        bench.event("12")
        bench.ended()
        #expect(bench.next() == .watch(after: "13", seconds: 240), "never back")
        #expect(bench.restarts == [.ended: 1] && bench.pauses.isEmpty)
    }

    @Test func `asked twice, it says the same`() {
        for place in Place.allCases {
            let bench = Bench(usesStreams: place == .streaming)
            bench.reach(place)
            let first = bench.next()
            let second = bench.next()
            #expect(first == second, "\(place)")
        }
    }

    @Test func `the time of a watch is by chance`() {
        for (chance, seconds) in [(0.0, 240), (0.5, 270), (0.999, 300)] {
            var machine = ListWatch(Backoff())
            _ = machine.next(at: .now, chance: chance)
            machine.page(version: "1", next: "")
            let step = machine.next(at: .now, chance: chance)
            #expect(step == .watch(after: "1", seconds: seconds))
        }
    }

    // MARK: - Failures

    /// Every state × every failure: what is asked next.
    @Test(arguments: failures)
    func `each failure has its cure`(failure: ListWatch.Failure) {
        let fresh = ListWatch.Step.list(.init())
        let again = ListWatch.Step.watch(after: "10", seconds: 240)
        let onward = ListWatch.Step.watch(after: "12", seconds: 240)
        for place in Place.allCases {
            let bench = Bench(usesStreams: place == .streaming)
            bench.reach(place)
            bench.failed(failure)
            let step = bench.next()
            switch (place, failure) {
            case (.empty, _), (.listing, _): #expect(step == fresh)
            case (.paging, .expired):
                #expect(step == .list(.init(isPaged: false)), "pages expire, one list cannot")
            case (.paging, _): #expect(step == fresh, "from the first page")
            case (.listed, _): #expect(step == again)
            case (.opening, .expired):
                let cure = ListWatch.ListRequest(source: .notOlderThan("10"), isPaged: false)
                #expect(step == .list(cure))
            case (.watching, .expired):
                let cure = ListWatch.ListRequest(source: .notOlderThan("12"), isPaged: false)
                #expect(step == .list(cure))
            case (.opening, .tooNew), (.watching, .tooNew): #expect(step == fresh)
            case (.opening, _): #expect(step == again)
            case (.watching, _): #expect(step == onward)
            case (.streaming, .unsupported), (.streaming, .broken):
                #expect(step == fresh && !bench.usesStreams, "\(failure)")
            case (.streaming, _):
                #expect(step == .stream(.consistent, seconds: 240), "\(failure)")
            }
            let isCure = failure == .expired || failure == .tooNew || failure == .unsupported
            let isFallback = place == .streaming && failure == .broken
            #expect(bench.pauses.isEmpty == (isCure || isFallback), "\(place) \(failure)")
            #expect(bench.restarts.values.reduce(0, +) == 1)
        }
    }

    @Test func `a list that was to be not older expires: then it is consistent`() {
        for failure in [ListWatch.Failure.expired, .tooNew] {
            let bench = Bench()
            bench.reach(.watching)
            bench.failed(.expired)
            guard case .list(let request) = bench.next() else {
                Issue.record("no list")
                return
            }
            #expect(request.source == .notOlderThan("12"))
            bench.failed(failure)
            #expect(bench.next() == .list(.init()))
        }
    }

    @Test func `410 after 410 is asked for ever more slowly, the first costs nothing`() {
        let bench = Bench()
        bench.reach(.watching)
        bench.failed(.expired)
        #expect(!bench.isTrouble)
        for _ in 0..<3 {
            _ = bench.next()
            bench.page("20")
            _ = bench.next()
            bench.opened()
            bench.failed(.expired)
        }
        _ = bench.next()
        #expect(bench.pauses == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
        #expect(bench.isTrouble)
    }

    @Test func `the server's own wish is respected`() {
        let bench = Bench()
        bench.reach(.watching)
        bench.failed(.refused(retryAfter: .seconds(5)))
        _ = bench.next()
        #expect(bench.pauses == [.seconds(5)])
    }

    @Test func `watches that end at once are asked for ever more slowly`() {
        let bench = Bench()
        bench.reach(.listed)
        for _ in 0..<3 {
            _ = bench.next()
            bench.opened()
            bench.ended()
        }
        _ = bench.next()
        #expect(bench.pauses == [.milliseconds(100), .milliseconds(200), .milliseconds(400)])
        #expect(bench.restarts == [.early: 3])
        bench.opened()
        bench.now += .seconds(2)
        bench.ended()
        _ = bench.next()
        #expect(bench.pauses.count == 3, "one that lasted is none of them")
    }

    // MARK: - Silence

    @Test func `a watch may outlast its time by a grace, whatever it tells`() {
        let bench = Bench()
        bench.reach(.watching)
        #expect(bench.deadline == .seconds(270))
        bench.heard()
        bench.event("20")
        #expect(bench.deadline == .seconds(270))
        bench.stalled()
        #expect(bench.next() == .watch(after: "20", seconds: 240))
        #expect(bench.restarts == [.stalled: 1])
    }

    @Test func `a list has a deadline that moves with what comes`() {
        let bench = Bench()
        bench.reach(.listing)
        #expect(bench.deadline == nil, "the client gives up a request that is not answered")
        bench.heard()
        #expect(bench.deadline == .seconds(10))
        bench.now += .seconds(8)
        bench.heard()
        #expect(bench.deadline == .seconds(10))
        bench.stalled()
        #expect(bench.next() == .list(.init()))
        #expect(bench.pauses.count == 1)
    }

    @Test func `nothing has a deadline before it has begun`() {
        for place in [Place.empty, .listed, .opening] {
            let bench = Bench()
            bench.reach(place)
            #expect(bench.deadline == nil)
            let before = bench.state
            bench.stalled()
            #expect(bench.state == before)
        }
    }

    // MARK: - Streaming lists

    @Test func `a streaming list becomes the watch when its end is told`() {
        let bench = Bench(usesStreams: true)
        #expect(bench.next() == .stream(.consistent, seconds: 240))
        bench.opened()
        bench.event("3")
        bench.initialEventsEnded("10")
        bench.event("11")
        bench.failed(.silent)
        #expect(bench.next() == .watch(after: "11", seconds: 240))
        bench.failed(.expired)
        #expect(bench.next() == .stream(.notOlderThan("11"), seconds: 240))
        bench.failed(.expired)
        #expect(bench.next() == .stream(.consistent, seconds: 240))
    }

    @Test func `a streaming list whose end never comes is given up for good`() {
        let bench = Bench(usesStreams: true)
        _ = bench.next()
        #expect(bench.deadline == nil)
        bench.opened()
        #expect(bench.deadline == .seconds(10))
        for _ in 0..<30 {
            bench.now += .seconds(3)
            bench.heard()
        }
        #expect(bench.deadline == .seconds(10))
        for _ in 0..<9 {
            bench.now += .seconds(3)
            bench.heard()
        }
        #expect(bench.deadline == .seconds(3), "not for ever, whatever comes")
        bench.stalled()
        #expect(bench.next() == .list(.init()))
        bench.page("10")
        _ = bench.next()
        bench.failed(.expired)
        let cure = ListWatch.ListRequest(source: .notOlderThan("10"), isPaged: false)
        #expect(bench.next() == .list(cure), "remembered")
        #expect(!bench.usesStreams)
    }

    @Test func `a streaming list that is ended before its end is given up too`() {
        let bench = Bench(usesStreams: true)
        bench.reach(.streaming)
        bench.ended()
        #expect(bench.next() == .list(.init()) && !bench.usesStreams)
    }

    // MARK: - Out of turn

    @Test func `what comes out of turn changes nothing`() {
        let turns: [(Place, (Bench) -> Void)] = [
            (.empty, { $0.page("1") }), (.listed, { $0.page("1") }), (.opening, { $0.page("1") }),
            (.watching, { $0.page("1") }), (.streaming, { $0.page("1") }),
            (.empty, { $0.opened() }), (.listing, { $0.opened() }), (.listed, { $0.opened() }),
            (.watching, { $0.opened() }),
            (.empty, { $0.event("99") }), (.listing, { $0.event("99") }),
            (.listed, { $0.event("99") }), (.opening, { $0.event("99") }),
            (.streaming, { $0.event("99") }),
            (.empty, { $0.initialEventsEnded("9") }), (.listing, { $0.initialEventsEnded("9") }),
            (.listed, { $0.initialEventsEnded("9") }), (.opening, { $0.initialEventsEnded("9") }),
            (.empty, { $0.ended() }), (.listing, { $0.ended() }), (.listed, { $0.ended() }),
        ]
        for (place, input) in turns {
            let bench = Bench(usesStreams: place == .streaming)
            bench.reach(place)
            let before = bench.state
            input(bench)
            #expect(bench.state == before, "\(place)")
        }
    }
}
