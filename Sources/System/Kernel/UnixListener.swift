// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A Unix socket that waits for connections; the blocking counterpart of ``UnixStream``.
public struct UnixListener: ~Copyable, Sendable {
    private let socket: Descriptor
    private let path: String

    /// Listens at `path`, which must be free and which is not removed again.
    ///
    /// Nobody can connect before the permission bits are `mode`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/addressInUse`` when
    ///   something is at `path`.
    public init(
        at path: String,
        mode: Files.Mode = 0o600,
        backlog: Int32 = 64
    ) throws(KernelError) {
        let address = try SocketAddress(unixPath: path)
        let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", path) { Glibc.socket(AF_UNIX, kind, 0) }
        let socket = Descriptor(adopting: number)
        try system("bind", path) { address.lend { unsafe bind(number, $0, $1) } }
        try system("chmod", path) { unsafe chmod(path, mode) }
        try system("listen", path) { listen(number, backlog) }
        self.socket = socket
        self.path = path
    }

    /// Waits for the next connection.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``; ``KernelError/refused(call:subject:errno:)``.
    public func accept(deadline: Deadline) throws(KernelError) -> UnixStream {
        let number = socket.rawValue
        while true {
            do throws(KernelError) {
                let peer = try system("accept4", path) { clinux_accept(number) }
                return UnixStream(adopting: Descriptor(adopting: peer), path: path)
            } catch {
                guard error.errno == .tryAgain else { throw error }
            }
            try socket.wait(for: .readable, until: deadline, call: "accept", subject: path)
        }
    }
}
