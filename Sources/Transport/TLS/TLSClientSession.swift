// SPDX-License-Identifier: Apache-2.0

import Addressing
import COpenSSL

/// One TLS connection of a client, between plain bytes and those of the wire; no sockets.
///
/// ```
///              start             peer's certificate is good, protocol agreed
/// (new) ───────────────► shaking ────────────────────────────────────────────► open ──► ended
///                           └──────────────── anything else: TLSError ◄──────────┘
/// ```
///
/// After an error only ``takeOutput()`` makes sense: the alert that tells the peer.
///
/// Source: RFC 8446, RFC 6125 (names), RFC 7301 (protocols); SSL_do_handshake(3), BIO_s_mem(3).
@safe public struct TLSClientSession: ~Copyable {
    /// What received bytes mean.
    public enum Event: Hashable, Sendable {
        /// The handshake is over; the protocol is the one agreed on.
        case established(protocol: String)
        /// Plain bytes.
        case data([UInt8])
        /// The peer has said that it sends nothing more.
        case ended
    }

    private enum State {
        case shaking
        case open
        case ended
    }

    /// The names of a certificate that was found to be wrong.
    final class Findings {
        var names: [String] = []
    }

    private static let pieceSize = 16 << 10

    private let ssl: OpaquePointer
    private let input: OpaquePointer
    private let output: OpaquePointer
    private let context: TLSClientContext
    private let serverName: String
    private let findings = Findings()
    private var state = State.shaking
    private var events: [Event] = []

    /// A session with the server `serverName`, a DNS name or an IP address.
    ///
    /// - Throws: ``TLSError/unusable(_:)`` for a name that cannot be one.
    public init(_ context: TLSClientContext, serverName: String) throws(TLSError) {
        self.context = context
        self.serverName = serverName
        guard let ssl = unsafe SSL_new(context.pointer) else {
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
        // From here on the buffers belong to the connection.
        unsafe SSL_set_bio(ssl, input, output)
        unsafe SSL_set_connect_state(ssl)
        do throws(TLSError) {
            try unsafe Self.set(serverName, of: ssl)
        } catch {
            unsafe SSL_free(ssl)
            throw error
        }
        unsafe self.ssl = ssl
        unsafe self.input = input
        unsafe self.output = output
        // Holds: the session owns the findings and frees the connection first.
        _ = unsafe copenssl_set_owner(ssl, Unmanaged.passUnretained(findings).toOpaque())
    }

    deinit {
        unsafe SSL_free(ssl)
    }

    /// Says the first word; take it with ``takeOutput()``.
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
        if case .shaking = state, let event = try shake() { events.append(event) }
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
        guard context.configuration.protocols.contains(agreed) else {
            throw .noCommonProtocol(wanted: context.configuration.protocols)
        }
        state = .open
        return .established(protocol: agreed)
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
            case SSL_ERROR_WANT_READ: return
            case SSL_ERROR_ZERO_RETURN:
                state = .ended
                events.append(.ended)
                return
            default: throw failure(result)
            }
        }
    }

    // MARK: - Errors

    /// Notes the names of a certificate that is not good, for the error message.
    static let noteNames: @convention(c) (Int32, OpaquePointer?) -> Int32 = { isGood, store in
        guard isGood == 0, let certificate = unsafe X509_STORE_CTX_get_current_cert(store),
            let ssl = unsafe X509_STORE_CTX_get_ex_data(
                store,
                SSL_get_ex_data_X509_STORE_CTX_idx()
            ),
            let owner = unsafe copenssl_owner(OpaquePointer(ssl))
        else { return isGood }
        let findings = unsafe Unmanaged<Findings>.fromOpaque(owner).takeUnretainedValue()
        findings.names = unsafe names(of: certificate)
        return isGood
    }

    private static func names(of certificate: OpaquePointer) -> [String] {
        guard let list = unsafe copenssl_names(certificate) else { return [] }
        defer { unsafe GENERAL_NAMES_free(list) }
        var names: [String] = []
        let count = unsafe copenssl_count(list)
        for index in 0..<count {
            let kind = unsafe copenssl_kind(list, index)
            guard kind == GEN_DNS || kind == GEN_IPADD,
                let text = unsafe copenssl_text(list, index)
            else { continue }
            let start = unsafe ASN1_STRING_get0_data(text)
            let length = Int(unsafe ASN1_STRING_length(text))
            let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: length))
            if kind == GEN_DNS {
                names.append(String(decoding: bytes, as: UTF8.self))
            } else if let address = IPAddress(octets: bytes) {
                names.append("\(address)")
            }
        }
        return names
    }

    private func failure(_ result: Int32) -> TLSError {
        let kind = unsafe SSL_get_error(ssl, result)
        let verdict = unsafe SSL_get_verify_result(ssl)
        let (code, reason, text) = OpenSSLErrors.take()
        if case .shaking = state, verdict != X509_V_OK, context.configuration.isVerified {
            return untrusted(verdict)
        }
        guard code != 0 else {
            return kind == SSL_ERROR_SYSCALL ? .truncated : .other("no reason given")
        }
        // Alerts are numbered from 1000 on.
        switch Int32(clamping: reason) {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG,
            SSL_R_RECORD_LENGTH_MISMATCH:
            return .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return .noCommonVersion
        case SSL_AD_REASON_OFFSET + TLS1_AD_NO_APPLICATION_PROTOCOL:
            return .noCommonProtocol(wanted: context.configuration.protocols)
        case SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255): return .refusedByPeer(text)
        default: return .other(text)
        }
    }

    private func untrusted(_ verdict: Int) -> TLSError {
        switch Int32(clamping: verdict) {
        case X509_V_ERR_CERT_HAS_EXPIRED: .expired
        case X509_V_ERR_CERT_NOT_YET_VALID: .notYetValid
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT: .unknownAuthority(selfSigned: true)
        case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_SIGNATURE_FAILURE:
            .unknownAuthority(selfSigned: false)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            .wrongName(wanted: serverName, names: findings.names)
        default:
            .untrusted(unsafe String(cString: X509_verify_cert_error_string(verdict)))
        }
    }
}

@available(*, unavailable)
extension TLSClientSession: Sendable {}
