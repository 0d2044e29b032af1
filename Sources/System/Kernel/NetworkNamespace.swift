// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc

/// A network namespace, kept alive by an open descriptor.
public struct NetworkNamespace: ~Copyable, Sendable {
    /// Where it was opened, for error messages.
    public let path: String
    /// Which namespace it is: equal for every path that leads to it.
    public let identity: FileIdentity
    private let file: Descriptor

    /// Opens a namespace by a path such as `/run/netns/x` or `/proc/7/ns/net`.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``, also when the path leads to
    ///   something that is no network namespace.
    public init(path: String) throws(KernelError) {
        let file = try Files.open(path, O_RDONLY | O_NONBLOCK)
        let identity = try file.identity()
        let number = file.rawValue
        let kind = try system("ioctl NS_GET_NSTYPE", path) { ioctl(number, 0xb703) }
        guard kind == CLONE_NEWNET else {
            throw .refused(call: "open network namespace", subject: path, errno: .invalid)
        }
        self.path = path
        self.identity = identity
        self.file = file
    }

    /// The namespace of the calling thread.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public static func current() throws(KernelError) -> NetworkNamespace {
        try NetworkNamespace(path: "/proc/thread-self/ns/net")
    }

    private init(path: String, identity: FileIdentity, file: consuming Descriptor) {
        self.path = path
        self.identity = identity
        self.file = file
    }

    /// A second hold on the same namespace.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)``.
    public func duplicated() throws(KernelError) -> NetworkNamespace {
        NetworkNamespace(path: path, identity: identity, file: try file.duplicated())
    }

    /// The descriptor's number, lent for netlink attributes that name a namespace.
    public var descriptor: Int32 { file.rawValue }

    /// Runs `body` inside the namespace and returns what it returned or threw.
    ///
    /// The body runs on a thread of its own, which enters the namespace, and which ends with the
    /// body; the caller waits and never leaves its own namespace. Nothing in the body may await,
    /// start a task or hand work to another thread: that would happen outside. Sockets opened in
    /// the body stay in the namespace for as long as they live.
    ///
    /// - Throws: ``KernelError/refused(call:subject:errno:)`` when the namespace cannot be entered;
    ///   then the body did not run.
    public func run<Value: ~Copyable, Failure: Error>(
        _ body: () throws(Failure) -> Value
    ) throws(KernelError) -> Result<Value, Failure> {
        var outcome: Result<Value, Failure>?
        var refusal: Errno?
        let number = file.rawValue
        try DedicatedThread.run {
            if clinux_setns(number, CLONE_NEWNET) == 0 {
                do throws(Failure) {
                    outcome = .success(try body())
                } catch {
                    outcome = .failure(error)
                }
            } else {
                refusal = .last
            }
        }
        guard let outcome = outcome.take() else {
            throw .refused(call: "setns", subject: path, errno: refusal ?? .invalid)
        }
        return outcome
    }
}
