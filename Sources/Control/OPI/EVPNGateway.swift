// SPDX-License-Identifier: Apache-2.0

import Addressing
public import GRPC
public import RPC

/// An OPI server that speaks evpn-gw the way opi-evpn-bridge does.
///
/// Every call is given up after the timeout, so a server that never answers is an error like any
/// other. Names are the server's full ones.
public struct EVPNGateway: Sendable {
    private let channel: Channel
    private let callTimeout: Duration

    /// A gateway behind `channel`.
    public init(_ channel: Channel, callTimeout: Duration) {
        self.channel = channel
        self.callTimeout = callTimeout
    }

    /// What the server has for the port `id` and the bridge of `vlan`; without a VLAN only the
    /// port.
    ///
    /// - Throws: the server's status, `UNAVAILABLE` when it cannot be reached.
    public func observe(port id: String, vlan: UInt32?) async throws(Status) -> ObservedPort {
        var get = GetRequest<BridgePort>()
        get.name = ObjectName.portPrefix + id
        let port = try await existing(EVPNMethods.ports.get, get)
        guard let vlan else { return ObservedPort(bridge: nil, port: port) }
        var getBridge = GetRequest<LogicalBridge>()
        getBridge.name = ObjectName.bridgePrefix + ObjectName.bridgeID(vlan: vlan)
        let bridge = try await existing(EVPNMethods.bridges.get, getBridge)
        return ObservedPort(bridge: bridge, port: port)
    }

    /// Makes the bridge of `desired`.
    ///
    /// - Throws: the server's status.
    public func createBridge(for desired: DesiredPort) async throws(Status) {
        var request = CreateRequest<LogicalBridge>()
        request.id = ObjectName.bridgeID(vlan: desired.vlan)
        var spec = LogicalBridgeSpec()
        spec.vlanID = desired.vlan
        spec.vni = desired.vni
        var bridge = LogicalBridge()
        bridge.spec = spec
        request.object = bridge
        _ = try await call(EVPNMethods.bridges.create, request)
    }

    /// Makes the port `desired`; it comes up later.
    ///
    /// - Throws: the server's status.
    public func createPort(_ desired: DesiredPort) async throws(Status) {
        var request = CreateRequest<BridgePort>()
        request.id = desired.id
        var spec = BridgePortSpec()
        spec.macAddress = desired.mac.octets
        spec.type = .access
        spec.logicalBridges = [ObjectName.bridgePrefix + ObjectName.bridgeID(vlan: desired.vlan)]
        var port = BridgePort()
        port.spec = spec
        request.object = port
        _ = try await call(EVPNMethods.ports.create, request)
    }

    /// Asks for the end of the port `id`; one that is not there is a success.
    ///
    /// - Throws: the server's status.
    public func deletePort(_ id: String) async throws(Status) {
        var request = DeleteRequest<BridgePort>()
        request.name = ObjectName.portPrefix + id
        request.allowMissing = true
        _ = try await call(EVPNMethods.ports.delete, request)
    }

    /// The ids of all ports of the server, other clients' too.
    ///
    /// - Throws: the server's status.
    public func portIDs() async throws(Status) -> [String] {
        var ids: [String] = []
        var request = ListRequest<BridgePort>()
        repeat {
            // A store that never held a port answers NOT_FOUND, not an empty page.
            guard let page = try await existing(EVPNMethods.ports.list, request) else { return ids }
            ids += page.objects.compactMap { port in
                let isNamed = port.name.hasPrefix(ObjectName.portPrefix)
                return isNamed ? String(port.name.dropFirst(ObjectName.portPrefix.count)) : nil
            }
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        return ids
    }

    private func existing<Request, Response>(
        _ method: Method<Request, Response>,
        _ request: Request
    ) async throws(Status) -> Response? {
        do {
            return try await call(method, request)
        } catch {
            guard error.code == .notFound else { throw error }
            return nil
        }
    }

    private func call<Request, Response>(
        _ method: Method<Request, Response>,
        _ request: Request
    ) async throws(Status) -> Response {
        try await channel.unary(method, request, deadline: callTimeout)
    }
}
