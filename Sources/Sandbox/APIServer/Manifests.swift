// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import YAML

/// Manifests of a folder, applied at a server's start as `kubectl apply` would do.
struct Manifests: Sendable {
    let folder: String

    /// Creates what is missing and replaces what differs.
    ///
    /// - Throws: ``ServerError`` naming the file; `KernelError`.
    func apply(to cluster: Cluster) throws {
        var documents: [(file: String, document: JSONValue)] = []
        for file in try files(in: folder) {
            for document in try Self.documents(file) { documents.append((file, document)) }
        }
        // What others stand on comes first.
        let first = ["CustomResourceDefinition", "Namespace"]
        let order = { (document: JSONValue) -> Int in
            first.firstIndex(of: document["kind"]?.string ?? "") ?? first.count
        }
        for (file, document) in documents.sorted(by: { order($0.1) < order($1.1) }) {
            do throws(Refusal) {
                try cluster.write { (registry) throws(Refusal) in
                    try Self.apply(document, &registry)
                }
            } catch {
                throw ServerError.unusable(file: file, why: error.message)
            }
        }
    }

    private func files(in folder: String) throws(KernelError) -> [String] {
        var files: [String] = []
        for name in try Files.list(folder).sorted() {
            let path = "\(folder)/\(name)"
            if try Files.kind(of: path) == .directory {
                files += try self.files(in: path)
            } else if name.hasSuffix(".yaml") {
                files.append(path)
            }
        }
        return files
    }

    /// The documents of a file; kustomize's own are none of ours.
    private static func documents(_ file: String) throws -> [JSONValue] {
        let text = String(decoding: try Files.read(file, limit: 4 << 20), as: UTF8.self)
        var documents: [JSONValue] = []
        for part in text.split(separator: "\n---\n") {
            do throws(YAMLError) {
                let document = try JSONValue(yaml: Array(part.utf8))
                if document["kind"]?.string != "Kustomization", document.members != nil {
                    documents.append(document)
                }
            } catch {
                throw ServerError.unusable(file: file, why: "\(error)")
            }
        }
        return documents
    }

    private static func apply(_ document: JSONValue, _ registry: inout Registry) throws(Refusal) {
        let version = document["apiVersion"]?.string ?? ""
        let parts = version.split(separator: "/").map(String.init)
        guard let last = parts.last,
            let kind = registry.kinds.first(where: {
                $0.group == (parts.count > 1 ? parts[0] : "") && $0.version == last
                    && $0.kind == document["kind"]?.string
            })
        else { throw .badRequest("no kind \(document["kind"]?.string ?? "?") in \(version)") }
        let (namespace, name) = (document.objectNamespace, document.objectName)
        if registry.storage[kind.resource, registry.key(kind, namespace, name)] == nil {
            _ = try registry.create(kind, in: namespace, document, WriteOptions())
        } else {
            _ = try registry.patch(kind, in: namespace, name, document, WriteOptions())
        }
    }
}

/// Tokens in kube-apiserver's format, a line each: `token,user,uid,"group,group"`.
struct TokenFile: Sendable {
    private var grants: [(token: String, user: User)] = []

    /// - Throws: ``ServerError``, `KernelError`.
    init(_ path: String) throws {
        let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        for (index, line) in text.split(separator: "\n").enumerated() {
            let fields = line.split(
                separator: ",",
                maxSplits: 3,
                omittingEmptySubsequences: false
            )
            guard fields.count >= 3, !fields[0].isEmpty, !fields[1].isEmpty else {
                throw ServerError.unusable(file: path, why: "line \(index + 1) is no token")
            }
            let list = fields.count > 3 ? fields[3].filter { $0 != "\"" } : ""
            let groups = list.split(separator: ",").map(String.init) + ["system:authenticated"]
            grants.append((String(fields[0]), User(name: String(fields[1]), groups: groups)))
        }
    }

    func add(to tokens: inout Tokens) {
        for (token, user) in grants { tokens.add(token, user) }
    }
}
