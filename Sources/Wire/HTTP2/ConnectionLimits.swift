// SPDX-License-Identifier: Apache-2.0

/// How much a peer may ask of us beyond what the settings tell it.
public struct ConnectionLimits: Hashable, Sendable {
    /// DATA octets all streams together may have in flight towards us, 65535 to 2^31-1.
    public var connectionWindow: UInt32 = 1 << 22

    /// Octets of output above which no more DATA is added to it; by default there is no bound.
    ///
    /// What is held back is added as the output is taken, so that an owner who takes it piece by
    /// piece never holds more of a large body than this and one frame.
    public var output = Int.max

    /// Compressed octets of one header block, over HEADERS and all its CONTINUATIONs.
    public var headerBlockSize = 1 << 16

    /// CONTINUATION frames of one header block.
    public var continuations = 64

    /// Frames that move nothing between two that do.
    ///
    /// PING, SETTINGS, PRIORITY, WINDOW_UPDATE, empty DATA, unknown types, late frames. DATA of
    /// ours is no progress when a window cuts it to less than its own header, or when SETTINGS
    /// move the windows by little. ``ServerConnection/forgiveNoise()`` starts the count again.
    public var idleFrames = 10_000

    /// Streams cut off by the peer or by its errors, less those that ended well.
    public var resets = 1_000

    /// Answers (PING and SETTINGS acknowledgements, RST_STREAM) that may wait in the output.
    public var queuedAnswers = 1_000

    /// Closed streams whose end is remembered, to tell a late frame from a wrong one.
    public var rememberedStreams = 1_024

    /// Limits for a peer that is not trusted.
    public static let standard = ConnectionLimits()

    /// The standard limits, to be changed one by one.
    public init() {}
}
