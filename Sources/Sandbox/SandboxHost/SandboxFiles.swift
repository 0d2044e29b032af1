// SPDX-License-Identifier: Apache-2.0

import APIServer
import Addressing
import JSON
import Kernel
import PCI

/// Everything that is written before the parts start: configurations, credentials, what an
/// administrator would apply, the card in sysfs.
struct SandboxFiles: Sendable {
    let plan: SandboxPlan

    private static let hostAccount = "opi-xpu-host-agent"
    private static let xpuAccount = "opi-xpu-xpu-agent"

    private var place: SandboxPlace { plan.place }

    /// Writes all of it.
    ///
    /// - Throws: `KernelError`.
    func write() throws(KernelError) {
        for folder in [
            "api", "xpu", "kubelet", "device-plugins", "pod-resources", "run", "xpu-run", "logs",
            "networks", "bin", "cluster",
        ] {
            try Files.makeDirectory(place.path(folder), mode: 0o755, parents: true)
        }
        try Files.makeDirectory(place.path("config"), mode: 0o700, parents: true)
        try Files.link(place.path("bin/opi-xpu-cni"), to: plan.product)
        try writeCredentials()
        try writeConfigurations()
        try writeNetworks()
        try writeCluster()
        try writeCard()
    }

    // MARK: - Configuration

    private func writeCredentials() throws(KernelError) {
        var lines = ""
        for (account, port) in [(Self.hostAccount, "6443"), (Self.xpuAccount, "6443")] {
            let token = Machine.randomDigits(ofBytes: 32)
            lines += "\(token),system:serviceaccount:opi-xpu:\(account),\(account),"
            lines += "\"system:serviceaccounts,system:serviceaccounts:opi-xpu\"\n"
            let text = Kubeconfig.text(
                server: "https://127.0.0.1:\(port)",
                authority: place.path("api/ca.crt"),
                token: token
            )
            try put("config/\(account).kubeconfig", Array(text.utf8), mode: 0o600)
        }
        try put("config/tokens.csv", Array(lines.utf8), mode: 0o600)
    }

    private func writeConfigurations() throws(KernelError) {
        try put(
            "config/node.json",
            [
                "version": 1, "node": .string(SandboxPlan.node),
                "kubernetes": [
                    "kubeconfig": .string(place.path("config/\(Self.hostAccount).kubeconfig")),
                    "namespace": "opi-xpu", "resyncSeconds": 5,
                ],
                "paths": [
                    "run": .string(place.path("run")), "sysfs": .string(place.path("sys")),
                    "devicePlugins": .string(place.path("device-plugins")),
                ], "functionIdentity": "alias",
            ]
        )
        try put(
            "config/xpu-agent.json",
            [
                "version": 1, "xpu": .string(SandboxPlan.xpu),
                "opi": [
                    "server": .string("unix:\(place.path("xpu/opi.sock"))"),
                    "callTimeoutSeconds": 2, "resyncSeconds": 5,
                ],
                "kubernetes": [
                    "kubeconfig": .string(place.path("config/\(Self.xpuAccount).kubeconfig")),
                    "namespace": "opi-xpu", "resyncSeconds": 5,
                ], "heartbeat": ["intervalSeconds": 1, "durationSeconds": 4],
                "paths": ["run": .string(place.path("xpu-run"))],
            ]
        )
    }

    /// What Multus reads from a NetworkAttachmentDefinition.
    private func writeNetworks() throws(KernelError) {
        for network in plan.networks {
            try put(
                "networks/\(network.name).json",
                [
                    "resourceName": .string(network.resourceName),
                    "config": [
                        "cniVersion": "1.0.0", "name": .string(network.name),
                        "type": "opi-xpu-cni", "runDirectory": .string(place.path("run")),
                        "sysfs": .string(place.path("sys")), "functionIdentity": "alias",
                        "timeoutSeconds": 20,
                    ],
                ]
            )
        }
    }

    // MARK: - The cluster

    /// What an administrator applies.
    private func writeCluster() throws(KernelError) {
        let api: JSONValue = "xpu.opiproject.org/v1alpha1"
        try put(
            "cluster/node.yaml",
            [
                "apiVersion": "v1", "kind": "Node",
                "metadata": [
                    "name": .string(SandboxPlan.node), "labels": ["opi.example.com/dpu": "yes"],
                ],
            ]
        )
        try put(
            "cluster/xpu.yaml",
            [
                "apiVersion": api, "kind": "XPU", "metadata": ["name": .string(SandboxPlan.xpu)],
                "spec": [
                    "hostNode": .string(SandboxPlan.node), "infraNode": "sandbox-dpu",
                    "serialNumber": "SANDBOX1",
                ],
            ]
        )
        for network in plan.networks {
            let mine = plan.functions.filter { $0.network == network.name }
            try put(
                "cluster/\(network.name).yaml",
                [
                    "apiVersion": api, "kind": "DPUNetwork",
                    "metadata": ["name": .string(network.name)],
                    "spec": [
                        "nodeSelector": ["opi.example.com/dpu": "yes"],
                        "resourceName": .string(network.resourceName), "mtu": 1400,
                        "logicalBridge": ["vlan": .number(JSONNumber(network.vlan))],
                        "ipam": ["subnets": .array(subnets(of: network))],
                        "deviceSelector": [
                            "pciAddresses": .array(mine.map { .string($0.pci.description) })
                        ],
                    ],
                ]
            )
        }
    }

    /// Only the first network has gateways: a pod on both cannot have two default routes.
    private func subnets(of network: SandboxNetwork) -> [JSONValue] {
        var inner: JSONObject = [
            "cidr": .string("\(network.prefix4).0/24"), "perNodeBlock": 24,
        ]
        var outer: JSONObject = ["cidr": .string("\(network.prefix6):/64")]
        if network.name == plan.networks.first?.name {
            inner["gateway"] = .string("\(network.prefix4).1")
            outer["gateway"] = .string("\(network.prefix6):1")
        }
        return [.object(inner), .object(outer)]
    }

    // MARK: - The card

    /// The card in a sysfs of its own, and which representor has which MAC address.
    private func writeCard() throws(KernelError) {
        let functions = plan.functions
        let pf = plan.physicalFunction.description
        try writeDevice(pf, functions: functions.count)
        for function in functions {
            let address = function.pci.description
            try writeDevice(address, functions: 0, numaNode: function.numaNode)
            let folder = "sys/bus/pci/devices/\(address)"
            try Files.makeDirectory(
                place.path("\(folder)/net/\(function.interface)"),
                parents: true
            )
            try Files.link(place.path("\(folder)/physfn"), to: "../\(pf)")
            try Files.link(
                place.path("sys/bus/pci/devices/\(pf)/virtfn\(function.index)"),
                to: "../\(address)"
            )
        }
        let map = functions.map { function in
            JSONObject.Member(
                key: function.mac.description,
                value: .string(function.representor)
            )
        }
        try put("xpu/representors.json", .object(JSONObject(map)))
    }

    private func writeDevice(
        _ address: String,
        functions: Int,
        numaNode: Int = 0
    ) throws(KernelError) {
        let folder = "sys/bus/pci/devices/\(address)"
        try Files.makeDirectory(place.path(folder), parents: true)
        var files = [
            "vendor": "0x8086", "device": functions > 0 ? "0x10c9" : "0x10ca",
            "class": "0x020000", "subsystem_vendor": "0x8086", "subsystem_device": "0x0000",
            "numa_node": "\(numaNode)",
        ]
        if functions > 0 {
            files["sriov_totalvfs"] = "\(functions)"
            files["sriov_numvfs"] = "\(functions)"
        }
        for (name, text) in files {
            try put("\(folder)/\(name)", Array("\(text)\n".utf8), mode: 0o644)
        }
    }

    private func put(_ path: String, _ document: JSONValue) throws(KernelError) {
        var writer = JSONWriter(indent: 2)
        writer.value(document)
        try put(path, writer.take() + [UInt8(ascii: "\n")], mode: 0o644)
    }

    private func put(_ path: String, _ bytes: [UInt8], mode: Files.Mode) throws(KernelError) {
        try Files.write(bytes, to: place.path(path), mode: mode)
    }
}
