// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct FaultsTests {
    private let create = Action(verb: "create", resource: "netdevs")
    private let get = Action(verb: "get", resource: "netdevs")

    @Test func `a failure hits what it names, so many times`() throws {
        var faults = Faults()
        let orders = try faults.set(
            json(#"{"fail":{"verbs":["create"],"resources":["netdevs"],"times":2}}"#)
        )
        #expect(!orders.compacts && !orders.cutsWatches)
        #expect(faults.hit(get) == nil)
        #expect(faults.hit(Action(verb: "create", resource: "pods")) == nil)
        #expect(faults.hit(create)?.code == 500)
        #expect(faults.hit(create) != nil)
        #expect(faults.hit(create) == nil)
    }

    @Test func `a failure says what it was told to, until it is taken back`() throws {
        var faults = Faults()
        _ = try faults.set(
            json(#"{"fail":{"status":429,"reason":"R","message":"m","retryAfterSeconds":3}}"#)
        )
        for _ in 0..<3 {
            let hit = faults.hit(get)
            let refusal = try #require(hit)
            #expect((refusal.code, refusal.reason, refusal.message) == (429, "R", "m"))
            #expect(refusal.retryAfterSeconds == 3)
        }
        _ = try faults.set([:])
        #expect(faults.hit(get) == nil)
    }

    @Test(arguments: [
        "[]", "1", #"{"x":1}"#, #"{"latencyMilliseconds":-1}"#, #"{"latencyMilliseconds":1e30}"#,
        #"{"fail":{"status":200}}"#, #"{"fail":{"times":0}}"#, #"{"fail":{"verbs":[1]}}"#,
        #"{"cutWatches":"yes"}"#, #"{"latencyMilliseconds":5,"fail":1}"#,
        #"{"latencyMilliseconds":5,"compact":1}"#, #"{"fail":{},"cutWatches":1}"#,
    ])
    func `a bad wish changes nothing`(text: String) throws {
        var faults = Faults()
        _ = try faults.set(json(#"{"latencyMilliseconds":7}"#))
        let wish = try json(text)
        let error = #expect(throws: Refusal.self) { try faults.set(wish) }
        #expect(error?.code == 400)
        #expect(faults.latency == .milliseconds(7) && faults.failure == nil)
    }

    @Test func `a log keeps the last ten thousand, the oldest first`() throws {
        var log = RequestLog()
        #expect(log.text.isEmpty)
        for number in 0..<10_003 {
            log.note("GET", "/\(number)", user: "u", code: 200, milliseconds: .nan)
        }
        let lines = log.text.split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 10_000)
        let first = try JSONValue(parsing: Array(try #require(lines.first)))
        let last = try JSONValue(parsing: Array(try #require(lines.last)))
        #expect(first["path"] == "/3" && last["path"] == "/10002")
        #expect(first["milliseconds"] == .null)
    }
}
