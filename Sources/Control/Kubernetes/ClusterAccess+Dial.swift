// SPDX-License-Identifier: Apache-2.0

import Connections
import HTTP
import TLS

extension ClusterAccess {
    /// Where connections to the server go, and how; `certificate` is one that a program told.
    ///
    /// - Throws: ``AccessError/invalid(source:_:)`` when certificates or keys cannot be used.
    func origins(
        _ certificate: ExecCredential.Certificate?,
        _ observer: APIClientObserver
    ) throws(AccessError) -> [HTTPOrigin] {
        let context = servers.contains(where: \.isSecure) ? try tls(certificate, observer) : nil
        return servers.map { server in
            let peer = context.map { TLSPeer($0, name: serverName ?? server.host) }
            return HTTPOrigin(
                server.endpoint,
                authority: server.endpoint.description,
                tls: server.isSecure ? peer : nil
            )
        }
    }

    /// What all connections to an API server want: a watch that is cut off is noticed in 45 s.
    static var dialOptions: DialOptions {
        var options = DialOptions()
        options.keepAlive.interval = .seconds(30)
        options.keepAlive.timeout = .seconds(15)
        return options
    }

    /// Files are read again for a new connection when they have changed.
    private func tls(
        _ certificate: ExecCredential.Certificate?,
        _ observer: APIClientObserver
    ) throws(AccessError) -> TLSClientContext {
        var given = TLSClientConfiguration()
        var files = TLSClientFiles()
        given.isVerified = isVerified
        switch authorities {
        case .inline(let text): given.authorities = text.bytes
        case .file(let path): files.authorities = path
        case nil: break
        }
        if case .certificate(let chain, let key) = credential {
            switch chain {
            case .inline(let text): given.certificateChain = text.bytes
            case .file(let path): files.certificateChain = path
            }
            switch key {
            case .inline(let text): given.privateKey = text.bytes
            case .file(let path): files.privateKey = path
            }
        }
        if let certificate {
            given.certificateChain = certificate.chain.bytes
            given.privateKey = certificate.key.bytes
        }
        do throws(TLSError) {
            return try TLSClientContext(files, given) { reload in
                switch reload {
                case .renewed:
                    observer.onReload("certificates of the API server were read again", false)
                case .kept(let error):
                    let what = "changed certificates of the API server cannot be used"
                    observer.onReload("\(what), the old ones stay: \(error)", true)
                }
            }
        } catch {
            throw .invalid(source: source, "\(error)")
        }
    }
}
