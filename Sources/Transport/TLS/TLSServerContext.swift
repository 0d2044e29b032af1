// SPDX-License-Identifier: Apache-2.0

import COpenSSL

/// What all connections of a server share: its certificate, whom it lets in, the protocols.
///
/// Clients get tickets with which they resume their session; a ticket is worth nothing once the
/// certificates were read again.
public final class TLSServerContext: Sendable {
    private let material: Renewal<TLSServerMaterial>

    /// Reads certificates and key.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, saying what is wrong with which part.
    public init(_ configuration: TLSServerConfiguration) throws(TLSError) {
        material = try Renewal([]) { (_) throws(TLSError) in try TLSServerMaterial(configuration) }
    }

    /// Reads certificates and key from files, and again at a new connection when they have changed.
    ///
    /// Connections that are there go on. Files that do not fit each other, as when only one of two
    /// has been written, leave what was read before in use. `onReload` is called on the thread of
    /// the connection that noticed.
    ///
    /// - Throws: ``TLSError/unusable(_:)``, saying what is wrong with which part.
    public init(
        _ files: TLSServerFiles,
        _ configuration: TLSServerConfiguration = TLSServerConfiguration(),
        onReload: @escaping @Sendable (TLSReload) -> Void = { _ in }
    ) throws(TLSError) {
        let paths = [files.certificateChain, files.privateKey, files.clientAuthorities]
        material = try Renewal(paths.compactMap { $0 }, report: onReload) {
            (contents) throws(TLSError) in
            var configuration = configuration
            configuration.certificateChain = contents[0]
            configuration.privateKey = contents[1]
            if files.clientAuthorities != nil { configuration.clientAuthorities = contents[2] }
            return try TLSServerMaterial(configuration)
        }
    }

    /// What a new session begins with.
    func current() -> TLSServerMaterial { material.current() }
}

/// One reading of a server's certificates; lives as long as its sessions.
///
/// `@unchecked`: an `SSL_CTX` may be used by any number of threads once it is set up, and nothing
/// changes it after `init` (SSL_CTX_new(3), "thread safety").
@safe final class TLSServerMaterial: @unchecked Sendable {
    let pointer: OpaquePointer
    let configuration: TLSServerConfiguration

    /// The list that the callback chooses from, at an address that stays.
    private let list: UnsafeMutableBufferPointer<UInt8>

    init(_ configuration: TLSServerConfiguration) throws(TLSError) {
        let protocols = try OpenSSLContext.list(of: configuration.protocols)
        unsafe pointer = try unsafe OpenSSLContext.make(TLS_server_method())
        unsafe list = .allocate(capacity: protocols.count)
        _ = unsafe list.initialize(from: protocols)
        self.configuration = configuration
        try unsafe OpenSSLContext.set(
            configuration.certificateChain,
            configuration.privateKey,
            of: pointer,
            owner: "server"
        )
        try setClients()
        // Holds: OpenSSL reads the list only as long as the context lives, and it is freed after.
        let start = unsafe list.baseAddress
        unsafe copenssl_choose_protocol(pointer, start, UInt32(protocols.count))
        unsafe copenssl_issue_tickets(pointer)
    }

    deinit {
        unsafe SSL_CTX_free(pointer)
        unsafe list.deallocate()
    }

    private func setClients() throws(TLSError) {
        let mode: Int32
        switch configuration.clients {
        case .anonymous: return
        case .optional: mode = SSL_VERIFY_PEER
        case .required: mode = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT
        }
        unsafe SSL_CTX_set_verify(pointer, mode, nil)
        // Whatever is trusted ends the chain, as for our clients.
        unsafe X509_VERIFY_PARAM_set_flags(
            SSL_CTX_get0_param(pointer),
            UInt(X509_V_FLAG_PARTIAL_CHAIN)
        )
        let pem = configuration.clientAuthorities
        try unsafe OpenSSLContext.trust(pem, of: pointer, owner: "client", tellsPeer: true)
    }
}
