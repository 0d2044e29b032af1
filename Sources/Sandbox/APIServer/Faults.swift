// SPDX-License-Identifier: Apache-2.0

import JSON

/// What goes wrong on purpose.
struct Faults: Sendable {
    /// Requests that fail instead of being served.
    struct Failure: Sendable {
        var refusal: Refusal
        /// Verbs and resources it hits, empty for all.
        var verbs: Set<String>
        var resources: Set<String>
        /// How many are still to fail, nil for all.
        var left: Int?
    }

    /// How long each request waits first.
    var latency = Duration.zero
    var failure: Failure?

    /// What to do once, now.
    struct Orders: Sendable {
        var cutsWatches = false
        var compacts = false
    }

    /// Reads what a client wants to go wrong from now on; what it does not mention is right again.
    ///
    /// - Throws: 400.
    mutating func set(_ document: JSONValue) throws(Refusal) -> Orders {
        do throws(JSONShapeError) {
            let node = JSONNode(document)
            try node.allow(["latencyMilliseconds", "fail", "cutWatches", "compact"])
            let wait = try node.optional("latencyMilliseconds")?.integer(in: 0...600_000) ?? 0
            let wanted = try node.optional("fail").map { (fail) throws(JSONShapeError) in
                try Self.failure(fail)
            }
            let orders = Orders(
                cutsWatches: try node.optional("cutWatches")?.bool() ?? false,
                compacts: try node.optional("compact")?.bool() ?? false
            )
            (latency, failure) = (.milliseconds(wait), wanted)
            return orders
        } catch {
            throw .badRequest("\(error)")
        }
    }

    private static func failure(_ node: JSONNode) throws(JSONShapeError) -> Failure {
        try node.allow([
            "status", "reason", "message", "retryAfterSeconds", "verbs", "resources", "times",
        ])
        var refusal = Refusal(
            try node.optional("status")?.integer(in: 400...599) ?? 500,
            try node.optional("reason")?.text() ?? "InternalError",
            try node.optional("message")?.string() ?? "a fault that was asked for"
        )
        refusal.retryAfterSeconds =
            try node.optional("retryAfterSeconds")?.integer(in: 0...86_400)
        return Failure(
            refusal: refusal,
            verbs: try names(node, "verbs"),
            resources: try names(node, "resources"),
            left: try node.optional("times")?.integer(in: 1...1_000_000)
        )
    }

    private static func names(_ node: JSONNode, _ key: String) throws(JSONShapeError) -> Set<String>
    {
        var names: Set<String> = []
        for one in try node.optional(key)?.elements() ?? [] { names.insert(try one.text()) }
        return names
    }

    /// The refusal that hits this action, counted.
    mutating func hit(_ action: Action) -> Refusal? {
        guard let found = failure,
            found.verbs.isEmpty || found.verbs.contains(action.verb),
            found.resources.isEmpty || found.resources.contains(action.resource)
        else { return nil }
        if let left = found.left { failure = left > 1 ? found.with(left: left - 1) : nil }
        return found.refusal
    }
}

extension Faults.Failure {
    fileprivate func with(left: Int) -> Self {
        var copy = self
        copy.left = left
        return copy
    }
}
