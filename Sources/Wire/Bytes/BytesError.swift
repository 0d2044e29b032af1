// SPDX-License-Identifier: Apache-2.0

/// What can be wrong with a run of bytes before anyone knows what they mean.
public enum BytesError: Error, Equatable, Sendable {
    /// A field reaches past the end: `wanted` bytes were asked for, `available` remain.
    case truncated(wanted: Int, available: Int)
}

extension BytesError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .truncated(let wanted, let available):
            "truncated: \(wanted) bytes wanted, \(available) available"
        }
    }
}
