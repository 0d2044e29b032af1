// SPDX-License-Identifier: Apache-2.0

public import Kernel

extension RouteSocket {
    /// Has the kernel tell the neighbours of `link` where its addresses are: gratuitous ARP and
    /// unsolicited neighbour advertisements.
    ///
    /// From now on it does so whenever the link is switched on, or its hardware address is set, be
    /// it to the same value. (A packet socket of our own would cost 8 ms: its close waits for an
    /// RCU grace period.) Each family is tried; what failed is returned, for the caller to report.
    ///
    /// - Throws: ``LinkError/system(_:)`` when the namespace cannot be entered.
    public func announce(on link: Link) throws(LinkError) -> [KernelError] {
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
