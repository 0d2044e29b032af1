// SPDX-License-Identifier: Apache-2.0

import Kubelet
import Testing

private let blue = "opi.org/blue"

/// A resource in each of its states, with device `a` of pod `old` wherever devices are known.
enum TableState: String, CaseIterable, Sendable {
    case unknown
    case fromCheckpoint
    case registered
    case listed
    case lost
    case registeredAgain

    /// The table, and the generation of the stream that was opened last.
    func table() -> (DeviceTable, UInt64) {
        let old = DeviceTable.Assignment(
            podUID: "old",
            container: "main",
            resource: blue,
            devices: [-1: ["a"]],
            response: []
        )
        var table = self == .unknown ? DeviceTable() : DeviceTable([old], resources: [blue])
        guard self != .unknown, self != .fromCheckpoint else { return (table, 0) }
        var generation = table.register(blue, endpoint: "x.sock", options: .init())
        guard self != .registered else { return (table, generation) }
        _ = table.list(.all, of: blue, generation: generation)
        guard self != .listed else { return (table, generation) }
        _ = table.lose(blue, generation: generation)
        guard self != .lost else { return (table, generation) }
        generation = table.register(blue, endpoint: "y.sock", options: .init())
        return (table, generation)
    }
}

extension [String: DeviceTable.Device] {
    fileprivate static var all: Self {
        [
            "a": .init(isHealthy: true), "b": .init(isHealthy: true, numaNodes: [1]),
            "c": .init(isHealthy: true), "d": .init(isHealthy: false),
        ]
    }
}

@Suite struct DeviceTableTests {
    @Test(arguments: TableState.allCases) func `a registration counts`(state: TableState) {
        var (table, last) = state.table()
        let devices = table.resources[blue]?.devices
        let generation = table.register(blue, endpoint: "z.sock", options: .init())
        #expect(generation > last)
        #expect(table.resources[blue]?.plugin?.endpoint == "z.sock")
        #expect(table.resources[blue]?.plugin?.isConnected == true)
        #expect(table.resources[blue]?.devices == devices ?? [:], "until the plugin lists its own")
    }

    @Test(arguments: TableState.allCases)
    func `a list counts while its plugin is the last one`(state: TableState) {
        var (table, generation) = state.table()
        let expected = generation > 0
        let stranger = table.list(.all, of: blue, generation: generation + 1)
        #expect(!stranger)
        let counted = table.list(.all, of: blue, generation: generation)
        #expect(counted == expected)
        #expect(table.resources[blue]?.healthy ?? [] == (expected ? ["a", "b", "c"] : []))
    }

    @Test(arguments: TableState.allCases)
    func `the end of a stream makes everything unhealthy and forgets nothing`(state: TableState) {
        var (table, generation) = state.table()
        let before = table
        let stranger = table.lose(blue, generation: generation + 1)
        #expect(!stranger)
        #expect(table == before)
        let counted = table.lose(blue, generation: generation)
        #expect(counted == (generation > 0))
        #expect(table.resources[blue]?.healthy ?? [] == [])
        #expect(table.resources[blue]?.devices.count == before.resources[blue]?.devices.count)
        #expect(table.assignments == before.assignments)
    }

    @Test(arguments: TableState.allCases) func `gives what is healthy and free`(state: TableState) {
        var (table, _) = state.table()
        let refusal: AllocationError? =
            switch state {
            case .unknown: .unregistered(blue)
            case .fromCheckpoint, .registered, .lost, .registeredAgain: .noneHealthy(blue)
            case .listed: nil
            }
        if let refusal {
            #expect(throws: refusal) { _ = try table.reserve(1, of: blue, for: "new") }
        } else {
            #expect(throws: Never.self) {
                let chosen = try table.reserve(2, of: blue, for: "new")
                #expect(chosen == ["b", "c"])
            }
            #expect(throws: AllocationError.tooFew(blue, requested: 1, available: 0)) {
                _ = try table.reserve(1, of: blue, for: "other")
            }
        }
    }

    @Test(arguments: TableState.allCases)
    func `a pod that is gone has nothing`(state: TableState) throws {
        var (table, _) = state.table()
        table.free("old")
        #expect(table.assignments == [])
        if state == .listed {
            let chosen = try table.reserve(3, of: blue, for: "new")
            #expect(chosen == ["a", "b", "c"])
            table.free("new")
            #expect(try table.available(3, of: blue) == ["a", "b", "c"])
        }
    }

    @Test func `a preference is heard as far as it can be`() throws {
        for (preferred, chosen) in [
            (["c"], ["c"]), (["a", "d", "nonsense", "c"], ["c"]), (["a"], ["b"]), ([], ["b"]),
        ] {
            var (table, _) = TableState.listed.table()
            let got = try table.reserve(1, of: blue, for: "new", preferring: preferred)
            #expect(got == chosen)
        }
    }

    @Test func `what is assigned stays so and has its place`() throws {
        var (table, generation) = TableState.listed.table()
        let chosen = try table.reserve(2, of: blue, for: "new")
        table.assign(chosen, of: blue, to: "new", container: "main", response: [7])
        #expect(table.assignments.last?.devices == [1: ["b"], -1: ["c"]])
        #expect(table.assignments.last?.deviceIDs == ["b", "c"])
        _ = table.lose(blue, generation: generation)
        generation = table.register(blue, endpoint: "x.sock", options: .init())
        _ = table.list(.all, of: blue, generation: generation)
        #expect(throws: AllocationError.tooFew(blue, requested: 1, available: 0)) {
            _ = try table.available(1, of: blue)
        }
        table.keep(["old"])
        #expect(try table.available(2, of: blue) == ["b", "c"])
    }

    @Test func `the sentences are the kubelet's`() {
        #expect(
            "\(AllocationError.tooFew(blue, requested: 2, available: 1))"
                == "requested number of devices unavailable for opi.org/blue. "
                + "Requested: 2, Available: 1"
        )
        #expect(
            "\(AllocationError.noneHealthy(blue))"
                == "no healthy devices present; cannot allocate unhealthy devices opi.org/blue"
        )
        #expect(
            "\(AllocationError.unregistered(blue))"
                == "cannot allocate unregistered device opi.org/blue"
        )
    }
}
