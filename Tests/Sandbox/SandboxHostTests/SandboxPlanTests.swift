// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SandboxHost

@Suite struct SandboxPlanTests {
    private func plan(_ name: String = "a", functions: Int = 8) throws -> SandboxPlan {
        try SandboxPlan(
            SandboxPlace(name: name),
            functions: functions,
            product: "/bin/opi-xpu",
            parts: "/bin/opi-xpu-sandbox",
            manifests: "/manifests"
        )
    }

    @Test(arguments: [
        "", "A", "1a", "a_b", "a/b", String(repeating: "a", count: 31), "../x", "a-pod", "a-pod-x",
    ])
    func `a bad name is refused`(name: String) {
        #expect(throws: SandboxError.badName(name)) { try SandboxPlace(name: name) }
    }

    @Test func `no two functions have an address in common`() throws {
        let functions = try plan(functions: SandboxPlan.functionLimit).functions
        #expect(functions.count == SandboxPlan.functionLimit)
        #expect(Set(functions.map(\.pci)).count == functions.count)
        #expect(Set(functions.map(\.mac)).count == functions.count)
    }

    @Test func `two sandboxes share no address`() throws {
        let (one, other) = (try plan("one").functions, try plan("other").functions)
        #expect(Set(one.map(\.pci)).isDisjoint(with: other.map(\.pci)))
        #expect(Set(one.map(\.mac)).isDisjoint(with: other.map(\.mac)))
    }

    @Test(arguments: [0, 1, 251])
    func `a card has its limits`(functions: Int) {
        #expect(throws: SandboxError.tooManyFunctions(functions, limit: 250)) {
            try plan(functions: functions)
        }
    }

    @Test func `a plan comes back from its memo`() throws {
        let plan = try plan(functions: 12)
        let again = try SandboxPlan(plan.place, memo: plan.memo)
        #expect(again.functions == plan.functions)
        #expect(again.networks == plan.networks)
        #expect((again.product, again.manifests) == (plan.product, plan.manifests))
    }
}
