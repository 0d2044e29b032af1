// SPDX-License-Identifier: Apache-2.0

import KubeletAPI
import TestSupport

/// Random messages of the pod resources API.
extension FieldGenerator {
    mutating func listPodResourcesResponse() -> ListPodResourcesResponse {
        var message = ListPodResourcesResponse()
        message.podResources = list { $0.podResources() }
        return message
    }

    mutating func getPodResourcesRequest() -> GetPodResourcesRequest {
        var message = GetPodResourcesRequest()
        message.podName = text()
        message.podNamespace = text()
        return message
    }

    mutating func getPodResourcesResponse() -> GetPodResourcesResponse {
        var message = GetPodResourcesResponse()
        message.podResources = maybe { $0.podResources() }
        return message
    }

    mutating func podResources() -> PodResources {
        var message = PodResources()
        message.name = text()
        message.namespace = text()
        message.containers = list { $0.containerResources() }
        message.cpuIDs = list { $0.integer() }
        message.memory = list { $0.containerMemory() }
        return message
    }

    mutating func containerResources() -> ContainerResources {
        var message = ContainerResources()
        message.name = text()
        message.devices = list { $0.containerDevices() }
        message.cpuIDs = list { $0.integer() }
        message.memory = list { $0.containerMemory() }
        message.dynamicResources = list { $0.dynamicResource() }
        return message
    }

    mutating func containerDevices() -> ContainerDevices {
        var message = ContainerDevices()
        message.resourceName = text()
        message.deviceIDs = list { $0.text() }
        message.topology = maybe { $0.topology() }
        return message
    }

    mutating func containerMemory() -> ContainerMemory {
        var message = ContainerMemory()
        message.memoryType = text()
        message.size = integer()
        message.topology = maybe { $0.topology() }
        return message
    }

    mutating func dynamicResource() -> DynamicResource {
        var message = DynamicResource()
        message.claimName = text()
        message.claimNamespace = text()
        message.claimResources = list { $0.claimResource() }
        return message
    }

    mutating func claimResource() -> ClaimResource {
        var message = ClaimResource()
        message.cdiDevices = list { $0.cdiDevice() }
        message.driverName = text()
        message.poolName = text()
        message.deviceName = text()
        message.shareID = maybe { $0.text() }
        return message
    }

    mutating func allocatableResourcesResponse() -> AllocatableResourcesResponse {
        var message = AllocatableResourcesResponse()
        message.devices = list { $0.containerDevices() }
        message.cpuIDs = list { $0.integer() }
        message.memory = list { $0.containerMemory() }
        return message
    }
}
