// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources

/// What an exec plugin has told: a token, a client certificate, or both, and until when.
struct ExecCredential: Hashable, Sendable {
    /// A certificate and its key.
    struct Certificate: Hashable, Sendable {
        var chain: ClusterAccess.Secret
        var key: ClusterAccess.Secret
    }

    var token: ClusterAccess.Secret?
    var certificate: Certificate?
    /// When it is no longer good; nil for never.
    var expiry: Timestamp?

    /// The program may say no more than this.
    static let longest = 1 << 20

    /// Reads what a program wrote to its standard output.
    ///
    /// Errors name places and kinds, never values: any of them may be the secret.
    init(_ output: [UInt8], apiVersion: String) throws(MalformedCredential) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: output)
        } catch {
            throw MalformedCredential(error.isEmptyDocument ? "it said nothing" : "it is not JSON")
        }
        guard value["kind"]?.string == "ExecCredential" else {
            throw MalformedCredential("kind is not ExecCredential")
        }
        guard value["apiVersion"]?.string == apiVersion else {
            throw MalformedCredential("apiVersion is not \(apiVersion)")
        }
        guard let status = value["status"], status.members != nil else {
            throw MalformedCredential("status is missing")
        }
        token = try Self.secret("token", in: status)
        if token?.bytes.contains(where: { $0 <= 0x20 || $0 > 0x7e }) == true {
            throw MalformedCredential("status.token has bytes that no field can carry")
        }
        let chain = try Self.secret("clientCertificateData", in: status)
        let key = try Self.secret("clientKeyData", in: status)
        switch (chain, key) {
        case (nil, nil): certificate = nil
        case (let chain?, let key?): certificate = Certificate(chain: chain, key: key)
        default:
            let place = "status.clientCertificateData and status.clientKeyData"
            throw MalformedCredential("\(place) come together")
        }
        guard token != nil || certificate != nil else {
            throw MalformedCredential("status has neither token nor client certificate")
        }
        guard let text = try Self.text("expirationTimestamp", in: status) else { return }
        guard let expiry = Timestamp(text) else {
            if Self.isFarAway(text) { return }
            throw MalformedCredential("status.expirationTimestamp is no time in RFC 3339")
        }
        self.expiry = expiry
    }

    /// Whether it is a time beyond those that nanoseconds reach: "never", in the words of some.
    private static func isFarAway(_ text: String) -> Bool {
        ("2262"..."9999").contains(text.prefix(4)) && Timestamp("2000" + text.dropFirst(4)) != nil
    }

    private static func secret(
        _ key: String,
        in status: JSONValue
    ) throws(MalformedCredential) -> ClusterAccess.Secret? {
        try text(key, in: status).map { ClusterAccess.Secret(Array($0.utf8)) }
    }

    /// A text that is there and not empty.
    private static func text(
        _ key: String,
        in status: JSONValue
    ) throws(MalformedCredential) -> String? {
        guard let value = status[key], !value.isNull else { return nil }
        guard let text = value.string else {
            throw MalformedCredential("status.\(key) is no text")
        }
        return text.isEmpty ? nil : text
    }

    /// Whether it is good at that moment.
    func isGood(at now: Timestamp) -> Bool {
        expiry.map { now < $0 } ?? true
    }
}

/// What is wrong with what a program told.
struct MalformedCredential: Error, Hashable {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}

extension JSONError {
    fileprivate var isEmptyDocument: Bool {
        if case .unexpected(nil, _, 0) = self { true } else { false }
    }
}
