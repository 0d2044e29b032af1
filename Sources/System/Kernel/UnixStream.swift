// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// Who is at the other end of a Unix socket, as the kernel saw it when the connection was made.
public struct PeerCredentials: Sendable, Hashable {
    /// The process, in our process namespace; 0 when it is not visible there.
    public let process: Int32
    /// The effective user.
    public let user: UInt32
    /// The effective group.
    public let group: UInt32

    /// Asks the kernel about the peer of a connected Unix socket, given by its number.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public init(ofSocket socket: Int32) throws(KernelError) {
        var peer = clinux_credentials()
        try system("getsockopt SO_PEERCRED", "descriptor \(socket)") {
            unsafe clinux_peer_credentials(socket, &peer)
        }
        process = peer.process
        user = peer.user
        group = peer.group
    }
}

/// A connected Unix stream socket on which every wait has a deadline.
///
/// The calling thread blocks; code that runs on an event loop or in a task uses Connections.
public struct UnixStream: ~Copyable, Sendable {
    private let socket: Descriptor
    private let path: String

    /// The longest path a Unix socket can have, in bytes.
    ///
    /// Source: unix(7), `sun_path` less the closing zero.
    public static let longestPath = 107

    /// Connects to the server that listens at `path`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/noSuchFile`` or
    ///   ``Errno/connectionRefused`` when nobody listens;
    ///   ``KernelError/deadlineExceeded(call:subject:)`` when the server does not accept in time.
    public init(connectingTo path: String, deadline: Deadline) throws(KernelError) {
        socket = try Self.connect(to: path, deadline)
        self.path = path
    }

    init(adopting socket: consuming Descriptor, path: String) {
        self.socket = socket
        self.path = path
    }

    /// Who is at the other end.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func peerCredentials() throws(KernelError) -> PeerCredentials {
        try PeerCredentials(ofSocket: socket.rawValue)
    }

    /// Waits for bytes and takes at most `count` of them; empty when the peer has closed.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``;
    /// ``KernelError/refused(call:subject:errno:)``, with ``Errno/connectionReset`` when the peer
    ///   died.
    public func read(upTo count: Int, deadline: Deadline) throws(KernelError) -> [UInt8] {
        let number = socket.rawValue
        while true {
            do throws(KernelError) {
                return try receive("recv", path, upTo: count) { buffer in
                    unsafe recv(number, buffer.baseAddress, buffer.count, 0)
                }
            } catch {
                guard error.errno == .tryAgain else { throw error }
            }
            try socket.wait(for: .readable, until: deadline, call: "recv", subject: path)
        }
    }

    /// Writes all of `bytes`, waiting for room as often as needed.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)`` with a part possibly written;
    /// ``KernelError/refused(call:subject:errno:)``, with ``Errno/brokenPipe`` when the peer has
    ///   closed.
    public func write(_ bytes: [UInt8], deadline: Deadline) throws(KernelError) {
        let number = socket.rawValue
        var sent = 0
        while sent < bytes.count {
            do throws(KernelError) {
                sent += try system("send", path) {
                    unsafe bytes.withUnsafeBytes { buffer in
                        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[sent...])
                        return unsafe send(
                            number,
                            rest.baseAddress,
                            rest.count,
                            Int32(MSG_NOSIGNAL)
                        )
                    }
                }
            } catch {
                guard error.errno == .tryAgain else { throw error }
                try socket.wait(for: .writable, until: deadline, call: "send", subject: path)
            }
        }
    }

    private static func connect(
        to path: String,
        _ deadline: Deadline
    ) throws(KernelError) -> Descriptor {
        let address = try SocketAddress(unixPath: path)
        let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", path) { Glibc.socket(AF_UNIX, kind, 0) }
        let socket = Descriptor(adopting: number)
        while true {
            do throws(KernelError) {
                try system("connect", path) {
                    address.lend { unsafe Glibc.connect(number, $0, $1) }
                }
                return socket
            } catch {
                // A full backlog is EAGAIN here, and poll(2) cannot wait for room in it.
                guard error.errno == .tryAgain else { throw error }
            }
            if deadline.hasPassed { throw .deadlineExceeded(call: "connect", subject: path) }
            Clocks.sleep(for: min(.milliseconds(2), deadline.remaining))
        }
    }
}
