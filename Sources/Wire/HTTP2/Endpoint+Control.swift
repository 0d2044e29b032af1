// SPDX-License-Identifier: Apache-2.0

import HPACK

/// The frames about a connection or a stream as a whole (RFC 9113 § 6.4 to § 6.9).
extension Endpoint {
    // MARK: - SETTINGS

    mutating func receiveSettings(_ payload: Span<UInt8>) throws(Violation) {
        if phase == .open { try flood.idleFrame() }
        phase = .open
        let before = Int(remote.initialWindowSize)
        try remote.apply(payload)
        // "A client MUST treat receipt of a SETTINGS frame with SETTINGS_ENABLE_PUSH set to 1 as a
        // connection error" (§ 6.5.2); a client's value starts as false for this test.
        guard role == .server || !remote.enablePush else {
            throw .connection(.protocolError, "a server enables push")
        }
        encoder.setMaximumTableSize(Int(remote.headerTableSize))
        writer.settingsAck()
        events.append(.settings(remote))
        try moveSendWindows(by: Int(remote.initialWindowSize) - before)
    }

    /// A step of the initial window that lets out too little to be worth a frame on each stream.
    private static let littleWindow = 256

    /// A new initial window moves the window of every open stream (§ 6.9.2).
    private mutating func moveSendWindows(by delta: Int) throws(Violation) {
        guard delta != 0 else { return }
        for index in streams.values.indices {
            guard streams.values[index].sendWindow.move(by: delta) else {
                throw .connection(.flowControlError, "INITIAL_WINDOW_SIZE overflows a window")
            }
        }
        guard delta > 0 else { return }
        flood.isWary = delta < Self.littleWindow
        defer { flood.isWary = false }
        for id in streams.keys {
            flush(id)
        }
    }

    mutating func receiveSettingsAck() throws(Violation) {
        guard !localIsAcknowledged else { return try flood.idleFrame() }
        localIsAcknowledged = true
        decoder.setMaximumTableSize(Int(local.headerTableSize))
        let delta = min(Int(local.initialWindowSize) - FlowWindow.initial, 0)
        guard delta != 0 else { return }
        for index in streams.values.indices {
            streams.values[index].receiveWindow.shift(by: delta)
        }
    }

    // MARK: - PING and GOAWAY

    mutating func receivePing(_ payload: UInt64, ack: Bool) throws(Violation) {
        if ack, pingsInFlight > 0 {
            pingsInFlight -= 1
            events.append(.pong(payload))
            return
        }
        try flood.idleFrame()
        if !ack { writer.ping(payload, ack: true) }
    }

    /// The peer leaves; what it has not looked at will never be answered.
    mutating func receiveGoAway(
        _ last: StreamID,
        _ code: ErrorCode,
        _ debug: [UInt8]
    ) throws(Violation) {
        guard last <= goAwayReceived ?? .last else {
            throw .connection(.protocolError, "a GOAWAY takes back what one before it refused")
        }
        try flood.idleFrame()
        goAwayReceived = last
        events.append(.goAway(lastStream: last, code, debug: debug))
        guard role == .client else { return }
        for id in streams.keys.filter({ $0 > last }) {
            close(id, .resetByPeer)
            events.append(.reset(id, .refusedStream, byPeer: true))
        }
    }

    // MARK: - RST_STREAM and WINDOW_UPDATE

    mutating func receiveReset(_ code: ErrorCode, on id: StreamID) throws(Violation) {
        guard streams[id] != nil else { return try receiveLate(id) }
        if role == .server { try flood.reset() }
        close(id, .resetByPeer)
        events.append(.reset(id, code, byPeer: true))
    }

    mutating func receiveWindowUpdate(_ increment: Int, on id: StreamID) throws(Violation) {
        try flood.idleFrame()
        guard id != .connection else {
            guard sendWindow.move(by: increment) else {
                throw .connection(.flowControlError, "the connection's window exceeds 2^31-1")
            }
            return drainQueue()
        }
        guard let index = streams.index(forKey: id) else { return try receiveLate(id) }
        guard streams.values[index].sendWindow.move(by: increment) else {
            throw .stream(id, .flowControlError)
        }
        flush(id)
    }

    /// A frame that may come late on a closed stream, but never on an idle one (§ 5.1).
    private mutating func receiveLate(_ id: StreamID) throws(Violation) {
        guard !isIdle(id) else {
            throw .connection(.protocolError, "RST_STREAM or WINDOW_UPDATE on \(id), which is idle")
        }
        try flood.idleFrame()
    }
}
