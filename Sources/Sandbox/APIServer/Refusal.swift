// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

/// Why a request is refused: a `Status` of Kubernetes.
struct Refusal: Error, Hashable, Sendable {
    struct Cause: Hashable, Sendable {
        var reason: String
        var message: String
        var field: String
    }

    var code: Int
    var reason: String
    var message: String
    var name = ""
    var group = ""
    var kind = ""
    var uid = ""
    var causes: [Cause] = []
    var retryAfterSeconds: Int?

    init(_ code: Int, _ reason: String, _ message: String) {
        self.code = code
        self.reason = reason
        self.message = message
    }

    /// About an object of a resource.
    private init(
        _ code: Int,
        _ reason: String,
        _ message: String,
        about kind: ResourceKind,
        _ name: String
    ) {
        self.init(code, reason, message)
        self.name = name
        group = kind.group
        self.kind = kind.plural
    }

    static func notFound(_ kind: ResourceKind, _ name: String) -> Refusal {
        let words = "\(kind.qualifiedName) \"\(name)\" not found"
        return Refusal(404, "NotFound", words, about: kind, name)
    }

    static func alreadyExists(_ kind: ResourceKind, _ name: String) -> Refusal {
        let words = "\(kind.qualifiedName) \"\(name)\" already exists"
        return Refusal(409, "AlreadyExists", words, about: kind, name)
    }

    static func conflict(_ kind: ResourceKind, _ name: String, _ why: String) -> Refusal {
        let words =
            "Operation cannot be fulfilled on \(kind.qualifiedName) \"\(name)\": \(why)"
        return Refusal(409, "Conflict", words, about: kind, name)
    }

    static let modified =
        "the object has been modified; please apply your changes to the latest version and try "
        + "again"

    static func invalid(
        _ kind: ResourceKind,
        _ name: String,
        _ findings: [SchemaFinding]
    ) -> Refusal {
        let each = findings.map { "\($0.field): \($0.message)" }
        let list = each.count == 1 ? each[0] : "[\(each.joined(separator: ", "))]"
        let words = "\(kind.qualifiedKind) \"\(name)\" is invalid: \(list)"
        var refusal = Refusal(422, "Invalid", words, about: kind, name)
        refusal.kind = kind.kind
        refusal.causes = findings.map {
            Cause(reason: $0.reason.rawValue, message: $0.message, field: $0.field)
        }
        return refusal
    }

    /// About one field of something that is no object of its own, such as options.
    static func invalid(_ subject: String, _ field: String, _ why: String) -> Refusal {
        let words = "\(subject) \"\" is invalid: \(field): \(why)"
        var refusal = Refusal(422, "Invalid", words)
        refusal.kind = subject.split(separator: ".").first.map(String.init) ?? ""
        refusal.causes = [Cause(reason: "FieldValueInvalid", message: why, field: field)]
        return refusal
    }

    static func forbidden(_ kind: ResourceKind, _ name: String, _ why: String) -> Refusal {
        let subject = name.isEmpty ? kind.qualifiedName : "\(kind.qualifiedName) \"\(name)\""
        return Refusal(403, "Forbidden", "\(subject) is forbidden: \(why)", about: kind, name)
    }

    static func badRequest(_ why: String) -> Refusal { Refusal(400, "BadRequest", why) }

    static let unauthorized = Refusal(401, "Unauthorized", "Unauthorized")

    static let noSuchPage = Refusal(
        404,
        "NotFound",
        "the server could not find the requested resource"
    )

    static let wrongMethod = Refusal(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource"
    )

    static func wrongMediaType(_ accepted: [String]) -> Refusal {
        let words =
            "the body of the request was in an unknown format - accepted media types include: "
        return Refusal(415, "UnsupportedMediaType", words + accepted.joined(separator: ", "))
    }

    static func expired(_ wanted: UInt64, oldest: UInt64) -> Refusal {
        Refusal(410, "Expired", "too old resource version: \(wanted) (\(oldest))")
    }

    static func tooNew(_ wanted: UInt64, current: UInt64) -> Refusal {
        let words = "Too large resource version: \(wanted), current: \(current)"
        var refusal = Refusal(504, "Timeout", words)
        refusal.causes = [
            Cause(
                reason: "ResourceVersionTooLarge",
                message: "Too large resource version",
                field: ""
            )
        ]
        refusal.retryAfterSeconds = 1
        return refusal
    }

    /// The `Status` object.
    var status: JSONValue {
        var details = JSONObject()
        if !name.isEmpty { details["name"] = .string(name) }
        if !group.isEmpty { details["group"] = .string(group) }
        if !kind.isEmpty { details["kind"] = .string(kind) }
        if !uid.isEmpty { details["uid"] = .string(uid) }
        if !causes.isEmpty {
            details["causes"] = .array(
                causes.map { cause in
                    var object: JSONValue = ["reason": .string(cause.reason)]
                    object["message"] = .string(cause.message)
                    if !cause.field.isEmpty { object["field"] = .string(cause.field) }
                    return object
                }
            )
        }
        if let retryAfterSeconds {
            details["retryAfterSeconds"] = .number(JSONNumber(retryAfterSeconds))
        }
        var status: JSONValue = [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure",
            "message": .string(message), "reason": .string(reason),
        ]
        if !details.members.isEmpty { status["details"] = .object(details) }
        status["code"] = .number(JSONNumber(code))
        return status
    }
}
