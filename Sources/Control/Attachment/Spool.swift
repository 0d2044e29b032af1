// SPDX-License-Identifier: Apache-2.0

public import JSON
import Kernel

/// What somebody asks of a host agent that does not listen just now.
public protocol Wish: Hashable, Sendable {
    /// The directory of such wishes, below the agents' run directory.
    static var directory: String { get }

    /// The members of the wish's file.
    var json: JSONValue { get }

    /// Reads the file.
    ///
    /// - Throws: ``JSON/JSONShapeError``.
    init(_ node: JSONNode) throws(JSONShapeError)
}

/// The spool of ``Release``s.
public typealias ReleaseSpool = Spool<Release>

/// Wishes that wait for the host agent, one file each.
///
/// The CNI and the device plugin write them when they cannot reach the agent; the agent does them
/// when it is back.
public struct Spool<Item: Wish>: Sendable {
    private let directory: String

    /// A wish as it waits.
    public struct Entry: Hashable, Sendable {
        /// What is asked.
        public let wish: Item
        fileprivate let name: String
    }

    /// The spool below the agents' run directory, created when missing.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public init(runDirectory: String) throws(AttachmentError) {
        directory = "\(runDirectory)/\(Item.directory)"
        do {
            try Files.makeDirectory(directory, mode: 0o700, parents: true)
        } catch {
            throw .kernel(error)
        }
    }

    /// Leaves `wish` for the host agent.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func add(_ wish: Item) throws(AttachmentError) {
        let unique = "\(Clocks.realtimeNanoseconds)-\(Process.id)"
        do {
            try Files.write(wish.json.encoded(), to: "\(directory)/\(unique).json")
        } catch {
            throw .kernel(error)
        }
    }

    /// What waits, oldest first; a file that cannot be read is removed, it asks for nothing.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func pending() throws(AttachmentError) -> [Entry] {
        do {
            var entries: [Entry] = []
            let names = try Files.list(directory)
            for name in names.sorted() where name.hasSuffix(".json") && !name.hasPrefix(".") {
                if let wish = try read(name) {
                    entries.append(Entry(wish: wish, name: name))
                } else {
                    // Damaged, or somebody else has done it since we listed.
                    try Files.remove("\(directory)/\(name)", missingOK: true)
                }
            }
            return entries
        } catch {
            throw .kernel(error)
        }
    }

    /// Whether `entry` still waits.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func contains(_ entry: Entry) throws(AttachmentError) -> Bool {
        do {
            return try Files.exists("\(directory)/\(entry.name)")
        } catch {
            throw .kernel(error)
        }
    }

    /// Removes an entry that was done.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func remove(_ entry: Entry) throws(AttachmentError) {
        do {
            try Files.remove("\(directory)/\(entry.name)", missingOK: true)
        } catch {
            throw .kernel(error)
        }
    }

    private func read(_ name: String) throws(KernelError) -> Item? {
        let bytes: [UInt8]
        do {
            bytes = try Files.read("\(directory)/\(name)", limit: 1 << 16)
        } catch {
            if case .tooLarge = error { return nil }
            if error.errno == .noSuchFile { return nil }
            throw error
        }
        do {
            return try Item(JSONNode(JSONValue(parsing: bytes)))
        } catch {
            return nil
        }
    }
}
