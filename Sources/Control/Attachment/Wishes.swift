// SPDX-License-Identifier: Apache-2.0

public import JSON

/// What a DEL asks.
public struct Release: Wish {
    /// PCI address of the function, empty when not known.
    public var deviceID: String
    /// The runtime's id of the sandbox.
    public var containerID: String
    /// The interface's name in the pod.
    public var interfaceName: String

    /// A release of one interface.
    public init(deviceID: String, containerID: String, interfaceName: String) {
        self.deviceID = deviceID
        self.containerID = containerID
        self.interfaceName = interfaceName
    }

    /// The directory of releases.
    public static var directory: String { "releases" }

    /// The members of the file.
    public var json: JSONValue {
        [
            "version": 1,
            "deviceID": .string(deviceID),
            "containerID": .string(containerID),
            "interfaceName": .string(interfaceName),
        ]
    }

    /// Reads the file.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        deviceID = try node.required("deviceID").string()
        containerID = try node.required("containerID").string()
        interfaceName = try node.required("interfaceName").string()
    }
}

/// What the kubelet has chosen for a pod.
public struct Allocation: Wish {
    /// The extended resource.
    public var resourceName: String
    /// PCI addresses of the functions.
    public var deviceIDs: [String]
    /// When they were chosen, in seconds since 1970.
    public var since: Int

    /// An allocation of functions of one resource.
    public init(resourceName: String, deviceIDs: [String], since: Int) {
        self.resourceName = resourceName
        self.deviceIDs = deviceIDs
        self.since = since
    }

    /// The directory of allocations.
    public static var directory: String { "allocations" }

    /// The members of the file.
    public var json: JSONValue {
        [
            "version": 1,
            "resourceName": .string(resourceName),
            "deviceIDs": .array(deviceIDs.map { .string($0) }),
            "since": JSONValue(integerLiteral: since),
        ]
    }

    /// Reads the file.
    public init(_ node: JSONNode) throws(JSONShapeError) {
        resourceName = try node.required("resourceName").text()
        deviceIDs = []
        for id in try node.required("deviceIDs").elements() { deviceIDs.append(try id.text()) }
        since = try node.required("since").integer(in: 0...Int.max)
    }
}
