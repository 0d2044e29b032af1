// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel

/// A directory of one test, removed with everything in it.
public final class Scratch: Sendable {
    /// Where it is.
    public let path: String

    /// Makes a new one.
    public init() throws {
        let number = UInt64.random(in: .min ... .max)
        path = "/tmp/opi-test-\(Kernel.Process.id)-\(String(number, radix: 16))"
        try Files.makeDirectory(path, mode: 0o700)
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("\(path) was not removed: \(error)")
        }
    }

    /// Writes `text` into the file `name` and returns its path.
    @discardableResult
    public func write(_ text: String, to name: String) throws -> String {
        try Files.write(Array(text.utf8), to: self[name])
        return self[name]
    }

    /// The path of `name` in it.
    public subscript(_ name: String) -> String { "\(path)/\(name)" }
}
