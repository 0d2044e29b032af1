// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A pod by what people call it.
package struct PodKey: Hashable, Sendable, Comparable {
    package let namespace: String
    package let name: String

    /// Takes DNS labels, an empty namespace as `default`; nil for anything else.
    package init?(namespace: String, name: String) {
        let namespace = namespace.isEmpty ? "default" : namespace
        guard [namespace, name].allSatisfy(Self.isLabel) else { return nil }
        self.namespace = namespace
        self.name = name
    }

    /// Its file's name, without a folder.
    package var fileName: String { "\(namespace)_\(name).json" }

    package static func < (left: PodKey, right: PodKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }

    private static func isLabel(_ text: String) -> Bool {
        let isFine = text.utf8.allSatisfy {
            (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d
        }
        return isFine && (1...63).contains(text.utf8.count) && !text.hasPrefix("-")
            && !text.hasSuffix("-")
    }
}

/// What is on disk about a pod, from before its first step until nothing is left of it.
package struct PodRecord: Hashable, Sendable {
    /// Where it is in its life.
    package enum Phase: String, Hashable, Sendable {
        /// It is being made; after a restart it is taken down.
        case creating = "Creating"
        /// It runs.
        case running = "Running"
        /// It is being taken down.
        case terminating = "Terminating"
    }

    /// One network of the pod.
    package struct Interface: Hashable, Sendable {
        package var network: String
        /// As the pod sees it.
        package var name: String
        package var resourceName: String
        /// Empty before Allocate.
        package var deviceID = ""
        /// The CNI configuration as it was at ADD, for DEL; the device is not in it.
        package var configuration: JSONValue
        package var addresses: [String] = []
        package var macAddress = ""
        package var addSeconds = 0.0

        package init(
            network: String,
            name: String,
            resourceName: String,
            configuration: JSONValue
        ) {
            self.network = network
            self.name = name
            self.resourceName = resourceName
            self.configuration = configuration
        }
    }

    package var key: PodKey
    package var uid: String
    package var phase = Phase.creating
    /// The sandbox's id; empty while there is nothing to take down.
    package var containerID = ""
    /// The path of its network namespace.
    package var networkNamespace: String
    package var interfaces: [Interface]
    /// The last error.
    package var message = ""

    package init(key: PodKey, uid: String, networkNamespace: String, interfaces: [Interface]) {
        self.key = key
        self.uid = uid
        self.networkNamespace = networkNamespace
        self.interfaces = interfaces
    }
}

extension PodRecord {
    private static let version = 1

    /// The record as it stands in its file.
    package var json: JSONValue {
        [
            "version": .number(JSONNumber(Self.version)),
            "namespace": .string(key.namespace),
            "name": .string(key.name),
            "uid": .string(uid),
            "phase": .string(phase.rawValue),
            "containerID": .string(containerID),
            "networkNamespace": .string(networkNamespace),
            "message": .string(message),
            "interfaces": .array(interfaces.map(\.json)),
        ]
    }

    /// Reads a record.
    ///
    /// - Throws: ``JSON/JSONShapeError`` that names the place.
    package init(_ node: JSONNode) throws(JSONShapeError) {
        _ = try node.required("version").integer(in: Self.version...Self.version)
        let name = try node.required("name")
        let namespace = try node.required("namespace").text()
        guard let key = PodKey(namespace: namespace, name: try name.text()) else {
            throw name.invalid(expected: "the name of a pod")
        }
        self.key = key
        uid = try node.required("uid").text()
        phase = try node.required("phase").parsed(as: "a phase", Phase.init(rawValue:))
        containerID = try node.required("containerID").string()
        networkNamespace = try node.required("networkNamespace").text()
        message = try node.required("message").string()
        interfaces = []
        for element in try node.required("interfaces").elements() {
            interfaces.append(try Interface(element))
        }
    }
}

extension PodRecord.Interface {
    fileprivate var json: JSONValue {
        [
            "network": .string(network),
            "name": .string(name),
            "resourceName": .string(resourceName),
            "deviceID": .string(deviceID),
            "configuration": configuration,
            "addresses": .array(addresses.map { .string($0) }),
            "macAddress": .string(macAddress),
            "addSeconds": JSONNumber(addSeconds).map { .number($0) } ?? 0,
        ]
    }

    fileprivate init(_ node: JSONNode) throws(JSONShapeError) {
        network = try node.required("network").text()
        name = try node.required("name").text()
        resourceName = try node.required("resourceName").text()
        deviceID = try node.required("deviceID").string()
        configuration = try node.required("configuration").value
        for address in try node.required("addresses").elements() {
            addresses.append(try address.text())
        }
        macAddress = try node.required("macAddress").string()
        addSeconds = try node.required("addSeconds").value.double ?? 0
    }
}
