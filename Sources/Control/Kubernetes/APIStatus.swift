// SPDX-License-Identifier: Apache-2.0

/// A refusal in the server's own words.
///
/// Source: `metav1.Status` (apimachinery, pkg/apis/meta/v1/types.go).
public struct APIStatus: Hashable, Sendable {
    /// HTTP status code.
    public var code: Int
    /// The reason as a word, such as `Conflict`; empty when there was none.
    public var reason: String
    /// The reason as a sentence.
    public var message: String
    /// How long the server wants to be left alone.
    public var retryAfter: Duration?
    /// What exactly is wrong, such as the fields of an object that is not valid; at most
    /// ``longestCauses`` of them.
    public var causes: [Cause]

    /// One thing that is wrong.
    public struct Cause: Hashable, Sendable {
        /// A word such as `FieldValueInvalid` or `FieldManagerConflict`.
        public var reason: String
        /// The place, such as `spec.mtu` or `metadata.labels[app]`; may be empty.
        public var field: String
        /// A sentence.
        public var message: String

        /// A cause.
        public init(reason: String, field: String = "", message: String = "") {
            self.reason = reason
            self.field = field
            self.message = message
        }
    }

    /// More causes than this are left out.
    public static let longestCauses = 100

    /// A refusal.
    public init(
        code: Int,
        reason: String,
        message: String,
        retryAfter: Duration? = nil,
        causes: [Cause] = []
    ) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
        self.causes = causes
    }
}

/// An answer that no API server gives: a proxy's page, a login form, a file.
public struct ForeignAnswer: Hashable, Sendable {
    /// What was asked, `GET netdevs`.
    public var what: String
    /// HTTP status code.
    public var status: Int
    /// The media type, without its parameters; empty when there was none.
    public var contentType: String
    /// How the text begins, at most 120 bytes of it.
    public var text: String
    /// How long the sender wants to be left alone.
    public var retryAfter: Duration?

    /// An answer.
    public init(
        what: String,
        status: Int,
        contentType: String,
        text: String,
        retryAfter: Duration? = nil
    ) {
        self.what = what
        self.status = status
        self.contentType = contentType
        self.text = text
        self.retryAfter = retryAfter
    }
}

extension ForeignAnswer: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        let kind = contentType.isEmpty ? "of no type" : contentType
        return "\(what): the answer, status \(status), \(kind), is not one of an API server: "
            + text.debugDescription
    }
}
