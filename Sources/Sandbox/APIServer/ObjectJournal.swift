// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Logging
import Synchronization

/// The objects on disk: a line for each change, written before anybody is told of it.
///
/// A line is `{"group":…,"plural":…,"namespace":…,"name":…,"version":…,"object":…}`; an object of
/// null is gone. The file is written anew at each start, with what is still there. There is no
/// fsync: it outlives the process, not the machine.
final class ObjectJournal: Sendable {
    private let path: String
    private let log: Logger
    private let file = Mutex<AppendFile?>(nil)

    private static let limit = 256 << 20

    /// A line is one level deeper than the object in it, which is as deep as a body may be.
    private static let limits = JSONLimits(depth: JSONLimits.deepest)

    init(_ path: String, log: Logger) throws {
        self.path = path
        self.log = log
    }

    /// What was there when the last server ended; a last line that was cut off never happened.
    ///
    /// - Throws: ``ServerError``, `KernelError`.
    func load() throws -> Storage {
        var objects: [Storage.Place: JSONValue] = [:]
        var version: UInt64 = 1
        if try Files.exists(path) {
            let bytes = try Files.read(path, limit: Self.limit)
            let lines = bytes.split(separator: UInt8(ascii: "\n"))
            for (index, line) in lines.enumerated() {
                guard let entry = try? JSONValue(parsing: Array(line), limits: Self.limits),
                    let place = Self.place(entry),
                    let its = entry["version"]?.integer, its >= 0
                else {
                    if index == lines.count - 1, bytes.last != UInt8(ascii: "\n") { break }
                    throw ServerError.unusable(file: path, why: "line \(index + 1) is no change")
                }
                version = max(version, UInt64(its))
                let object = entry["object"] ?? .null
                objects[place] = object.isNull ? nil : object
            }
        }
        let lines = objects.map { Self.line($0.key, version: version, $0.value) }
        try Files.write(lines.flatMap(\.self), to: path, mode: 0o600)
        try file.withLock { $0 = try AppendFile(path) }
        return Storage(restoring: objects, version: version)
    }

    /// Notes changes; when the disk is full the server goes on, and says what it would lose.
    func append(_ changes: [Storage.Change]) {
        let bytes = changes.flatMap { change in
            Self.line(
                Storage.Place(resource: change.resource, key: change.key),
                version: change.version,
                change.kind == .deleted ? .null : change.object
            )
        }
        do throws(KernelError) {
            try file.withLock { (file) throws(KernelError) in try file?.append(bytes) }
        } catch {
            log.error("a restart would lose changes", metadata: ["why": "\(error)"])
        }
    }

    private static func place(_ entry: JSONValue) -> Storage.Place? {
        guard let group = entry["group"]?.string, let plural = entry["plural"]?.string,
            let namespace = entry["namespace"]?.string, let name = entry["name"]?.string
        else { return nil }
        return Storage.Place(
            resource: Resource(group: group, plural: plural),
            key: ObjectKey(namespace: namespace, name: name)
        )
    }

    private static func line(
        _ place: Storage.Place,
        version: UInt64,
        _ object: JSONValue
    ) -> [UInt8] {
        let line: JSONValue = [
            "group": .string(place.resource.group), "plural": .string(place.resource.plural),
            "namespace": .string(place.key.namespace), "name": .string(place.key.name),
            "version": .number(JSONNumber(version)), "object": object,
        ]
        return line.encoded() + [UInt8(ascii: "\n")]
    }
}
