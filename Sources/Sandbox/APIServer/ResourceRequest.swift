// SPDX-License-Identifier: Apache-2.0

import HTTP
import JSON
import YAML

/// A request for a resource, understood.
struct ResourceRequest: Sendable {
    let request: HTTPIncoming
    let url: RequestURL
    let target: RequestTarget
    let verb: String

    /// The verb follows from method, path and query.
    ///
    /// - Throws: 405.
    init(_ request: HTTPIncoming, _ url: RequestURL, _ target: RequestTarget) throws(Refusal) {
        self.request = request
        self.url = url
        self.target = target
        guard let verb = Self.verb(request, url, target.place) else { throw .wrongMethod }
        self.verb = verb
    }

    /// The verb of roles, nil when the method makes no sense there.
    static func verb(_ request: HTTPIncoming, _ url: RequestURL, _ place: RequestPath) -> String? {
        let isOne = !place.name.isEmpty
        switch request.method {
        case "GET", "HEAD": return url.flag("watch") ? "watch" : isOne ? "get" : "list"
        case "POST" where !isOne || place.subresource == "token": return "create"
        case "PUT" where isOne: return "update"
        case "PATCH" where isOne: return "patch"
        case "DELETE": return isOne ? "delete" : "deletecollection"
        default: return nil
        }
    }

    /// What the query selects; a watch of one object selects that.
    ///
    /// - Throws: 400.
    func selection() throws(Refusal) -> Selection {
        var fields = url["fieldSelector"] ?? ""
        if !target.name.isEmpty {
            fields += (fields.isEmpty ? "" : ",") + "metadata.name=\(target.name)"
        }
        return Selection(
            namespace: target.namespace,
            labels: try LabelSelector(url["labelSelector"] ?? ""),
            fields: try FieldSelector(fields, for: target.kind)
        )
    }

    /// - Throws: 400.
    func listOptions() throws(Refusal) -> ListOptions {
        var options = ListOptions()
        options.limit = try url.integer("limit") ?? 0
        options.continuation = url["continue"]
        let version = try resourceVersion()
        if options.continuation != nil, let version, version > 0 {
            throw .badRequest(
                "specifying resource version is not allowed when using continue"
            )
        }
        switch (url["resourceVersionMatch"], version) {
        case (nil, nil): break
        case (nil, let version?): options.moment = version == 0 ? .latest : .notOlderThan(version)
        case ("NotOlderThan", let version?): options.moment = .notOlderThan(version)
        case ("Exact", let version?) where version > 0: options.moment = .exactly(version)
        default:
            throw .invalid(
                "ListOptions.meta.k8s.io",
                "resourceVersionMatch",
                "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided, "
                    + "and must be Exact (for a version other than 0) or NotOlderThan"
            )
        }
        return options
    }

    /// - Throws: 400.
    func resourceVersion() throws(Refusal) -> UInt64? {
        guard let text = url["resourceVersion"] else { return nil }
        guard let version = UInt64(text) else {
            throw .badRequest("Invalid value: \"\(text)\": strconv.ParseUint: invalid syntax")
        }
        return version
    }

    /// - Throws: 406.
    func form() throws(Refusal) -> ReplyForm {
        try ReplyForm(
            accept: request.first("accept"),
            include: url["includeObject"],
            isList: verb == "list"
        )
    }

    /// Whether nothing is to be changed.
    ///
    /// - Throws: 400.
    func isDry() throws(Refusal) -> Bool {
        guard let text = url["dryRun"] else { return false }
        guard text == "All" else {
            throw .invalid(
                "\(target.kind.kind)Options.meta.k8s.io",
                "dryRun",
                "Unsupported value: \"\(text)\": supported values: \"All\""
            )
        }
        return true
    }

    /// - Throws: 400.
    func writeOptions() throws(Refusal) -> WriteOptions {
        var options = WriteOptions(subresource: target.subresource)
        if let text = url["fieldValidation"] {
            guard let validation = WriteOptions.FieldValidation(rawValue: text) else {
                throw .badRequest("Unsupported value: \"\(text)\": fieldValidation")
            }
            options.fieldValidation = validation
        }
        return options
    }
}

/// The body of a request.
struct Body: Sendable {
    private let bytes: [UInt8]
    private let type: String

    init(_ request: HTTPIncoming) {
        bytes = request.body
        let field = request.first("content-type") ?? "application/json"
        type = field.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
    }

    var mediaType: String { type }

    var isEmpty: Bool { bytes.isEmpty }

    /// The document, of one of the media types.
    ///
    /// - Throws: 400, 415.
    func document(_ accepted: [String]) throws(Refusal) -> JSONValue {
        guard accepted.contains(type) else { throw .wrongMediaType(accepted) }
        if type == ProtobufBody.mediaType { return try ProtobufBody.document(bytes) }
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            guard type == "application/yaml" else {
                throw .badRequest("the body cannot be read: \(error)")
            }
        }
        do throws(YAMLError) {
            return try JSONValue(yaml: bytes)
        } catch {
            throw .badRequest("the body cannot be read: \(error)")
        }
    }
}
