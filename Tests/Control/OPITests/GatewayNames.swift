// SPDX-License-Identifier: Apache-2.0

/// Requests are generic here; the `.proto` file has one for each kind of object.
enum GatewayNames {
    private static let kinds = ["BridgePort", "LogicalBridge", "Svi", "Vrf"]
    private static let generic = [
        "CreateRequest", "DeleteRequest", "GetRequest", "ListRequest", "ListResponse",
        "UpdateRequest",
    ]

    /// Messages as types: a generic one once for each kind.
    static func types(_ messages: [String]) -> [String] {
        messages.flatMap { name in
            generic.contains(name) ? kinds.map { "\(name)<\($0)>" } : [name]
        }
        .sorted()
    }

    /// The name in the `.proto` file: `ListSvisRequest` of `ListRequest<Svi>`.
    static func proto(_ type: String) -> String {
        guard let parts = type.wholeMatch(of: /([A-Z][a-z]+)(Request|Response)<(\w+)>/) else {
            return type
        }
        return "\(parts.1)\(parts.3)\(parts.1 == "List" ? "s" : "")\(parts.2)"
    }
}
