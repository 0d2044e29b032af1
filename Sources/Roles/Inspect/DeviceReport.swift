// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
public import Configuration
import Devices
import JSON
import Kernel
import PCI

/// What this node's files say of its functions; no agent and no API server is asked.
public struct DeviceQuestion: Sendable {
    private let configuration: NodeConfiguration

    /// A question about the node with this configuration.
    public init(_ configuration: NodeConfiguration) {
        self.configuration = configuration
    }

    /// Looks.
    ///
    /// - Throws: one sentence when a file cannot be read.
    public func answer() throws -> Report {
        let run = configuration.paths.run
        var networks: [PCIAddress: String] = [:]
        for network in configuration.networks {
            for function in network.devices { networks[function] = network.name }
        }
        if case .cluster = configuration.topology {
            for pool in try SavedPools(runDirectory: run).load() {
                for function in pool.members { networks[function] = pool.network }
            }
        }
        var rows: [PCIAddress: DeviceRow] = [:]
        for (function, network) in networks {
            rows[function] = DeviceRow(function: function, network: network)
        }
        var troubles: [String] = []
        if try Files.exists(run + "/attachments") {
            let (records, damaged) = try Journal(runDirectory: run).records()
            for record in records {
                rows[record.function, default: DeviceRow(function: record.function)].take(record)
            }
            troubles += damaged.map { "\($0)" }
        }
        if try Files.exists(run + "/netdevs") {
            for name in try Files.list(run + "/netdevs").sorted() where name.hasSuffix(".json") {
                let path = "\(run)/netdevs/\(name)"
                do {
                    let bytes = try Files.read(path, limit: 1 << 16)
                    let node = JSONNode(try JSONValue(parsing: bytes))
                    let function = try node.required("function").parsed(as: "a PCI address") {
                        PCIAddress($0)
                    }
                    try rows[function, default: DeviceRow(function: function)].take(netdev: node)
                } catch {
                    troubles.append("\(path): \(error)")
                }
            }
        }
        let tree = SysfsTree(root: configuration.paths.sysfs)
        for function in rows.keys {
            do {
                rows[function]?.device = try tree.device(at: function)
            } catch {
                troubles.append("\(function): \(error)")
            }
        }
        let sorted = rows.values.sorted { $0.function < $1.function }
        return DeviceRow.report(sorted, troubles: troubles)
    }
}

/// One function.
struct DeviceRow: Sendable {
    let function: PCIAddress
    private var network: String
    var device: PCIDevice?
    private var container = ""
    private var interface = ""
    private var addresses: [String] = []
    private var state = "free"

    init(function: PCIAddress, network: String = "") {
        self.function = function
        self.network = network
    }

    /// The CNI has noted that a container has the function, or is about to.
    mutating func take(_ record: AttachmentRecord) {
        container = record.containerID
        interface = record.interfaceName
        addresses = record.addresses.map(\.description)
        state = record.isComplete ? "attached" : "being attached"
    }

    /// The host agent has a Netdev for it.
    mutating func take(netdev: JSONNode) throws(JSONShapeError) {
        network = try netdev.required("network").text()
        guard container.isEmpty else { return }
        for address in try netdev.required("addresses").elements() {
            addresses.append(try address.text())
        }
        let holder = try netdev.optional("holder")
        container = try holder?.required("containerID").text() ?? ""
        interface = try holder?.required("interfaceName").text() ?? ""
        let isWanted = try netdev.required("isWanted").bool()
        state = !isWanted ? "port being removed" : container.isEmpty ? "allocated" : "bound"
    }

    private var interfaces: String {
        (device?.interfaces ?? []).map(\.name).joined(separator: ",")
    }

    /// A record that cannot be read is told below the table: its function may not be free.
    static func report(_ rows: [DeviceRow], troubles: [String]) -> Report {
        var table = TextTable([
            "FUNCTION", "NETWORK", "PRESENT", "DRIVER", "NETDEV", "CONTAINER", "INTERFACE",
            "ADDRESSES", "STATE",
        ])
        for row in rows {
            table.add([
                "\(row.function)", row.network, row.device == nil ? "no" : "yes",
                row.device?.driver ?? "", row.interfaces, row.container, row.interface,
                row.addresses.joined(separator: ","), row.state,
            ])
        }
        let told = troubles.map { TextTable.plain($0) + "\n" }.joined()
        let text = table.text + (told.isEmpty ? "" : "\n" + told)
        return Report(text: text, json: .array(rows.map(\.json)))
    }

    private var json: JSONValue {
        [
            "function": .string("\(function)"),
            "network": .string(network),
            "present": .bool(device != nil),
            "driver": device?.driver.map { .string($0) } ?? .null,
            "netdevs": .array((device?.interfaces ?? []).map { .string($0.name) }),
            "container": .string(container),
            "interface": .string(interface),
            "addresses": .array(addresses.map { .string($0) }),
            "state": .string(state),
        ]
    }
}
