// SPDX-License-Identifier: Apache-2.0

import JSON

/// The form in which a client wants objects.
enum ReplyForm: Sendable {
    case object
    case table(TableWriter.Include)
    case partial
    case partialList

    /// The first form of an `Accept` field that is served; protobuf is not.
    ///
    /// - Throws: 406 when there is none.
    init(accept: String?, include: String?, isList: Bool) throws(Refusal) {
        for choice in (accept ?? "*/*").split(separator: ",") {
            let words = choice.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let type = words.first,
                ["application/json", "*/*", "application/*"].contains(type)
            else { continue }
            let parameters = Set(words.dropFirst())
            let wanted = parameters.first { $0.hasPrefix("as=") }?.dropFirst(3)
            guard let wanted else {
                self = .object
                return
            }
            guard parameters.contains("v=v1"), parameters.contains("g=meta.k8s.io") else {
                continue
            }
            switch wanted {
            case "Table":
                guard let include = TableWriter.Include(rawValue: include ?? "Metadata") else {
                    throw Refusal.badRequest("unrecognized includeObject value: \(include ?? "")")
                }
                self = .table(include)
            case "PartialObjectMetadata" where !isList: self = .partial
            case "PartialObjectMetadataList" where isList: self = .partialList
            default: continue
            }
            return
        }
        let words = "only the following media types are accepted: application/json"
        throw Refusal(406, "NotAcceptable", words)
    }

    /// One object in this form; its table has columns only when it is the first of a stream.
    func one(_ object: JSONValue, _ kind: ResourceKind, withColumns: Bool = true) -> JSONValue {
        switch self {
        case .object: object
        case .partial, .partialList: TableWriter.partial(object)
        case .table(let include):
            TableWriter(kind: kind, include: include).table(
                [object],
                metadata: ["resourceVersion": .string(object.resourceVersion)],
                withColumns: withColumns
            )
        }
    }

    /// A list in this form.
    func list(_ page: Page, _ kind: ResourceKind) -> JSONValue {
        var metadata: JSONValue = ["resourceVersion": .string("\(page.version)")]
        if let token = page.continuation {
            metadata["continue"] = .string(token)
            if let remaining = page.remaining {
                metadata["remainingItemCount"] = .number(JSONNumber(remaining))
            }
        }
        switch self {
        case .object:
            let items = kind.isCustom ? page.objects : page.objects.map(Self.bare)
            return [
                "kind": .string(kind.listKind), "apiVersion": .string(kind.apiVersion),
                "metadata": metadata, "items": .array(items),
            ]
        case .partial, .partialList:
            return [
                "kind": "PartialObjectMetadataList", "apiVersion": "meta.k8s.io/v1",
                "metadata": metadata, "items": .array(page.objects.map(TableWriter.partial)),
            ]
        case .table(let include):
            return TableWriter(kind: kind, include: include).table(page.objects, metadata: metadata)
        }
    }

    /// In lists of the core types, elements do not say what they are.
    private static func bare(_ object: JSONValue) -> JSONValue {
        var object = object
        object["kind"] = nil
        object["apiVersion"] = nil
        return object
    }
}
