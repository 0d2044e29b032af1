// SPDX-License-Identifier: Apache-2.0

/// How much may still be sent on a stream or on the connection.
///
/// Source: RFC 9113 § 5.2, § 6.9. May be negative after the peer shrank its initial window.
struct FlowWindow: Equatable {
    /// 2^31-1: "A sender MUST NOT allow a flow-control window to exceed" it (§ 6.9.1).
    static let maximum = 0x7fff_ffff

    /// The window of the connection, and of a stream before any SETTINGS.
    static let initial = 65535

    private(set) var available: Int

    init(_ size: Int = FlowWindow.initial) {
        available = size
    }

    /// Accounts for octets that were sent.
    mutating func spend(_ count: Int) {
        available -= count
    }

    /// Moves the window by a WINDOW_UPDATE or a new initial size; false when it would overflow.
    mutating func move(by delta: Int) -> Bool {
        available += delta
        return available <= Self.maximum
    }
}

/// How much the peer may still send, and what the application owes before it may send more.
///
/// Octets go from `available` to `held` (delivered), to `credit` (consumed), and back to
/// `available` when the credit is worth a WINDOW_UPDATE.
struct ReceiveWindow: Equatable {
    /// What `available` comes back to when the application has taken everything.
    private let size: Int
    private(set) var available: Int
    private(set) var held = 0
    private var credit = 0

    init(size: Int, available: Int) {
        self.size = size
        self.available = available
    }

    /// Accounts for octets that came in; false when the peer sent more than it may.
    mutating func take(_ count: Int) -> Bool {
        available -= count
        held += count
        return available >= 0
    }

    /// Gives octets back; a result is the increment that should be announced now.
    mutating func release(_ count: Int) -> UInt32? {
        let count = min(max(count, 0), held)
        held -= count
        credit += count
        guard count > 0, credit >= max(size / 2, 1) else { return nil }
        defer { credit = 0 }
        available += credit
        return UInt32(credit)
    }

    /// Moves the window when our own settings take effect; it may become negative.
    mutating func shift(by delta: Int) {
        available += delta
    }
}
