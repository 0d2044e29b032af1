// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON
import Kernel

/// Who makes a request.
struct User: Hashable, Sendable {
    var name: String
    var groups: [String]
    var uid = ""

    static let masters = "system:masters"

    /// The account of a pod.
    static func account(_ namespace: String, _ name: String, uid: String = "") -> User {
        User(
            name: "system:serviceaccount:\(namespace):\(name)",
            groups: [
                "system:serviceaccounts", "system:serviceaccounts:\(namespace)",
                "system:authenticated",
            ],
            uid: uid
        )
    }
}

/// What a request does, in the words of roles.
struct Action: Hashable, Sendable {
    var verb: String
    var group = ""
    var resource = ""
    var subresource = ""
    var namespace = ""
    var name = ""
    /// The path of what is no resource.
    var path: String?

    var fullResource: String { subresource.isEmpty ? resource : "\(resource)/\(subresource)" }
}

/// Bearer tokens and whom they stand for.
struct Tokens: Sendable {
    /// A token of a service account, as it is kept on disk.
    struct Issued: Sendable {
        var token: String
        var account: ObjectKey
        var uid: String
        /// Seconds since 1970.
        var expiry: UInt64
    }

    private struct Grant: Sendable {
        var user: User
        /// Seconds since 1970, nil for ever.
        var expiry: UInt64?
        /// The account that must still be there, with this UID.
        var account: ObjectKey?
    }

    private var grants: [String: Grant] = [:]

    private static var now: UInt64 { Clocks.realtimeNanoseconds / 1_000_000_000 }

    /// A token that is known from the start.
    mutating func add(_ token: String, _ user: User) {
        grants[token] = Grant(user: user)
    }

    /// How long a token may be asked for, in seconds.
    static let lifetimes = 600...(1 << 32)

    /// Whom tokens are for unless told.
    static let audience = "https://kubernetes.default.svc.cluster.local"

    /// A token that was issued before, unless its time is over.
    mutating func add(_ issued: Issued) {
        guard issued.expiry > Self.now else { return }
        grants[issued.token] = Grant(
            user: .account(issued.account.namespace, issued.account.name, uid: issued.uid),
            expiry: issued.expiry,
            account: issued.account
        )
    }

    /// A new token of a service account; nobody accepts one whose audience is not this server.
    ///
    /// It reads like a JSON web token, whose signature is a secret that only this server knows.
    mutating func issue(
        _ account: JSONValue,
        seconds: Int,
        audiences: [String]
    ) -> Issued {
        let (namespace, name) = (account.objectNamespace, account.objectName)
        let expiry = Self.now + UInt64(clamping: seconds)
        let claims: JSONValue = [
            "aud": .array(audiences.map { .string($0) }), "iss": .string(Self.audience),
            "exp": .number(JSONNumber(expiry)), "iat": .number(JSONNumber(Self.now)),
            "nbf": .number(JSONNumber(Self.now)),
            "kubernetes.io": [
                "namespace": .string(namespace),
                "serviceaccount": [
                    "name": .string(name), "uid": .string(account.objectUID),
                ],
            ], "sub": .string(User.account(namespace, name).name),
        ]
        let head: JSONValue = ["alg": "none", "typ": "JWT"]
        // The alphabet of RFC 4648 § 5.
        let parts = [head, claims].map {
            Base64.encode($0.encoded()).replacing("+", with: "-").replacing("/", with: "_")
        }
        let token = (parts + [Machine.randomDigits(ofBytes: 32)]).joined(separator: ".")
        let issued = Issued(
            token: token,
            account: ObjectKey(namespace: namespace, name: name),
            uid: account.objectUID,
            expiry: expiry
        )
        // One for somebody else is nobody's here.
        guard audiences.contains(Self.audience) else { return issued }
        grants = grants.filter { $0.value.expiry.map { $0 > Self.now } ?? true }
        add(issued)
        return issued
    }

    /// Whether a token is for this server.
    func isKnown(_ token: String) -> Bool { grants[token] != nil }

    /// Whom a token stands for, nil when it is unknown, too old, or its account is gone.
    func user(of token: String, in registry: borrowing Registry) -> User? {
        guard let grant = grants[token], grant.expiry.map({ $0 > Self.now }) ?? true else {
            return nil
        }
        if let account = grant.account {
            let found = registry.storage[.serviceAccounts, account]
            guard found?.objectUID == grant.user.uid else { return nil }
        }
        return grant.user
    }
}

extension Registry {
    /// Whether roles let a user do something.
    ///
    /// Source: Kubernetes, "Using RBAC Authorization".
    func allows(_ user: User, _ action: Action) -> Bool {
        if user.groups.contains(User.masters) { return true }
        if isForEverybody(user, action) { return true }
        let bindings =
            storage.objects(of: .clusterRoleBindings)
            + (action.namespace.isEmpty
                ? [] : storage.objects(of: .roleBindings, in: action.namespace))
        return bindings.contains { _, binding in
            let subjects = binding["subjects"]?.array ?? []
            guard subjects.contains(where: { Self.names($0, user, binding) }) else { return false }
            return rules(of: binding).contains { Self.covers($0, action) }
        }
    }

    /// What the roles that every cluster has give to everybody who is known.
    private func isForEverybody(_ user: User, _ action: Action) -> Bool {
        let isKnown = user.groups.contains("system:authenticated")
        if let path = action.path {
            let open = ["/version", "/healthz", "/livez", "/readyz"]
            let pages = isKnown ? open + ["/api", "/apis", "/openapi"] : open
            return action.verb == "get"
                && pages.contains { path == $0 || path.hasPrefix("\($0)/") }
        }
        return isKnown && action.verb == "create"
            && ["selfsubjectaccessreviews", "selfsubjectreviews"].contains(action.resource)
    }

    private static func names(_ subject: JSONValue, _ user: User, _ binding: JSONValue) -> Bool {
        let name = subject["name"]?.string ?? ""
        switch subject["kind"]?.string {
        case "User": return name == user.name
        case "Group": return user.groups.contains(name)
        case "ServiceAccount":
            let namespace = subject["namespace"]?.string ?? binding.objectNamespace
            return user.name == User.account(namespace, name).name
        default: return false
        }
    }

    private func rules(of binding: JSONValue) -> [JSONValue] {
        let reference = binding["roleRef"]
        let name = reference?["name"]?.string ?? ""
        let isNamespaced = reference?["kind"]?.string == "Role"
        if name == "cluster-admin", !isNamespaced {
            return [["apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]]]
        }
        let key = ObjectKey(
            namespace: isNamespaced ? binding.objectNamespace : "",
            name: name
        )
        let role = storage[isNamespaced ? .roles : .clusterRoles, key]
        return role?["rules"]?.array ?? []
    }

    private static func covers(_ rule: JSONValue, _ action: Action) -> Bool {
        func has(_ key: String, _ wanted: String) -> Bool {
            let list = rule[key]?.array?.compactMap(\.string) ?? []
            return list.contains("*") || list.contains(wanted)
        }
        guard has("verbs", action.verb) else { return false }
        if let path = action.path {
            let list = rule["nonResourceURLs"]?.array?.compactMap(\.string) ?? []
            return list.contains { one in
                one == path || (one.hasSuffix("*") && path.hasPrefix(one.dropLast()))
            }
        }
        let names = rule["resourceNames"]?.array?.compactMap(\.string) ?? []
        let isNamed =
            has("resources", action.fullResource)
            || (!action.subresource.isEmpty && has("resources", "*/\(action.subresource)"))
        return has("apiGroups", action.group) && isNamed
            && (names.isEmpty || names.contains(action.name))
    }

    /// The sentence of a refusal.
    static func refusal(_ user: User, _ action: Action) -> Refusal {
        if let path = action.path {
            let words = "forbidden: User \"\(user.name)\" cannot \(action.verb) path \"\(path)\""
            return Refusal(403, "Forbidden", words)
        }
        let place =
            action.namespace.isEmpty
            ? "at the cluster scope" : "in the namespace \"\(action.namespace)\""
        let subject = [action.resource, action.group].filter { !$0.isEmpty }.joined(separator: ".")
        let object = action.name.isEmpty ? "" : " \"\(action.name)\""
        let words =
            "\(subject)\(object) is forbidden: User \"\(user.name)\" cannot \(action.verb) "
            + "resource \"\(action.fullResource)\" in API group \"\(action.group)\" \(place)"
        var refusal = Refusal(403, "Forbidden", words)
        refusal.name = action.name
        refusal.group = action.group
        refusal.kind = action.resource
        return refusal
    }
}
