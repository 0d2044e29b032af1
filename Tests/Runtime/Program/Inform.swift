// SPDX-License-Identifier: Apache-2.0

import Informers
import JSON
import Kubernetes
import Reconcile
import Resources
import Synchronization

/// `inform KUBECONFIG NAMESPACE [OPTIONS]`: keeps the Netdevs of a namespace.
///
/// OPTIONS is a JSON object: `"streams"` and `"metadata"` are Booleans, `"labels"` an object of
/// labels, `"tiers"` an array of values that the label `tier` may have. With `"quiet"` the handler
/// only counts, for benchmarks, which ask `{"do": "count"}`.
///
/// It says `{"event": "added", "key": "namespace/name", "uid": "…", "version": "17",
/// "initial": true}` for each call of the handler, and `{"trouble": "…"}`. It is asked by
/// - `{"do": "dump"}`: `{"objects": {KEY: [UID, VERSION], …}, "synced": …, "restarts": {…}, …}`
/// - `{"do": "touch", "name": "…"}`: labels an object and says what its cache has right after the
///   answer, `{"touched": VERSION, "found": VERSION}`
/// - `{"do": "delete", "name": "…"}`: deletes one without finalizers, `{"deleted": UID,
///   "found": UID}`, where null is what should be found
enum Inform {
    static func run(_ arguments: [String]) async throws {
        guard (2...3).contains(arguments.count) else { Lines.fail("inform KUBECONFIG NAMESPACE") }
        let options = try JSONValue(parsing: Array((arguments.dropFirst(2).first ?? "{}").utf8))
        let client = try APIClient(ClusterAccess(kubeconfig: arguments[0]))
        var scope = ListScope(namespace: arguments[1])
        for member in options["labels"]?.members?.members ?? [] {
            scope.labels[member.key] = member.value.string
        }
        if let tiers = options["tiers"]?.array {
            scope.requirements = [.isIn("tier", tiers.compactMap(\.string))]
        }
        if options["metadata"]?.bool == true {
            await inform(PartialObjectMetadata<Netdev>.self, client, scope, options)
        } else {
            await inform(Netdev.self, client, scope, options)
        }
        await client.close()
    }

    private static func inform<R: Resource>(
        _ type: R.Type,
        _ client: APIClient,
        _ scope: ListScope,
        _ options: JSONValue
    ) async {
        let isQuiet = options["quiet"]?.bool == true
        let count = Atomic(0)
        let informer = Informer<R>(
            client,
            scope,
            usesStreams: options["streams"]?.bool == true,
            onTrouble: { Lines.say(["trouble": $0.map(JSONValue.string) ?? .null]) },
            onChange: { change in
                count.add(1, ordering: .relaxed)
                if isQuiet { return }
                Lines.say([
                    "event": .string(change.kind.rawValue), "key": .string("\(change.key)"),
                    "uid": .string(change.object.metadata.uid),
                    "version": .string(change.object.metadata.resourceVersion),
                    "initial": .bool(change.isInitial),
                ])
            }
        )
        await withDiscardingTaskGroup { group in
            group.addTask { await informer.run() }
            for await command in Lines.asked {
                let name = command["name"]?.string ?? ""
                let key = ObjectKey(namespace: scope.namespace ?? "", name: name)
                switch command["do"]?.string {
                case "dump": Lines.say(dump(informer))
                case "count":
                    Lines.say([
                        "count": .number(JSONNumber(count.load(ordering: .relaxed))),
                        "bytes": .number(JSONNumber(informer.statistics.bytes)),
                    ])
                case "touch": await touch(key, client, informer)
                case "delete": await delete(key, client, informer)
                default: Lines.fail("unknown: \(command)")
                }
            }
            group.cancelAll()
        }
    }

    private static func dump<R: Resource>(_ informer: Informer<R>) -> JSONValue {
        let statistics = informer.statistics
        var objects = JSONObject()
        for object in informer.objects {
            objects["\(object.key)"] = [
                .string(object.metadata.uid), .string(object.metadata.resourceVersion),
            ]
        }
        var restarts = JSONObject()
        for (reason, count) in statistics.restarts.sorted(by: { $0.key < $1.key }) {
            restarts[reason] = .number(JSONNumber(count))
        }
        return [
            "objects": .object(objects), "synced": .bool(informer.isSynced),
            "restarts": .object(restarts), "streams": .bool(statistics.usesStreams),
            "bytes": .number(JSONNumber(statistics.bytes)),
        ]
    }

    private static func touch<R: Resource>(
        _ key: ObjectKey,
        _ client: APIClient,
        _ informer: Informer<R>
    ) async {
        let count = informer.object(key)?.metadata.labels["touched"].flatMap { Int($0) } ?? 0
        do throws(APIError) {
            let after = try await client.patch(
                R.self,
                key,
                with: ["metadata": ["labels": ["touched": .string("\(count + 1)")]]]
            )
            informer.absorb(after)
            let found = informer.object(key)?.metadata.resourceVersion
            Lines.say([
                "touched": .string(after.metadata.resourceVersion),
                "found": found.map(JSONValue.string) ?? .null,
            ])
        } catch {
            Lines.say(["refused": .string("\(error)")])
        }
    }

    private static func delete<R: Resource>(
        _ key: ObjectKey,
        _ client: APIClient,
        _ informer: Informer<R>
    ) async {
        let uid = informer.object(key)?.metadata.uid ?? ""
        do throws(APIError) {
            try await client.delete(R.type, key, if: Preconditions(uid: uid))
            informer.absorbDeletion(of: key, uid: uid)
            let found = informer.object(key)?.metadata.uid
            Lines.say(["deleted": .string(uid), "found": found.map(JSONValue.string) ?? .null])
        } catch {
            Lines.say(["refused": .string("\(error)")])
        }
    }
}
