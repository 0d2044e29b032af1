// SPDX-License-Identifier: Apache-2.0

import Connections
import Devices
import GRPC
import Kernel
import KubeletAPI
import Logging
import Reconcile
import RPC
import Synchronization

/// Keeps one resource known to the kubelet.
///
/// The kubelet forgets its plugins when it restarts, and then removes every socket in the
/// directory; so a kubelet socket that is another file than the one we registered with means:
/// register again.
final class Registration: Reconciler {
    /// There is one thing to look at.
    enum Key: Hashable, Sendable { case kubelet }

    private let pool: FunctionPool
    private let directory: String
    private let log: Logger
    private let registeredWith = Mutex<FileIdentity?>(nil)

    /// The kubelet's and our own socket are compared this often.
    private static let interval = Duration.milliseconds(500)
    private static let callTimeout = Duration.seconds(5)

    init(pool: FunctionPool, directory: String, log: Logger) {
        self.pool = pool
        self.directory = directory
        self.log = log
    }

    private var kubeletSocket: String { directory + "/kubelet.sock" }

    func reconcile(_ key: Key) async throws(Status) -> Verdict {
        let kubelet: FileIdentity?
        do throws(KernelError) {
            kubelet = try Files.identity(of: kubeletSocket)
            // A starting kubelet removes sockets before it listens, so this order sees it.
            let ours = "\(directory)/\(pool.socketName)"
            guard try Files.exists(ours) else { return .again(after: Self.interval) }
        } catch {
            throw Status(.unavailable, "\(error)")
        }
        let isRegistered = registeredWith.withLock { $0 != nil && $0 == kubelet }
        guard let kubelet, !isRegistered else { return .again(after: Self.interval) }
        try await register()
        registeredWith.withLock { $0 = kubelet }
        log.info("registered", metadata: ["resource": "\(pool.resourceName)"])
        return .again(after: Self.interval)
    }

    /// Our socket was removed: whatever we registered is void.
    func forget() {
        registeredWith.withLock { $0 = nil }
    }

    private func register() async throws(Status) {
        var request = RegisterRequest()
        request.version = KubeletMethods.version
        request.endpoint = pool.socketName
        request.resourceName = pool.resourceName
        request.options = DevicePluginOptions()
        let channel = Channel(.unix(path: kubeletSocket))
        let outcome: Result<Empty, Status>
        do throws(Status) {
            let timeout = Self.callTimeout
            outcome = .success(
                try await channel.unary(KubeletMethods.register, request, deadline: timeout)
            )
        } catch {
            outcome = .failure(error)
        }
        await channel.close()
        _ = try outcome.get()
    }
}
