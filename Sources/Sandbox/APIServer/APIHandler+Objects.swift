// SPDX-License-Identifier: Apache-2.0

import HTTP
import JSON
import Resources
import Synchronization

extension APIHandler {
    // MARK: - Reading

    /// - Throws: 400, 404, 406, 410, 504.
    func read(_ wanted: ResourceRequest) throws(Refusal) -> JSONValue {
        let form = try wanted.form()
        let target = wanted.target
        if wanted.verb == "get" {
            guard target.subresource != "token" else { throw .wrongMethod }
            let object = try cluster.read { (registry) throws(Refusal) in
                try registry.object(target.kind, target.namespace ?? "", target.name)
            }
            return form.one(target.kind.shown(object), target.kind)
        }
        let selection = try wanted.selection()
        let options = try wanted.listOptions()
        let page = try cluster.read { (registry) throws(Refusal) in
            try registry.list(target.kind, selection, options)
        }
        return form.list(page, target.kind)
    }

    // MARK: - Writing

    private static let documents = ["application/json", "application/yaml", ProtobufBody.mediaType]

    /// - Throws: any refusal of a write.
    func write(
        _ wanted: ResourceRequest
    ) throws(Refusal) -> (code: Int, document: JSONValue, warnings: [String]) {
        switch wanted.verb {
        case "create" where wanted.target.subresource == "token":
            return (201, try issueToken(wanted), [])
        case "create", "update", "patch":
            var written = try changed(wanted)
            let kind = wanted.target.kind
            // What was not stored has no version.
            if try wanted.isDry(), written.isNew {
                written.object.metadata["resourceVersion"] = nil
            }
            let document = try wanted.form().one(kind.shown(written.object), kind)
            return (written.isNew ? 201 : 200, document, written.warnings)
        case "delete": return (200, try delete(wanted), [])
        default: return (200, try deleteCollection(wanted), [])
        }
    }

    private func changed(_ wanted: ResourceRequest) throws(Refusal) -> Written {
        let target = wanted.target
        let (kind, name, namespace) = (target.kind, target.name, target.namespace ?? "")
        let options = try wanted.writeOptions()
        let body = Body(wanted.request)
        if wanted.verb == "patch" {
            let patch = try patchDocument(body, kind)
            return try cluster.write(isDry: wanted.isDry()) { (registry) throws(Refusal) in
                try registry.patch(kind, in: namespace, name, patch, options)
            }
        }
        let document = try body.document(Self.documents)
        if wanted.verb == "create" {
            guard target.subresource == nil else { throw .wrongMethod }
            return try cluster.write(isDry: wanted.isDry()) { (registry) throws(Refusal) in
                try registry.create(kind, in: namespace, document, options)
            }
        }
        return try cluster.write(isDry: wanted.isDry()) { (registry) throws(Refusal) in
            try registry.replace(kind, in: namespace, name, document, options)
        }
    }

    /// Merge patches; strategic ones of core types where they mean the same.
    private func patchDocument(_ body: Body, _ kind: ResourceKind) throws(Refusal) -> JSONValue {
        let merge = "application/merge-patch+json"
        let strategic = "application/strategic-merge-patch+json"
        let accepted = kind.isCustom ? [merge] : [merge, strategic]
        let patch = try body.document(accepted)
        if body.mediaType == strategic, !MergePatch.isPlain(patch) {
            throw Refusal(
                415,
                "UnsupportedMediaType",
                "this server merges no lists: a strategic merge patch may hold neither lists nor "
                    + "directives; use application/merge-patch+json"
            )
        }
        return patch
    }

    private func deleteOptions(_ wanted: ResourceRequest) throws(Refusal) -> DeleteOptions {
        let body = Body(wanted.request)
        var options = try DeleteOptions(
            body.isEmpty ? nil : body.document(Self.documents)
        )
        if let text = wanted.url["propagationPolicy"] {
            options.propagation = try DeleteOptions(["propagationPolicy": .string(text)])
                .propagation
        }
        return options
    }

    private func delete(_ wanted: ResourceRequest) throws(Refusal) -> JSONValue {
        let target = wanted.target
        guard target.subresource == nil else { throw .wrongMethod }
        let options = try deleteOptions(wanted)
        let (object, isGone) = try cluster.write(isDry: wanted.isDry()) {
            (registry) throws(Refusal) in
            try registry.delete(target.kind, in: target.namespace ?? "", target.name, options)
        }
        guard isGone else { return target.kind.shown(object) }
        var details: JSONValue = ["name": .string(target.name)]
        if !target.kind.group.isEmpty { details["group"] = .string(target.kind.group) }
        details["kind"] = .string(target.kind.plural)
        details["uid"] = .string(object.objectUID)
        return [
            "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
            "details": details,
        ]
    }

    private func deleteCollection(_ wanted: ResourceRequest) throws(Refusal) -> JSONValue {
        let target = wanted.target
        let selection = try wanted.selection()
        let options = try deleteOptions(wanted)
        let page = try cluster.write(isDry: wanted.isDry()) { (registry) throws(Refusal) in
            let page = try registry.list(target.kind, selection, ListOptions())
            for object in page.objects {
                let (namespace, name) = (object.objectNamespace, object.objectName)
                // One that went with its owner just now.
                let key = registry.key(target.kind, namespace, name)
                if registry.storage[target.kind.resource, key] == nil { continue }
                _ = try registry.delete(target.kind, in: namespace, name, options)
            }
            return page
        }
        return ReplyForm.object.list(page, target.kind)
    }

    // MARK: - Tokens and reviews

    /// A token that stands for a service account for a while.
    private func issueToken(_ wanted: ResourceRequest) throws(Refusal) -> JSONValue {
        let target = wanted.target
        var document = try Body(wanted.request).document(Self.documents)
        let account = try cluster.read { (registry) throws(Refusal) in
            try registry.object(target.kind, target.namespace ?? "", target.name)
        }
        let seconds = document["spec"]?["expirationSeconds"]?.integer ?? 3600
        guard Tokens.lifetimes.contains(seconds) else {
            let words = seconds < 600 ? "less than 10 minutes" : "larger than 2^32 seconds"
            throw .invalid(
                "TokenRequest.authentication.k8s.io",
                "spec.expirationSeconds",
                "Invalid value: \(seconds): may not specify a duration \(words)"
            )
        }
        let asked = document["spec"]?["audiences"]?.array?.compactMap(\.string) ?? []
        let audiences = asked.isEmpty ? [Tokens.audience] : asked
        let issued = tokens.withLock { tokens in
            let issued = tokens.issue(account, seconds: seconds, audiences: audiences)
            if tokens.isKnown(issued.token) { keepToken?(issued) }
            return issued
        }
        document["kind"] = "TokenRequest"
        document["apiVersion"] = "authentication.k8s.io/v1"
        document["metadata"] = ["name": .string(target.name), "creationTimestamp": .now]
        document["metadata"]?["namespace"] = target.namespace.map { .string($0) }
        document["spec"] = MergePatch.apply(
            [
                "audiences": .array(audiences.map { .string($0) }),
                "expirationSeconds": .number(JSONNumber(seconds)),
            ],
            to: document["spec"] ?? [:]
        )
        let moment = Timestamp(unixNanoseconds: issued.expiry * 1_000_000_000).seconds
        document["status"] = [
            "token": .string(issued.token), "expirationTimestamp": .string(moment),
        ]
        return document
    }

    /// The answer to a question about oneself, nil when the path is none.
    ///
    /// - Throws: 405, 415, 400.
    func review(
        _ request: HTTPIncoming,
        _ user: User,
        _ parts: [String]
    ) throws(Refusal) -> JSONValue? {
        let access = ["apis", "authorization.k8s.io", "v1", "selfsubjectaccessreviews"]
        let identity = ["apis", "authentication.k8s.io", "v1", "selfsubjectreviews"]
        guard parts == access || parts == identity else { return nil }
        guard request.method == "POST" else { throw .wrongMethod }
        guard !user.groups.contains("system:unauthenticated") else { throw .unauthorized }
        var document = try Body(request).document(Self.documents)
        if parts == identity {
            let groups = user.groups.map { JSONValue.string($0) }
            document["status"] = [
                "userInfo": ["username": .string(user.name), "groups": .array(groups)]
            ]
            return document
        }
        let action = Self.action(asked: document["spec"] ?? [:])
        let isAllowed = cluster.read { $0.allows(user, action) }
        document["status"] = ["allowed": .bool(isAllowed)]
        return document
    }

    private static func action(asked spec: JSONValue) -> Action {
        if let asked = spec["nonResourceAttributes"], !asked.isNull {
            var action = Action(verb: asked["verb"]?.string ?? "")
            action.path = asked["path"]?.string ?? ""
            return action
        }
        let asked = spec["resourceAttributes"] ?? [:]
        func text(_ key: String) -> String { asked[key]?.string ?? "" }
        return Action(
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name")
        )
    }
}
