// SPDX-License-Identifier: Apache-2.0

package import Protobuf
package import RPC

/// The calls of `opi_api.network.evpn_gw.v1alpha1`, all of them.
package enum EVPNMethods {
    /// `LogicalBridgeService`.
    package static let bridges = ObjectMethods<LogicalBridge>("LogicalBridge")
    /// `BridgePortService`.
    package static let ports = ObjectMethods<BridgePort>("BridgePort")
    /// `VrfService`.
    package static let vrfs = ObjectMethods<Vrf>("Vrf")
    /// `SviService`.
    package static let svis = ObjectMethods<Svi>("Svi")
}

/// The five calls of one kind of object.
package struct ObjectMethods<Object: Message>: Sendable {
    /// Makes an object.
    package let create: Method<CreateRequest<Object>, Object>
    /// Reads an object.
    package let get: Method<GetRequest<Object>, Object>
    /// Reads all objects, page by page.
    package let list: Method<ListRequest<Object>, ListResponse<Object>>
    /// Changes an object.
    package let update: Method<UpdateRequest<Object>, Object>
    /// Asks for the end of an object.
    package let delete: Method<DeleteRequest<Object>, Empty>

    /// The calls of the service that is named after `noun`.
    init(_ noun: String) {
        let service = "opi_api.network.evpn_gw.v1alpha1.\(noun)Service"
        create = Method(service, "Create\(noun)")
        get = Method(service, "Get\(noun)")
        list = Method(service, "List\(noun)s")
        update = Method(service, "Update\(noun)")
        delete = Method(service, "Delete\(noun)")
    }
}
