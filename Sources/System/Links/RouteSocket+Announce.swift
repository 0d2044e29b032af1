// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Kernel

extension RouteSocket {
    /// Tells the neighbours of `link` at once where `addresses` are now, without awaiting a
    /// carrier.
    ///
    /// - Throws: ``LinkError/system(_:)``, with ``Errno/networkDown`` while the link is down;
    ///   ``LinkError/notFound(_:)`` when it has no Ethernet address.
    public func announce(_ addresses: [IPAddress], on link: Link) throws(LinkError) {
        guard let mac = link.mac else { throw .notFound("Ethernet address of \(link.name)") }
        let packets = addresses.map { Announcement($0, at: mac) }
        try inside { () throws(KernelError) in
            let socket = try PacketSocket(link: link.index)
            for packet in packets {
                try socket.send(packet.payload, type: packet.type, to: packet.destination)
            }
        }
    }

    /// Lets the kernel announce by itself whenever the carrier or the hardware address changes.
    ///
    /// Each family is tried; what failed is returned, for the caller to report.
    ///
    /// - Throws: ``LinkError/system(_:)`` when the namespace cannot be entered.
    public func announceChanges(on link: Link) throws(LinkError) -> [KernelError] {
        let settings = [
            "/proc/sys/net/ipv4/conf/\(link.name)/arp_notify",
            "/proc/sys/net/ipv6/conf/\(link.name)/ndisc_notify",
        ]
        return try inside { () throws(KernelError) in
            var failures: [KernelError] = []
            for setting in settings {
                do throws(KernelError) {
                    try Files.overwrite(setting, with: [UInt8(ascii: "1")])
                } catch {
                    failures.append(error)
                }
            }
            return failures
        }
    }

    /// Runs `body` on a thread inside the namespace.
    private func inside<Value>(
        _ body: () throws(KernelError) -> Value
    ) throws(LinkError) -> Value {
        try lifting { () throws(KernelError) in try namespace.run(body).get() }
    }
}
