// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What all connections of a client share: trusted authorities, our certificate, the protocols.
///
/// Also the latest session with each server, so that the next connection there costs less; sessions
/// end with the certificates they were made under.
public final class TLSClientContext: Sendable {
    private let material: Renewal<TLSClientMaterial>

    /// Reads certificates and key.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, saying what is wrong with which part.
    public init(_ configuration: TLSClientConfiguration) throws(TLSError) {
        material = try Renewal([]) { (_) throws(TLSError) in try TLSClientMaterial(configuration) }
    }

    /// Reads certificates and key from files, and again at a new connection when they have changed.
    ///
    /// Connections that are there go on. Files that do not fit each other, as when only one of two
    /// has been written, leave what was read before in use. `onReload` is called on the thread of
    /// the connection that noticed.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, saying what is wrong with which part.
    public init(
        _ files: TLSClientFiles,
        _ configuration: TLSClientConfiguration = TLSClientConfiguration(),
        onReload: @escaping @Sendable (TLSReload) -> Void = { _ in }
    ) throws(TLSError) {
        let paths = [files.authorities, files.certificateChain, files.privateKey]
        material = try Renewal(paths.compactMap { $0 }, report: onReload) {
            (contents) throws(TLSError) in
            var configuration = configuration
            var rest = contents[...]
            if files.authorities != nil { configuration.authorities = rest.popFirst() }
            if files.certificateChain != nil { configuration.certificateChain = rest.popFirst() }
            if files.privateKey != nil { configuration.privateKey = rest.popFirst() }
            return try TLSClientMaterial(configuration)
        }
    }

    /// What a new session begins with.
    func current() -> TLSClientMaterial { material.current() }
}

/// One reading of a client's certificates; lives as long as its sessions.
///
/// `@unchecked`: an `SSL_CTX` may be used by any number of threads once it is set up, and nothing
/// changes it after `init` (SSL_CTX_new(3), "thread safety").
@safe final class TLSClientMaterial: @unchecked Sendable {
    let pointer: OpaquePointer
    let configuration: TLSClientConfiguration
    let tickets = TLSTickets()

    init(_ configuration: TLSClientConfiguration) throws(TLSError) {
        unsafe pointer = try unsafe OpenSSLContext.make(TLS_client_method())
        self.configuration = configuration
        unsafe copenssl_keep_tickets(pointer, TLSSession.keepTicket)
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
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, TLSSession.noteNames)
        guard let pem = configuration.authorities else {
            guard unsafe SSL_CTX_set_default_verify_paths(pointer) == 1 else {
                throw .unusable("the system's authorities: \(OpenSSLErrors.take().text)")
            }
            return
        }
        try unsafe OpenSSLContext.trust(pem, of: pointer, owner: "certificate", tellsPeer: false)
    }

    private func setCertificate() throws(TLSError) {
        guard let chain = configuration.certificateChain else { return }
        let key = configuration.privateKey ?? []
        try unsafe OpenSSLContext.set(chain, key, of: pointer, owner: "client")
    }

    private func setProtocols() throws(TLSError) {
        let list = try OpenSSLContext.list(of: configuration.protocols)
        // The one call of OpenSSL that answers 0 for success.
        guard unsafe SSL_CTX_set_alpn_protos(pointer, list, UInt32(list.count)) == 0 else {
            throw .unusable("the protocols: \(OpenSSLErrors.take().text)")
        }
    }
}
