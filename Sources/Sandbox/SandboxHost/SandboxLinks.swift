// SPDX-License-Identifier: Apache-2.0

import Kernel
import Links
import PCI

/// Namespaces and functions of a sandbox.
struct SandboxLinks: Sendable {
    let plan: SandboxPlan

    /// The MTU a driver gives its function.
    private static let mtu: UInt32 = 1500

    /// Makes the two namespaces with loopback up, and the functions between them, as drivers leave
    /// them: down.
    ///
    /// - Throws: `KernelError`, `LinkError`.
    func make() async throws {
        try Files.makeDirectory("/run/netns", parents: true)
        for name in [plan.place.hostNamespace, plan.place.xpuNamespace] {
            let path = SandboxPlace.path(ofNamespace: name)
            try await NetworkNamespace.make(at: path)
            let socket = try RouteSocket(in: NetworkNamespace(path: path))
            try socket.apply([.setUp(1)])
        }
        try connect(plan.functions)
    }

    /// Makes the functions that went away with a namespace, as a real card's would have come home.
    ///
    /// - Throws: `KernelError`, `LinkError`.
    func mend() throws {
        let card = try socket(plan.place.xpuNamespace)
        let there = Set(try card.links().map(\.name))
        try connect(plan.functions.filter { !there.contains($0.representor) })
    }

    private func connect(_ functions: [SandboxFunction]) throws {
        let host = try socket(plan.place.hostNamespace)
        let card = try NetworkNamespace(
            path: SandboxPlace.path(ofNamespace: plan.place.xpuNamespace)
        )
        try host.apply(
            functions.map { function in
                .createPair(
                    function.interface,
                    mac: function.mac,
                    mtu: Self.mtu,
                    peer: function.representor,
                    in: card
                )
            }
        )
        let index = Dictionary(
            uniqueKeysWithValues: try host.links().map { ($0.name, $0.index) }
        )
        try host.apply(
            functions.compactMap { function in
                index[function.interface].map {
                    .setAlias($0, to: function.pci.description)
                }
            }
        )
    }

    private func socket(_ namespace: String) throws -> RouteSocket {
        try RouteSocket(
            in: NetworkNamespace(path: SandboxPlace.path(ofNamespace: namespace))
        )
    }
}
