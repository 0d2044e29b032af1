// SPDX-License-Identifier: Apache-2.0

import Kernel
import Resources
import Synchronization

/// What a request shows of its caller.
struct Identity: Sendable {
    /// The bearer token, nil for callers that have none.
    var token: String?
    /// The client certificate that a program told, nil when there is none, or TLS has it already.
    var certificate: ExecCredential.Certificate?
    /// Which reading of the credential this is.
    var reading: Int
}

/// The credential of a caller, read anew when it may have been renewed.
///
/// ```
///          read                 401 to what was read         read
/// unread ────────► read(number) ────────────────────► stale ────────► read(number + 1)
///                     │  ▲ a minute old (file), expired (program)
///                     └──┘
/// ```
///
/// The kubelet renews a projected token at 80 % of its life, so a minute of delay is harmless. A
/// file that cannot be read for a moment does not take away the token that was read before. A
/// program runs once at a time: whoever wants its credential meanwhile gets what that run told.
final class CredentialSource: Sendable {
    private struct State {
        var token: String?
        var readAt: ContinuousClock.Instant?
        var told: ExecCredential?
        var reading = 0
        var isStale = false
        /// Runs of the program that have ended, and how the last one did when it failed.
        var runs = 0
        var failure: ExecFailure?
    }

    private let credential: ClusterAccess.Credential
    private let state = Mutex(State())
    private let program = Turnstile()

    private static let lifetime = Duration.seconds(60)
    private static let longest = 64 << 10

    init(_ credential: ClusterAccess.Credential) {
        self.credential = credential
    }

    /// Where the credential comes from, for an error message.
    var origin: String {
        switch credential {
        case .tokenFile(let path): "the token in \(path)"
        case .token: "the token"
        case .certificate: "the client certificate"
        case .exec(let plugin): "what \(plugin.command) tells"
        case .anonymous: "a caller without credentials"
        }
    }

    /// What the next request shows.
    ///
    /// - Throws: ``APIError/noToken(_:)``, ``APIError/noCredential(_:)``.
    func identity() async throws(APIError) -> Identity {
        switch credential {
        case .anonymous, .certificate: return Identity(reading: 0)
        case .token(let secret):
            guard let token = Self.token(secret.bytes) else { throw .badToken(source: origin) }
            return Identity(token: token, reading: 0)
        case .tokenFile(let path): return try read(path)
        case .exec(let plugin):
            do throws(ExecFailure) {
                return try await ask(plugin)
            } catch {
                throw .noCredential(error)
            }
        }
    }

    /// The server did not accept that reading: there is another before the next request.
    ///
    /// - Returns: whether another reading may tell something else.
    func distrust(_ identity: Identity) -> Bool {
        switch credential {
        case .anonymous, .token, .certificate: return false
        case .tokenFile, .exec: break
        }
        state.withLock { state in
            // Somebody else may have seen to it already.
            if state.reading == identity.reading { state.isStale = true }
        }
        return true
    }

    // MARK: - Files

    /// A file that is being written may be empty for a moment: that is no reading.
    private func read(_ path: String) throws(APIError) -> Identity {
        if let cached = state.withLock({ cachedFile($0) }) { return cached }
        do throws(APIError) {
            let token = try content(of: path)
            return state.withLock { state in
                state.token = token
                state.readAt = .now
                state.isStale = false
                state.reading += 1
                return Identity(token: token, reading: state.reading)
            }
        } catch {
            let old = state.withLock { state in
                state.token.map { Identity(token: $0, reading: state.reading) }
            }
            guard let old else { throw error }
            return old
        }
    }

    private func content(of path: String) throws(APIError) -> String {
        let bytes: [UInt8]
        do throws(KernelError) {
            bytes = try Files.read(path, limit: Self.longest)
        } catch {
            throw .noToken(error)
        }
        guard let token = Self.token(bytes) else { throw .badToken(source: origin) }
        return token
    }

    /// The token without the white space around it; nil for what no field can carry.
    private static func token(_ bytes: [UInt8]) -> String? {
        let text = String(decoding: bytes, as: UTF8.self)
        let token = text.drop { $0.isWhitespace }.prefix { !$0.isWhitespace }
        let isPrintable = token.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        return isPrintable && !token.isEmpty ? String(token) : nil
    }

    private func cachedFile(_ state: State) -> Identity? {
        guard !state.isStale, let token = state.token, let readAt = state.readAt,
            .now - readAt < Self.lifetime
        else { return nil }
        return Identity(token: token, reading: state.reading)
    }

    // MARK: - Programs

    private func ask(_ plugin: ExecPlugin) async throws(ExecFailure) -> Identity {
        let (cached, runs) = state.withLock { (cachedAnswer($0), $0.runs) }
        if let cached { return cached }
        let identity = try await program.alone { () async throws(ExecFailure) in
            // Another task may have had it run while this one waited.
            let (cached, failure) = state.withLock { state in
                (cachedAnswer(state), state.runs > runs ? state.failure : nil)
            }
            if let cached { return cached }
            if let failure { throw failure }
            return try await run(plugin)
        }
        guard let identity else { throw .cancelled }
        return identity
    }

    private func run(_ plugin: ExecPlugin) async throws(ExecFailure) -> Identity {
        do throws(ExecFailure) {
            let told = try await plugin.run()
            return state.withLock { state in
                state.told = told
                state.isStale = false
                state.reading += 1
                state.runs += 1
                state.failure = nil
                return Self.identity(told, state.reading)
            }
        } catch {
            // A run that was cut short says nothing to the others.
            if error != .cancelled {
                state.withLock { state in
                    state.runs += 1
                    state.failure = error
                }
            }
            throw error
        }
    }

    private func cachedAnswer(_ state: State) -> Identity? {
        let now = Timestamp(unixNanoseconds: Clocks.realtimeNanoseconds)
        guard !state.isStale, let told = state.told, told.isGood(at: now) else { return nil }
        return Self.identity(told, state.reading)
    }

    private static func identity(_ told: ExecCredential, _ reading: Int) -> Identity {
        let token = told.token.map { String(decoding: $0.bytes, as: UTF8.self) }
        return Identity(token: token, certificate: told.certificate, reading: reading)
    }
}
