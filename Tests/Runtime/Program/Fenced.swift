// SPDX-License-Identifier: Apache-2.0

import Election
import JSON
import Kernel
import Kubernetes
import Resources

/// `fence KUBECONFIG NAMESPACE`: writes Netdevs under the numbers that it is told.
///
/// `{"do": …, "number": N, "lease": UID, "name": NAME}` and what the write needs: `hold` (reads the
/// object, on which the next writes are decided), `stamp`, `change` (`"patch"`, `"subresource"`),
/// `create` (`"object"`), `delete`. Answered by `{"done": OBJECT}` or `{"refused": "…"}`.
enum Fenced {
    static func run(_ arguments: [String]) async throws {
        guard arguments.count == 2 else { Lines.fail("fence KUBECONFIG NAMESPACE") }
        let client = try APIClient(ClusterAccess(kubeconfig: arguments[0]))
        var held: [String: Netdev] = [:]
        for await command in Lines.asked {
            let name = command["name"]?.string ?? ""
            let fence = Fence(
                number: command["number"]?.integer ?? 0,
                lease: command["lease"]?.string ?? ""
            )
            do throws(FencedError) {
                if command["do"]?.string == "hold" {
                    let key = ObjectKey(namespace: arguments[1], name: name)
                    held[name] = try await read(client, key)
                    Lines.say(["done": .null])
                } else {
                    let writer = FencedWriter(client, frozen: fence)
                    Lines.say(["done": try await write(command, writer, held[name])])
                }
            } catch {
                Lines.say(["refused": .string("\(error)")])
            }
        }
        await client.close()
    }

    private static func read(
        _ client: APIClient,
        _ key: ObjectKey
    ) async throws(FencedError) -> Netdev {
        do throws(APIError) {
            return try await client.get(Netdev.self, key)
        } catch {
            throw .request(error)
        }
    }

    private static func write(
        _ command: JSONValue,
        _ writer: FencedWriter,
        _ held: Netdev?
    ) async throws(FencedError) -> JSONValue {
        if let object = command["object"] { return try await writer.create(netdev(object)).json }
        guard let held else { Lines.fail("nothing is held for \(command)") }
        switch command["do"]?.string {
        case "stamp": return try await writer.stamp(held).json
        case "change":
            let patch = command["patch"]
            let subresource = command["subresource"]?.string
            return try await writer.change(held, subresource: subresource) { _ in patch }.json
        case "delete":
            try await writer.delete(held)
            return .null
        default: Lines.fail("unknown: \(command)")
        }
    }

    private static func netdev(_ object: JSONValue) -> Netdev {
        do throws(JSONShapeError) {
            return try Netdev(JSONNode(object))
        } catch {
            Lines.fail("\(error)")
        }
    }
}
