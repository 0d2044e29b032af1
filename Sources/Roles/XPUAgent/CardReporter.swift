// SPDX-License-Identifier: Apache-2.0

import Informers
import Configuration
import GRPC
import JSON
import Kernel
import Kubernetes
import Resources

/// Says in the XPU's status who serves the card and whether its OPI server answers.
///
/// Every host watches the XPUs, so the status is written only when it says something new.
struct CardReporter: Sendable {
    private let configuration: XPUConfiguration
    private let client: APIClient
    private let view: CardView

    init(_ configuration: XPUConfiguration, client: APIClient, view: CardView) {
        self.configuration = configuration
        self.client = client
        self.view = view
    }

    /// Writes the status after the server was asked; `failure` is nil when it answered.
    func report(_ failure: Status?, on xpu: XPU) async throws(Status) {
        var status = xpu.status
        status.opiServer = "\(configuration.opi.server)"
        status.dialect = "EVPNGateway"
        status.agent = XPU.Agent(identity: configuration.identity, version: Release.version)
        status.observedGeneration = xpu.metadata.generation
        let nanoseconds = Int64(clamping: Clocks.realtimeNanoseconds)
        status.conditions.set(
            Condition(
                type: Condition.ready,
                status: failure == nil ? .yes : .no,
                reason: failure == nil ? Condition.done : Condition.serverUnavailable,
                message: failure.map { "\($0)" } ?? "the OPI server answers",
                lastTransitionTime: Timestamp(unixNanoseconds: nanoseconds).seconds
            )
        )
        guard status != xpu.status else { return }
        do throws(APIError) {
            let patch: JSONValue = ["status": status.json]
            let after = try await client.patch(
                XPU.self,
                xpu.key,
                with: patch,
                subresource: "status"
            )
            view.xpus.absorb(after)
        } catch {
            throw Status(error)
        }
    }
}
