// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What all connections of a client share: trusted authorities, our certificate, the protocols.
///
/// `@unchecked`: an `SSL_CTX` may be used by any number of threads once it is set up, and nothing
/// changes it after `init` (SSL_CTX_new(3), "thread safety").
@safe public final class TLSClientContext: @unchecked Sendable {
    let pointer: OpaquePointer
    let configuration: TLSClientConfiguration

    /// Reads certificates and key.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, saying what is wrong with which part.
    public init(_ configuration: TLSClientConfiguration) throws(TLSError) {
        // Only the first call in the process counts. A file of the machine, made for its own
        // libraries, must not change what this program can do: a static one loads no modules.
        guard copenssl_start() == 1, let pointer = unsafe SSL_CTX_new(TLS_client_method()) else {
            throw .unusable("OpenSSL: \(OpenSSLErrors.take().text)")
        }
        unsafe self.pointer = pointer
        self.configuration = configuration
        unsafe copenssl_set_modes(pointer)
        // A write could have to wait for the peer otherwise.
        unsafe copenssl_refuse_renegotiation(pointer)
        guard unsafe copenssl_set_versions(pointer) == 1 else {
            throw .unusable("OpenSSL has no TLS 1.2: \(OpenSSLErrors.take().text)")
        }
        try setAuthorities()
        try setCertificate()
        try setProtocols()
    }

    deinit {
        unsafe SSL_CTX_free(pointer)
    }

    private func setAuthorities() throws(TLSError) {
        guard configuration.isVerified else {
            unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_NONE, nil)
            return
        }
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, TLSClientSession.noteNames)
        guard let pem = configuration.authorities else {
            guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw .unusable("the system's authorities: \(OpenSSLErrors.take().text)")
            }
            return
        }
        let certificates = unsafe OpenSSLErrors.certificates(pem)
        defer { unsafe certificates.forEach { unsafe X509_free($0) } }
        guard unsafe !certificates.isEmpty else {
            throw .unusable("the certificate authorities: there is no PEM certificate")
        }
        let store = unsafe SSL_CTX_get_cert_store(pointer)
        let count = unsafe certificates.count
        for index in 0..<count {
            guard unsafe X509_STORE_add_cert(store, certificates[index]) == 1 else {
                throw .unusable("the certificate authorities: \(OpenSSLErrors.take().text)")
            }
        }
    }

    private func setCertificate() throws(TLSError) {
        guard let pem = configuration.certificateChain else { return }
        let chain = unsafe OpenSSLErrors.certificates(pem)
        defer { unsafe chain.forEach { unsafe X509_free($0) } }
        guard let own = unsafe chain.first else {
            throw .unusable("the client certificate: there is no PEM certificate")
        }
        guard unsafe SSL_CTX_use_certificate(pointer, own) == 1 else {
            throw .unusable("the client certificate: \(OpenSSLErrors.take().text)")
        }
        let count = unsafe chain.count
        for index in 1..<count {
            guard unsafe copenssl_add_chain(pointer, chain[index]) == 1 else {
                throw .unusable("the client certificate's chain: \(OpenSSLErrors.take().text)")
            }
        }
        guard let bio = unsafe OpenSSLErrors.memory(configuration.privateKey ?? []) else {
            throw .unusable("the client key: \(OpenSSLErrors.take().text)")
        }
        defer { unsafe BIO_free(bio) }
        // An empty password: without one, OpenSSL would ask for it on the terminal.
        var password: CChar = 0
        guard let key = unsafe PEM_read_bio_PrivateKey(bio, nil, nil, &password) else {
            throw .unusable("the client key is no PEM key: \(OpenSSLErrors.take().text)")
        }
        defer { unsafe EVP_PKEY_free(key) }
        // A key of another kind than the certificate's is taken, but not used: hence the check.
        guard unsafe SSL_CTX_use_PrivateKey(pointer, key) == 1,
            unsafe SSL_CTX_check_private_key(pointer) == 1
        else {
            throw .unusable(
                "the client key does not fit its certificate: \(OpenSSLErrors.take().text)"
            )
        }
    }

    /// Each name with its length before it (RFC 7301 § 3.1).
    private func setProtocols() throws(TLSError) {
        guard !configuration.protocols.isEmpty else {
            throw .unusable("the protocols: there is none")
        }
        var list: [UInt8] = []
        for name in configuration.protocols {
            list.append(UInt8(clamping: name.utf8.count))
            list += Array(name.utf8)
        }
        // The one call of OpenSSL that answers 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(pointer, list, UInt32(list.count)) == 0 else {
            throw .unusable("the protocols: \(OpenSSLErrors.take().text)")
        }
    }
}
