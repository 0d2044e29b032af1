// SPDX-License-Identifier: Apache-2.0

import Bytes
package import JSON

/// The device manager's checkpoint as the kubelet writes it.
///
///     {"Data":{"PodDeviceEntries":[{"PodUID":…,"ContainerName":…,"ResourceName":…,
///      "DeviceIDs":{"NUMA node, -1 if unknown":[id…]},"AllocResp":base64}],
///      "RegisteredDevices":{resource:[healthy id…]}},"Checksum":number}
///
/// Source: kubernetes/pkg/kubelet/cm/devicemanager/checkpoint.
package struct Checkpoint: Equatable, Sendable {
    package var entries: [DeviceTable.Assignment]
    package var registered: [String: [String]]

    package init(entries: [DeviceTable.Assignment], registered: [String: [String]]) {
        self.entries = entries
        self.registered = registered
    }

    /// What of a table outlives a restart.
    package init(_ table: DeviceTable) {
        entries = table.assignments
        registered = table.resources.mapValues(\.healthy)
    }

    /// Reads a checkpoint.
    ///
    /// - Throws: ``CheckpointError``.
    package init(parsing bytes: [UInt8]) throws(CheckpointError) {
        let root: JSONNode
        do throws(JSONError) {
            root = JSONNode(try JSONValue(parsing: bytes))
        } catch {
            throw .malformed(error)
        }
        do throws(JSONShapeError) {
            let data = try root.required("Data")
            entries = []
            for node in try data.optional("PodDeviceEntries")?.elements() ?? [] {
                entries.append(try Self.entry(node))
            }
            registered = [:]
            if let resources = try data.optional("RegisteredDevices") {
                for key in resources.value.members?.keys ?? [] {
                    registered[key] = try Self.ids(resources.optional(key))
                }
            }
            let checksum = try root.required("Checksum").integer(in: 0...Int(UInt32.max))
            guard checksum == Int(self.checksum) else { throw root.invalid(expected: "unchanged") }
        } catch {
            throw .invalid(error)
        }
    }

    /// The file's bytes.
    package var encoded: [UInt8] {
        let value: JSONValue = [
            "Data": [
                "PodDeviceEntries": entries.isEmpty ? .null : .array(entries.map(Self.json)),
                "RegisteredDevices": .object(
                    JSONObject(
                        registered.sorted { $0.key < $1.key }.map {
                            .init(key: $0.key, value: .array($0.value.map { .string($0) }))
                        }
                    )
                ),
            ],
            "Checksum": .number(JSONNumber(checksum)),
        ]
        return value.encoded()
    }

    private static func json(_ entry: DeviceTable.Assignment) -> JSONValue {
        let nodes = entry.devices.map { (key: String($0.key), value: $0.value) }
        return [
            "PodUID": .string(entry.podUID),
            "ContainerName": .string(entry.container),
            "ResourceName": .string(entry.resource),
            "DeviceIDs": .object(
                JSONObject(
                    nodes.sorted { $0.key < $1.key }.map {
                        .init(key: $0.key, value: .array($0.value.map { .string($0) }))
                    }
                )
            ),
            "AllocResp": .string(padded(Base64.encode(entry.response))),
        ]
    }

    /// Go refuses base64 without its padding.
    private static func padded(_ text: String) -> String {
        text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    private static func entry(_ node: JSONNode) throws(JSONShapeError) -> DeviceTable.Assignment {
        let devices = try node.required("DeviceIDs")
        var byNode: [Int64: [String]] = [:]
        for key in devices.value.members?.keys ?? [] {
            guard let number = Int64(key) else { throw devices.invalid(expected: "NUMA nodes") }
            byNode[number] = try ids(devices.optional(key))
        }
        return DeviceTable.Assignment(
            podUID: try node.required("PodUID").text(),
            container: try node.required("ContainerName").text(),
            resource: try node.required("ResourceName").text(),
            devices: byNode,
            response: try node.optional("AllocResp")?.parsed(as: "base64", Base64.decode) ?? []
        )
    }

    private static func ids(_ node: JSONNode?) throws(JSONShapeError) -> [String] {
        var ids: [String] = []
        for element in try node?.elements() ?? [] { ids.append(try element.text()) }
        return ids
    }
}

extension Checkpoint {
    /// FNV-1a over the text in which Go's spew library prints the data, maps in order.
    package var checksum: UInt32 {
        printed.utf8.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    }

    private var printed: String {
        let entries =
            entries.isEmpty
            ? "<nil>" : Self.list(entries.map(Self.printed))
        let registered = registered.sorted { $0.key < $1.key }
            .map { "\($0.key):\(Self.list($0.value))" }
        return "(checkpoint.checkpointData){PodDeviceEntries:([]checkpoint.PodDevicesEntry)"
            + entries + " RegisteredDevices:(map[string][]string)map" + Self.list(registered) + "}"
    }

    private static func printed(_ entry: DeviceTable.Assignment) -> String {
        let devices = entry.devices.sorted { $0.key < $1.key }
            .map { "\($0.key):\(list($0.value))" }
        return "{PodUID:(string)\(entry.podUID) ContainerName:(string)\(entry.container)"
            + " ResourceName:(string)\(entry.resource)"
            + " DeviceIDs:(checkpoint.DevicesPerNUMA)map" + list(devices)
            + " AllocResp:([]uint8)" + list(entry.response.map { "\($0)" }) + "}"
    }

    private static func list(_ items: [String]) -> String {
        "[" + items.joined(separator: " ") + "]"
    }
}

/// Why a checkpoint cannot be used.
package enum CheckpointError: Error, Equatable, Sendable {
    /// It is not JSON.
    case malformed(JSONError)
    /// It says something impossible, or its checksum is that of something else.
    case invalid(JSONShapeError)
}

extension CheckpointError: CustomStringConvertible {
    /// One clause for an error message.
    package var description: String {
        switch self {
        case .malformed(let cause): "checkpoint is corrupted: \(cause)"
        case .invalid(let cause): "checkpoint is corrupted: \(cause)"
        }
    }
}
