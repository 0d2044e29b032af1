// SPDX-License-Identifier: Apache-2.0

public import JSON
public import Kernel
import PCI

/// The pools as a file, so that a plugin that starts while the host agent is away advertises them.
public struct SavedPools: Sendable {
    private let path: String

    private static let longest = 1 << 22

    /// The file in an agent's run directory.
    public init(runDirectory: String) {
        path = runDirectory + "/pools.json"
    }

    /// What was saved, nothing when nothing was.
    ///
    /// - Throws: ``SavedPoolsError`` when there is a file that cannot be used.
    public func load() throws(SavedPoolsError) -> [FunctionPool] {
        let bytes: [UInt8]
        do throws(KernelError) {
            guard try Files.exists(path) else { return [] }
            bytes = try Files.read(path, limit: Self.longest)
        } catch {
            throw .unusable(error)
        }
        let root: JSONNode
        do throws(JSONError) {
            root = JSONNode(try JSONValue(parsing: bytes))
        } catch {
            throw .malformed(path: path, error)
        }
        do throws(JSONShapeError) {
            var pools: [FunctionPool] = []
            for node in try root.required("pools").elements() { pools.append(try Self.pool(node)) }
            return pools
        } catch {
            throw .invalid(path: path, error)
        }
    }

    /// Replaces what was saved.
    ///
    /// - Throws: ``SavedPoolsError/unusable(_:)``.
    public func save(_ pools: [FunctionPool]) throws(SavedPoolsError) {
        let value: JSONValue = ["version": 1, "pools": .array(pools.map(Self.json))]
        do throws(KernelError) {
            try Files.write(value.encoded(), to: path)
        } catch {
            throw .unusable(error)
        }
    }

    private static func json(_ pool: FunctionPool) -> JSONValue {
        [
            "network": .string(pool.network),
            "resourceName": .string(pool.resourceName),
            "members": .array(pool.members.map { .string($0.description) }),
        ]
    }

    private static func pool(_ node: JSONNode) throws(JSONShapeError) -> FunctionPool {
        var members: [PCIAddress] = []
        for member in try node.required("members").elements() {
            members.append(try member.parsed(as: "a PCI address") { PCIAddress($0) })
        }
        return FunctionPool(
            network: try node.required("network").text(),
            resourceName: try node.required("resourceName").text(),
            members: members
        )
    }
}

/// Why saved pools cannot be used or saved.
public enum SavedPoolsError: Error, Equatable, Sendable {
    /// The file cannot be read or written.
    case unusable(KernelError)
    /// It is not JSON.
    case malformed(path: String, JSONError)
    /// It says something impossible.
    case invalid(path: String, JSONShapeError)
}

extension SavedPoolsError: CustomStringConvertible {
    /// One sentence that names the file.
    public var description: String {
        switch self {
        case .unusable(let cause): "the saved pools cannot be used: \(cause)"
        case .malformed(let path, let cause): "\(path): \(cause)"
        case .invalid(let path, let cause): "\(path): \(cause)"
        }
    }
}
