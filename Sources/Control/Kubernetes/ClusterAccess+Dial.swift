// SPDX-License-Identifier: Apache-2.0

import Connections
import TLS

extension ClusterAccess {
    /// How connections to the server are made.
    ///
    /// - Throws: ``AccessError/invalid(source:_:)`` when certificates or keys cannot be used.
    func dialOptions() throws(AccessError) -> DialOptions {
        var options = DialOptions()
        options.keepAlive.interval = .seconds(30)
        options.keepAlive.timeout = .seconds(15)
        guard server.isSecure else { return options }
        var tls = TLSClientConfiguration()
        tls.authorities = authorities
        tls.isVerified = isVerified
        if case .certificate(let chain, let key) = credential {
            tls.certificateChain = chain
            tls.privateKey = key.bytes
        }
        do throws(TLSError) {
            options.tls = TLSPeer(try TLSClientContext(tls), name: serverName ?? server.host)
        } catch {
            throw .invalid(source: source, "\(error)")
        }
        return options
    }
}
