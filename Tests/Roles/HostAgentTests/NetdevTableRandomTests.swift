// SPDX-License-Identifier: Apache-2.0

import Addressing
import Configuration
import GRPC
import HostAgent
import PCI
import TestSupport
import Testing

@Suite struct NetdevTableRandomTests {
    /// What a pod may rely on, kept by hand beside the table.
    private struct Model {
        var table = NetdevTable()
        var random: SeededGenerator
        var now = 0
        var held: [PCIAddress: (container: String, addresses: [IPPrefix])] = [:]
        var exhausted = 0
        var bound = 0
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `no address is ever two functions' at once, nor taken from its pod`(seed: UInt64) throws {
        let fixture = try Fixture(subnets: #"{"cidr": "10.0.0.0/29"}, {"cidr": "fd00::/124"}"#)
        let functions = try (0..<12).map { try fixture.function($0) }
        var model = Model(random: SeededGenerator(seed: seed))
        for _ in 0..<10_000 {
            model.now += 1
            try step(&model, functions, fixture)
            check(model, fixture)
        }
        #expect(model.bound > 500)
        #expect(model.exhausted > 10)
    }

    private func step(_ model: inout Model, _ functions: [PCIAddress], _ fixture: Fixture) throws {
        let function = functions.randomElement(using: &model.random) ?? functions[0]
        let container = "c\(Int.random(in: 0..<6, using: &model.random))"
        switch Int.random(in: 0..<12, using: &model.random) {
        case 0..<4: try bind(&model, function, container, fixture)
        case 4..<6:
            _ = try exhaustible(&model) { model throws(Status) in
                let mac = MACAddress.zero
                return try model.table.allocate(
                    function,
                    mac: mac,
                    in: fixture.blue,
                    now: model.now
                )
            }
        case 6..<8:
            let released = model.table.detach(
                containerID: container,
                interfaceName: "eth0",
                now: model.now
            )
            let expected = model.held.filter { $0.value.container == container }.keys
            #expect(Set(released.map(\.function)) == Set(expected))
            for netdev in released { model.held[netdev.function] = nil }
        case 8:
            guard model.table.netdevs[function]?.holder == nil else { return }
            model.table.retire(function, now: model.now)
        case 9: _ = model.table.adoptStray(function, network: "blue", now: model.now)
        default:
            guard let netdev = model.table.netdevs[function] else { return }
            let isForgotten = model.table.forget(netdev)
            #expect(isForgotten == !netdev.isWanted)
        }
    }

    private func bind(
        _ model: inout Model,
        _ function: PCIAddress,
        _ container: String,
        _ fixture: Fixture
    ) throws {
        let holder = try fixture.holder(container)
        let mac = try fixture.mac(1)
        let before = model.held[function]
        do throws(Status) {
            let binding = try model.table.bind(
                function,
                to: holder,
                mac: mac,
                in: fixture.blue,
                now: model.now
            )
            guard case .bound(let netdev) = binding else { return }
            model.bound += 1
            #expect(before == nil || before?.container == container)
            if let before { #expect(before.addresses == netdev.addresses) }
            model.held[function] = (container, netdev.addresses)
        } catch {
            if error.code == .resourceExhausted {
                model.exhausted += 1
            } else {
                #expect(error.code == .failedPrecondition)
                #expect(before != nil && before?.container != container)
            }
        }
    }

    private func exhaustible(
        _ model: inout Model,
        _ body: (inout Model) throws(Status) -> NetdevRecord?
    ) throws -> NetdevRecord? {
        do throws(Status) {
            return try body(&model)
        } catch {
            #expect(error.code == .resourceExhausted)
            model.exhausted += 1
            return nil
        }
    }

    private func check(_ model: Model, _ fixture: Fixture) {
        let all = model.table.netdevs.values.flatMap(\.addresses)
        #expect(Set(all).count == all.count)
        for (function, holding) in model.held {
            let netdev = model.table.netdevs[function]
            #expect(netdev?.addresses == holding.addresses)
            #expect(netdev?.isWanted == true)
            #expect(netdev?.holder?.containerID == holding.container)
        }
        let wanted = model.table.netdevs.values.filter { $0.isWanted }
        #expect(wanted.allSatisfy { $0.addresses.count == fixture.blue.subnets.count })
    }
}
