// SPDX-License-Identifier: Apache-2.0

public import JSON
public import Kubernetes
public import Resources

/// A leader's writes, of which the server refuses those that come too late.
///
/// Every write carries the leader's ``Fence`` in an annotation, and the uid and the resourceVersion
/// of the object that it was decided on. The first write of a new leader to an object changes its
/// resourceVersion, so a write that an old leader decided on before is refused as a conflict. The
/// old leader then reads the object anew, finds the higher number, and refuses itself; it never
/// tries again blindly.
///
/// ```
///  old leader  ──read v7, #3──────(frozen)───────────write if v7─► 409 ─read v9: #4─► deposed
///  new leader              ──read v7, #3──write if v7, #4─► v8 ──write if v8─► v9
/// ```
///
/// It holds object by object: a leader that takes over a set of objects and must not be disturbed
/// in any stamps each (``stamp(_:)``) before it acts on one. An object that is not there has no
/// version, so a late *creation* is not refused; it carries the old number, by which the new leader
/// knows it.
public struct FencedWriter: Sendable {
    private let client: APIClient
    private let source: Source

    private enum Source: Sendable {
        case leadership(Leadership)
        case frozen(Fence)
    }

    /// So often a write is decided anew because the object has changed.
    private static let attempts = 5

    /// Writes for `leadership`.
    public init(_ client: APIClient, _ leadership: Leadership) {
        self.client = client
        source = .leadership(leadership)
    }

    /// Writes with a number of the past, as a leader does that does not know it yet.
    package init(_ client: APIClient, frozen fence: Fence) {
        self.client = client
        source = .frozen(fence)
    }

    /// Changes an object, decided on `object` and after each conflict on what it is by then.
    ///
    /// `plan` gives a merge patch (RFC 7396), nil when nothing is to be changed; it may be asked
    /// several times. A subresource's patch cannot carry the number, so the object itself is
    /// stamped before.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``FencedError``.
    public func change<R: Resource>(
        _ object: R,
        subresource: String? = nil,
        _ plan: (R) -> JSONValue?
    ) async throws(FencedError) -> R {
        var object = object
        var attempt = 1
        while true {
            let fence = try await permit(object)
            let isStamped = Fence(of: object.metadata) == fence
            guard let change = plan(object) else { return object }
            do throws(APIError) {
                if subresource != nil, !isStamped {
                    object = try await send(.object([:]), object, fence)
                    continue
                }
                return try await send(change, object, fence, subresource)
            } catch {
                guard error.isConflict, attempt < Self.attempts else { throw .request(error) }
            }
            attempt += 1
            object = try await read(object)
        }
    }

    /// Writes our number into an object, so that no write of an older leader can reach it.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``FencedError``.
    public func stamp<R: Resource>(_ object: R) async throws(FencedError) -> R {
        let fence = try await permit(object)
        guard Fence(of: object.metadata) != fence else { return object }
        return try await change(object) { _ in .object([:]) }
    }

    /// Makes an object that carries our number.
    ///
    /// - Returns: the object as the server has it.
    /// - Throws: ``FencedError``.
    public func create<R: Resource>(_ object: R) async throws(FencedError) -> R {
        var object = object
        object.metadata.annotations[Fence.annotation] = "\(try current())"
        do throws(APIError) {
            return try await client.create(object)
        } catch {
            throw .request(error)
        }
    }

    /// Asks for the end of an object, if it is still what `object` says.
    ///
    /// - Throws: ``FencedError``; after a conflict it is for the caller to decide anew.
    public func delete<R: Resource>(_ object: R) async throws(FencedError) {
        _ = try await permit(object)
        let conditions = Preconditions(
            uid: object.metadata.uid,
            resourceVersion: object.metadata.resourceVersion
        )
        _ = try current()
        do throws(APIError) {
            try await client.delete(R.type, object.key, if: conditions)
        } catch {
            throw .request(error)
        }
    }

    // MARK: - Whether we may

    private func current() throws(FencedError) -> Fence {
        switch source {
        case .leadership(let leadership): try leadership.fence()
        case .frozen(let fence): fence
        }
    }

    /// Our number, unless the object has a later one.
    private func permit(_ object: some Resource) async throws(FencedError) -> Fence {
        let ours = try current()
        guard let stamp = Fence(of: object.metadata), stamp != ours else { return ours }
        if stamp.lease == ours.lease, stamp.number < ours.number { return ours }
        let deposed = FencedError.deposed(object: "\(object.key)", by: stamp)
        guard case .leadership(let leadership) = source else { throw deposed }
        if leadership.isRetired(stamp.lease), stamp.number < ours.number { return ours }
        // A later leader's, one of a Lease that was deleted and made again, or a forgery by
        // somebody who may write the object: the server knows whose the Lease is.
        guard try await leadership.outrank(stamp) else { throw deposed }
        return try current()
    }

    // MARK: - Requests

    private func send<R: Resource>(
        _ change: JSONValue,
        _ object: R,
        _ fence: Fence,
        _ subresource: String? = nil
    ) async throws(APIError) -> R {
        var document = change.members ?? JSONObject()
        var metadata = document["metadata"]?.members ?? JSONObject()
        metadata["uid"] = .string(object.metadata.uid)
        metadata["resourceVersion"] = .string(object.metadata.resourceVersion)
        if subresource == nil {
            var annotations = metadata["annotations"]?.members ?? JSONObject()
            annotations[Fence.annotation] = .string("\(fence)")
            metadata["annotations"] = .object(annotations)
        }
        document["metadata"] = .object(metadata)
        return try await client.patch(
            R.self,
            object.key,
            with: .object(document),
            subresource: subresource
        )
    }

    private func read<R: Resource>(_ object: R) async throws(FencedError) -> R {
        do throws(APIError) {
            return try await client.get(R.self, object.key)
        } catch {
            throw .request(error)
        }
    }
}
