// SPDX-License-Identifier: Apache-2.0

import Kernel
import Synchronization

/// The bearer token of a caller, read anew when its file may have been renewed.
///
/// The kubelet renews a projected token at 80 % of its life, so a minute of delay is harmless. A
/// file that cannot be read for a moment does not take away the token that was read before.
final class TokenSource: Sendable {
    private struct State {
        var token: String?
        var readAt: ContinuousClock.Instant?
    }

    private let credential: ClusterAccess.Credential
    private let state = Mutex(State())

    private static let lifetime = Duration.seconds(60)
    private static let longest = 64 << 10

    init(_ credential: ClusterAccess.Credential) {
        self.credential = credential
    }

    /// Where the token comes from, for an error message.
    var origin: String {
        switch credential {
        case .tokenFile(let path): "the token in \(path)"
        case .token: "the token"
        case .certificate: "the client certificate"
        case .anonymous: "a caller without credentials"
        }
    }

    /// The token, nil for callers that have none.
    func token() throws(KernelError) -> String? {
        switch credential {
        case .anonymous, .certificate: return nil
        case .token(let secret): return String(decoding: secret.bytes, as: UTF8.self)
        case .tokenFile(let path): return try read(path)
        }
    }

    /// The server did not accept the token: the file is read before the next request.
    ///
    /// - Returns: whether another token may be found there.
    func distrust() -> Bool {
        guard case .tokenFile = credential else { return false }
        state.withLock { $0.readAt = nil }
        return true
    }

    private func read(_ path: String) throws(KernelError) -> String {
        let cached = state.withLock { state in
            state.readAt.map { .now - $0 < Self.lifetime } == true ? state.token : nil
        }
        if let cached { return cached }
        do throws(KernelError) {
            let bytes = try Files.read(path, limit: Self.longest)
            let text = String(decoding: bytes, as: UTF8.self)
            let token = String(text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace })
            state.withLock { $0 = State(token: token, readAt: .now) }
            return token
        } catch {
            guard let old = state.withLock({ $0.token }) else { throw error }
            return old
        }
    }
}
