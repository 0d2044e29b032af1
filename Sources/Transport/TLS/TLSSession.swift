// SPDX-License-Identifier: Apache-2.0

import Addressing
import COpenSSL

/// One TLS connection, either end of it, between plain bytes and those of the wire; no sockets.
///
/// ```
///              start             peer's certificate is good, protocol agreed
/// (new) ───────────────► shaking ────────────────────────────────────────────► open ──► ended
///                           └──────────────── anything else: TLSError ◄──────────┘
/// ```
///
/// After an error only ``takeOutput()`` makes sense: the alert that tells the peer.
///
/// Certificates are those that the context had when the session was made.
///
/// Source: RFC 8446, RFC 6125 (names), RFC 7301 (protocols); SSL_do_handshake(3), BIO_s_mem(3).
@safe public struct TLSSession: ~Copyable {
    /// What received bytes mean.
    public enum Event: Hashable, Sendable {
        /// The handshake is over; the protocol is the one agreed on.
        case established(protocol: String)
        /// Plain bytes.
        case data([UInt8])
        /// The peer has said that it sends nothing more.
        case ended
    }

    enum State {
        case shaking
        case open
        case ended
    }

    /// Which end it is; what it was made of lives as long as it does.
    enum Role {
        case client(TLSClientMaterial, serverName: String)
        case server(TLSServerMaterial)

        var protocols: [String] {
            switch self {
            case .client(let material, _): material.configuration.protocols
            case .server(let material): material.configuration.protocols
            }
        }

        /// Whether this end looks at the other's certificate.
        var verifies: Bool {
            switch self {
            case .client(let material, _): material.configuration.isVerified
            case .server(let material): material.configuration.clients != .anonymous
            }
        }
    }

    /// What OpenSSL's callbacks have to say.
    final class Notes {
        /// The names of a certificate that was found to be wrong.
        var names: [String] = []
        /// Whether the peer wanted to renegotiate.
        var renegotiates = false
        /// Keeps a client's sessions.
        let keep: (TLSTicket) -> Void

        init(keep: @escaping (TLSTicket) -> Void = { _ in }) {
            self.keep = keep
        }
    }

    private static let pieceSize = 16 << 10

    /// A fatal alert in plain text, `unexpected_message` (RFC 8446 § 5.1, 6).
    private static let unexpectedMessage: [UInt8] = [0x15, 0x03, 0x03, 0, 2, 2, 10]

    let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    let role: Role
    let notes: Notes
    private(set) var state = State.shaking
    private var events: [Event] = []
    private var lastWord: [UInt8] = []

    /// A client's session with the server `serverName`, a DNS name or an IP address.
    ///
    /// The latest session with this name at this `endpoint` is resumed if the server agrees.
    ///
    /// - Throws: ``TLSError/unusable(_:)`` for a name that cannot be one.
    public init(
        _ context: TLSClientContext,
        serverName: String,
        endpoint: String = ""
    ) throws(TLSError) {
        let material = context.current()
        let ssl = try unsafe Self.make(material.pointer)
        unsafe SSL_set_connect_state(ssl)
        do throws(TLSError) {
            try unsafe Self.set(serverName, of: ssl)
        } catch {
            unsafe SSL_free(ssl)
            throw error
        }
        let (tickets, key) = (material.tickets, "\(serverName) \(endpoint)")
        let notes = Notes { tickets.keep($0, for: key) }
        if let ticket = tickets.take(for: key) {
            // Counts a reference of its own. What it does not take leads to a full handshake.
            _ = unsafe SSL_set_session(ssl, ticket.pointer)
            ERR_clear_error()
        }
        unsafe self.init(ssl, .client(material, serverName: serverName), notes)
    }

    /// A server's session with whoever has connected.
    ///
    /// - Throws: ``TLSError/unusable(_:)`` when OpenSSL has no memory.
    public init(_ context: TLSServerContext) throws(TLSError) {
        let material = context.current()
        let ssl = try unsafe Self.make(material.pointer)
        unsafe SSL_set_accept_state(ssl)
        unsafe self.init(ssl, .server(material), Notes())
    }

    private init(_ ssl: OpaquePointer, _ role: Role, _ notes: Notes) {
        unsafe self.ssl = ssl
        self.role = role
        self.notes = notes
        unsafe input = SSL_get_rbio(ssl)
        unsafe output = SSL_get_wbio(ssl)
        // Holds: the session owns the notes and frees the connection first.
        _ = unsafe copenssl_set_owner(ssl, Unmanaged.passUnretained(notes).toOpaque())
    }

    /// An `SSL` between two buffers that belong to it, owned by the caller.
    private static func make(_ context: OpaquePointer) throws(TLSError) -> OpaquePointer {
        guard let ssl = unsafe SSL_new(context) else {
            throw .unusable("OpenSSL: \(OpenSSLErrors.take().text)")
        }
        guard let input = unsafe BIO_new(BIO_s_mem()), let output = unsafe BIO_new(BIO_s_mem())
        else {
            unsafe SSL_free(ssl)
            throw .unusable("OpenSSL: \(OpenSSLErrors.take().text)")
        }
        // An empty buffer means "later", not the end.
        unsafe copenssl_never_eof(input)
        unsafe copenssl_never_eof(output)
        unsafe SSL_set_bio(ssl, input, output)
        return unsafe ssl
    }

    deinit {
        // A connection that was cut says nothing about its session (RFC 5246 § 7.2.1), but OpenSSL
        // would not resume one that was freed without a farewell.
        unsafe SSL_set_shutdown(ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN)
        unsafe SSL_free(ssl)
    }

    /// Says a client's first word; take it with ``takeOutput()``.
    ///
    /// - Throws: ``TLSError``.
    public mutating func start() throws(TLSError) {
        _ = try shake()
    }

    /// Takes in bytes from the wire.
    ///
    /// - Throws: ``TLSError``; what came before the fault is kept for ``takeEvents()``.
    public mutating func receive(_ bytes: Span<UInt8>) throws(TLSError) -> [Event] {
        let taken = unsafe bytes.withUnsafeBufferPointer { buffer in
            unsafe BIO_write(input, buffer.baseAddress, Int32(clamping: buffer.count))
        }
        guard Int(taken) == bytes.count else { throw .other("no memory for what the peer sent") }
        do throws(TLSError) {
            if case .shaking = state, let event = try shake() { events.append(event) }
        } catch {
            // OpenSSL says nothing to whom it does not understand; others may understand this.
            if error == .notTLS, case .server = role { lastWord = Self.unexpectedMessage }
            throw error
        }
        if case .open = state { try read() }
        return takeEvents()
    }

    /// What was received before ``receive(_:)`` failed.
    public mutating func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }

    /// Encrypts `bytes`; take the result with ``takeOutput()``.
    ///
    /// - Throws: ``TLSError``.
    public mutating func send(_ bytes: Span<UInt8>) throws(TLSError) {
        ERR_clear_error()
        var sent = 0
        while sent < bytes.count {
            let rest = bytes.extracting(sent..<bytes.count)
            let count = unsafe rest.withUnsafeBufferPointer { buffer in
                unsafe SSL_write(ssl, buffer.baseAddress, Int32(clamping: buffer.count))
            }
            guard count > 0 else { throw failure(count) }
            sent += Int(count)
        }
    }

    /// The bytes that must go out on the wire.
    public mutating func takeOutput() -> [UInt8] {
        defer { lastWord = [] }
        return takeBuffered() + lastWord
    }

    private func takeBuffered() -> [UInt8] {
        let count = Int(unsafe BIO_ctrl_pending(output))
        guard count > 0 else { return [] }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let read = unsafe BIO_read(output, buffer.baseAddress, Int32(clamping: count))
            filled = max(0, Int(read))
        }
    }

    /// Tells the peer that nothing more is sent.
    public mutating func close() {
        switch state {
        case .shaking: break
        case .open, .ended: unsafe SSL_shutdown(ssl)
        }
        ERR_clear_error()
    }

    /// The connection below has ended.
    ///
    /// - Throws: ``TLSError/truncated`` when the peer had not said so before.
    public func checkEnd() throws(TLSError) {
        if case .ended = state { return }
        throw .truncated
    }

    /// Whether the handshake took up an earlier session.
    public var isResumed: Bool { unsafe SSL_session_reused(ssl) == 1 }

    /// Who the peer is, once established: nil when it has shown no certificate, or one that this
    /// end does not look at.
    public var peer: TLSIdentity? {
        guard role.verifies, let certificate = unsafe SSL_get0_peer_certificate(ssl) else {
            return nil
        }
        return unsafe TLSIdentity(of: certificate)
    }

    // MARK: - Handshake

    private static func set(_ serverName: String, of ssl: OpaquePointer) throws(TLSError) {
        let parameters = unsafe SSL_get0_param(ssl)
        // Whatever is trusted ends the chain, as for Go's clients: not only who signed itself.
        unsafe X509_VERIFY_PARAM_set_flags(parameters, UInt(X509_V_FLAG_PARTIAL_CHAIN))
        if IPAddress(serverName) != nil {
            // A certificate's address is compared as a number; there is no SNI for addresses.
            guard unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 else {
                throw .unusable("\(serverName) cannot be verified: \(OpenSSLErrors.take().text)")
            }
            return
        }
        unsafe X509_VERIFY_PARAM_set_hostflags(
            parameters,
            // The subject's common name is no name of a server (RFC 9525 § 2).
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        )
        guard unsafe X509_VERIFY_PARAM_set1_host(parameters, serverName, 0) == 1,
            unsafe copenssl_set_sni(ssl, serverName) == 1
        else { throw .unusable("\(serverName) cannot be verified: \(OpenSSLErrors.take().text)") }
    }

    private mutating func shake() throws(TLSError) -> Event? {
        ERR_clear_error()
        let result = unsafe SSL_do_handshake(ssl)
        guard result == 1 else {
            if unsafe SSL_get_error(ssl, result) == SSL_ERROR_WANT_READ { return nil }
            throw failure(result)
        }
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(ssl, &name, &length)
        let bytes = unsafe UnsafeBufferPointer(start: name, count: Int(length))
        let agreed = unsafe String(decoding: bytes, as: UTF8.self)
        guard role.protocols.contains(agreed) else {
            throw .noCommonProtocol(wanted: role.protocols)
        }
        state = .open
        keepTicketOfOldTLS()
        return .established(protocol: agreed)
    }

    /// TLS 1.2 makes no new ticket when it resumes: the one it took is good again.
    private func keepTicketOfOldTLS() {
        guard case .client = role, isResumed, unsafe SSL_version(ssl) < TLS1_3_VERSION,
            let session = unsafe SSL_get1_session(ssl)
        else { return }
        unsafe notes.keep(TLSTicket(adopting: session))
    }

    private mutating func read() throws(TLSError) {
        while true {
            ERR_clear_error()
            var result: Int32 = 0
            let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.pieceSize) {
                buffer,
                filled in
                result = unsafe SSL_read(ssl, buffer.baseAddress, Int32(Self.pieceSize))
                filled = max(0, Int(result))
            }
            if result > 0 {
                events.append(.data(bytes))
                continue
            }
            switch unsafe SSL_get_error(ssl, result) {
            case SSL_ERROR_WANT_READ:
                if notes.renegotiates { throw .renegotiation }
                return
            case SSL_ERROR_ZERO_RETURN:
                state = .ended
                events.append(.ended)
                return
            default: throw failure(result)
            }
        }
    }
}

@available(*, unavailable)
extension TLSSession: Sendable {}
