// SPDX-License-Identifier: Apache-2.0

import OPI
import TestSupport

/// Random messages of the gateway API.
extension FieldGenerator {
    mutating func component() -> Component {
        var message = Component()
        message.name = text()
        message.status = number()
        message.details = text()
        return message
    }

    mutating func address() -> IPAddressMessage {
        var message = IPAddressMessage()
        message.family = number()
        message.v4 = maybe { $0.integer() }
        message.v6 = message.v4 == nil ? maybe { $0.octets() } : nil
        return message
    }

    mutating func prefix() -> IPPrefixMessage {
        var message = IPPrefixMessage()
        message.address = maybe { $0.address() }
        message.length = integer()
        return message
    }

    mutating func bridge() -> LogicalBridge {
        var message = LogicalBridge()
        message.name = text()
        message.spec = maybe { $0.bridgeSpec() }
        message.status = maybe { $0.bridgeStatus() }
        return message
    }

    mutating func bridgeSpec() -> LogicalBridgeSpec {
        var message = LogicalBridgeSpec()
        message.vlanID = integer()
        message.vni = maybe { $0.integer() }
        message.vtepIPPrefix = maybe { $0.prefix() }
        return message
    }

    mutating func bridgeStatus() -> LogicalBridgeStatus {
        var message = LogicalBridgeStatus()
        message.operStatus = number()
        message.components = list { $0.component() }
        return message
    }

    mutating func port() -> BridgePort {
        var message = BridgePort()
        message.name = text()
        message.spec = maybe { $0.portSpec() }
        message.status = maybe { $0.portStatus() }
        return message
    }

    mutating func portSpec() -> BridgePortSpec {
        var message = BridgePortSpec()
        message.macAddress = octets()
        message.type = number()
        message.logicalBridges = list { $0.text() }
        return message
    }

    mutating func portStatus() -> BridgePortStatus {
        var message = BridgePortStatus()
        message.operStatus = number()
        message.components = list { $0.component() }
        return message
    }

    mutating func vrf() -> Vrf {
        var message = Vrf()
        message.name = text()
        message.spec = maybe { $0.vrfSpec() }
        message.status = maybe { $0.vrfStatus() }
        return message
    }

    mutating func vrfStatus() -> VrfStatus {
        var message = VrfStatus()
        message.operStatus = number()
        message.components = list { $0.component() }
        return message
    }

    mutating func svi() -> Svi {
        var message = Svi()
        message.name = text()
        message.spec = maybe { $0.sviSpec() }
        message.status = maybe { $0.sviStatus() }
        return message
    }

    mutating func sviStatus() -> SviStatus {
        var message = SviStatus()
        message.operStatus = number()
        message.components = list { $0.component() }
        return message
    }

    mutating func vrfSpec() -> VrfSpec {
        var message = VrfSpec()
        message.vni = maybe { $0.integer() }
        message.loopbackIPPrefix = maybe { $0.prefix() }
        message.vtepIPPrefix = maybe { $0.prefix() }
        return message
    }

    mutating func sviSpec() -> SviSpec {
        var message = SviSpec()
        message.vrf = text()
        message.logicalBridge = text()
        message.macAddress = octets()
        message.gatewayIPPrefixes = list { $0.prefix() }
        message.enableBGP = flag()
        message.remoteAS = integer()
        return message
    }

    mutating func mask() -> FieldMask {
        var message = FieldMask()
        message.paths = list { $0.text() }
        return message
    }
}
