// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A socket to the kernel's own servers; it stays in the namespace it was opened in.
///
/// Source: netlink(7).
public struct NetlinkSocket: ~Copyable, Sendable {
    /// Which server of the kernel to talk to.
    public enum Family: Sendable, Hashable {
        /// Links, addresses and routes.
        case route
        /// Families with a name, such as devlink.
        case generic

        fileprivate var number: Int32 {
            switch self {
            case .route: NETLINK_ROUTE
            case .generic: NETLINK_GENERIC
            }
        }
    }

    private let socket: Descriptor

    /// Opens a socket in the calling thread's namespace.
    ///
    /// Refusals come with the kernel's words and without a copy of the request, and get requests
    /// are filtered strictly, where the kernel is able to.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init(_ family: Family) throws(KernelError) {
        let kind = Int32(SOCK_RAW.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", Self.subject) {
            Glibc.socket(AF_NETLINK, kind, family.number)
        }
        let socket = Descriptor(adopting: number)
        for option in [NETLINK_EXT_ACK, NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK] {
            try Self.enable(option, on: number)
        }
        self.socket = socket
    }

    /// Hands a datagram to the kernel, which has carried out its requests when this returns.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func send(_ datagram: [UInt8]) throws(KernelError) {
        let number = socket.rawValue
        var kernel = sockaddr_nl()
        kernel.nl_family = sa_family_t(AF_NETLINK)
        let address = SocketAddress(kernel)
        // A datagram is sent whole or not at all.
        try system("sendto", Self.subject) {
            unsafe datagram.withUnsafeBytes { bytes in
                address.lend { unsafe sendto(number, bytes.baseAddress, bytes.count, 0, $0, $1) }
            }
        }
    }

    /// Waits for one datagram of the kernel, whatever its size; those of processes are dropped.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``;
    ///   ``KernelError/refused(call:subject:errno:)``, with ``Errno/noBuffers`` when the kernel had
    ///   to drop an answer.
    public func receive(deadline: Deadline) throws(KernelError) -> [UInt8] {
        let number = socket.rawValue
        let peek = Int32(MSG_PEEK | MSG_TRUNC)
        while true {
            do throws(KernelError) {
                let size = try system("recv", Self.subject) { recv(number, nil, 0, peek) }
                // Room to spare lets the kernel make the datagrams of a dump larger.
                let capacity = max(size, 32768)
                var sender = sockaddr_nl()
                let datagram = try Kernel.receive("recvfrom", Self.subject, upTo: capacity) {
                    unsafe Self.receive(number, $0, &sender)
                }
                if sender.nl_pid == 0 { return datagram }
            } catch {
                guard error.errno == .tryAgain else { throw error }
                try socket.wait(
                    for: .readable,
                    until: deadline,
                    call: "recv",
                    subject: Self.subject
                )
            }
        }
    }

    private static let subject = "netlink socket"

    /// Receives into `buffer` and notes who sent it; both are valid during the call.
    private static func receive(
        _ number: Int32,
        _ buffer: UnsafeMutableBufferPointer<UInt8>,
        _ sender: inout sockaddr_nl
    ) -> Int {
        var length = socklen_t(MemoryLayout<sockaddr_nl>.size)
        return unsafe withUnsafeMutablePointer(to: &sender) { sender in
            unsafe sender.withMemoryRebound(to: sockaddr.self, capacity: 1) { sender in
                unsafe recvfrom(number, buffer.baseAddress, buffer.count, 0, sender, &length)
            }
        }
    }

    private static func enable(_ option: Int32, on number: Int32) throws(KernelError) {
        var value: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        do {
            try system("setsockopt", subject) {
                unsafe setsockopt(number, SOL_NETLINK, option, &value, size)
            }
        } catch {
            // Kernels before 4.20 lack some of them; what is filtered here is filtered again.
            if error.errno != Errno(rawValue: ENOPROTOOPT) { throw error }
        }
    }
}
