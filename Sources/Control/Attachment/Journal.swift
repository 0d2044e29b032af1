// SPDX-License-Identifier: Apache-2.0

import JSON
public import Kernel
public import PCI

/// The records of all functions that are away from home, one file each.
///
/// On a file system that a reboot empties, because a reboot takes the pods' namespaces with it.
/// Files are replaced by rename, so a crash leaves the old or the new record, never half of one.
public struct Journal: Sendable {
    private let directory: String
    private let locks: String

    /// A record larger than this is damaged.
    private static let sizeLimit = 1 << 16

    /// The journal below the agents' run directory; directories are created when missing.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public init(runDirectory: String) throws(AttachmentError) {
        directory = runDirectory + "/attachments"
        locks = runDirectory + "/locks"
        do {
            try Files.makeDirectory(directory, mode: 0o700, parents: true)
            try Files.makeDirectory(locks, mode: 0o700, parents: true)
        } catch {
            throw .kernel(error)
        }
    }

    /// Runs `body` while nobody else works on `function`; the lock also goes with the process.
    ///
    /// - Throws: ``AttachmentError/busy(_:)`` when the deadline passes before, or what `body`
    ///   throws.
    public func withLock<Value: ~Copyable>(
        on function: PCIAddress,
        deadline: Deadline,
        _ body: () throws -> Value
    ) throws -> Value {
        let lock = try lock(function, deadline: deadline)
        return try withExtendedLifetime(lock) { _ in try body() }
    }

    private func lock(
        _ function: PCIAddress,
        deadline: Deadline
    ) throws(AttachmentError) -> FileLock {
        do throws(KernelError) {
            return try FileLock("\(locks)/\(function)", deadline: deadline)
        } catch {
            if case .deadlineExceeded = error { throw .busy(function) }
            throw .kernel(error)
        }
    }

    /// The record of `function`, nil when it is at home.
    ///
    /// - Throws: ``AttachmentError/damaged(path:reason:)``, ``AttachmentError/kernel(_:)``.
    public func record(of function: PCIAddress) throws(AttachmentError) -> AttachmentRecord? {
        try read(path(function))
    }

    /// The record of a container's interface, nil when there is none.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``; a damaged record of another function is no
    ///   obstacle.
    public func record(
        containerID: String,
        interfaceName: String
    ) throws(AttachmentError) -> AttachmentRecord? {
        try records().records.first {
            $0.isOf(containerID: containerID, interfaceName: interfaceName)
        }
    }

    /// Writes the record of its function.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func write(_ record: AttachmentRecord) throws(AttachmentError) {
        do {
            try Files.write(record.json.encoded(), to: path(record.function))
        } catch {
            throw .kernel(error)
        }
    }

    /// Removes the record of `function`; call this only when the function is home.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func remove(_ function: PCIAddress) throws(AttachmentError) {
        do {
            try Files.remove(path(function), missingOK: true)
        } catch {
            throw .kernel(error)
        }
    }

    /// All records, and a sentence for each that cannot be understood.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func records() throws(AttachmentError) -> (
        records: [AttachmentRecord], damaged: [String]
    ) {
        var records: [AttachmentRecord] = []
        var damaged: [String] = []
        for name in try names().sorted() {
            do throws(AttachmentError) {
                if let record = try read("\(directory)/\(name)") { records.append(record) }
            } catch {
                guard case .damaged = error else { throw error }
                damaged.append("\(error)")
            }
        }
        return (records, damaged)
    }

    private func names() throws(AttachmentError) -> [String] {
        do {
            return try Files.list(directory).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }
        } catch {
            throw .kernel(error)
        }
    }

    private func read(_ path: String) throws(AttachmentError) -> AttachmentRecord? {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: Self.sizeLimit)
        } catch {
            guard error.errno != .noSuchFile else { return nil }
            if case .tooLarge = error { throw .damaged(path: path, reason: "\(error)") }
            throw .kernel(error)
        }
        let record: AttachmentRecord
        do {
            record = try AttachmentRecord(JSONNode(JSONValue(parsing: bytes)))
        } catch {
            throw .damaged(path: path, reason: "\(error)")
        }
        guard self.path(record.function) == path else {
            throw .damaged(path: path, reason: "it speaks of function \(record.function)")
        }
        return record
    }

    private func path(_ function: PCIAddress) -> String {
        "\(directory)/\(function).json"
    }
}
