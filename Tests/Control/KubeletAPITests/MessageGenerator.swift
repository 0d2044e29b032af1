// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport

/// Random messages of the device plugin API.
extension FieldGenerator {
    mutating func options() -> DevicePluginOptions {
        var message = DevicePluginOptions()
        message.preStartRequired = flag()
        message.preferredAllocationAvailable = flag()
        return message
    }

    mutating func registration() -> RegisterRequest {
        var message = RegisterRequest()
        message.version = text()
        message.endpoint = text()
        message.resourceName = text()
        message.options = maybe { $0.options() }
        return message
    }

    mutating func node() -> NUMANode {
        var message = NUMANode()
        message.id = integer()
        return message
    }

    mutating func topology() -> TopologyInfo {
        var message = TopologyInfo()
        message.nodes = list { $0.node() }
        return message
    }

    mutating func device() -> Device {
        var message = Device()
        message.id = text()
        message.health = text()
        message.topology = maybe { $0.topology() }
        return message
    }

    mutating func devices() -> ListAndWatchResponse {
        var message = ListAndWatchResponse()
        message.devices = list { $0.device() }
        return message
    }

    mutating func containerRequest() -> ContainerAllocateRequest {
        var message = ContainerAllocateRequest()
        message.deviceIDs = list { $0.text() }
        return message
    }

    mutating func request() -> AllocateRequest {
        var message = AllocateRequest()
        message.containerRequests = list { $0.containerRequest() }
        return message
    }

    mutating func mount() -> Mount {
        var message = Mount()
        message.containerPath = text()
        message.hostPath = text()
        message.isReadOnly = flag()
        return message
    }

    mutating func file() -> DeviceSpec {
        var message = DeviceSpec()
        message.containerPath = text()
        message.hostPath = text()
        message.permissions = text()
        return message
    }

    mutating func cdiDevice() -> CDIDevice {
        var message = CDIDevice()
        message.name = text()
        return message
    }

    mutating func containerResponse() -> ContainerAllocateResponse {
        var message = ContainerAllocateResponse()
        message.environment = table { $0.text() }
        message.mounts = list { $0.mount() }
        message.devices = list { $0.file() }
        message.annotations = table { $0.text() }
        message.cdiDevices = list { $0.cdiDevice() }
        return message
    }

    mutating func response() -> AllocateResponse {
        var message = AllocateResponse()
        message.containerResponses = list { $0.containerResponse() }
        return message
    }

    mutating func preferredAllocationRequest() -> PreferredAllocationRequest {
        var message = PreferredAllocationRequest()
        message.containerRequests = list { $0.containerPreferredAllocationRequest() }
        return message
    }

    mutating func containerPreferredAllocationRequest() -> ContainerPreferredAllocationRequest {
        var message = ContainerPreferredAllocationRequest()
        message.availableDeviceIDs = list { $0.text() }
        message.mustIncludeDeviceIDs = list { $0.text() }
        message.allocationSize = integer()
        return message
    }

    mutating func preferredAllocationResponse() -> PreferredAllocationResponse {
        var message = PreferredAllocationResponse()
        message.containerResponses = list { $0.containerPreferredAllocationResponse() }
        return message
    }

    mutating func containerPreferredAllocationResponse() -> ContainerPreferredAllocationResponse {
        var message = ContainerPreferredAllocationResponse()
        message.deviceIDs = list { $0.text() }
        return message
    }

    mutating func preStartContainerRequest() -> PreStartContainerRequest {
        var message = PreStartContainerRequest()
        message.deviceIDs = list { $0.text() }
        return message
    }
}
