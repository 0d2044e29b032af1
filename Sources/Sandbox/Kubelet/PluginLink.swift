// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import KubeletAPI
import RPC

/// The way to one registered plugin, from its registration to the end of its stream.
struct PluginLink: Sendable {
    let resource: String
    let endpoint: String
    let options: DeviceTable.Options
    let channel: Channel
    var generation: UInt64 = 0

    /// How long a plugin has to accept a connection and tell its options.
    private static let dialTimeout = Duration.seconds(10)
    private static let retryPause = Duration.milliseconds(100)
    private static let callTimeout = Duration.seconds(30)

    /// Dials back while the plugin still waits for the answer to its registration.
    ///
    /// - Throws: the kubelet's sentence.
    init(dialling request: RegisterRequest, in folder: String) async throws(Status) {
        let channel = Channel(.unix(path: "\(folder)/\(request.endpoint)"))
        do throws(Status) {
            let answer = try await Self.options(over: channel)
            resource = request.resourceName
            endpoint = request.endpoint
            options = DeviceTable.Options(
                preStartRequired: answer.preStartRequired,
                preferredAllocationAvailable: answer.preferredAllocationAvailable
            )
            self.channel = channel
        } catch {
            await channel.close()
            let what =
                error.code == .unavailable
                ? "failed to dial device plugin:" : "failed to get device plugin options:"
            throw Status(.unknown, "\(what) \(error)")
        }
    }

    /// As a blocking dial of grpc-go does, a plugin that does not listen yet is waited for.
    private static func options(
        over channel: Channel
    ) async throws(Status) -> DevicePluginOptions {
        let end = ContinuousClock.now + dialTimeout
        while true {
            do throws(Status) {
                return try await channel.unary(
                    KubeletMethods.options,
                    Empty(),
                    deadline: max(.milliseconds(1), end - .now)
                )
            } catch {
                guard error.code == .unavailable, end - .now > retryPause else { throw error }
                do {
                    try await Task.sleep(for: retryPause)
                } catch {
                    throw Status(.cancelled, "the plugin has given up")
                }
            }
        }
    }

    /// The devices that the plugin would give, of those that are available.
    func preference(
        of count: Int,
        from available: [String]
    ) async throws(Status) -> [String] {
        guard options.preferredAllocationAvailable else { return [] }
        var container = ContainerPreferredAllocationRequest()
        container.availableDeviceIDs = available
        container.allocationSize = Int32(clamping: count)
        var request = PreferredAllocationRequest()
        request.containerRequests = [container]
        do throws(Status) {
            let answer = try await channel.unary(
                KubeletMethods.preferredAllocation,
                request,
                deadline: Self.callTimeout
            )
            return answer.containerResponses.first?.deviceIDs ?? []
        } catch {
            throw error.prefixed("device plugin GetPreferredAllocation rpc failed with err:")
        }
    }

    /// Has the plugin prepare devices for one container.
    func allocate(_ deviceIDs: [String]) async throws(Status) -> ContainerAllocateResponse {
        var container = ContainerAllocateRequest()
        container.deviceIDs = deviceIDs
        var request = AllocateRequest()
        request.containerRequests = [container]
        let answer = try await channel.unary(
            KubeletMethods.allocate,
            request,
            deadline: Self.callTimeout
        )
        guard let response = answer.containerResponses.first else {
            throw Status(.unknown, "no containers return in allocation response")
        }
        return response
    }

    /// Tells the plugin that the container is about to start, if it wants to know.
    func preStart(_ deviceIDs: [String]) async throws(Status) {
        guard options.preStartRequired else { return }
        var request = PreStartContainerRequest()
        request.deviceIDs = deviceIDs
        do throws(Status) {
            _ = try await channel.unary(
                KubeletMethods.preStart,
                request,
                deadline: Self.callTimeout
            )
        } catch {
            throw error.prefixed("device plugin PreStartContainer rpc failed with err:")
        }
    }
}

extension Status {
    fileprivate func prefixed(_ text: String) -> Status {
        Status(code, "\(text) \(message)")
    }
}
