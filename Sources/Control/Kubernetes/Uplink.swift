// SPDX-License-Identifier: Apache-2.0

import HTTP
import Synchronization

/// The connections of a client.
///
/// Another client certificate needs another connection: new requests go there, and the old one
/// lives as long as the requests that are on it.
final class Uplink: Sendable {
    private struct State {
        var http: HTTPClient
        var certificate: ExecCredential.Certificate?
    }

    private let access: ClusterAccess
    private let observer: APIClientObserver
    private let state: Mutex<State>

    /// Nothing is connected yet.
    ///
    /// - Throws: ``AccessError`` when certificates or keys cannot be used.
    init(_ access: ClusterAccess, _ observer: APIClientObserver) throws(AccessError) {
        self.access = access
        self.observer = observer
        let origins = try access.origins(nil, observer)
        state = Mutex(State(http: HTTPClient(origins, options: ClusterAccess.dialOptions)))
    }

    /// What a request with that certificate is sent by.
    ///
    /// - Throws: ``AccessError`` when the certificate cannot be used.
    func http(_ certificate: ExecCredential.Certificate?) throws(AccessError) -> HTTPClient {
        let current = state.withLock { $0.certificate == certificate ? $0.http : nil }
        if let current { return current }
        let origins = try access.origins(certificate, observer)
        return state.withLock { state in
            if state.certificate != certificate {
                state.http = HTTPClient(origins, options: ClusterAccess.dialOptions)
                state.certificate = certificate
            }
            return state.http
        }
    }

    /// Ends the requests of the latest connection, and it.
    func close() async {
        await state.withLock { $0.http }.close()
    }
}
