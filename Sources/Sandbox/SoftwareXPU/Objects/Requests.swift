// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

extension CreateLogicalBridgeRequest: CreateRequest {
    var identifier: String { logicalBridgeID }
    var object: LogicalBridge? { logicalBridge }
}

extension ListLogicalBridgesRequest: PageRequest {}

extension ListLogicalBridgesResponse: Page {
    init(_ objects: [LogicalBridge], next: String) {
        self.init()
        logicalBridges = objects
        nextPageToken = next
    }
    var objects: [LogicalBridge] { logicalBridges }
}

extension GetLogicalBridgeRequest: NameRequest {}

extension DeleteLogicalBridgeRequest: DeleteRequest {}

extension UpdateLogicalBridgeRequest: UpdateRequest {
    var object: LogicalBridge? { logicalBridge }
}

extension CreateBridgePortRequest: CreateRequest {
    var identifier: String { bridgePortID }
    var object: BridgePort? { bridgePort }
}

extension ListBridgePortsRequest: PageRequest {}

extension ListBridgePortsResponse: Page {
    init(_ objects: [BridgePort], next: String) {
        self.init()
        bridgePorts = objects
        nextPageToken = next
    }
    var objects: [BridgePort] { bridgePorts }
}

extension GetBridgePortRequest: NameRequest {}

extension DeleteBridgePortRequest: DeleteRequest {}

extension UpdateBridgePortRequest: UpdateRequest {
    var object: BridgePort? { bridgePort }
}

extension CreateVrfRequest: CreateRequest {
    var identifier: String { vrfID }
    var object: Vrf? { vrf }
}

extension ListVrfsRequest: PageRequest {}

extension ListVrfsResponse: Page {
    init(_ objects: [Vrf], next: String) {
        self.init()
        vrfs = objects
        nextPageToken = next
    }
    var objects: [Vrf] { vrfs }
}

extension GetVrfRequest: NameRequest {}

extension DeleteVrfRequest: DeleteRequest {}

extension UpdateVrfRequest: UpdateRequest {
    var object: Vrf? { vrf }
}

extension CreateSviRequest: CreateRequest {
    var identifier: String { sviID }
    var object: Svi? { svi }
}

extension ListSvisRequest: PageRequest {}

extension ListSvisResponse: Page {
    init(_ objects: [Svi], next: String) {
        self.init()
        svis = objects
        nextPageToken = next
    }
    var objects: [Svi] { svis }
}

extension GetSviRequest: NameRequest {}

extension DeleteSviRequest: DeleteRequest {}

extension UpdateSviRequest: UpdateRequest {
    var object: Svi? { svi }
}
