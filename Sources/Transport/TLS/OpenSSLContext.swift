// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What contexts of clients and servers have in common.
enum OpenSSLContext {
    /// What TLS 1.2 may use: only these keep a secret when the key is lost, and HTTP/2 forbids
    /// nearly all others (RFC 9113 § 9.2.2).
    private static let ciphers = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// At least 112 bits everywhere: RSA of 2048 bits, no SHA-1.
    private static let securityLevel: Int32 = 2

    /// Seconds for which a session may be resumed.
    private static let sessionTime = 3600

    /// An `SSL_CTX` for TLS 1.2 and newer, owned by the caller.
    ///
    /// - Throws: ``TLSError/unusable(_:)``.
    static func make(_ method: OpaquePointer?) throws(TLSError) -> OpaquePointer {
        // Only the first call in the process counts. A file of the machine, made for its own
        // libraries, must not change what this program can do: a static one loads no modules.
        guard copenssl_start() == 1, let pointer = unsafe SSL_CTX_new(method) else {
            throw .unusable("OpenSSL: \(OpenSSLErrors.take().text)")
        }
        unsafe copenssl_set_modes(pointer)
        // A write could have to wait for the peer otherwise.
        unsafe copenssl_refuse_renegotiation(pointer)
        guard unsafe copenssl_set_versions(pointer) == 1 else {
            unsafe SSL_CTX_free(pointer)
            throw .unusable("OpenSSL has no TLS 1.2: \(OpenSSLErrors.take().text)")
        }
        unsafe SSL_CTX_set_security_level(pointer, securityLevel)
        guard unsafe SSL_CTX_set_cipher_list(pointer, ciphers) == 1 else {
            unsafe SSL_CTX_free(pointer)
            throw .unusable("OpenSSL has no \(ciphers): \(OpenSSLErrors.take().text)")
        }
        _ = unsafe SSL_CTX_set_timeout(pointer, sessionTime)
        unsafe SSL_CTX_set_info_callback(pointer, TLSSession.noteRenegotiation)
        return unsafe pointer
    }

    /// Trusts these authorities, PEM; with `names` the peer is told whom.
    ///
    /// - Throws: ``TLSError/unusable(_:)``.
    static func trust(
        _ authorities: [UInt8],
        of pointer: OpaquePointer,
        owner: String,
        tellsPeer: Bool
    ) throws(TLSError) {
        let certificates = unsafe OpenSSLErrors.certificates(authorities)
        defer { unsafe certificates.forEach { unsafe X509_free($0) } }
        guard unsafe !certificates.isEmpty else {
            throw .unusable("the \(owner) authorities: there is no PEM certificate")
        }
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        let count = unsafe certificates.count
        for index in 0..<count {
            guard unsafe X509_STORE_add_cert(store, certificates[index]) == 1,
                unsafe !tellsPeer || SSL_CTX_add_client_CA(pointer, certificates[index]) == 1
            else { throw .unusable("the \(owner) authorities: \(OpenSSLErrors.take().text)") }
        }
    }

    /// Shows this certificate with its chain, and proves it with the key, all PEM.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, which names the `owner`, "client" or "server".
    static func set(
        _ certificates: [UInt8],
        _ privateKey: [UInt8],
        of pointer: OpaquePointer,
        owner: String
    ) throws(TLSError) {
        let chain = unsafe OpenSSLErrors.certificates(certificates)
        defer { unsafe chain.forEach { unsafe X509_free($0) } }
        guard let own = unsafe chain.first else {
            throw .unusable("the \(owner) certificate: there is no PEM certificate")
        }
        guard unsafe SSL_CTX_use_certificate(pointer, own) == 1 else {
            throw .unusable("the \(owner) certificate: \(OpenSSLErrors.take().text)")
        }
        let count = unsafe chain.count
        for index in 1..<count {
            guard unsafe copenssl_add_chain(pointer, chain[index]) == 1 else {
                throw .unusable("the \(owner) certificate's chain: \(OpenSSLErrors.take().text)")
            }
        }
        guard let bio = unsafe OpenSSLErrors.memory(privateKey) else {
            throw .unusable("the \(owner) key: \(OpenSSLErrors.take().text)")
        }
        defer { unsafe BIO_free(bio) }
        // An empty password: without one, OpenSSL would ask for it on the terminal.
        var password: CChar = 0
        guard let key = unsafe PEM_read_bio_PrivateKey(bio, nil, nil, &password) else {
            throw .unusable("the \(owner) key is no PEM key: \(OpenSSLErrors.take().text)")
        }
        defer { unsafe EVP_PKEY_free(key) }
        // A key of another kind than the certificate's is taken, but not used: hence the check.
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key) == 1,
            unsafe SSL_CTX_check_private_key(pointer) == 1
        else {
            throw .unusable(
                "the \(owner) key does not fit its certificate: \(OpenSSLErrors.take().text)"
            )
        }
    }

    /// Each name with its length before it (RFC 7301 § 3.1).
    ///
    /// - Throws: ``TLSError/unusable(_:)`` when there is none.
    static func list(of protocols: [String]) throws(TLSError) -> [UInt8] {
        guard !protocols.isEmpty else { throw .unusable("the protocols: there is none") }
        var list: [UInt8] = []
        for name in protocols {
            list.append(UInt8(clamping: name.utf8.count))
            list += Array(name.utf8)
        }
        return list
    }
}
