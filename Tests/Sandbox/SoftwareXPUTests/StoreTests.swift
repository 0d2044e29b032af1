// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

/// Every state of an object × every request.
@Suite struct StoreTests {
    /// A bridge that is brought into a state.
    enum State: String, CaseIterable, Sendable {
        case absent, pending, failed, up, dying, failingToDie

        func bench() throws(Status) -> Bench {
            var bench = Bench()
            if self == .absent { return bench }
            try bench.create("net-a", Bench.bridge())
            switch self {
            case .absent, .pending: break
            case .failed: bench.pass(problem: "no")
            case .up: bench.pass()
            case .dying, .failingToDie:
                bench.pass()
                try bench.delete(LogicalBridge.self, "net-a")
                if self == .failingToDie { bench.pass(problem: "no") }
            }
            return bench
        }

        var shown: (OperStatus, ComponentStatus)? {
            switch self {
            case .absent: nil
            case .pending: (.down, .pending)
            case .failed: (.down, .error)
            case .up: (.up, .success)
            case .dying: (.toBeDeleted, .pending)
            case .failingToDie: (.toBeDeleted, .error)
            }
        }
    }

    @Test(arguments: State.allCases) func `a state shows`(state: State) throws {
        let bench = try state.bench()
        let shown = bench.state(LogicalBridge.self, "net-a")
        #expect(shown?.0 == state.shown?.0 && shown?.1 == state.shown?.1)
        let get = refusal { () throws(Status) in
            _ = try bench.store.get(LogicalBridge.self, Kind.bridges.prefix + "net-a")
        }
        #expect(get?.code == (state == .absent ? .notFound : nil))
    }

    @Test(arguments: State.allCases) func `a create answers what is there`(state: State) throws {
        var bench = try state.bench()
        let answer = try bench.create("net-a", Bench.bridge(vlan: 20))
        #expect(answer.spec?.vlanID == (state == .absent ? 20 : 10))
        let shown = state.shown ?? (.down, .pending)
        #expect(answer.condition.operStatus == shown.0)
        #expect(answer.condition.components.map(\.status) == [shown.1, shown.1])
    }

    @Test(arguments: State.allCases)
    func `without its trap a create is refused when it is there`(state: State) throws {
        var bench = try state.bench()
        bench.store.traps.remove(.createReturnsExisting)
        let error = refusal { () throws(Status) in try bench.create("net-a", Bench.bridge()) }
        #expect(error?.code == (state == .absent ? nil : .alreadyExists))
    }

    @Test(arguments: State.allCases) func `a delete is accepted and done later`(state: State) throws
    {
        var bench = try state.bench()
        let error = refusal { () throws(Status) in
            try bench.delete(LogicalBridge.self, "net-a")
        }
        guard state != .absent else {
            #expect(error == .notFound("unable to find key \(Kind.bridges.prefix)net-a"))
            return
        }
        #expect(error == nil)
        #expect(bench.state(LogicalBridge.self, "net-a")?.0 == .toBeDeleted)
        #expect(bench.pass() == [.gone(Kind.bridges.prefix + "net-a")])
        #expect(bench.store.entries[Kind.bridges.prefix + "net-a"] == nil)
    }

    @Test(arguments: State.allCases) func `an update changes what is not dying`(state: State) throws
    {
        var bench = try state.bench()
        let before = bench.state(LogicalBridge.self, "net-a")
        var answer: LogicalBridge?
        let error = refusal { () throws(Status) in
            answer = try bench.update("net-a", Bench.bridge(vlan: 20))
        }
        switch state {
        case .absent: #expect(error?.code == .notFound)
        case .dying, .failingToDie:
            #expect(error == .unknown("\(Kind.bridges.prefix)net-a in to be deleted status"))
            #expect(bench.state(LogicalBridge.self, "net-a")?.1 == before?.1)
        case .pending, .failed, .up:
            #expect(answer?.spec?.vlanID == 20)
            #expect(answer?.condition.operStatus == .down)
            #expect(bench.pass() == [.up(Kind.bridges.prefix + "net-a")])
        }
    }

    @Test func `a failure is retried after 2, 4, 8 seconds, and a success ends that`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        let failed = Store.Event.failed(Kind.bridges.prefix + "net-a", why: "no")
        #expect(bench.pass(problem: "no") == [failed])
        for seconds in [2, 4, 8] {
            let almost = Duration.seconds(seconds) - .milliseconds(1)
            #expect(bench.pass(almost, problem: "no") == [])
            #expect(bench.pass(.milliseconds(1), problem: "no") == [failed])
        }
        #expect(bench.pass(.seconds(16)) == [.up(Kind.bridges.prefix + "net-a")])
        #expect(bench.store.nextDue == nil)
    }

    @Test func `a retry never takes longer than its limit`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        for _ in 0..<20 { bench.pass(Store.longestRetry, problem: "no") }
        #expect(bench.store.nextDue == bench.now + Store.longestRetry)
    }

    @Test func `work on an older wish is not taken for done`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        bench.now += Bench.delay
        let next = bench.store.nextWork(now: bench.now)
        let work = try #require(next)
        try bench.delete(LogicalBridge.self, "net-a")
        #expect(bench.store.finish(work, problem: nil, now: bench.now) == nil)
        #expect(bench.state(LogicalBridge.self, "net-a")?.0 == .toBeDeleted)
        #expect(bench.pass() == [.gone(Kind.bridges.prefix + "net-a")])
    }

    @Test func `work for an object that came after it changes nothing`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        bench.pass()
        try bench.delete(LogicalBridge.self, "net-a")
        bench.now += Bench.delay
        let next = bench.store.nextWork(now: bench.now)
        let work = try #require(next)
        #expect(bench.store.finish(work, problem: nil, now: bench.now) != nil)
        try bench.create("net-a", Bench.bridge(vlan: 20))
        #expect(bench.store.finish(work, problem: nil, now: bench.now) == nil)
        #expect(bench.state(LogicalBridge.self, "net-a")?.0 == .down)
    }

    @Test func `deleting again and again does not put the end off`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        bench.pass()
        try bench.delete(LogicalBridge.self, "net-a")
        for _ in 0..<4 {
            bench.now += Bench.delay / 5
            try bench.delete(LogicalBridge.self, "net-a")
        }
        #expect(bench.pass(Bench.delay / 5) == [.gone(Kind.bridges.prefix + "net-a")])
    }

    @Test func `there is room for so many objects only`() throws {
        var bench = Bench([.vlanReuse])
        let entry = Store.Entry(object: Bench.bridge(), serial: 0, references: [])
        for number in 0..<Store.objectLimit { bench.store.entries["\(number)"] = entry }
        let error = refusal { () throws(Status) in try bench.create("net-a", Bench.bridge()) }
        #expect(error?.code == .resourceExhausted)
    }
}
