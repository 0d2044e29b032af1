// SPDX-License-Identifier: Apache-2.0

/// What a reader accepts at most; a peer's document beyond it is an error, never a trap.
public struct JSONLimits: Equatable, Sendable {
    /// Containers open at the same time, 1 to ``deepest``.
    public var depth: Int {
        didSet { precondition((1...Self.deepest).contains(depth), "depth out of range") }
    }

    /// Length of a document in bytes.
    public var bytes: Int

    /// The greatest depth a reader can be asked for; it keeps one bit for each level.
    public static let deepest = 128

    /// 64 levels and 16 MiB.
    public static let standard = JSONLimits()

    /// Limits for one document.
    public init(depth: Int = 64, bytes: Int = 16 << 20) {
        precondition((1...Self.deepest).contains(depth), "depth out of range")
        self.depth = depth
        self.bytes = bytes
    }
}
