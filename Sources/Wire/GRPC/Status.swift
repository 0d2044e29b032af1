// SPDX-License-Identifier: Apache-2.0

import Bytes
import HPACK

/// How a call ended and why; the error that a failed call throws.
public struct Status: Error, Hashable, Sendable {
    /// What kind of end it was.
    public var code: StatusCode

    /// One sentence for a person.
    public var message: String

    /// An encoded `google.rpc.Status` with the same code, for machines.
    public var details: [UInt8]?

    /// An end of the kind `code`.
    public init(_ code: StatusCode, _ message: String = "", details: [UInt8]? = nil) {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The call did what it was asked to.
    public static let ok = Status(.ok)

    /// Whether the call did what it was asked to.
    public var isOK: Bool { code == .ok }
}

extension Status: CustomStringConvertible {
    /// Code and message, for example `UNAVAILABLE: nobody listens`.
    public var description: String {
        message.isEmpty ? "\(code)" : "\(code): \(message)"
    }
}

extension Status {
    static let codeField = "grpc-status"
    static let messageField = "grpc-message"
    static let detailsField = "grpc-status-details-bin"

    /// The longest message that is sent, in bytes of UTF-8, so that trailers fit the usual 8 KiB.
    static let longestMessage = 2048

    /// Reads the status out of trailers, nil when they have none.
    ///
    /// A number that cannot be read is ``StatusCode/unknown``, and the message is taken as it is
    /// when its escapes are broken: the protocol forbids to fail over either.
    init?(trailers: [HeaderField]) {
        guard let text = trailers.first(named: Self.codeField) else { return nil }
        if let number = UInt16(text) {
            let message = trailers.first(named: Self.messageField) ?? ""
            self.init(StatusCode(rawValue: Int(number)), PercentEncoding.decode(message))
        } else {
            self.init(.unknown, "the peer sent \(Self.codeField) \(text.debugDescription)")
        }
        details = trailers.first(named: Self.detailsField).flatMap(Base64.decode)
    }

    /// The status as trailers.
    var trailers: [HeaderField] {
        var fields = [HeaderField(Self.codeField, String(code.rawValue))]
        if !message.isEmpty {
            let short = String(decoding: message.utf8.prefix(Self.longestMessage), as: UTF8.self)
            fields.append(HeaderField(Self.messageField, PercentEncoding.encode(short)))
        }
        if let details {
            fields.append(HeaderField(Self.detailsField, Base64.encode(details)))
        }
        return fields
    }
}

extension [HeaderField] {
    /// The value of the first field with this name.
    func first(named name: String) -> String? {
        first { $0.name == name }?.value
    }
}
