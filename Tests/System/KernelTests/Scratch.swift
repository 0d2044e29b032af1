// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel

/// A directory of one test, removed with everything in it.
final class Scratch: Sendable {
    let path: String

    init() throws {
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

    subscript(_ name: String) -> String { "\(path)/\(name)" }
}
