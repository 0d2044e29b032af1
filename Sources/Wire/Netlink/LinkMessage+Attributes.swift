// SPDX-License-Identifier: Apache-2.0

import Bytes

/// Source: linux/if_link.h.
private enum Number {
    static let address: UInt16 = 1
    static let name: UInt16 = 3
    static let mtu: UInt16 = 4
    static let lower: UInt16 = 5
    static let master: UInt16 = 10
    static let operationalState: UInt16 = 16
    static let info: UInt16 = 18
    static let alias: UInt16 = 20
    static let counters: UInt16 = 23
    static let families: UInt16 = 26
    static let namespace: UInt16 = 28
    static let extent: UInt16 = 29
    static let carrier: UInt16 = 33
    static let switchID: UInt16 = 36
    static let lowerNamespace: UInt16 = 37
    static let portName: UInt16 = 38
    static let newIndex: UInt16 = 49
    static let properties: UInt16 = 52
    static let alternativeName: UInt16 = 53
    static let permanentAddress: UInt16 = 54
    static let parentDevice: UInt16 = 56
    static let parentBus: UInt16 = 57

    static let ipv6: UInt16 = 10
    static let addressGeneration: UInt16 = 8
    static let infoKind: UInt16 = 1
    static let infoSettings: UInt16 = 2
}

extension LinkMessage {
    /// The tree below the fixed header.
    public var attributes: [Attribute] {
        let optional: [Attribute?] = [
            address.map { Attribute(Number.address, bytes: $0) },
            name.map { Attribute(Number.name, text: $0) },
            mtu.map { Attribute(Number.mtu, $0) },
            lower.map { Attribute(Number.lower, UInt32(bitPattern: $0)) },
            master.map { Attribute(Number.master, $0) },
            operationalState.map { Attribute(Number.operationalState, $0) },
            info,
            // The kernel would keep a closing zero as part of the alias.
            alias.map { Attribute(Number.alias, bytes: Array($0.utf8)) },
            families,
            namespace.map { Attribute(Number.namespace, UInt32(bitPattern: $0)) },
            extent.map { Attribute(Number.extent, $0.rawValue) },
            carrier.map { Attribute(Number.carrier, $0) },
            switchID.map { Attribute(Number.switchID, bytes: $0) },
            lowerNamespace.map { Attribute(Number.lowerNamespace, UInt32(bitPattern: $0)) },
            portName.map { Attribute(Number.portName, text: $0) },
            newIndex.map { Attribute(Number.newIndex, $0) },
            properties,
            permanentAddress.map { Attribute(Number.permanentAddress, bytes: $0) },
            parentDevice.map { Attribute(Number.parentDevice, text: $0) },
            parentBus.map { Attribute(Number.parentBus, text: $0) },
        ]
        return optional.compactMap(\.self)
    }

    private var info: Attribute? {
        guard let kind else { return nil }
        let settings = kindSettings.map { [Attribute(Number.infoSettings, nest: $0)] } ?? []
        return Attribute(Number.info, nest: [Attribute(Number.infoKind, text: kind)] + settings)
    }

    private var families: Attribute? {
        addressGeneration.map { mode in
            let ipv6 = Attribute(
                Number.ipv6,
                nest: [Attribute(Number.addressGeneration, mode.rawValue)]
            )
            return Attribute(Number.families, nest: [ipv6])
        }
    }

    private var properties: Attribute? {
        if alternativeNames.isEmpty { return nil }
        let names = alternativeNames.map { Attribute(Number.alternativeName, text: $0) }
        return Attribute(Number.properties, nest: names)
    }

    /// Reads the payload of a ``MessageType/newLink``; ``kindSettings`` and
    /// ``addressGeneration`` are not read.
    ///
    /// - Throws: ``NetlinkError`` when a length does not fit.
    public init(decoding payload: Span<UInt8>) throws(NetlinkError) {
        var fixed = FixedHeader(payload, of: "link")
        try fixed.skip(2)
        hardware = try fixed.uint16()
        index = try fixed.int32()
        flags = LinkFlags(rawValue: try fixed.uint32())
        changed = LinkFlags(rawValue: try fixed.uint32())
        var attributes = fixed.attributes()
        while let attribute = try attributes.next() {
            try read(attribute)
        }
    }

    private mutating func read(_ attribute: ReceivedAttribute) throws(NetlinkError) {
        switch attribute.type {
        case Number.address: address = attribute.bytes()
        case Number.name: name = attribute.text()
        case Number.mtu: mtu = try attribute.integer()
        case Number.lower: lower = Int32(bitPattern: try attribute.integer())
        case Number.master: master = try attribute.integer()
        case Number.operationalState: operationalState = try attribute.integer()
        case Number.info: try readInfo(attribute.nested())
        case Number.alias: alias = attribute.text()
        case Number.counters: counters = try LinkCounters(decoding: attribute)
        case Number.namespace: namespace = Int32(bitPattern: try attribute.integer())
        case Number.extent: extent = LinkExtent(rawValue: try attribute.integer())
        case Number.carrier: carrier = try attribute.integer()
        case Number.switchID: switchID = attribute.bytes()
        case Number.lowerNamespace: lowerNamespace = Int32(bitPattern: try attribute.integer())
        case Number.portName: portName = attribute.text()
        case Number.newIndex: newIndex = try attribute.integer()
        case Number.properties: try readProperties(attribute.nested())
        case Number.permanentAddress: permanentAddress = attribute.bytes()
        case Number.parentDevice: parentDevice = attribute.text()
        case Number.parentBus: parentBus = attribute.text()
        default: break
        }
    }

    private mutating func readInfo(
        _ attributes: consuming AttributeReader
    ) throws(NetlinkError) {
        while let attribute = try attributes.next() {
            if attribute.type == Number.infoKind { kind = attribute.text() }
        }
    }

    private mutating func readProperties(
        _ attributes: consuming AttributeReader
    ) throws(NetlinkError) {
        while let attribute = try attributes.next() {
            if attribute.type == Number.alternativeName {
                alternativeNames.append(attribute.text())
            }
        }
    }
}
