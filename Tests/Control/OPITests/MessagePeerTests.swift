// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport
import Testing

/// Every message against python-protobuf, both directions.
@Suite struct MessagePeerTests {
    private static let evpn = "opi_api.network.evpn_gw.v1alpha1."
    private static let common = "opi_api.network.opinetcommon.v1alpha1."
    private static let proto = "Tests/peers/protos/evpn_gw.proto"

    @Test func `python and we agree on every message of the gateway`() async throws {
        var peer = ProtobufPeer()
        addObjects(to: &peer)
        addBridgeRequests(to: &peer)
        addPortRequests(to: &peer)
        addVrfs(to: &peer)
        addSvis(to: &peer)
        addUpdates(to: &peer)
        let messages = try Declarations.messages(in: "Sources/Control/OPI")
        #expect(peer.types.sorted() == GatewayNames.types(messages))
        for line in try await peer.disagreements() { Issue.record("\(line)") }
    }

    private func addObjects(to peer: inout ProtobufPeer) {
        let (evpn, common, proto) = (Self.evpn, Self.common, Self.proto)
        peer.add("google.protobuf.Empty", proto: proto) { _ in Empty() }
        peer.add(common + "IPAddress", proto: proto) { $0.address() }
        peer.add(common + "IPPrefix", proto: proto) { $0.prefix() }
        peer.add(evpn + "Component", proto: proto) { $0.component() }
        peer.add(evpn + "LogicalBridge", proto: proto) { $0.bridge() }
        peer.add(evpn + "LogicalBridgeSpec", proto: proto) { $0.bridgeSpec() }
        peer.add(evpn + "LogicalBridgeStatus", proto: proto) { $0.bridgeStatus() }
        peer.add(evpn + "BridgePort", proto: proto) { $0.port() }
        peer.add(evpn + "BridgePortSpec", proto: proto) { $0.portSpec() }
        peer.add(evpn + "BridgePortStatus", proto: proto) { $0.portStatus() }
    }

    private func addBridgeRequests(to peer: inout ProtobufPeer) {
        let (evpn, proto) = (Self.evpn, Self.proto)
        peer.add(evpn + "CreateLogicalBridgeRequest", proto: proto) { fields in
            CreateRequest<LogicalBridge> {
                $0.id = fields.text()
                $0.object = fields.maybe { $0.bridge() }
            }
        }
        peer.add(evpn + "ListLogicalBridgesRequest", proto: proto) { fields in
            ListRequest<LogicalBridge> {
                $0.pageSize = fields.integer()
                $0.pageToken = fields.text()
            }
        }
        peer.add(evpn + "ListLogicalBridgesResponse", proto: proto) { fields in
            ListResponse<LogicalBridge> {
                $0.objects = fields.list { $0.bridge() }
                $0.nextPageToken = fields.text()
            }
        }
        peer.add(evpn + "GetLogicalBridgeRequest", proto: proto) { fields in
            GetRequest<LogicalBridge> { $0.name = fields.text() }
        }
        peer.add(evpn + "DeleteLogicalBridgeRequest", proto: proto) { fields in
            DeleteRequest<LogicalBridge> {
                $0.name = fields.text()
                $0.allowMissing = fields.flag()
            }
        }
    }

    private func addPortRequests(to peer: inout ProtobufPeer) {
        let (evpn, proto) = (Self.evpn, Self.proto)
        peer.add(evpn + "CreateBridgePortRequest", proto: proto) { fields in
            CreateRequest<BridgePort> {
                $0.id = fields.text()
                $0.object = fields.maybe { $0.port() }
            }
        }
        peer.add(evpn + "ListBridgePortsRequest", proto: proto) { fields in
            ListRequest<BridgePort> {
                $0.pageSize = fields.integer()
                $0.pageToken = fields.text()
            }
        }
        peer.add(evpn + "ListBridgePortsResponse", proto: proto) { fields in
            ListResponse<BridgePort> {
                $0.objects = fields.list { $0.port() }
                $0.nextPageToken = fields.text()
            }
        }
        peer.add(evpn + "GetBridgePortRequest", proto: proto) { fields in
            GetRequest<BridgePort> { $0.name = fields.text() }
        }
        peer.add(evpn + "DeleteBridgePortRequest", proto: proto) { fields in
            DeleteRequest<BridgePort> {
                $0.name = fields.text()
                $0.allowMissing = fields.flag()
            }
        }
    }

    private func addVrfs(to peer: inout ProtobufPeer) {
        let (evpn, proto) = (Self.evpn, Self.proto)
        peer.add(evpn + "Vrf", proto: proto) { $0.vrf() }
        peer.add(evpn + "VrfSpec", proto: proto) { $0.vrfSpec() }
        peer.add(evpn + "VrfStatus", proto: proto) { $0.vrfStatus() }
        peer.add(evpn + "CreateVrfRequest", proto: proto) { fields in
            CreateRequest<Vrf> {
                $0.id = fields.text()
                $0.object = fields.maybe { $0.vrf() }
            }
        }
        peer.add(evpn + "ListVrfsRequest", proto: proto) { fields in
            ListRequest<Vrf> {
                $0.pageSize = fields.integer()
                $0.pageToken = fields.text()
            }
        }
        peer.add(evpn + "ListVrfsResponse", proto: proto) { fields in
            ListResponse<Vrf> {
                $0.objects = fields.list { $0.vrf() }
                $0.nextPageToken = fields.text()
            }
        }
        peer.add(evpn + "GetVrfRequest", proto: proto) { fields in
            GetRequest<Vrf> { $0.name = fields.text() }
        }
        peer.add(evpn + "DeleteVrfRequest", proto: proto) { fields in
            DeleteRequest<Vrf> {
                $0.name = fields.text()
                $0.allowMissing = fields.flag()
            }
        }
    }

    private func addSvis(to peer: inout ProtobufPeer) {
        let (evpn, proto) = (Self.evpn, Self.proto)
        peer.add(evpn + "Svi", proto: proto) { $0.svi() }
        peer.add(evpn + "SviSpec", proto: proto) { $0.sviSpec() }
        peer.add(evpn + "SviStatus", proto: proto) { $0.sviStatus() }
        peer.add(evpn + "CreateSviRequest", proto: proto) { fields in
            CreateRequest<Svi> {
                $0.id = fields.text()
                $0.object = fields.maybe { $0.svi() }
            }
        }
        peer.add(evpn + "ListSvisRequest", proto: proto) { fields in
            ListRequest<Svi> {
                $0.pageSize = fields.integer()
                $0.pageToken = fields.text()
            }
        }
        peer.add(evpn + "ListSvisResponse", proto: proto) { fields in
            ListResponse<Svi> {
                $0.objects = fields.list { $0.svi() }
                $0.nextPageToken = fields.text()
            }
        }
        peer.add(evpn + "GetSviRequest", proto: proto) { fields in
            GetRequest<Svi> { $0.name = fields.text() }
        }
        peer.add(evpn + "DeleteSviRequest", proto: proto) { fields in
            DeleteRequest<Svi> {
                $0.name = fields.text()
                $0.allowMissing = fields.flag()
            }
        }
    }

    private func addUpdates(to peer: inout ProtobufPeer) {
        let (evpn, proto) = (Self.evpn, Self.proto)
        peer.add("google.protobuf.FieldMask", proto: proto) { $0.mask() }
        peer.add(evpn + "UpdateLogicalBridgeRequest", proto: proto) { fields in
            UpdateRequest<LogicalBridge> {
                $0.object = fields.maybe { $0.bridge() }
                $0.updateMask = fields.maybe { $0.mask() }
                $0.allowMissing = fields.flag()
            }
        }
        peer.add(evpn + "UpdateBridgePortRequest", proto: proto) { fields in
            UpdateRequest<BridgePort> {
                $0.object = fields.maybe { $0.port() }
                $0.updateMask = fields.maybe { $0.mask() }
                $0.allowMissing = fields.flag()
            }
        }
        peer.add(evpn + "UpdateVrfRequest", proto: proto) { fields in
            UpdateRequest<Vrf> {
                $0.object = fields.maybe { $0.vrf() }
                $0.updateMask = fields.maybe { $0.mask() }
                $0.allowMissing = fields.flag()
            }
        }
        peer.add(evpn + "UpdateSviRequest", proto: proto) { fields in
            UpdateRequest<Svi> {
                $0.object = fields.maybe { $0.svi() }
                $0.updateMask = fields.maybe { $0.mask() }
                $0.allowMissing = fields.flag()
            }
        }
    }
}
