// SPDX-License-Identifier: Apache-2.0

import GRPC
import KubeletAPI
import RPC

extension Pods {
    /// The control API.
    var control: Services {
        var services = Services()
        services.handle(PodsMethods.runPod) { request, _ async throws(Status) in
            do throws(PodError) { return try await run(request) } catch { throw error.status }
        }
        services.handle(PodsMethods.deletePod) { request, _ async throws(Status) in
            do throws(PodError) { return try await delete(request) } catch { throw error.status }
        }
        services.handle(PodsMethods.listPods) { _, _ async throws(Status) in
            var response = ListPodsResponse()
            response.pods = table.records.map(Pod.init)
            return response
        }
        services.handle(PodsMethods.deviceState) { _, _ async throws(Status) in devices.report }
        return services
    }

    /// The pod resources API.
    var resources: Services {
        var services = Services()
        services.handle(PodResourcesMethods.list) { _, _ async throws(Status) in
            var response = ListPodResourcesResponse()
            response.podResources = table.records.map(resources)
            return response
        }
        services.handle(PodResourcesMethods.get) { request, _ async throws(Status) in
            let key = PodKey(namespace: request.podNamespace, name: request.podName)
            guard let record = table.records.first(where: { $0.key == key }) else {
                let text = "pod \(request.podName) in namespace \(request.podNamespace) not found"
                throw Status(.unknown, text)
            }
            var response = GetPodResourcesResponse()
            response.podResources = resources(of: record)
            return response
        }
        services.handle(PodResourcesMethods.allocatable) { _, _ async throws(Status) in
            var response = AllocatableResourcesResponse()
            response.devices = devices.allocatable
            return response
        }
        return services
    }

    private func resources(of record: PodRecord) -> PodResources {
        var pod = PodResources()
        pod.name = record.key.name
        pod.namespace = record.key.namespace
        var container = ContainerResources()
        container.name = Self.container
        container.devices = devices.devices(of: record.uid)[Self.container] ?? []
        pod.containers = [container]
        return pod
    }
}

extension Pod {
    /// A pod as the control API tells of it.
    init(_ record: PodRecord) {
        self.init()
        namespace = record.key.namespace
        name = record.key.name
        uid = record.uid
        phase = record.phase.rawValue
        containerID = record.containerID
        networkNamespace = record.networkNamespace
        message = record.message
        interfaces = record.interfaces.map { one in
            var interface = PodInterface()
            interface.network = one.network
            interface.interface = one.name
            interface.resourceName = one.resourceName
            interface.deviceID = one.deviceID
            interface.addresses = one.addresses
            interface.macAddress = one.macAddress
            interface.addSeconds = one.addSeconds
            return interface
        }
    }
}
