// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import OPI
import RPC
import Synchronization

/// An OPI server in this process, for what the real peer does not do: answer late, lie or refuse.
final class FakeCard: Sendable {
    /// How it behaves.
    struct Manners: Sendable {
        /// Deleted ports stay to be seen, as `TO_BE_DELETED`, until ``FakeCard/bury()``.
        var buriesByHand = false
        /// Creates are accepted, and nothing is ever seen of them.
        var forgets = false
        /// Ports are seen with another MAC address than they were made with.
        var distorts = false
        /// Every call is refused with this.
        var refusal: Status?
    }

    fileprivate struct State {
        var manners = Manners()
        var bridges: [String: LogicalBridge] = [:]
        var ports: [String: BridgePort] = [:]
        var calls = 0
    }

    private let state = Mutex(State())

    var calls: Int { state.withLock { $0.calls } }
    var ports: [String] { state.withLock { $0.ports.keys.sorted() } }
    var isBurying: Bool {
        state.withLock { $0.ports.values.contains { $0.status?.operStatus == .toBeDeleted } }
    }

    func set(_ change: (inout Manners) -> Void) {
        state.withLock { change(&$0.manners) }
    }

    /// Ends what is being deleted.
    func bury() {
        state.withLock { state in
            state.ports = state.ports.filter { $0.value.status?.operStatus != .toBeDeleted }
        }
    }

    /// A port that nobody of us made.
    func addStray(_ id: String) {
        state.withLock { $0.ports[ObjectName.portPrefix + id] = Self.up(BridgePort()) }
    }

    var services: Services {
        var services = Services()
        services.handle(EVPNMethods.bridges.get) { request, _ async throws(Status) in
            try self.call { $0.bridges[request.name] }
        }
        services.handle(EVPNMethods.bridges.create) { request, _ async throws(Status) in
            try self.call { $0.create(request) }
        }
        services.handle(EVPNMethods.ports.get) { request, _ async throws(Status) in
            try self.call { $0.ports[request.name] }
        }
        services.handle(EVPNMethods.ports.create) { request, _ async throws(Status) in
            try self.call { $0.create(request) }
        }
        services.handle(EVPNMethods.ports.delete) { request, _ async throws(Status) in
            try self.call { $0.delete(request.name) }
        }
        services.handle(EVPNMethods.ports.list) { _, _ async throws(Status) in
            try self.call { state in
                var response = ListResponse<BridgePort>()
                response.objects = state.ports.map { name, port in
                    var port = port
                    port.name = name
                    return port
                }
                return response
            }
        }
        return services
    }

    private func call<Value>(_ body: (inout State) -> Value?) throws(Status) -> Value {
        let outcome: Result<Value?, Status> = state.withLock { state in
            state.calls += 1
            if let refusal = state.manners.refusal { return .failure(refusal) }
            return .success(body(&state))
        }
        guard let value = try outcome.get() else { throw Status(.notFound, "key not found") }
        return value
    }

    private static func up(_ port: BridgePort) -> BridgePort {
        var port = port
        port.status = BridgePortStatus()
        port.status?.operStatus = .up
        return port
    }
}

extension FakeCard.State {
    fileprivate mutating func create(_ request: CreateRequest<LogicalBridge>) -> LogicalBridge? {
        guard var bridge = request.object else { return nil }
        bridge.name = ObjectName.bridgePrefix + request.id
        bridge.status = LogicalBridgeStatus()
        bridge.status?.operStatus = .up
        bridges[bridge.name] = bridge
        return bridge
    }

    fileprivate mutating func create(_ request: CreateRequest<BridgePort>) -> BridgePort? {
        guard var port = request.object else { return nil }
        port.name = ObjectName.portPrefix + request.id
        port.status = BridgePortStatus()
        port.status?.operStatus = .up
        if manners.distorts { port.spec?.macAddress = [2, 9, 9, 9, 9, 9] }
        if !manners.forgets { ports[port.name] = ports[port.name] ?? port }
        return port
    }

    fileprivate mutating func delete(_ name: String) -> Empty? {
        if manners.buriesByHand {
            ports[name]?.status?.operStatus = .toBeDeleted
        } else {
            ports[name] = nil
        }
        return Empty()
    }
}
