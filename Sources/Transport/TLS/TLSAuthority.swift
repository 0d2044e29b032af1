// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// A certificate authority made on the spot, for a system whose parts all live on one machine.
///
/// Keys are P-256. Nothing is kept: what it signed is good as long as its certificate is trusted.
///
/// `@unchecked`: nothing changes key and certificate after `init`; OpenSSL counts references to
/// them atomically.
@safe public final class TLSAuthority: @unchecked Sendable {
    /// What a certificate is for.
    public enum Use: Sendable {
        /// Shown by servers.
        case server
        /// Shown by clients.
        case client

        fileprivate var text: String {
            switch self {
            case .server: "serverAuth"
            case .client: "clientAuth"
            }
        }
    }

    /// What a server or a client shows.
    public struct Identity: Sendable {
        /// The certificate, then the authority's, PEM.
        public let certificateChain: [UInt8]
        /// The key, PEM.
        public let privateKey: [UInt8]
    }

    /// The authority's certificate, PEM: what clients are told to trust.
    public let certificate: [UInt8]

    /// Seconds.
    private static let day = 86_400

    private let key: OpaquePointer
    private let own: OpaquePointer

    /// An authority of that common name, good for `days` from an hour ago on.
    ///
    /// - Throws: ``TLSError/unusable(_:)`` with OpenSSL's reason.
    public init(name: String, days: Int) throws(TLSError) {
        let key = try unsafe Self.makeKey()
        let own: OpaquePointer
        do throws(TLSError) {
            unsafe own = try unsafe Self.makeCertificate(
                name: name,
                of: key,
                life: -3600..<(max(0, days) * Self.day),
                issuer: nil,
                extensions: [
                    (NID_basic_constraints, "critical,CA:TRUE"),
                    (NID_key_usage, "critical,keyCertSign,cRLSign"),
                    (NID_subject_key_identifier, "hash"),
                ]
            )
        } catch {
            unsafe EVP_PKEY_free(key)
            throw error
        }
        unsafe self.key = key
        unsafe self.own = own
        certificate = try unsafe Self.pem { unsafe PEM_write_bio_X509($0, own) }
    }

    deinit {
        unsafe X509_free(own)
        unsafe EVP_PKEY_free(key)
    }

    /// A certificate with its key for a server, or a client, of these DNS names and IP addresses.
    ///
    /// Good for `days` from the day `firstDay` from now on, and an hour before for clocks that
    /// differ.
    ///
    /// - Throws: ``TLSError/unusable(_:)`` with OpenSSL's reason.
    public func identity(
        names: [String],
        addresses: [String],
        days: Int,
        firstDay: Int = 0,
        use: Use = .server
    ) throws(TLSError) -> Identity {
        let start = firstDay * Self.day
        let life = (start - 3600)..<(start + max(0, days) * Self.day)
        return try identity(names: names, addresses: addresses, life: life, use: use)
    }

    /// A certificate that is good from so many seconds from now on to so many from now.
    package func identity(
        names: [String],
        addresses: [String],
        life: Range<Int>,
        use: Use
    ) throws(TLSError) -> Identity {
        let ownKey = try unsafe Self.makeKey()
        defer { unsafe EVP_PKEY_free(ownKey) }
        let all = names.map { "DNS:\($0)" } + addresses.map { "IP:\($0)" }
        let server = try unsafe Self.makeCertificate(
            name: names.first ?? addresses.first ?? "server",
            of: ownKey,
            life: life,
            issuer: (own, key),
            extensions: [
                (NID_basic_constraints, "critical,CA:FALSE"),
                (NID_key_usage, "critical,digitalSignature"),
                (NID_ext_key_usage, use.text),
                (NID_subject_alt_name, all.joined(separator: ",")),
                (NID_authority_key_identifier, "keyid"),
            ]
        )
        defer { unsafe X509_free(server) }
        let shown = try unsafe Self.pem { unsafe PEM_write_bio_X509($0, server) }
        let secret = try unsafe Self.pem {
            unsafe PEM_write_bio_PKCS8PrivateKey($0, ownKey, nil, nil, 0, nil, nil)
        }
        return Identity(certificateChain: shown + certificate, privateKey: secret)
    }

    private static func makeKey() throws(TLSError) -> OpaquePointer {
        guard copenssl_start() == 1, let key = unsafe copenssl_make_key() else {
            throw .unusable("a new key: \(OpenSSLErrors.take().text)")
        }
        return unsafe key
    }

    /// A certificate of `key` signed by `issuer`, or by itself; owned by the caller.
    private static func makeCertificate(
        name: String,
        of key: OpaquePointer,
        life: Range<Int>,
        issuer: (certificate: OpaquePointer, key: OpaquePointer)?,
        extensions: [(kind: Int32, text: String)]
    ) throws(TLSError) -> OpaquePointer {
        guard let made = unsafe X509_new() else {
            throw .unusable("a new certificate: \(OpenSSLErrors.take().text)")
        }
        let subject = unsafe X509_get_subject_name(made)
        let signer = unsafe issuer?.certificate ?? made
        // Two certificates of one authority must differ in their number.
        let serial = Int(UInt64.random(in: 1..<UInt64(1) << 62))
        // Third version.
        var isGood =
            unsafe X509_set_version(made, 2) == 1
            && ASN1_INTEGER_set_int64(X509_get_serialNumber(made), Int64(serial)) == 1
            && X509_gmtime_adj(X509_getm_notBefore(made), life.lowerBound) != nil
            && X509_gmtime_adj(X509_getm_notAfter(made), life.upperBound) != nil
            && X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC | 1, name, -1, -1, 0) == 1
            && X509_set_issuer_name(made, X509_get_subject_name(signer)) == 1
            && X509_set_pubkey(made, key) == 1
        for (kind, text) in extensions where isGood {
            let part = unsafe copenssl_extension(signer, made, kind, text)
            isGood = unsafe part != nil && X509_add_ext(made, part, -1) == 1
            unsafe X509_EXTENSION_free(part)
        }
        guard isGood, unsafe X509_sign(made, issuer?.key ?? key, EVP_sha256()) > 0 else {
            unsafe X509_free(made)
            throw .unusable("a new certificate for \(name): \(OpenSSLErrors.take().text)")
        }
        return unsafe made
    }

    private static func pem(_ write: (OpaquePointer?) -> Int32) throws(TLSError) -> [UInt8] {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else {
            throw .unusable("OpenSSL: \(OpenSSLErrors.take().text)")
        }
        defer { unsafe BIO_free(bio) }
        guard unsafe write(bio) == 1 else {
            throw .unusable("PEM: \(OpenSSLErrors.take().text)")
        }
        let count = Int(unsafe BIO_ctrl_pending(bio))
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            let read = unsafe BIO_read(bio, buffer.baseAddress, Int32(clamping: count))
            filled = max(0, Int(read))
        }
    }
}
