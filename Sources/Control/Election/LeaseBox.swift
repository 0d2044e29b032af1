// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Kubernetes
import Resources

/// Why the Lease could not be read or written.
enum LeaseFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// The server refused, or the connection broke.
    case request(APIError)
    /// There was no answer in time; a write may have been accepted.
    case noAnswer(within: Duration)

    /// Whether a write was certainly not made because the Lease is not what it was.
    var isRefusal: Bool {
        guard case .request(let error) = self else { return false }
        return error.isConflict || error.isAlreadyExists || error.isNotFound
    }

    /// One clause for the log.
    var description: String {
        switch self {
        case .request(let error): "\(error)"
        case .noAnswer(let patience): "no answer within \(patience)"
        }
    }
}

/// The requests for one Lease, none of which lasts longer than the patience.
struct LeaseBox: Sendable {
    let client: APIClient
    let key: ObjectKey
    let patience: Duration

    /// The Lease as it is now, nil when there is none.
    func read() async throws(LeaseFailure) -> Lease? {
        try await answered { () async throws(APIError) -> Lease? in
            do throws(APIError) {
                return try await client.get(Lease.self, key)
            } catch {
                guard error.isNotFound else { throw error }
                return nil
            }
        }
    }

    /// Makes a claim; gives the Lease as the server has it.
    func write(_ claim: Candidacy.Claim) async throws(LeaseFailure) -> Lease {
        try await answered { () async throws(APIError) -> Lease in
            switch claim {
            case .create(let spec):
                let metadata = ObjectMeta(name: key.name, namespace: key.namespace)
                return try await client.create(Lease(metadata: metadata, spec: spec))
            case .change(let lease, let spec):
                return try await client.patch(Lease.self, key, with: patch(lease, spec))
            }
        }
    }

    /// A patch and no replacement, so that fields and owners of others stay.
    private func patch(_ lease: Lease, _ spec: Lease.Spec) -> JSONValue {
        let whole = Lease(metadata: lease.metadata, spec: spec).json
        return [
            "metadata": [
                "uid": .string(lease.metadata.uid),
                "resourceVersion": .string(lease.metadata.resourceVersion),
            ],
            "spec": whole["spec"] ?? .object([:]),
        ]
    }

    private func answered<Value: Sendable>(
        _ request: @escaping @Sendable () async throws(APIError) -> Value
    ) async throws(LeaseFailure) -> Value {
        let patience = patience
        let result = await withTaskGroup(of: Result<Value, LeaseFailure>.self) { group in
            group.addTask {
                do throws(APIError) {
                    return .success(try await request())
                } catch {
                    return .failure(.request(error))
                }
            }
            group.addTask {
                do { try await Task.sleep(for: patience) } catch {}
                return .failure(.noAnswer(within: patience))
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? .failure(.noAnswer(within: patience))
        }
        return try result.get()
    }
}

extension Timestamp {
    /// The system's clock, for others to look at.
    static var now: Timestamp {
        Timestamp(unixNanoseconds: Int64(clamping: Clocks.realtimeNanoseconds))
    }
}
