// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import Protobuf
import Synchronization

extension DeviceManager {
    /// Everything that is known, for whoever asks over the control socket.
    var report: DeviceStateResponse {
        let (table, registrations) = state.withLock { ($0.table, $0.registrations) }
        var answer = DeviceStateResponse()
        answer.registrations = registrations
        answer.resources = table.resources.sorted { $0.key < $1.key }.map(Self.state)
        answer.assignments = table.assignments.map(Self.assignment)
        return answer
    }

    /// Healthy devices, one entry each as a kubelet has it.
    var allocatable: [ContainerDevices] {
        let table = state.withLock(\.table)
        return table.resources.sorted { $0.key < $1.key }.flatMap { name, resource in
            resource.healthy.map { id in
                ContainerDevices(id, of: name, on: resource.devices[id]?.numaNodes ?? [])
            }
        }
    }

    /// The devices of a pod by container, one entry each as a kubelet has it.
    func devices(of podUID: String) -> [String: [ContainerDevices]] {
        let assignments = state.withLock(\.table.assignments).filter { $0.podUID == podUID }
        var containers: [String: [ContainerDevices]] = [:]
        for one in assignments {
            containers[one.container, default: []] += one.deviceIDs.map { id in
                let nodes = one.devices.filter { $0.key >= 0 && $0.value.contains(id) }.keys
                return ContainerDevices(id, of: one.resource, on: nodes.sorted())
            }
        }
        return containers
    }

    private static func state(_ name: String, _ resource: DeviceTable.Resource) -> ResourceState {
        var answer = ResourceState()
        answer.name = name
        answer.endpoint = resource.plugin?.endpoint ?? ""
        answer.isConnected = resource.plugin?.isConnected ?? false
        answer.preStartRequired = resource.plugin?.options.preStartRequired ?? false
        answer.preferredAllocationAvailable =
            resource.plugin?.options.preferredAllocationAvailable ?? false
        answer.capacity = UInt32(clamping: resource.devices.count)
        answer.allocatable = UInt32(clamping: resource.healthy.count)
        answer.devices = resource.devices.sorted { $0.key < $1.key }.map { id, device in
            var entry = DeviceHealth()
            entry.id = id
            entry.health = device.isHealthy ? "Healthy" : "Unhealthy"
            entry.numaNodes = device.numaNodes
            return entry
        }
        return answer
    }

    private static func assignment(_ one: DeviceTable.Assignment) -> DeviceAssignment {
        var answer = DeviceAssignment()
        answer.podUID = one.podUID
        answer.container = one.container
        answer.resourceName = one.resource
        answer.deviceIDs = one.deviceIDs
        do throws(ProtobufError) {
            answer.environment = try ContainerAllocateResponse(decoding: one.response).environment
        } catch {
            answer.environment = [:]  // a checkpoint of somebody else; the pod runs without
        }
        return answer
    }
}

extension ContainerDevices {
    fileprivate init(_ id: String, of resource: String, on nodes: [Int64]) {
        self.init()
        resourceName = resource
        deviceIDs = [id]
        guard !nodes.isEmpty else { return }
        var topology = TopologyInfo()
        topology.nodes = nodes.map { number in
            var node = NUMANode()
            node.id = number
            return node
        }
        self.topology = topology
    }
}
