// SPDX-License-Identifier: Apache-2.0

import JSON
public import Resources
import Synchronization

/// Which versions of a kind the server has.
extension APIClient {
    /// The first of `types`, versions of one kind from the best on, that the server has.
    ///
    /// What was found is remembered as long as the client lives; what was not is asked again.
    ///
    /// - Throws: ``APIError/noneServed(_:)``, and what else may go wrong with a request.
    public func served(_ types: [ResourceType]) async throws(APIError) -> ResourceType {
        for type in types where try await isServed(type) { return type }
        throw .noneServed(types)
    }

    private func isServed(_ type: ResourceType) async throws(APIError) -> Bool {
        if discovered.withLock({ $0.contains(type) }) { return true }
        let root = type.group.isEmpty ? "/api/\(type.version)" : "/apis/\(type.apiVersion)"
        let request = APIRequest(method: "GET", type: type, path: root)
        let answer: JSONValue
        do throws(APIError) {
            answer = try await document(request)
        } catch {
            if case .unknownKind = error { return false }
            if error.isNotFound { return false }
            throw error
        }
        guard answer["kind"]?.string == "APIResourceList" else {
            throw .misshapen(what: "GET \(root)", .missing(path: "APIResourceList"))
        }
        let isThere = (answer["resources"]?.array ?? []).contains {
            $0["name"]?.string == type.plural && $0["kind"]?.string == type.kind
        }
        if isThere { discovered.withLock { _ = $0.insert(type) } }
        return isThere
    }
}
