// SPDX-License-Identifier: Apache-2.0

public import JSON
public import Resources

/// Single objects. `deadline` is the time for a request with its repetitions, nil for the client's.
extension APIClient {
    /// The object as it is now.
    ///
    /// - Throws: ``APIError``.
    public func get<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        subresource: String? = nil,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        try await object(.object("GET", R.type, key, subresource: subresource), deadline)
    }

    /// Makes an object.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; see ``APIError/isAlreadyExists``.
    public func create<R: Resource>(
        _ object: R,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        let namespace = object.metadata.namespace
        let path = R.type.path(namespace: namespace.isEmpty ? nil : namespace)
        let request = APIRequest(method: "POST", type: R.type, path: path, body: object.json)
        return try await self.object(written(request), deadline)
    }

    /// Replaces an object; with its resource version, only if it has not changed since.
    ///
    /// What the type does not know of the object is lost, unlike with
    /// ``update(_:_:subresource:deadline:change:)``.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; see ``APIError/isConflict``.
    public func replace<R: Resource>(
        _ object: R,
        subresource: String? = nil,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        let request = APIRequest.object(
            "PUT",
            R.type,
            object.key,
            subresource: subresource,
            body: object.json
        )
        return try await self.object(written(request), deadline)
    }

    /// Changes what `patch` names and leaves everything else (RFC 7396).
    ///
    /// A resource version in `patch` makes the change conditional.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``.
    public func patch<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        with patch: JSONValue,
        subresource: String? = nil,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        let request = APIRequest.object(
            "PATCH",
            R.type,
            key,
            subresource: subresource,
            body: patch,
            contentType: .mergePatch
        )
        return try await object(written(request), deadline)
    }

    /// Does the operations of `patch` one after the other, all or none (RFC 6902).
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; ``APIError/isInvalid`` when a test fails or a place is not there.
    public func patch<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        with patch: JSONPatch,
        subresource: String? = nil,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        let request = APIRequest.object(
            "PATCH",
            R.type,
            key,
            subresource: subresource,
            body: patch.json,
            contentType: .jsonPatch
        )
        return try await object(written(request), deadline)
    }

    /// Declares the fields of `fields` as this manager's, and makes the object when there is none.
    ///
    /// What the manager declared before and does not now is removed. `fields` needs neither
    /// apiVersion, kind nor name. `force` takes fields that others own; controllers are meant to.
    /// Every writer of its own set of fields, also of a subresource, wants a `manager` of its own.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; see ``APIError/isFieldManagerConflict``.
    ///
    /// Source: KEP-555.
    public func apply<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        _ fields: JSONObject,
        manager: String? = nil,
        force: Bool = false,
        subresource: String? = nil,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        var document = fields
        var metadata = fields["metadata"]?.members ?? JSONObject()
        metadata["name"] = .string(key.name)
        if !key.namespace.isEmpty { metadata["namespace"] = .string(key.namespace) }
        document["apiVersion"] = .string(R.type.apiVersion)
        document["kind"] = .string(R.type.kind)
        document["metadata"] = .object(metadata)
        var request = APIRequest.object(
            "PATCH",
            R.type,
            key,
            subresource: subresource,
            body: .object(document),
            contentType: .applyPatch
        )
        request.query.append(("force", force ? "true" : "false"))
        return try await object(
            request.managed(by: manager ?? options.fieldManager),
            deadline
        )
    }

    /// Asks for an object's end; one that has finalizers goes later.
    ///
    /// - Throws: ``APIError``; see ``APIError/isNotFound`` and ``APIError/isConflict``.
    public func delete(
        _ type: ResourceType,
        _ key: ObjectKey,
        if conditions: Preconditions = Preconditions(),
        options: DeleteOptions = DeleteOptions(),
        deadline: Duration? = nil
    ) async throws(APIError) {
        let body = options.json(conditions)
        _ = try await document(.object("DELETE", type, key, body: body), deadline: deadline)
    }

    private func object<R: Resource>(
        _ request: APIRequest,
        _ deadline: Duration?
    ) async throws(APIError) -> R {
        try APIAnswer.object(try await document(request, deadline: deadline), of: request)
    }

    func written(_ request: APIRequest) -> APIRequest {
        request.managed(by: options.fieldManager)
    }
}
