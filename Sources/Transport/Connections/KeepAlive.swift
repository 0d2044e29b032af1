// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// When a quiet connection is asked for a sign of life, and when it is given up.
///
/// ```
///           quiet for `interval`                quiet for `timeout`
/// listening ────────────────────► asked (PING) ────────────────────► give up
///     ▲─────────── any byte ────────┘
/// ```
///
/// Nothing is asked while no call is open: a connection without calls has nothing to lose, and some
/// servers cut off clients that ping it.
struct KeepAlive: Sendable {
    /// What the owner must do now.
    enum Action: Equatable {
        /// Nothing before this moment.
        case wait(until: NIODeadline)
        /// Send a PING and come back at this moment.
        case ask(until: NIODeadline)
        /// The peer is silent for this long: close.
        case giveUp(after: Duration)
        /// The peer has not said a word since it connected: close.
        case noHandshake(after: Duration)
        /// The peer has not come to the end of a frame: close.
        case tooSlow(after: Duration)
        /// The peer has not acknowledged our settings: close with `SETTINGS_TIMEOUT`.
        case unacknowledged(after: Duration)
        /// There was no call for so long: say goodbye.
        case retire
    }

    /// The longest time between two looks, in which the machine's noise counters start again.
    private static let heartbeat = TimeAmount.seconds(60)

    private let policy: KeepAlivePolicy
    private let start: NIODeadline
    private var lastReceived: NIODeadline
    private(set) var isHandshaken = false
    private var isAsked = false
    /// The frame or header block that the peer has begun, and when it has to be there.
    private var begun: (number: Int, end: NIODeadline)?

    /// A connection that was made at `now`.
    init(_ policy: KeepAlivePolicy, now: NIODeadline) {
        self.policy = policy
        start = now
        lastReceived = now
    }

    /// The peer sent bytes.
    mutating func received(at now: NIODeadline) {
        lastReceived = now
        isAsked = false
    }

    /// After bytes that came at `now`, this is what has not come to its end yet.
    mutating func follow(unfinished number: Int?, at now: NIODeadline) {
        guard let number else { return begun = nil }
        guard begun?.number != number else { return }
        begun = (number, now + TimeAmount(policy.frame))
    }

    /// When the frame has to be there that the peer has begun; the time to look again.
    var frameEnd: NIODeadline? { begun?.end }

    /// The peer sent its settings.
    mutating func handshaken() {
        isHandshaken = true
    }

    /// Looks at the clock; to be called again at the moment it returns, or earlier.
    ///
    /// Settings have twice the time of a handshake to be acknowledged.
    mutating func check(
        at now: NIODeadline,
        activeStreams: Int,
        isAcknowledged: Bool = true
    ) -> Action {
        var later = now + Self.heartbeat
        if !isHandshaken {
            let end = start + TimeAmount(policy.handshake)
            return now >= end ? .noHandshake(after: policy.handshake) : .wait(until: end)
        }
        if let begun, now >= begun.end { return .tooSlow(after: policy.frame) }
        if !isAcknowledged {
            let time = policy.handshake * 2
            let end = start + TimeAmount(time)
            if now >= end { return .unacknowledged(after: time) }
            later = min(later, end)
        }
        if activeStreams == 0 {
            guard let idle = policy.idle else { return .wait(until: later) }
            let end = lastReceived + TimeAmount(idle)
            return now >= end ? .retire : .wait(until: min(end, later))
        }
        guard let interval = policy.interval else { return .wait(until: later) }
        let ask = lastReceived + TimeAmount(interval)
        let end = ask + TimeAmount(policy.timeout)
        if now >= end, isAsked { return .giveUp(after: interval + policy.timeout) }
        if now >= ask {
            if isAsked { return .wait(until: end) }
            isAsked = true
            return .ask(until: now + TimeAmount(policy.timeout))
        }
        return .wait(until: min(ask, later))
    }
}

/// How long a connection may be quiet.
public struct KeepAlivePolicy: Hashable, Sendable {
    /// Silence, with calls open, after which the peer is pinged; nil to never ask.
    public var interval: Duration?
    /// Silence after the ping that ends the connection.
    public var timeout: Duration
    /// Time without a call after which the connection is closed, nil to keep it.
    public var idle: Duration?
    /// Time for the peer to send its first frame.
    public var handshake: Duration
    /// Time for a frame, or a header block of several, from its first octet to its last.
    public var frame: Duration
    /// Time after which a stream is given up when the peer lets out nothing of what waits for its
    /// windows, nil to wait for ever; it may take twice as long.
    public var stall: Duration?

    /// For clients: well above the five minutes below which Go's servers call a ping abuse.
    public static let client = KeepAlivePolicy(
        interval: .seconds(330),
        timeout: .seconds(20),
        idle: .seconds(1800),
        handshake: .seconds(20)
    )

    /// For servers, which may ping as they like.
    public static let server = KeepAlivePolicy(
        interval: .seconds(60),
        timeout: .seconds(20),
        idle: .seconds(600),
        handshake: .seconds(10),
        stall: .seconds(120)
    )

    /// A policy of its own.
    public init(
        interval: Duration?,
        timeout: Duration,
        idle: Duration?,
        handshake: Duration,
        frame: Duration = .seconds(30),
        stall: Duration? = nil
    ) {
        self.interval = interval
        self.timeout = timeout
        self.idle = idle
        self.handshake = handshake
        self.frame = frame
        self.stall = stall
    }
}
