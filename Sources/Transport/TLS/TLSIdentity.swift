// SPDX-License-Identifier: Apache-2.0

import Addressing
import COpenSSL

/// Who the other end is, by a certificate that was verified.
public struct TLSIdentity: Hashable, Sendable {
    /// The subject's common name; no name of a server, but often that of a client.
    public let commonName: String?
    /// The alternative names: DNS names, IP addresses, URIs.
    public let names: [String]

    /// Reads a certificate that the caller keeps alive.
    init(of certificate: OpaquePointer) {
        commonName = unsafe Self.commonName(of: certificate)
        names = unsafe Self.names(of: certificate)
    }

    private static func commonName(of certificate: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<UInt8>?
        let count = unsafe copenssl_common_name(certificate, &text)
        defer { unsafe copenssl_free(text) }
        guard count >= 0, let start = unsafe text else { return nil }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: Int(count)),
            as: UTF8.self
        )
    }

    /// The alternative names of a certificate, those of other kinds left out.
    static func names(of certificate: OpaquePointer) -> [String] {
        guard let list = unsafe copenssl_names(certificate) else { return [] }
        defer { unsafe GENERAL_NAMES_free(list) }
        var names: [String] = []
        let count = unsafe copenssl_count(list)
        for index in 0..<count {
            let kind = unsafe copenssl_kind(list, index)
            guard [GEN_DNS, GEN_IPADD, GEN_URI].contains(kind),
                let text = unsafe copenssl_text(list, index)
            else { continue }
            let start = unsafe ASN1_STRING_get0_data(text)
            let length = Int(unsafe ASN1_STRING_length(text))
            let bytes = unsafe Array(UnsafeBufferPointer(start: start, count: length))
            if kind != GEN_IPADD {
                names.append(String(decoding: bytes, as: UTF8.self))
            } else if let address = IPAddress(octets: bytes) {
                names.append("\(address)")
            }
        }
        return names
    }
}
