// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import PCI
import Testing

@testable import SandboxHost

/// What is written for a plan, in a sandbox whose name nobody else has and that is never started.
@Suite struct SandboxFilesTests {
    private func withFiles(_ body: (SandboxPlan) throws -> Void) throws {
        let number = UInt32.random(in: .min ... .max)
        let plan = try SandboxPlan(
            SandboxPlace(name: "t\(Kernel.Process.id)-\(number)"),
            functions: 8,
            product: "/bin/opi-xpu",
            parts: "/bin/opi-xpu-sandbox",
            manifests: "/manifests"
        )
        try Files.makeDirectory(plan.place.folder, parents: true)
        defer {
            #expect(throws: Never.self) { try Files.removeTree(plan.place.folder) }
            // Not when there are other sandboxes.
            _ = try? Files.removeDirectory(SandboxPlace.root)
        }
        try SandboxFiles(plan: plan).write()
        try body(plan)
    }

    private func document(_ plan: SandboxPlan, _ path: String) throws -> JSONValue {
        try JSONValue(parsing: try Files.read(plan.place.path(path), limit: 1 << 20))
    }

    private func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.posixPermissions] as? Int
    }

    @Test func `secrets are root's alone`() throws {
        try withFiles { plan in
            #expect(try mode(plan.place.path("config")) == 0o700)
            for name in try Files.list(plan.place.path("config")) where !name.hasSuffix(".json") {
                #expect(try mode(plan.place.path("config/\(name)")) == 0o600, "\(name)")
            }
            let bytes = try Files.read(plan.place.path("config/tokens.csv"), limit: 1 << 16)
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
            let tokens = lines.compactMap { $0.split(separator: ",").first }
            #expect(tokens.count == 2 && Set(tokens).count == 2)
            #expect(tokens.allSatisfy { $0.utf8.count == 64 })
            for (account, token) in zip(["host-agent", "xpu-agent"], tokens) {
                let path = plan.place.path("config/opi-xpu-\(account).kubeconfig")
                let text = String(decoding: try Files.read(path, limit: 1 << 16), as: UTF8.self)
                #expect(text.contains("token: \"\(token)\""))
            }
        }
    }

    @Test func `configurations name what is there`() throws {
        try withFiles { plan in
            let node = try document(plan, "config/node.json")
            #expect(node["version"] == 1 && node["node"] == .string(SandboxPlan.node))
            for folder in ["run", "sysfs", "devicePlugins"] {
                let path = try #require(node["paths"]?[folder]?.string)
                #expect(try Files.kind(of: path) == .directory)
            }
            let kubeconfig = try #require(node["kubernetes"]?["kubeconfig"]?.string)
            #expect(try Files.exists(kubeconfig))
            let card = try document(plan, "config/xpu-agent.json")
            #expect(card["xpu"] == .string(SandboxPlan.xpu))
            let server = "unix:\(plan.place.path("xpu/opi.sock"))"
            #expect(card["opi"]?["server"] == .string(server))
            #expect(try Files.target(ofLink: plan.place.path("bin/opi-xpu-cni")) == plan.product)
        }
    }

    @Test func `networks share the functions among them`() throws {
        try withFiles { plan in
            var addresses: [String] = []
            for network in plan.networks {
                let path = "cluster/\(network.name).yaml"
                let spec = try #require(try document(plan, path)["spec"])
                let mine = spec["deviceSelector"]?["pciAddresses"]?.array?.compactMap(\.string)
                #expect(mine?.count == network.functions)
                addresses += mine ?? []
                #expect(spec["resourceName"]?.string == network.resourceName)
                #expect(spec["ipam"]?["subnets"]?.array?.count == 2)
                let attached = try document(plan, "networks/\(network.name).json")
                #expect(attached["resourceName"]?.string == network.resourceName)
            }
            #expect(addresses.sorted() == plan.functions.map(\.pci.description).sorted())
        }
    }

    @Test func `the card in sysfs has its functions both ways`() throws {
        try withFiles { plan in
            let devices = plan.place.path("sys/bus/pci/devices")
            let pf = "\(devices)/\(plan.physicalFunction)"
            #expect(try Files.read("\(pf)/sriov_numvfs", limit: 9) == Array("8\n".utf8))
            for function in plan.functions {
                let own = "\(devices)/\(function.pci)"
                #expect(try Files.identity(of: "\(own)/physfn") == Files.identity(of: pf))
                let virtual = "\(pf)/virtfn\(function.index)"
                #expect(try Files.identity(of: virtual) == Files.identity(of: own))
                #expect(try Files.list("\(own)/net") == [function.interface])
            }
            let map = try document(plan, "xpu/representors.json")
            #expect(map.members?.members.count == 8)
        }
    }
}
