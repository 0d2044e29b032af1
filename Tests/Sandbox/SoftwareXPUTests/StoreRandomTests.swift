// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

/// Seeded random requests and failures; what must hold after each.
@Suite struct StoreRandomTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `whatever is asked, the store holds together and comes to rest`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var bench = Bench()
        for _ in 0..<400 {
            _ = refusal { () throws(Status) in try step(&bench, &random) }
            let isFailing = Int.random(in: 0..<4, using: &random) == 0
            bench.pass(
                .milliseconds(Int.random(in: 0..<900, using: &random)),
                problem: isFailing ? "no" : nil
            )
            #expect(broken(bench.store) == [])
        }
        bench.pass(Store.longestRetry)
        bench.pass(Store.longestRetry)
        #expect(bench.store.nextDue == nil)
        #expect(bench.store.entries.values.allSatisfy { $0.object.condition.operStatus == .up })
    }

    private func step(_ bench: inout Bench, _ random: inout SeededGenerator) throws(Status) {
        let bridges = ["net-a", "net-b", "net-c"]
        let bridge = bridges.randomElement(using: &random) ?? ""
        let port = ["nd01", "nd02"].randomElement(using: &random) ?? ""
        switch Int.random(in: 0..<8, using: &random) {
        case 0, 1:
            try bench.create(bridge, Bench.bridge(vni: UInt32.random(in: 1...3, using: &random)))
        case 2: try bench.create(port, Bench.port([bridge]))
        case 3: try bench.create("gate", Bench.svi(bridge: bridge))
        case 4: try bench.delete(LogicalBridge.self, bridge)
        case 5: try bench.delete(BridgePort.self, port)
        case 6: try bench.delete(Svi.self, "gate")
        default: _ = try bench.update(bridge, Bench.bridge(vlan: 30))
        }
    }

    /// What should not be, each as a sentence.
    private func broken(_ store: Store) -> [String] {
        store.entries.flatMap { name, entry in
            let condition = entry.object.condition
            let missing = entry.references.filter { store.entries[$0] == nil }
            return missing.map { "\(name) needs \($0), which is gone" }
                + (name == entry.object.name ? [] : ["\(name) is kept as another"])
                + (condition.operStatus == .up || entry.due != nil ? [] : ["\(name) is forgotten"])
                + (store.held.contains(type(of: entry.object).kind) ? [] : ["\(name) is not held"])
        }
    }
}
