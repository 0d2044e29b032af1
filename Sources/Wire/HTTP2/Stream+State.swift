// SPDX-License-Identifier: Apache-2.0

extension Stream {
    /// The states of RFC 9113 § 5.1 that a stream in our table can have.
    ///
    /// ```
    ///               HEADERS
    ///      idle ──────────────▶ open
    ///                          ╱    ╲
    ///          END_STREAM sent╱      ╲END_STREAM received
    ///                        ▼        ▼
    ///          halfClosedLocal        halfClosedRemote
    ///                        ╲        ╱
    ///     END_STREAM received ╲      ╱ END_STREAM sent
    ///                          ▼    ▼
    ///                          closed ◀──── RST_STREAM either way, from any state
    /// ```
    ///
    /// Idle streams have a number that was not used yet, closed ones are in ``ClosedStreams``, and
    /// reserved ones cannot be: nobody may push.
    enum State: Equatable {
        case open
        case halfClosedLocal
        case halfClosedRemote
        case closed

        /// Whether the peer may still send HEADERS and DATA.
        var receives: Bool { self == .open || self == .halfClosedLocal }

        var afterReceivingEnd: State {
            switch self {
            case .open: .halfClosedRemote
            case .halfClosedLocal: .closed
            case .halfClosedRemote, .closed: self
            }
        }

        var afterSendingEnd: State {
            switch self {
            case .open: .halfClosedLocal
            case .halfClosedRemote: .closed
            case .halfClosedLocal, .closed: self
            }
        }
    }
}
