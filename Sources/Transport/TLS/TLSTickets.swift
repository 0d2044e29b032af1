// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import Synchronization

/// The latest session with each server, each to be offered once (RFC 8446 § C.4).
final class TLSTickets: Sendable {
    /// More servers than this are not remembered.
    private static let limit = 64

    private let latest = Mutex<[String: TLSTicket]>([:])

    /// Takes the session with the server `key` out, if it is still of use.
    func take(for key: String) -> TLSTicket? {
        let ticket = latest.withLock { $0.removeValue(forKey: key) }
        return ticket.flatMap { $0.isUsable ? $0 : nil }
    }

    /// Keeps a session instead of the one before.
    func keep(_ ticket: TLSTicket, for key: String) {
        latest.withLock { latest in
            if latest[key] == nil, latest.count >= Self.limit { _ = latest.popFirst() }
            latest[key] = ticket
        }
    }
}

/// A session that can be resumed.
///
/// `@unchecked`: nothing changes it, and OpenSSL counts references to it atomically.
@safe final class TLSTicket: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over one reference.
    init(adopting pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe SSL_SESSION_free(pointer)
    }

    /// Whether the server's certificate, which is not shown again, is still good.
    var isUsable: Bool {
        guard unsafe SSL_SESSION_is_resumable(pointer) == 1 else { return false }
        guard let certificate = unsafe SSL_SESSION_get0_peer(pointer) else { return true }
        return unsafe X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0
    }
}
