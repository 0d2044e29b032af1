// SPDX-License-Identifier: Apache-2.0

public import JSON

/// One level of a structural schema.
///
/// Source: Kubernetes, "Extend the API with CustomResourceDefinitions", structural schemas.
public struct Schema: Sendable {
    /// What kind of value stands here.
    public enum Kind: String, Sendable {
        case object, array, string, integer, number, boolean
    }

    /// How the elements of a list relate to each other.
    public enum ListType: String, Sendable {
        case atomic, set, map
    }

    /// The kind of value, nil for any or for integer-or-string.
    public var kind: Kind?
    /// For people.
    public var description = ""
    /// Known members in the order of the document.
    public var properties: [(name: String, schema: Schema)] = []
    /// The schema of all other members; one element or none.
    public var additional: [Schema] = []
    /// Whether other members are kept without being looked at.
    public var preservesUnknown = false
    /// The schema of a list's elements; one element or none.
    public var items: [Schema] = []
    /// Members that must be there.
    public var required: [String] = []
    /// The values that are allowed, empty for all.
    public var allowed: [JSONValue] = []
    /// A regular expression that must match somewhere in the text.
    public var pattern: String?
    /// The format of a text that is checked, such as `date-time`.
    public var format: String?
    /// Bounds of a text's length in characters.
    public var length = Bounds()
    /// Bounds of a list's length.
    public var count = Bounds()
    /// Bounds of the number of members.
    public var members = Bounds()
    /// The least number, and whether it is itself excluded.
    public var minimum: (value: Double, isExclusive: Bool)?
    /// The greatest number, and whether it is itself excluded.
    public var maximum: (value: Double, isExclusive: Bool)?
    /// What an absent value becomes.
    public var defaultValue: JSONValue?
    /// Whether null is a value here.
    public var isNullable = false
    /// Whether it is an integer or a string.
    public var isIntOrString = false
    /// How a list's elements relate.
    public var listType = ListType.atomic
    /// The members that tell the elements of a map list apart.
    public var listKeys: [String] = []

    /// A schema that anything fits.
    public init() {}

    /// The schema of a member, nil when the schema does not know it.
    public func member(_ name: String) -> Schema? {
        properties.first { $0.name == name }?.schema
    }

    /// The least and the greatest number of something.
    public struct Bounds: Hashable, Sendable {
        /// At least so many.
        public var least: Int?
        /// At most so many.
        public var most: Int?

        /// No bounds.
        public init() {}
    }
}

/// Why a value does not fit.
public struct SchemaFinding: Hashable, Sendable {
    /// The reasons that a `Status` names as the cause, in Kubernetes' words.
    public enum Reason: String, Sendable {
        case invalid = "FieldValueInvalid"
        case required = "FieldValueRequired"
        case notSupported = "FieldValueNotSupported"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case duplicate = "FieldValueDuplicate"
        case wrongType = "FieldValueTypeInvalid"
    }

    /// The place, as in `spec.routes[0].dst`.
    public let field: String
    /// What kind of mistake.
    public let reason: Reason
    /// The mistake in Kubernetes' words, without the place.
    public let message: String

    /// A finding.
    public init(field: String, reason: Reason, message: String) {
        self.field = field
        self.reason = reason
        self.message = message
    }
}
