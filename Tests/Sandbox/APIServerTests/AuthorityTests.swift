// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@testable import APIServer

@Suite struct AuthorityTests {
    /// A registry in which a rule is bound to user `u`: by `role` of that kind, through a binding
    /// of the cluster or of namespace `n`.
    private func registry(
        _ rule: String,
        role: String = "ClusterRole",
        bindingIn namespace: String = "",
        subject: JSONValue = ["kind": "User", "name": "u"],
        named name: String = "r"
    ) throws -> Registry {
        var registry = Registry()
        let isNamespaced = role == "Role"
        registry.storage.put(
            ["metadata": ["name": .string(name)], "rules": [try json(rule)]],
            at: ObjectKey(namespace: isNamespaced ? namespace : "", name: name),
            of: isNamespaced ? .roles : .clusterRoles
        )
        registry.storage.put(
            [
                "metadata": ["name": "b", "namespace": .string(namespace)],
                "roleRef": ["kind": .string(role), "name": .string(name)], "subjects": [subject],
            ],
            at: ObjectKey(namespace: namespace, name: "b"),
            of: namespace.isEmpty ? .clusterRoleBindings : .roleBindings
        )
        return registry
    }

    private let user = User(name: "u", groups: ["g", "system:authenticated"])

    private func action(_ text: String) -> Action {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        let parts = words[1].split(separator: "/", omittingEmptySubsequences: false)
        if words[1].hasPrefix("/") {
            var action = Action(verb: words[0])
            action.path = words[1]
            return action
        }
        return Action(
            verb: words[0],
            group: words.count > 4 ? words[4] : "",
            resource: String(parts[0]),
            subresource: parts.count > 1 ? String(parts[1]) : "",
            namespace: words.count > 2 ? words[2] : "",
            name: words.count > 3 ? words[3] : ""
        )
    }

    /// A rule, an action as `verb resource namespace name group`, and whether it may be.
    @Test(
        arguments: [
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "get pods n a", true),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "list pods n", false),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "get pods n a g", false),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#, "get pods/log n a",
                false
            ),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]}"#, "get pods/log n a",
                true
            ),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods/log"]}"#, "get pods n a",
                false
            ),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["*/log"]}"#, "get pods/log n a",
                true
            ),
            (#"{"verbs":["get"],"apiGroups":[""],"resources":["*/log"]}"#, "get pods n a", false),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods/*"]}"#, "get pods/log n a",
                false
            ),
            (#"{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"#, "x pods/log n a g", true),
            (#"{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"#, "get /metrics", false),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#,
                "get pods n a", true
            ),
            (
                #"{"verbs":["get"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#,
                "get pods n b", false
            ),
            (
                #"{"verbs":["list"],"apiGroups":[""],"resources":["pods"],"resourceNames":["a"]}"#,
                "list pods n", false
            ),
            (#"{"verbs":["get"],"nonResourceURLs":["/metrics"]}"#, "get /metrics", true),
            (#"{"verbs":["get"],"nonResourceURLs":["/metrics"]}"#, "get /metrics/a", false),
            (#"{"verbs":["get"],"nonResourceURLs":["/metrics/*"]}"#, "get /metrics/a", true),
            (#"{"verbs":["get"],"nonResourceURLs":["*"]}"#, "get /anything", true),
            (#"{"verbs":["post"],"nonResourceURLs":["*"]}"#, "get /anything", false),
            (#"{"verbs":["*"],"nonResourceURLs":["*"]}"#, "get pods n a", false),
            (#"{}"#, "get pods n a", false), (#"{"verbs":"get"}"#, "get pods n a", false),
            ("7", "get pods n a", false),
        ] as [(String, String, Bool)]
    )
    func `what a rule covers`(rule: String, action: String, isAllowed: Bool) throws {
        let registry = try registry(rule)
        #expect(registry.allows(user, self.action(action)) == isAllowed)
        let stranger = User(name: "other", groups: ["system:authenticated"])
        #expect(!registry.allows(stranger, self.action(action)))
    }

    @Test(arguments: [
        ("ClusterRole", "", "get pods n a", true), ("ClusterRole", "", "get pods  a", true),
        ("ClusterRole", "n", "get pods n a", true), ("ClusterRole", "n", "get pods m a", false),
        ("ClusterRole", "n", "get pods  a", false), ("Role", "n", "get pods n a", true),
        ("Role", "n", "get pods m a", false), ("ClusterRole", "n", "get /metrics", false),
        ("ClusterRole", "", "get /metrics", true),
    ])
    func `a role reaches as far as its binding`(
        role: String,
        namespace: String,
        action: String,
        isAllowed: Bool
    ) throws {
        let rule = """
            {"verbs":["get"],"apiGroups":[""],"resources":["pods"],"nonResourceURLs":["/metrics"]}
            """
        let registry = try registry(rule, role: role, bindingIn: namespace)
        #expect(registry.allows(user, self.action(action)) == isAllowed)
    }

    @Test(arguments: [
        (#"{"kind":"Group","name":"g"}"#, true), (#"{"kind":"Group","name":"u"}"#, false),
        (#"{"kind":"User","name":"g"}"#, false), (#"{"kind":"Robot","name":"u"}"#, false),
        (#"{"kind":"ServiceAccount","name":"u"}"#, false), ("{}", false), ("1", false),
    ])
    func `a subject is one of that kind`(subject: String, isAllowed: Bool) throws {
        let rule = #"{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"#
        let registry = try registry(rule, subject: json(subject))
        #expect(registry.allows(user, action("get pods n a")) == isAllowed)
    }

    @Test func `an account is one of its namespace`() throws {
        let rule = #"{"verbs":["*"],"apiGroups":["*"],"resources":["*"]}"#
        let subject: JSONValue = ["kind": "ServiceAccount", "name": "robot"]
        let registry = try registry(rule, role: "Role", bindingIn: "n", subject: subject)
        #expect(registry.allows(.account("n", "robot"), action("get pods n a")))
        #expect(!registry.allows(.account("m", "robot"), action("get pods n a")))
    }

    @Test func `a namespace's own role is not the cluster's administrator`() throws {
        let rule = #"{"verbs":["get"],"apiGroups":[""],"resources":["pods"]}"#
        let own = try registry(rule, role: "Role", bindingIn: "n", named: "cluster-admin")
        #expect(own.allows(user, action("get pods n a")))
        #expect(!own.allows(user, action("delete secrets n a")))
        let cluster = try registry("{}", named: "cluster-admin")
        #expect(cluster.allows(user, action("delete secrets n a")))
    }

    @Test(arguments: [
        ("get /version", true, true), ("get /healthz/ping", true, true), ("get /apis", false, true),
        ("get /openapi/v3", false, true), ("post /version", false, false),
        ("get /versions", false, false), ("get /sandbox/requests", false, false),
        ("create selfsubjectreviews", false, true), ("create pods n", false, false),
    ])
    func `what everybody may`(action: String, anonymous: Bool, known: Bool) {
        let registry = Registry()
        let nobody = User(name: "system:anonymous", groups: ["system:unauthenticated"])
        #expect(registry.allows(nobody, self.action(action)) == anonymous)
        #expect(registry.allows(user, self.action(action)) == known)
        #expect(registry.allows(User(name: "a", groups: [User.masters]), self.action(action)))
    }
}

@Suite struct TokensTests {
    private func lab() throws -> (lab: Lab, account: JSONValue) {
        var lab = try Lab()
        let account = try lab.object("serviceaccounts", ["name": "robot"])
        let made = try lab.create("serviceaccounts", account)
        return (lab, made)
    }

    @Test func `a token stands for its account until that is gone`() throws {
        var (lab, account) = try lab()
        var tokens = Tokens()
        let token = tokens.issue(account, seconds: 600, audiences: [Tokens.audience]).token
        #expect(token.split(separator: ".").count == 3)
        let user = tokens.user(of: token, in: lab.registry)
        #expect(user?.name == "system:serviceaccount:default:robot")
        #expect(user?.groups.contains("system:serviceaccounts:default") == true)
        #expect(tokens.user(of: token + "x", in: lab.registry) == nil)
        #expect(tokens.user(of: "", in: lab.registry) == nil)
        try lab.delete("serviceaccounts", "robot")
        #expect(tokens.user(of: token, in: lab.registry) == nil)
        account = try lab.create(
            "serviceaccounts",
            lab.object("serviceaccounts", ["name": "robot"])
        )
        #expect(tokens.user(of: token, in: lab.registry) == nil, "its namesake is another")
    }

    @Test func `a token that is too old, or for somebody else, is nobody's`() throws {
        let (lab, account) = try lab()
        var tokens = Tokens()
        let old = tokens.issue(account, seconds: 0, audiences: [Tokens.audience]).token
        let other = tokens.issue(account, seconds: 600, audiences: ["vault"]).token
        let audiences = ["vault", Tokens.audience]
        let both = tokens.issue(account, seconds: .max, audiences: audiences)
        #expect(tokens.user(of: old, in: lab.registry) == nil)
        #expect(tokens.user(of: other, in: lab.registry) == nil)
        #expect(tokens.user(of: both.token, in: lab.registry) != nil)
        #expect(both.expiry > UInt64(Int.max))
    }

    @Test func `a known token is good whatever else`() throws {
        var tokens = Tokens()
        tokens.add("t", User(name: "admin", groups: [User.masters]))
        #expect(tokens.user(of: "t", in: Registry())?.name == "admin")
    }
}
