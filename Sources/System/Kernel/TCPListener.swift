// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A listening TCP socket of 127.0.0.1 in the network namespace of whoever makes it.
///
/// An event loop accepts on it; see ``release()``. What is made inside
/// ``NetworkNamespace/run(_:)`` stays in that namespace.
public struct TCPListener: ~Copyable, Sendable {
    /// The port, chosen by the kernel when 0 was asked for.
    public let port: UInt16
    private let socket: Descriptor

    /// Listens on 127.0.0.1.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/addressInUse`` when
    ///   somebody listens there.
    public init(loopbackPort port: UInt16, backlog: Int32 = 128) throws(KernelError) {
        let subject = "127.0.0.1:\(port)"
        let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", subject) { Glibc.socket(AF_INET, kind, 0) }
        let socket = Descriptor(adopting: number)
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        try system("setsockopt SO_REUSEADDR", subject) {
            unsafe setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let place = SocketAddress(address)
        try system("bind", subject) { place.lend { unsafe Glibc.bind(number, $0, $1) } }
        try system("listen", subject) { listen(number, backlog) }
        var chosen = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        try system("getsockname", subject) {
            unsafe withUnsafeMutablePointer(to: &chosen) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    unsafe getsockname(number, $0, &length)
                }
            }
        }
        self.port = UInt16(bigEndian: chosen.sin_port)
        self.socket = socket
    }

    /// Gives the socket away.
    public consuming func release() -> Int32 {
        socket.release()
    }
}
