// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import SoftwareXPU

@Suite struct TrapTests {
    @Test func `a list of names is a set, none is none, and a stranger is refused`() throws {
        let two = try Trap.set(parsing: "vlan-reuse,built-in-vrf")
        let nothing = try Trap.set(parsing: "none")
        #expect(two == [.vlanReuse, .builtInVRF])
        #expect(nothing == [])
        #expect(throws: UnknownTrap(name: "x")) { try Trap.set(parsing: "vlan-reuse,x") }
    }
}
