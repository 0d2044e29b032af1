// SPDX-License-Identifier: Apache-2.0

import JSON
import Kubernetes
import Resources

/// `write KUBECONFIG NAMESPACE [SERVER…]`: requests about the Netdevs of a namespace, one after the
/// other; further servers are other ways to the same one.
///
/// | asked, with `"do"` | beside it |
/// |---|---|
/// | `get`, `create` | `name`; `object` |
/// | `apply` | `name`, `fields`, `manager`, `force`, `subresource` |
/// | `merge`, `patch` | `name`, `patch` (RFC 7396 or RFC 6902), `subresource` |
/// | `count` | `name`, `times`: adds 1 to the annotation `count` so often, each time by an update |
/// | `finalize`, `release` | `name`, `finalizer`: adds it, removes it |
/// | `delete` | `name`, `uid`, `version`, `propagation` |
/// | `list`, `served` | nothing; `types`, each `group/version/plural/Kind` |
/// | `fill` | `object`, `count`: makes so many of it, n00000 and on, sixteen at a time |
///
/// Each is answered with `{"object": {…}}`, `{"items": N}`, `{"served": "…"}`, `{"done": true}`, or
/// `{"failed": "a sentence", "is": ["conflict", …], "causes": [{"reason": …, "field": …}]}`.
struct Write {
    let client: APIClient
    let namespace: String

    static func run(_ arguments: [String]) async throws {
        guard arguments.count >= 2 else { Lines.fail("write KUBECONFIG NAMESPACE [SERVER…]") }
        let more = Array(arguments.dropFirst(2))
        let access = try ClusterAccess(kubeconfig: arguments[0], servers: more)
        var options = APIClientOptions(name: "opi-xpu-runtime")
        options.rate = nil
        let observer = APIClientObserver(onReload: { sentence, _ in Lines.note(sentence) })
        let client = try APIClient(access, options: options, observer: observer)
        let write = Write(client: client, namespace: arguments[1])
        for await command in Lines.asked {
            do throws(APIError) {
                Lines.say(.object(try await write.act(command)))
            } catch {
                Lines.say(.object(Self.told(error)))
            }
        }
        await client.close()
    }

    private func act(_ command: JSONValue) async throws(APIError) -> JSONObject {
        let name = command["name"]?.string ?? ""
        let key = ObjectKey(namespace: namespace, name: name)
        let subresource = command["subresource"]?.string
        switch command["do"]?.string {
        case "get":
            return Self.told(try await client.get(Netdev.self, key))
        case "create":
            return Self.told(try await client.create(Self.netdev(command["object"])))
        case "apply":
            let netdev = try await client.apply(
                Netdev.self,
                key,
                command["fields"]?.members ?? JSONObject(),
                manager: command["manager"]?.string,
                force: command["force"]?.bool ?? false,
                subresource: subresource
            )
            return Self.told(netdev)
        case "merge":
            let patch = command["patch"] ?? .null
            let netdev = try await client.patch(
                Netdev.self,
                key,
                with: patch,
                subresource: subresource
            )
            return Self.told(netdev)
        case "patch":
            let patch = JSONPatch((command["patch"]?.array ?? []).map(Self.operation))
            let netdev = try await client.patch(
                Netdev.self,
                key,
                with: patch,
                subresource: subresource
            )
            return Self.told(netdev)
        default: return try await actOnMore(command, key)
        }
    }

    private func actOnMore(
        _ command: JSONValue,
        _ key: ObjectKey
    ) async throws(APIError) -> JSONObject {
        let finalizer = command["finalizer"]?.string ?? ""
        switch command["do"]?.string {
        case "count":
            return Self.told(try await count(key, times: command["times"]?.integer ?? 1))
        case "finalize":
            return Self.told(try await client.addFinalizer(finalizer, to: Netdev.self, key))
        case "release":
            return Self.told(try await client.removeFinalizer(finalizer, from: Netdev.self, key))
        case "delete":
            let propagation = command["propagation"]?.string
            try await client.delete(
                Netdev.type,
                key,
                if: Preconditions(
                    uid: command["uid"]?.string,
                    resourceVersion: command["version"]?.string
                ),
                options: DeleteOptions(
                    propagation: propagation.flatMap { DeleteOptions.Propagation(rawValue: $0) }
                )
            )
            return ["done": true]
        case "list":
            let listing = try await client.list(Netdev.self, in: ListScope(namespace: namespace))
            return ["items": .number(JSONNumber(listing.objects.count))]
        case "fill":
            let count = command["count"]?.integer ?? 0
            try await fill(count, with: Self.netdev(command["object"]))
            return ["items": .number(JSONNumber(count))]
        case "served":
            let types = (command["types"]?.array ?? []).map(Self.type)
            return ["served": .string(try await client.served(types).apiVersion)]
        default: Lines.fail("unknown: \(command)")
        }
    }

    /// Many programs that do this at once lose no count: that is what the test looks at.
    private func count(_ key: ObjectKey, times: Int) async throws(APIError) -> Netdev {
        var last = try await client.get(Netdev.self, key)
        for _ in 0..<times {
            var isDone = false
            while !isDone {
                do throws(APIError) {
                    last = try await client.update(Netdev.self, key) { netdev in
                        let count = netdev.metadata.annotations["count"].flatMap { Int($0) } ?? 0
                        netdev.metadata.annotations["count"] = String(count + 1)
                    }
                    isDone = true
                } catch {
                    guard error.isConflict else { throw error }
                }
            }
        }
        return last
    }

    private func fill(_ count: Int, with netdev: Netdev) async throws(APIError) {
        let result = await withTaskGroup(of: Result<Void, APIError>.self) { group in
            let lanes = 16
            for lane in 0..<lanes {
                group.addTask {
                    do throws(APIError) {
                        for number in stride(from: lane, to: count, by: lanes) {
                            var netdev = netdev
                            let digits = String(number)
                            let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
                            netdev.metadata.name = "n" + zeros + digits
                            _ = try await client.create(netdev)
                        }
                        return .success(())
                    } catch {
                        return .failure(error)
                    }
                }
            }
            return await group.reduce(Result<Void, APIError>.success(())) { sum, one in
                if case .success = sum { one } else { sum }
            }
        }
        try result.get()
    }

    // MARK: - Words and values

    private static func netdev(_ value: JSONValue?) -> Netdev {
        do throws(JSONShapeError) {
            return try Netdev(JSONNode(value ?? .null))
        } catch {
            Lines.fail("no Netdev: \(error)")
        }
    }

    private static func type(_ value: JSONValue) -> ResourceType {
        let words = (value.string ?? "").split(separator: "/").map(String.init)
        guard words.count == 4 else { Lines.fail("no type: \(value)") }
        return ResourceType(
            group: words[0],
            version: words[1],
            plural: words[2],
            kind: words[3],
            isNamespaced: true
        )
    }

    private static func operation(_ value: JSONValue) -> JSONPatch.Operation {
        let path = JSONPointer((value["path"]?.array ?? []).compactMap(\.string))
        let from = JSONPointer((value["from"]?.array ?? []).compactMap(\.string))
        let content = value["value"] ?? .null
        return switch value["op"]?.string {
        case "add": .add(path, content)
        case "remove": .remove(path)
        case "replace": .replace(path, content)
        case "move": .move(from: from, to: path)
        case "copy": .copy(from: from, to: path)
        case "test": .test(path, content)
        default: Lines.fail("no operation: \(value)")
        }
    }

    private static func told(_ netdev: Netdev) -> JSONObject { ["object": netdev.json] }

    private static func told(_ error: APIError) -> JSONObject {
        let kinds: [(String, Bool)] = [
            ("not found", error.isNotFound), ("already exists", error.isAlreadyExists),
            ("conflict", error.isConflict), ("owned", error.isFieldManagerConflict),
            ("gone", error.isGone), ("invalid", error.isInvalid),
            ("forbidden", error.isForbidden), ("unauthorized", error.isUnauthorized),
            ("too many requests", error.isTooManyRequests), ("timeout", error.isTimeout),
            ("without HTTP/2", error.isWithoutHTTP2),
        ]
        return [
            "failed": .string("\(error)"),
            "is": .array(kinds.filter(\.1).map { .string($0.0) }),
            "causes": .array(
                error.causes.map { cause in
                    ["reason": .string(cause.reason), "field": .string(cause.field)]
                }
            ),
        ]
    }
}
