// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Sends packets on one link below IP; the kernel writes the Ethernet header.
///
/// Source: packet(7).
public struct PacketSocket: ~Copyable, Sendable {
    private let socket: Descriptor
    private let link: Int32

    /// Opens a socket in the calling thread's namespace, for the link numbered `link` there.
    ///
    /// It is never bound to a protocol, so it receives nothing.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init(link: Int32) throws(KernelError) {
        let kind = Int32(SOCK_DGRAM.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", "packets on link \(link)") {
            Glibc.socket(AF_PACKET, kind, 0)
        }
        socket = Descriptor(adopting: number)
        self.link = link
    }

    /// Sends `payload` as EtherType `type` to the hardware address `destination`, six octets.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/networkDown`` while the
    ///   link is down.
    public func send(
        _ payload: [UInt8],
        type: UInt16,
        to destination: [UInt8]
    ) throws(KernelError) {
        var receiver = sockaddr_ll()
        receiver.sll_family = UInt16(AF_PACKET)
        receiver.sll_protocol = type.bigEndian
        receiver.sll_ifindex = link
        receiver.sll_halen = 6
        // The field has eight bytes; no more than its own size is copied.
        unsafe withUnsafeMutableBytes(of: &receiver.sll_addr) {
            unsafe $0.copyBytes(from: destination.prefix(6))
        }
        let address = SocketAddress(receiver)
        let number = socket.rawValue
        try system("sendto", "packets on link \(link)") {
            unsafe payload.withUnsafeBytes { bytes in
                address.lend { unsafe sendto(number, bytes.baseAddress, bytes.count, 0, $0, $1) }
            }
        }
    }
}
