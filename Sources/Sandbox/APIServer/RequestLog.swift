// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Resources

/// The last requests, as JSON lines.
struct RequestLog: Sendable {
    private static let limit = 10_000
    private var lines: [JSONValue] = []
    private var first = 0

    /// Notes an answered request; milliseconds until it was answered, a watch until it ended.
    mutating func note(
        _ method: String,
        _ path: String,
        user: String,
        code: Int,
        milliseconds: Double
    ) {
        let line: JSONValue = [
            "time": .string(Timestamp(unixNanoseconds: Clocks.realtimeNanoseconds).micro),
            "user": .string(user), "method": .string(method), "path": .string(path),
            "code": .number(JSONNumber(code)),
            "milliseconds": JSONNumber(milliseconds).map { .number($0) } ?? .null,
        ]
        if lines.count < Self.limit {
            lines.append(line)
        } else {
            lines[first] = line
            first = (first + 1) % Self.limit
        }
    }

    /// All of them, oldest first.
    var text: [UInt8] {
        (lines[first...] + lines[..<first]).flatMap { $0.encoded() + [UInt8(ascii: "\n")] }
    }
}
