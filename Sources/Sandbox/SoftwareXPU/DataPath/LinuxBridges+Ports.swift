// SPDX-License-Identifier: Apache-2.0

import Links
import Netlink
import OPI
import Synchronization

/// Ports: representors on bridges, and what they count.
extension LinuxBridges {
    func plug(_ port: BridgePort) throws(DataPathError) {
        guard let spec = port.spec, spec.type == .access, let name = spec.logicalBridges.first
        else { throw .noTrunks }
        let representor = try representors.name(of: spec.macAddress)
        guard let link = try find(representor) else { throw .noInterface(representor) }
        let known = state.withLock { $0.plugs[port.name] }
        if let known, known.representor != representor || known.bridge != name {
            try unplug(port.name)
        }
        let bridge = try bridge(of: name)
        let before = try counters(of: link) ?? LinkCounters()
        try forwarding { () throws(LinkError) in
            try links.apply([.setMaster(link.index, to: bridge.index), .setUp(link.index)])
        }
        let plug = Plug(
            mac: spec.macAddress,
            representor: representor,
            bridge: name,
            before: before
        )
        state.withLock { state in
            guard state.plugs[port.name] == nil else { return }
            // The function is where it was last wanted, and its former port has nothing to unplug.
            state.plugs = state.plugs.filter { $0.value.representor != representor }
            state.plugs[port.name] = plug
        }
    }

    func unplug(_ port: String) throws(DataPathError) {
        guard let plug = state.withLock({ $0.plugs[port] }) else { return }
        // A function that went away took its representor along.
        if let link = try find(plug.representor) {
            try forwarding { () throws(LinkError) in
                try links.apply([.setMaster(link.index, to: nil), .setDown(link.index)])
            }
        }
        state.withLock { $0.plugs[port] = nil }
    }

    func ports() throws(DataPathError) -> [PortState] {
        let plugs = state.withLock { $0.plugs }.sorted { $0.key < $1.key }
        var ports: [PortState] = []
        for (name, plug) in plugs {
            var port = PortState()
            port.name = name
            port.macAddress = hexadecimal(plug.mac)
            port.representor = plug.representor
            port.bridge = Self.interface(of: plug.bridge)
            if let link = try find(plug.representor), let now = try counters(of: link) {
                // What the representor sends is what the function receives.
                port.received = PortCounters(now.sent, since: plug.before.sent)
                port.sent = PortCounters(now.received, since: plug.before.received)
            }
            ports.append(port)
        }
        return ports
    }

    private func counters(of link: Link) throws(DataPathError) -> LinkCounters? {
        try forwarding { () throws(LinkError) in try links.counters(of: link.index) }
    }
}

extension PortCounters {
    /// What has been added; a counter that started anew counts from zero.
    init(_ now: LinkCounters.Direction, since before: LinkCounters.Direction) {
        self.init()
        func added(_ now: UInt64, _ before: UInt64) -> UInt64 {
            now >= before ? now - before : now
        }
        packets = added(now.packets, before.packets)
        bytes = added(now.bytes, before.bytes)
        drops = added(now.drops, before.drops)
    }
}
