// SPDX-License-Identifier: Apache-2.0

import COpenSSL

extension TLSSession {
    /// Notes the names of a certificate that is not good, for the error message.
    static let noteNames: @convention(c) (Int32, OpaquePointer?) -> Int32 = { isGood, store in
        guard isGood == 0, let certificate = unsafe X509_STORE_CTX_get_current_cert(store),
            let ssl = unsafe X509_STORE_CTX_get_ex_data(
                store,
                SSL_get_ex_data_X509_STORE_CTX_idx()
            ),
            let notes = unsafe notes(of: OpaquePointer(ssl))
        else { return isGood }
        notes.names = unsafe TLSIdentity.names(of: certificate)
        return isGood
    }

    /// Notes that the peer was told that there is no renegotiation.
    static let noteRenegotiation: @convention(c) (OpaquePointer?, Int32, Int32) -> Void = {
        ssl,
        place,
        value in
        let isSent = place & SSL_CB_ALERT != 0 && place & SSL_CB_WRITE != 0
        guard isSent, value & 0xff == SSL_AD_NO_RENEGOTIATION else { return }
        unsafe notes(of: ssl)?.renegotiates = true
    }

    /// Keeps a session that the server lets us resume, whose reference is now ours.
    static let keepTicket: @convention(c) (OpaquePointer?, OpaquePointer?) -> Int32 = {
        ssl,
        session in
        guard let session = unsafe session, let notes = unsafe notes(of: ssl) else { return 0 }
        unsafe notes.keep(TLSTicket(adopting: session))
        return 1
    }

    private static func notes(of ssl: OpaquePointer?) -> Notes? {
        // Holds: an `SSL` is freed before its session's notes.
        guard let ssl = unsafe ssl, let owner = unsafe copenssl_owner(ssl) else { return nil }
        return unsafe Unmanaged<Notes>.fromOpaque(owner).takeUnretainedValue()
    }

    /// What it means that a call of OpenSSL had this result.
    func failure(_ result: Int32) -> TLSError {
        let kind = unsafe SSL_get_error(ssl, result)
        let verdict = unsafe SSL_get_verify_result(ssl)
        let (code, reason, text) = OpenSSLErrors.take()
        if case .shaking = state, verdict != X509_V_OK, role.verifies {
            return untrusted(verdict)
        }
        if notes.renegotiates { return .renegotiation }
        guard code != 0 else {
            return kind == SSL_ERROR_SYSCALL ? .truncated : .other("no reason given")
        }
        return meaning(of: Int32(clamping: reason), text)
    }

    private func meaning(of reason: Int32, _ text: String) -> TLSError {
        // Alerts are numbered from 1000 on.
        let alerts = SSL_AD_REASON_OFFSET...(SSL_AD_REASON_OFFSET + 255)
        switch reason {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_HTTPS_PROXY_REQUEST,
            SSL_R_PACKET_LENGTH_TOO_LONG, SSL_R_RECORD_LENGTH_MISMATCH:
            return .notTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW,
            SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
            return .noCommonVersion
        case SSL_R_NO_SHARED_CIPHER:
            return .noCommonCipher
        case SSL_AD_REASON_OFFSET + TLS1_AD_NO_APPLICATION_PROTOCOL,
            SSL_R_NO_APPLICATION_PROTOCOL,
            // The only callback that fails is the one that looks for protocols.
            SSL_R_CALLBACK_FAILED:
            return .noCommonProtocol(wanted: role.protocols)
        case SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE:
            return .noCertificate
        case alerts:
            return .refusedByPeer(TLSAlert(rawValue: UInt8(reason - SSL_AD_REASON_OFFSET)))
        default:
            return .other(text)
        }
    }

    private var wantedName: String {
        if case .client(_, let name) = role { name } else { "" }
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
            .wrongName(wanted: wantedName, names: notes.names)
        case X509_V_ERR_INVALID_PURPOSE: .wrongUse
        default:
            .untrusted(unsafe String(cString: X509_verify_cert_error_string(verdict)))
        }
    }
}
