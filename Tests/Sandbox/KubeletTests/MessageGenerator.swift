// SPDX-License-Identifier: Apache-2.0

import Kubelet
import TestSupport

/// Random messages of the control API.
extension FieldGenerator {
    mutating func runPodRequest() -> RunPodRequest {
        var message = RunPodRequest()
        message.namespace = text()
        message.name = text()
        message.networks = list { $0.text() }
        message.timeoutSeconds = Double(integer() as Int32) / 8
        return message
    }

    mutating func runPodResponse() -> RunPodResponse {
        var message = RunPodResponse()
        message.pod = maybe { $0.pod() }
        message.allocateSeconds = Double(integer() as Int32) / 8
        message.seconds = Double(integer() as Int32) / 8
        message.attempts = integer()
        return message
    }

    mutating func deletePodRequest() -> DeletePodRequest {
        var message = DeletePodRequest()
        message.namespace = text()
        message.name = text()
        message.timeoutSeconds = Double(integer() as Int32) / 8
        return message
    }

    mutating func deletePodResponse() -> DeletePodResponse {
        var message = DeletePodResponse()
        message.interfaces = list { $0.interfaceDeletion() }
        message.seconds = Double(integer() as Int32) / 8
        return message
    }

    mutating func interfaceDeletion() -> InterfaceDeletion {
        var message = InterfaceDeletion()
        message.interface = text()
        message.delSeconds = Double(integer() as Int32) / 8
        return message
    }

    mutating func listPodsResponse() -> ListPodsResponse {
        var message = ListPodsResponse()
        message.pods = list { $0.pod() }
        return message
    }

    mutating func pod() -> Pod {
        var message = Pod()
        message.namespace = text()
        message.name = text()
        message.uid = text()
        message.phase = text()
        message.containerID = text()
        message.networkNamespace = text()
        message.interfaces = list { $0.podInterface() }
        message.message = text()
        return message
    }

    mutating func podInterface() -> PodInterface {
        var message = PodInterface()
        message.network = text()
        message.interface = text()
        message.resourceName = text()
        message.deviceID = text()
        message.addresses = list { $0.text() }
        message.macAddress = text()
        message.addSeconds = Double(integer() as Int32) / 8
        return message
    }

    mutating func deviceStateResponse() -> DeviceStateResponse {
        var message = DeviceStateResponse()
        message.resources = list { $0.resourceState() }
        message.registrations = list { $0.pluginRegistration() }
        message.assignments = list { $0.deviceAssignment() }
        return message
    }

    mutating func resourceState() -> ResourceState {
        var message = ResourceState()
        message.name = text()
        message.endpoint = text()
        message.isConnected = flag()
        message.preStartRequired = flag()
        message.preferredAllocationAvailable = flag()
        message.capacity = integer()
        message.allocatable = integer()
        message.devices = list { $0.deviceHealth() }
        return message
    }

    mutating func deviceHealth() -> DeviceHealth {
        var message = DeviceHealth()
        message.id = text()
        message.health = text()
        message.numaNodes = list { $0.integer() }
        return message
    }

    mutating func pluginRegistration() -> PluginRegistration {
        var message = PluginRegistration()
        message.version = text()
        message.endpoint = text()
        message.resourceName = text()
        message.isAccepted = flag()
        message.reason = text()
        return message
    }

    mutating func deviceAssignment() -> DeviceAssignment {
        var message = DeviceAssignment()
        message.podUID = text()
        message.container = text()
        message.resourceName = text()
        message.deviceIDs = list { $0.text() }
        message.environment = table { $0.text() }
        return message
    }
}
