// SPDX-License-Identifier: Apache-2.0

/// The device manager's knowledge: resources, their devices, and which pod has which.
///
///     no plugin ── register ──▶ connected ── list ──▶ connected, with devices
///         ▲                         │  ▲                        │
///      (restart)              stream ended, register      stream ended
///                                   ▼  │                        ▼
///                                 lost: every device unhealthy, none forgotten
///
/// Streams are told apart by their generation, so that the end of one that was replaced means
/// nothing. Devices are held by a pod from ``reserve(_:of:for:preferring:)`` on, before its plugin
/// is asked, so that no two pods are given the same one.
package struct DeviceTable: Equatable, Sendable {
    /// What a plugin announces at registration.
    package struct Options: Hashable, Sendable {
        package var preStartRequired = false
        package var preferredAllocationAvailable = false

        package init(preStartRequired: Bool = false, preferredAllocationAvailable: Bool = false) {
            self.preStartRequired = preStartRequired
            self.preferredAllocationAvailable = preferredAllocationAvailable
        }
    }

    /// A device as its plugin described it last.
    package struct Device: Hashable, Sendable {
        package var isHealthy: Bool
        package var numaNodes: [Int64]

        package init(isHealthy: Bool, numaNodes: [Int64] = []) {
            self.isHealthy = isHealthy
            self.numaNodes = numaNodes
        }
    }

    /// The plugin of a resource.
    package struct Plugin: Hashable, Sendable {
        package var generation: UInt64
        package var endpoint: String
        package var options: Options
        package var isConnected = true
    }

    /// A resource; without a plugin it is known from the checkpoint only.
    package struct Resource: Hashable, Sendable {
        package var plugin: Plugin?
        package var devices: [String: Device] = [:]

        package var healthy: [String] { devices.filter(\.value.isHealthy).keys.sorted() }
    }

    /// Devices that a pod has.
    package struct Assignment: Hashable, Sendable {
        package var podUID: String
        package var container: String
        package var resource: String
        /// The device ids by NUMA node, -1 when the node is unknown.
        package var devices: [Int64: [String]]
        /// The plugin's `ContainerAllocateResponse`.
        package var response: [UInt8]

        package init(
            podUID: String,
            container: String,
            resource: String,
            devices: [Int64: [String]],
            response: [UInt8]
        ) {
            self.podUID = podUID
            self.container = container
            self.resource = resource
            self.devices = devices
            self.response = response
        }

        /// The ids, each once.
        package var deviceIDs: [String] { Set(devices.values.joined()).sorted() }
    }

    package private(set) var resources: [String: Resource] = [:]
    package private(set) var assignments: [Assignment] = []
    /// Devices of pods whose plugins are being asked: ids by resource, by pod.
    private var reserved: [String: [String: Set<String>]] = [:]
    private var generations: UInt64 = 0

    package init() {}

    /// What a checkpoint has kept; devices come back when their plugins register.
    package init(_ assignments: [Assignment], resources names: [String]) {
        self.assignments = assignments
        for name in names { resources[name] = Resource() }
    }

    /// A plugin has registered and answered; the generation is that of its stream to be.
    ///
    /// Devices of an earlier registration stay as they are until the new plugin lists its own.
    package mutating func register(
        _ resource: String,
        endpoint: String,
        options: Options
    ) -> UInt64 {
        generations += 1
        resources[resource, default: Resource()].plugin = Plugin(
            generation: generations,
            endpoint: endpoint,
            options: options
        )
        return generations
    }

    /// A plugin has listed its devices, all of them; false when another one has taken its place.
    package mutating func list(
        _ devices: [String: Device],
        of resource: String,
        generation: UInt64
    ) -> Bool {
        guard resources[resource]?.plugin?.generation == generation else { return false }
        resources[resource]?.devices = devices
        return true
    }

    /// A plugin's stream has ended; false when that was no longer the resource's plugin.
    package mutating func lose(_ resource: String, generation: UInt64) -> Bool {
        guard var lost = resources[resource], lost.plugin?.generation == generation else {
            return false
        }
        lost.plugin?.isConnected = false
        for id in lost.devices.keys { lost.devices[id]?.isHealthy = false }
        resources[resource] = lost
        return true
    }

    /// Devices of the resource that are healthy and nobody's.
    ///
    /// - Throws: ``AllocationError``, in the sentences of the kubelet.
    package func available(_ count: Int, of name: String) throws(AllocationError) -> [String] {
        guard let resource = resources[name] else { throw .unregistered(name) }
        let healthy = resource.healthy
        guard !healthy.isEmpty else { throw .noneHealthy(name) }
        let taken = taken(of: name)
        let free = healthy.filter { !taken.contains($0) }
        guard free.count >= count else {
            throw .tooFew(name, requested: count, available: free.count)
        }
        return free
    }

    /// Holds devices for a pod: preferred ones as far as they are available, then any.
    ///
    /// - Throws: ``AllocationError``, and then nothing is held.
    package mutating func reserve(
        _ count: Int,
        of resource: String,
        for podUID: String,
        preferring preferred: [String] = []
    ) throws(AllocationError) -> [String] {
        let free = try available(count, of: resource)
        let wanted = Set(preferred)
        let ordered = free.filter(wanted.contains) + free.filter { !wanted.contains($0) }
        let chosen = Array(ordered.prefix(count))
        reserved[resource, default: [:]][podUID, default: []].formUnion(chosen)
        return chosen.sorted()
    }

    /// The plugin has agreed: what was held is assigned.
    package mutating func assign(
        _ deviceIDs: [String],
        of resource: String,
        to podUID: String,
        container: String,
        response: [UInt8]
    ) {
        reserved[resource]?[podUID]?.subtract(deviceIDs)
        var byNode: [Int64: [String]] = [:]
        for id in deviceIDs {
            let nodes = resources[resource]?.devices[id]?.numaNodes ?? []
            for node in nodes.isEmpty ? [-1] : nodes { byNode[node, default: []].append(id) }
        }
        assignments.append(
            Assignment(
                podUID: podUID,
                container: container,
                resource: resource,
                devices: byNode,
                response: response
            )
        )
    }

    /// The pod has nothing any more.
    package mutating func free(_ podUID: String) {
        for resource in reserved.keys { reserved[resource]?[podUID] = nil }
        assignments.removeAll { $0.podUID == podUID }
    }

    /// Only these pods are left.
    package mutating func keep(_ podUIDs: Set<String>) {
        assignments.removeAll { !podUIDs.contains($0.podUID) }
    }

    private func taken(of resource: String) -> Set<String> {
        var taken = Set(reserved[resource, default: [:]].values.joined())
        for one in assignments where one.resource == resource { taken.formUnion(one.deviceIDs) }
        return taken
    }
}

/// Why a pod gets no devices; the sentences are the kubelet's.
package enum AllocationError: Error, Hashable, Sendable {
    /// No plugin has ever registered the resource.
    case unregistered(String)
    /// The resource is known, but none of its devices is healthy.
    case noneHealthy(String)
    /// There are not enough that are healthy and free.
    case tooFew(String, requested: Int, available: Int)
    /// The plugin has failed the call.
    case refusedByPlugin(String)
}

extension AllocationError: CustomStringConvertible {
    /// The kubelet's sentence.
    package var description: String {
        switch self {
        case .unregistered(let name):
            "cannot allocate unregistered device \(name)"
        case .noneHealthy(let name):
            "no healthy devices present; cannot allocate unhealthy devices \(name)"
        case .tooFew(let name, let requested, let available):
            "requested number of devices unavailable for \(name). "
                + "Requested: \(requested), Available: \(available)"
        case .refusedByPlugin(let text): text
        }
    }
}
