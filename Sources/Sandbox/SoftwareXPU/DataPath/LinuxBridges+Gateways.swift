// SPDX-License-Identifier: Apache-2.0

import Addressing
import JSON
import Kernel
import Links
import OPI
import Synchronization

/// Gateways: addresses and MAC of a bridge.
extension LinuxBridges {
    func raise(_ svi: Svi) throws(DataPathError) {
        let spec = svi.spec ?? SviSpec()
        var prefixes: [IPPrefix] = []
        for prefix in spec.gatewayIPPrefixes { prefixes.append(try prefix.prefix()) }
        guard let mac = MACAddress(octets: spec.macAddress), !mac.isMulticast else {
            throw .badAddress("MAC \(hexadecimal(spec.macAddress))")
        }
        let known = state.withLock { $0.gateways[svi.name] }
        if let known, known.bridge != spec.logicalBridge { try lower(svi.name) }
        let bridge = try bridge(of: spec.logicalBridge)
        // Noted first: what is half done has to be undone as well.
        state.withLock {
            $0.gateways[svi.name] = Gateway(bridge: spec.logicalBridge, prefixes: prefixes)
        }
        let there = try addresses(of: bridge)
        let spare = there.filter { !prefixes.contains($0) }
        let missing = prefixes.filter { !there.contains($0) }
        try forwarding { () throws(LinkError) in
            try links.apply([.setMAC(bridge.index, to: mac)])
            try links.apply(spare.map { .removeAddress($0, from: bridge.index) })
            try links.apply(missing.map { .addAddress($0, to: bridge.index) })
        }
    }

    func lower(_ svi: String) throws(DataPathError) {
        guard let gateway = state.withLock({ $0.gateways[svi] }) else { return }
        if let bridge = try find(Self.interface(of: gateway.bridge)) {
            let there = try addresses(of: bridge)
            let ours = gateway.prefixes.filter { there.contains($0) }
            try forwarding { () throws(LinkError) in
                try links.apply(ours.map { .removeAddress($0, from: bridge.index) })
            }
        }
        state.withLock { $0.gateways[svi] = nil }
    }

    private func addresses(of link: Link) throws(DataPathError) -> [IPPrefix] {
        try forwarding { () throws(LinkError) in try links.addresses(of: link.index) }
    }
}

extension IPPrefixMessage {
    /// The address with its prefix length.
    ///
    /// - Throws: ``DataPathError/badAddress(_:)``.
    func prefix() throws(DataPathError) -> IPPrefix {
        let v4 = address?.v4.map { IPAddress.v4($0) }
        let v6 = address?.v6.flatMap { $0.count == 16 ? IPAddress(octets: $0) : nil }
        guard let address = v4 ?? v6, let prefix = IPPrefix(address, length: Int(length)) else {
            throw .badAddress(String(decoding: json.encoded(), as: UTF8.self))
        }
        return prefix
    }
}
