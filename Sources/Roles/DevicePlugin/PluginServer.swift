// SPDX-License-Identifier: Apache-2.0

import Attachment
import Devices
import GRPC
import HostAPI
import Kernel
import KubeletAPI
import Logging
import PCI
import Reconcile
import RPC

/// One resource's end of the device plugin API.
struct PluginServer: Sendable {
    let pool: FunctionPool
    let board: Board<[FunctionState]>
    let hostAgent: Channel
    let spool: Spool<Allocation>
    let log: Logger

    /// The host agent records a wish and waits for nobody, so this is plenty.
    private static let allocateTimeout = Duration.seconds(2)

    /// The services of this resource.
    func makeServices() -> Services {
        var services = Services()
        services.handle(KubeletMethods.options) { _, _ async throws(Status) in
            DevicePluginOptions()
        }
        services.handle(KubeletMethods.allocate) { request, _ async throws(Status) in
            try await allocate(request)
        }
        services.stream(KubeletMethods.listAndWatch) { _, writer, _ async throws(Status) in
            try await board.follow { devices async throws(Status) in
                var response = ListAndWatchResponse()
                response.devices = devices.map(\.device)
                try await writer.send(response)
            }
        }
        return services
    }

    /// Answers the kubelet and tells the host agent.
    ///
    /// A host agent that is away does not fail the call: the kubelet would fail the pod for good,
    /// while an ADD without a prepared port only takes longer.
    private func allocate(
        _ request: KubeletAPI.AllocateRequest
    ) async throws(Status) -> KubeletAPI.AllocateResponse {
        var response = KubeletAPI.AllocateResponse()
        for container in request.containerRequests {
            let known = Set(pool.members.map(\.description))
            if let stranger = container.deviceIDs.first(where: { !known.contains($0) }) {
                let text = "\"\(stranger)\" is not a function of \(pool.resourceName)"
                throw Status(.invalidArgument, text)
            }
            var answer = ContainerAllocateResponse()
            answer.environment[pool.environmentKey] = container.deviceIDs.joined(separator: ",")
            response.containerResponses.append(answer)
        }
        await announce(request.containerRequests.flatMap(\.deviceIDs))
        return response
    }

    private func announce(_ deviceIDs: [String]) async {
        var request = HostAPI.AllocateRequest()
        request.resourceName = pool.resourceName
        request.deviceIDs = deviceIDs
        do throws(Status) {
            let timeout = Self.allocateTimeout
            _ = try await hostAgent.unary(HostAgentMethods.allocate, request, deadline: timeout)
        } catch {
            log.warning(
                "the host agent could not prepare ports; it will, or ADD",
                metadata: ["devices": "\(deviceIDs)", "error": "\(error)"]
            )
            leave(deviceIDs)
        }
    }

    /// Leaves the choice where the host agent finds it when it is back.
    private func leave(_ deviceIDs: [String]) {
        let allocation = Allocation(
            resourceName: pool.resourceName,
            deviceIDs: deviceIDs,
            since: Int(Clocks.realtimeNanoseconds / 1_000_000_000)
        )
        do throws(AttachmentError) {
            try spool.add(allocation)
        } catch {
            log.warning("an allocation could not be left behind: \(error)")
        }
    }
}

extension FunctionState {
    /// The function as the kubelet is told of it.
    fileprivate var device: Device {
        var device = Device()
        device.id = function.description
        device.health = isPresent ? "Healthy" : "Unhealthy"
        if let numaNode {
            var node = NUMANode()
            node.id = Int64(numaNode)
            var topology = TopologyInfo()
            topology.nodes = [node]
            device.topology = topology
        }
        return device
    }
}
