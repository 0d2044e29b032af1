// SPDX-License-Identifier: Apache-2.0

import JSON
public import Resources

/// Changes that depend on what is there: read, change, write, and again when somebody else wrote.
extension APIClient {
    /// Attempts of a change, and the pause between them: client-go's `retry.DefaultRetry`.
    private static let attempts = 5
    private static let pause = Duration.milliseconds(10)
    private static let jitter = 0.1

    /// Reads an object, has it changed and replaces it, and again when it was changed meanwhile.
    ///
    /// `change` may run several times, each time on the newest state. What `R` does not know of the
    /// object, such as its owners, stays as it is. Nothing is written when nothing was changed.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; ``APIError/isConflict`` after five attempts; what `change` throws.
    public func update<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        subresource: String? = nil,
        deadline: Duration? = nil,
        change: (inout R) throws(APIError) -> Void
    ) async throws(APIError) -> R {
        let reading = APIRequest.object("GET", R.type, key)
        let end = ContinuousClock.now + (deadline ?? options.deadline)
        return try await repeatedly(by: end) { () async throws(APIError) in
            let document = try await self.document(reading, deadline: end - .now)
            let before: R = try APIAnswer.object(document, of: reading)
            var after = before
            try change(&after)
            guard let difference = MergePatch.difference(from: before.json, to: after.json) else {
                return before
            }
            let request = APIRequest.object(
                "PUT",
                R.type,
                key,
                subresource: subresource,
                body: MergePatch.apply(difference, to: document)
            )
            let answer = try await self.document(self.written(request), deadline: end - .now)
            return try APIAnswer.object(answer, of: request)
        }
    }

    /// Adds a finalizer, unless it is there; those of others stay, whoever writes meanwhile.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; ``APIError/isInvalid`` when the object is being deleted already.
    public func addFinalizer<R: Resource>(
        _ finalizer: String,
        to type: R.Type,
        _ key: ObjectKey
    ) async throws(APIError) -> R {
        try await finalizers(type, key) { finalizers in
            if !finalizers.contains(finalizer) { finalizers.append(finalizer) }
        }
    }

    /// Removes a finalizer, if it is there; those of others stay, whoever writes meanwhile.
    ///
    /// - Returns: the object as the server last had it: without finalizers a deleted one is gone.
    /// - Throws: ``APIError``; see ``APIError/isNotFound``.
    public func removeFinalizer<R: Resource>(
        _ finalizer: String,
        from type: R.Type,
        _ key: ObjectKey
    ) async throws(APIError) -> R {
        try await finalizers(type, key) { finalizers in
            finalizers.removeAll { $0 == finalizer }
        }
    }

    /// Gives an object that was read these finalizers, unless it has changed since.
    ///
    /// With uid and version, so that nobody else's finalizer is lost or comes back.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``APIError``; ``APIError/isConflict`` when it has changed.
    public func setFinalizers<R: Resource>(
        _ finalizers: [String],
        of object: R,
        deadline: Duration? = nil
    ) async throws(APIError) -> R {
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(object.metadata.uid),
                "resourceVersion": .string(object.metadata.resourceVersion),
                "finalizers": .array(finalizers.map(JSONValue.string)),
            ]
        ]
        return try await self.patch(R.self, object.key, with: patch, deadline: deadline)
    }

    private func finalizers<R: Resource>(
        _ type: R.Type,
        _ key: ObjectKey,
        _ change: (inout [String]) -> Void
    ) async throws(APIError) -> R {
        let end = ContinuousClock.now + options.deadline
        return try await repeatedly(by: end) { () async throws(APIError) in
            let object = try await self.get(R.self, key, deadline: end - .now)
            var finalizers = object.metadata.finalizers
            change(&finalizers)
            if finalizers == object.metadata.finalizers { return object }
            return try await self.setFinalizers(finalizers, of: object, deadline: end - .now)
        }
    }

    private func repeatedly<R>(
        by end: ContinuousClock.Instant,
        _ attempt: () async throws(APIError) -> R
    ) async throws(APIError) -> R {
        for _ in 1..<Self.attempts {
            do throws(APIError) {
                return try await attempt()
            } catch {
                guard error.isConflict, end > .now else { throw error }
            }
            try await rest(Self.pause * (1 + Double.random(in: 0..<Self.jitter)))
        }
        return try await attempt()
    }
}
