// SPDX-License-Identifier: Apache-2.0

import HTTP
import JSON
import Kernel

/// One watch: what to send first, and how each change is shown.
private struct WatchPlan: Sendable {
    let kind: ResourceKind
    let selection: Selection
    let form: ReplyForm
    var hasSentColumns = false

    /// A line of the stream.
    mutating func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let shown = form.one(object, kind, withColumns: !hasSentColumns)
        hasSentColumns = true
        return Self.line(type, shown)
    }

    static func line(_ type: String, _ object: JSONValue) -> [UInt8] {
        let event: JSONValue = ["type": .string(type), "object": object]
        return event.encoded() + [UInt8(ascii: "\n")]
    }

    /// What the watcher sees of a change: coming into the selection is an addition, leaving it a
    /// deletion.
    mutating func line(_ change: Storage.Change) -> [UInt8]? {
        if let namespace = selection.namespace, change.key.namespace != namespace { return nil }
        let isIn = change.kind != .deleted && selection.matches(change.object)
        let wasIn = change.previous.map { selection.matches($0) } ?? false
        switch (wasIn, isIn) {
        case (false, false): return nil
        case (false, true): return line("ADDED", kind.shown(change.object))
        case (true, true): return line("MODIFIED", kind.shown(change.object))
        case (true, false):
            // The last state that was in the selection, at the version of its leaving.
            var last = change.previous ?? change.object
            last.metadata["resourceVersion"] = .string("\(change.version)")
            return line("DELETED", kind.shown(last))
        }
    }

    /// Says how far the watcher has seen.
    func bookmark(_ version: UInt64, endsInitial: Bool = false) -> [UInt8] {
        var metadata: JSONValue = ["resourceVersion": .string("\(version)")]
        metadata["creationTimestamp"] = .null
        if endsInitial { metadata["annotations"] = ["k8s.io/initial-events-end": "true"] }
        var object: JSONValue = [
            "kind": .string(kind.kind), "apiVersion": .string(kind.apiVersion),
        ]
        object["metadata"] = metadata
        return Self.line("BOOKMARK", object)
    }
}

extension APIHandler {
    /// The longest watch in seconds, a year; a clock's moments do not reach as far as an `Int`.
    private static let longest = 365 * 86_400

    /// Streams changes until the client goes, its time is over or the watch is cut.
    ///
    /// - Throws: 400, 406; later errors are events of the stream.
    func watch(_ wanted: ResourceRequest, _ reply: HTTPReply) async throws(Refusal) {
        var plan = WatchPlan(
            kind: wanted.target.kind,
            selection: try wanted.selection(),
            form: try wanted.form()
        )
        let seconds = try wanted.url.integer("timeoutSeconds") ?? 0
        let time = Duration.seconds(
            seconds > 0 ? min(seconds, Self.longest) : Int.random(in: 1800..<3600)
        )
        let start = try begin(wanted, plan)
        reply.begin(200, Self.headers)
        switch start {
        case .failure(let refusal):
            _ = await reply.write(WatchPlan.line("ERROR", refusal.status))
            reply.end()
        case .success(let (opening, subscription)):
            defer { cluster.end(subscription) }
            for object in opening.objects {
                guard await reply.write(plan.line("ADDED", plan.kind.shown(object))) else { return }
            }
            for change in opening.changes {
                if let line = plan.line(change), await !reply.write(line) { return }
            }
            if opening.wantsEnd {
                _ = await reply.write(plan.bookmark(opening.version, endsInitial: true))
            }
            let wantsBookmarks = wanted.url.flag("allowWatchBookmarks")
            await withDiscardingTaskGroup { [cluster] group in
                group.addTask {
                    // Cancelled when the watch has ended in another way.
                    try? await Task.sleep(for: time)
                    cluster.end(subscription)
                }
                let seen = opening.version
                await Self.follow(subscription, plan, reply, from: seen, wantsBookmarks)
                group.cancelAll()
            }
            reply.end()
        }
    }

    /// What a watch sends before it waits.
    private struct Opening: Sendable {
        var version: UInt64
        var objects: [JSONValue] = []
        var changes: [Storage.Change] = []
        var wantsEnd = false
    }

    private func begin(
        _ wanted: ResourceRequest,
        _ plan: WatchPlan
    ) throws(Refusal) -> Result<(Opening, Cluster.Subscription), Refusal> {
        let version = try wanted.resourceVersion() ?? 0
        let initial = wanted.url["sendInitialEvents"]
        if initial != nil, wanted.url["resourceVersionMatch"] != "NotOlderThan" {
            throw Refusal(
                422,
                "Invalid",
                "ListOptions.meta.k8s.io \"\" is invalid: resourceVersionMatch: Forbidden: "
                    + "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"
            )
        }
        let sendsObjects = initial.map { $0 == "true" || $0 == "1" } ?? (version == 0)
        let resource = plan.kind.resource
        do throws(Refusal) {
            return .success(
                try cluster.watch(resource) { (registry) throws(Refusal) in
                    // A version that has not come yet is waited for.
                    var opening = Opening(version: max(version, registry.storage.version))
                    let current = registry.storage.version
                    opening.wantsEnd = initial != nil && sendsObjects
                    if sendsObjects {
                        guard version <= current else {
                            throw .tooNew(version, current: current)
                        }
                        opening.objects = registry.storage
                            .objects(of: resource, in: plan.selection.namespace).map(\.1)
                            .filter { plan.selection.matches($0) }
                    } else if version > 0 {
                        opening.changes = try registry.storage.changes(
                            of: resource,
                            after: version
                        )
                    }
                    return opening
                }
            )
        } catch {
            return .failure(error)
        }
    }

    /// Sends what the cluster tells until it tells nothing more, then how far that was.
    private static func follow(
        _ subscription: Cluster.Subscription,
        _ plan: consuming WatchPlan,
        _ reply: HTTPReply,
        from version: UInt64,
        _ wantsBookmarks: Bool
    ) async {
        var seen = version
        for await item in subscription.items {
            switch item {
            case .change(let change):
                guard change.version > version else { continue }
                seen = max(seen, change.version)
                guard let line = plan.line(change) else { continue }
                guard await reply.write(line) else { return }
            case .progress(let version):
                seen = max(seen, version)
                guard wantsBookmarks else { continue }
                guard await reply.write(plan.bookmark(seen)) else { return }
            }
        }
        if wantsBookmarks { _ = await reply.write(plan.bookmark(seen)) }
    }
}
