// SPDX-License-Identifier: Apache-2.0

import HostAPI
import TestSupport

/// Random messages of the host agent.
extension FieldGenerator {
    mutating func allocation() -> AllocateRequest {
        var message = AllocateRequest()
        message.resourceName = text()
        message.deviceIDs = list { $0.text() }
        return message
    }

    mutating func attachment() -> AttachRequest {
        var message = AttachRequest()
        message.deviceID = text()
        message.containerID = text()
        message.interfaceName = text()
        message.networkNamespace = text()
        message.pod = maybe { $0.pod() }
        message.macAddress = octets()
        return message
    }

    mutating func pod() -> PodReference {
        var message = PodReference()
        message.namespace = text()
        message.name = text()
        message.uid = text()
        return message
    }

    mutating func interface() -> AttachResponse {
        var message = AttachResponse()
        message.network = text()
        message.port = text()
        message.mtu = integer()
        message.addresses = list { $0.address() }
        message.routes = list { $0.route() }
        return message
    }

    mutating func address() -> InterfaceAddress {
        var message = InterfaceAddress()
        message.address = text()
        message.gateway = text()
        return message
    }

    mutating func route() -> InterfaceRoute {
        var message = InterfaceRoute()
        message.destination = text()
        message.gateway = text()
        return message
    }

    mutating func detachment() -> DetachRequest {
        var message = DetachRequest()
        message.deviceID = text()
        message.containerID = text()
        message.interfaceName = text()
        return message
    }

    mutating func pools() -> Pools {
        var message = Pools()
        message.pools = list { $0.pool() }
        return message
    }

    mutating func pool() -> Pool {
        var message = Pool()
        message.network = text()
        message.resourceName = text()
        message.deviceIDs = list { $0.text() }
        return message
    }
}
