// SPDX-License-Identifier: Apache-2.0

/// What is accepted at most.
public struct YAMLLimits: Hashable, Sendable {
    /// Containers open at the same time.
    public var depth: Int

    /// Length of a document in bytes.
    public var bytes: Int

    /// 64 levels and 1 MiB.
    public static let standard = YAMLLimits()

    /// Limits for one document.
    public init(depth: Int = 64, bytes: Int = 1 << 20) {
        precondition((1...128).contains(depth), "the reader recurses")
        self.depth = depth
        self.bytes = bytes
    }
}
