// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import TestSupport
import Testing

@testable import SoftwareXPU

@Suite struct StoreListTests {
    private func listing(
        _ bench: inout Bench,
        size: Int32 = 0,
        token: String = ""
    ) throws(Status) -> (objects: [LogicalBridge], next: String) {
        try bench.store.list(LogicalBridge.self, size: size, token: token)
    }

    @Test func `a kind that was never there is not found, later its list is empty`() throws {
        var bench = Bench()
        let never = refusal { () throws(Status) in _ = try listing(&bench) }
        #expect(never == .notFound("Error: key not found"))
        try bench.create("net-a", Bench.bridge())
        try bench.delete(LogicalBridge.self, "net-a")
        bench.pass()
        let later = try listing(&bench)
        #expect(later.objects.isEmpty && later.next.isEmpty)
    }

    @Test func `without its trap the list of such a kind is empty`() throws {
        var bench = Bench([])
        let page = try listing(&bench)
        #expect(page.objects.isEmpty)
        let vrfs = try bench.store.list(Vrf.self, size: 0, token: "")
        #expect(vrfs.objects.isEmpty)
    }

    @Test func `the built-in VRF is there from the start, and up`() throws {
        var bench = Bench()
        let page = try bench.store.list(Vrf.self, size: 0, token: "")
        #expect(page.objects.map(\.name) == ["//network.opiproject.org/vrfs/GRD"])
        #expect(page.objects[0].condition.operStatus == .up)
    }

    @Test(arguments: [(0, 50), (1, 1), (7, 7), (250, 250), (9_999, 250)])
    func `a page has so many`(size: Int32, count: Int) throws {
        var bench = Bench()
        for number in 1...300 {
            try bench.create("net-\(number)", Bench.bridge(vlan: UInt32(number)))
        }
        var names: [String] = []
        var token = ""
        repeat {
            let page = try listing(&bench, size: size, token: token)
            names += page.objects.map(\.name)
            token = page.next
            #expect(page.objects.count == count || token.isEmpty)
        } while !token.isEmpty
        #expect(names.count == 300 && names == names.sorted())
    }

    @Test func `a size below zero and a strange token are refused`() throws {
        var bench = Bench()
        try bench.create("net-a", Bench.bridge())
        let size = refusal { () throws(Status) in _ = try listing(&bench, size: -1) }
        #expect(size == .invalid("negative PageSize is not allowed"))
        let token = refusal { () throws(Status) in _ = try listing(&bench, token: "x") }
        #expect(token == .notFound("unable to find pagination token x"))
    }

    @Test func `only so many tokens are kept`() throws {
        var bench = Bench()
        for id in ["net-a", "net-b"] { try bench.create(id, Bench.bridge()) }
        let first = try listing(&bench, size: 1).next
        for _ in 0..<Store.tokenLimit { _ = try listing(&bench, size: 1) }
        #expect(bench.store.tokens.count == Store.tokenLimit)
        let gone = refusal { () throws(Status) in _ = try listing(&bench, token: first) }
        #expect(gone?.code == .notFound)
    }
}
