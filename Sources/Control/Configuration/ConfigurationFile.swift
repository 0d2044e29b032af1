// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import YAML

/// What all configuration files have in common.
enum ConfigurationFile {
    private static let longest = 1 << 20

    /// Reads the file at `path` and what `body` makes of it.
    static func read<Value>(
        _ path: String,
        _ body: (JSONNode) throws(JSONShapeError) -> Value
    ) throws(ConfigurationError) -> Value {
        let bytes: [UInt8]
        do {
            bytes = try Files.read(path, limit: longest)
        } catch {
            throw .unreadable(path: path, error)
        }
        let value: JSONValue
        do {
            value = try JSONValue(yaml: bytes)
        } catch {
            throw .malformed(path: path, error)
        }
        do {
            return try body(JSONNode(value))
        } catch {
            throw .invalid(path: path, error)
        }
    }

    /// The text of `key`, or the machine's name when the file leaves it out.
    static func name(_ key: String, in root: JSONNode) throws(JSONShapeError) -> String {
        if let name = try root.optional(key) { return try name.text() }
        do {
            return try Machine.hostname()
        } catch {
            throw .missing(path: key)
        }
    }
}
