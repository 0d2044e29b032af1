// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A listening Unix socket whose file only its owner can reach, from the moment it exists.
///
/// An event loop accepts on it; see ``release()``.
public struct UnixListener: ~Copyable, Sendable {
    private let socket: Descriptor
    private let path: String

    /// The file that was made.
    public let file: FileIdentity

    /// Connections that the kernel holds until they are accepted.
    public static let defaultBacklog: Int32 = 128

    /// How long a server that might be alive has to answer.
    private static let patience = Duration.seconds(1)

    /// Listens at `path`; a socket file that nobody answers on is replaced.
    ///
    /// Two servers that start at the same moment on one stale file can take it from each other.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, with ``Errno/addressInUse`` when
    ///   somebody listens there or the file is no socket.
    public init(
        listeningAt path: String,
        mode: Files.Mode = 0o600,
        backlog: Int32 = UnixListener.defaultBacklog
    ) throws(KernelError) {
        let socket = try Self.bindReplacing(path, mode)
        guard let identity = try Files.identity(of: path) else {
            throw .refused(call: "stat", subject: path, errno: .noSuchFile)
        }
        let number = socket.rawValue
        try system("listen", path) { listen(number, backlog) }
        self.socket = socket
        self.path = path
        file = identity
    }

    /// Waits for the next connection, for servers that block their thread.
    ///
    /// - Throws: ``KernelError/deadlineExceeded(call:subject:)``;
    ///   ``KernelError/refused(call:subject:errno:)``.
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

    /// Gives the socket away; the file stays.
    public consuming func release() -> Int32 {
        socket.release()
    }

    /// Removes the socket file at `path`, unless another server has put its own there.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func remove(_ path: String, ifStill file: FileIdentity) throws(KernelError) {
        if try Files.identity(of: path) == file { try Files.remove(path, missingOK: true) }
    }

    private static func bindReplacing(
        _ path: String,
        _ mode: Files.Mode
    ) throws(KernelError) -> Descriptor {
        do throws(KernelError) {
            return try bind(path, mode)
        } catch {
            guard error.errno == .addressInUse, try isStale(path) else { throw error }
            try Files.remove(path, missingOK: true)
            return try bind(path, mode)
        }
    }

    private static func bind(_ path: String, _ mode: Files.Mode) throws(KernelError) -> Descriptor {
        let address = try SocketAddress(unixPath: path)
        let kind = Int32(SOCK_STREAM.rawValue) | O_CLOEXEC | O_NONBLOCK
        let number = try system("socket", path) { Glibc.socket(AF_UNIX, kind, 0) }
        let socket = Descriptor(adopting: number)
        // Linux makes the file with the mode of the socket, so there is no moment of a wider one.
        try system("fchmod", path) { fchmod(number, mode) }
        try system("bind", path) { address.lend { unsafe Glibc.bind(number, $0, $1) } }
        return socket
    }

    private static func isStale(_ path: String) throws(KernelError) -> Bool {
        guard try Files.kind(of: path) == .socket else { return false }
        do {
            _ = try UnixStream(connectingTo: path, deadline: .after(patience))
            return false
        } catch {
            return error.errno == .connectionRefused || error.errno == .noSuchFile
        }
    }
}
