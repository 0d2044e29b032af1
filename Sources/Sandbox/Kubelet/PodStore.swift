// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

/// The records of all pods, one file each.
struct PodStore: Sendable {
    private let folder: String

    private static let longest = 1 << 20

    /// The records below a state folder; folders are created when missing.
    ///
    /// - Throws: ``PodError/kernel(_:)``.
    init(state: String) throws(PodError) {
        folder = "\(state)/pods"
        do {
            try Files.makeDirectory(folder, mode: 0o700, parents: true)
        } catch {
            throw .kernel(error)
        }
    }

    /// Every record; half-written ones of a process that was killed are removed.
    ///
    /// - Throws: ``PodError/damaged(path:reason:)``, since a pod that nobody knows would leak;
    ///   ``PodError/kernel(_:)``.
    func load() throws(PodError) -> [PodRecord] {
        var records: [PodRecord] = []
        for path in try paths() { records.append(try read(path)) }
        return records
    }

    private func paths() throws(PodError) -> [String] {
        do {
            let names = try Files.list(folder)
            // Whoever wrote them is gone: there is one process at a time on the folder.
            for name in names where name.hasPrefix(".") && name.hasSuffix(".tmp") {
                try Files.remove("\(folder)/\(name)", missingOK: true)
            }
            return names.filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
                .map { "\(folder)/\($0)" }
        } catch {
            throw .kernel(error)
        }
    }

    private func read(_ path: String) throws(PodError) -> PodRecord {
        do {
            return try PodRecord(
                JSONNode(JSONValue(parsing: Files.read(path, limit: Self.longest)))
            )
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
    }

    /// Writes a record, whole.
    ///
    /// - Throws: ``PodError/kernel(_:)``.
    func write(_ record: PodRecord) throws(PodError) {
        do {
            try Files.write(record.json.encoded(), to: path(record.key))
        } catch {
            throw .kernel(error)
        }
    }

    /// Removes a record; call this only when nothing is left of the pod.
    ///
    /// - Throws: ``PodError/kernel(_:)``.
    func remove(_ key: PodKey) throws(PodError) {
        do {
            try Files.remove(path(key), missingOK: true)
        } catch {
            throw .kernel(error)
        }
    }

    private func path(_ key: PodKey) -> String { "\(folder)/\(key.fileName)" }
}
