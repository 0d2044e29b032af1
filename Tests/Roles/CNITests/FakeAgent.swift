// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import HostAPI
import RPC
import Synchronization

/// A host agent that answers what a test wants and remembers what it was asked.
final class FakeAgent: Sendable {
    private struct State {
        var answer: Result<AttachResponse, Status>
        var attached: [AttachRequest] = []
        var detached: [DetachRequest] = []
    }

    private let state: Mutex<State>

    var attached: [AttachRequest] { state.withLock { $0.attached } }
    var detached: [String] { state.withLock { $0.detached.map(\.containerID) } }

    init() {
        var response = AttachResponse()
        response.network = "blue"
        response.mtu = 1400
        response.addresses = [("10.0.0.2/24", "10.0.0.1"), ("fd00::2/64", "")].map {
            var address = InterfaceAddress()
            (address.address, address.gateway) = $0
            return address
        }
        var route = InterfaceRoute()
        (route.destination, route.gateway) = ("0.0.0.0/0", "10.0.0.1")
        response.routes = [route]
        state = Mutex(State(answer: .success(response)))
    }

    /// Attach is refused with `status` from now on.
    func refuse(_ status: Status) {
        state.withLock { $0.answer = .failure(status) }
    }

    /// Changes what Attach answers.
    func change(_ body: (inout AttachResponse) -> Void) {
        state.withLock { state in
            guard case .success(var response) = state.answer else { return }
            body(&response)
            state.answer = .success(response)
        }
    }

    /// Runs `body` while the agent listens at `socket`.
    func listening(at socket: String, _ body: () async throws -> Void) async throws {
        let server = try await Server.bind(.unix(path: socket), services)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await server.run() }
            try await body()
            group.cancelAll()
        }
    }

    private var services: Services {
        var services = Services()
        services.handle(HostAgentMethods.attach) { request, _ async throws(Status) in
            try self.state.withLock { state -> Result<AttachResponse, Status> in
                state.attached.append(request)
                return state.answer
            }.get()
        }
        services.handle(HostAgentMethods.detach) { request, _ async throws(Status) in
            self.state.withLock { $0.detached.append(request) }
            return DetachResponse()
        }
        return services
    }
}
