// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

/// What a DEL asks of a host agent that does not listen just now.
public struct Release: Hashable, Sendable {
    /// PCI address of the function, empty when not known.
    public var deviceID: String
    /// The runtime's id of the sandbox.
    public var containerID: String
    /// The interface's name in the pod.
    public var interfaceName: String

    /// A release of one interface.
    public init(deviceID: String, containerID: String, interfaceName: String) {
        self.deviceID = deviceID
        self.containerID = containerID
        self.interfaceName = interfaceName
    }
}

/// Releases that wait for the host agent, one file each.
///
/// The CNI writes them when it cannot reach the agent; the agent does them when it is back.
public struct ReleaseSpool: Sendable {
    private let directory: String

    /// A release as it waits.
    public struct Entry: Hashable, Sendable {
        /// What is asked.
        public let release: Release
        fileprivate let name: String
    }

    /// The spool below the agents' run directory, created when missing.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public init(runDirectory: String) throws(AttachmentError) {
        directory = runDirectory + "/releases"
        do {
            try Files.makeDirectory(directory, mode: 0o700, parents: true)
        } catch {
            throw .kernel(error)
        }
    }

    /// Leaves `release` for the host agent.
    ///
    /// - Throws: ``AttachmentError/kernel(_:)``.
    public func add(_ release: Release) throws(AttachmentError) {
        let text: JSONValue = [
            "version": 1,
            "deviceID": .string(release.deviceID),
            "containerID": .string(release.containerID),
            "interfaceName": .string(release.interfaceName),
        ]
        let unique = "\(Clocks.realtimeNanoseconds)-\(Process.id)"
        do {
            try Files.write(text.encoded(), to: "\(directory)/\(unique).json")
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
                if let release = try read(name) {
                    entries.append(Entry(release: release, name: name))
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

    private func read(_ name: String) throws(KernelError) -> Release? {
        let bytes: [UInt8]
        do {
            bytes = try Files.read("\(directory)/\(name)", limit: 1 << 16)
        } catch {
            if case .tooLarge = error { return nil }
            if error.errno == .noSuchFile { return nil }
            throw error
        }
        do {
            let node = JSONNode(try JSONValue(parsing: bytes))
            return Release(
                deviceID: try node.required("deviceID").string(),
                containerID: try node.required("containerID").string(),
                interfaceName: try node.required("interfaceName").string()
            )
        } catch {
            return nil
        }
    }
}
