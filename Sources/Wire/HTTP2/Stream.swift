// SPDX-License-Identifier: Apache-2.0

import HPACK

/// One open stream: its state, its windows, and what waits to be sent on it.
struct Stream {
    let id: StreamID
    private(set) var state = State.open
    var sendWindow: FlowWindow
    var receiveWindow: ReceiveWindow
    var inbound: InboundMessage
    var outbound = OutboundMessage()

    init(_ id: StreamID, inbound: InboundMessage, sendWindow: Int, receiveWindow: ReceiveWindow) {
        self.id = id
        self.inbound = inbound
        self.sendWindow = FlowWindow(sendWindow)
        self.receiveWindow = receiveWindow
    }

    /// Follows an END_STREAM flag that came in.
    mutating func receivedEnd() {
        state = state.afterReceivingEnd
    }

    /// Follows an END_STREAM flag that went out.
    mutating func sentEnd() {
        state = state.afterSendingEnd
    }
}

/// How far the peer's request or response has come.
struct InboundMessage: Equatable {
    /// Whether the final header section is still to come: a response may have informational ones.
    var awaitsHeaders: Bool

    /// Whether the response is to a HEAD request, whose content-length counts nothing.
    var answersHead = false

    /// Body octets that content-length still announces, nil without one.
    var remaining: Int?
}

/// What the application has handed over and the windows have not let out yet.
struct OutboundMessage {
    /// What follows the buffered bytes.
    enum End {
        case open
        case endStream
        case trailers([HeaderField])
    }

    var sentHeaders = false
    var end = End.open
    /// Whether the stream stands in the queue for the connection's window.
    var isQueued = false
    /// Whether the bytes have waited since the last look at what is stalled.
    var hasWaited = false
    private var bytes: [UInt8] = []
    private var head = 0

    /// Buffered bytes.
    var count: Int { bytes.count - head }

    /// Whether the application may still hand over data or trailers.
    var acceptsBody: Bool {
        guard case .open = end else { return false }
        return sentHeaders
    }

    /// Buffers a part of a body but for what comes before `start`.
    mutating func append(_ data: [UInt8], from start: Int) {
        if count == 0 {
            bytes = data
            head = start
        } else {
            if head > bytes.count / 2 {
                bytes.removeFirst(head)
                head = 0
            }
            bytes += data[start...]
        }
    }

    /// Hands the buffer to a writer; ``restore(_:from:)`` brings back what it could not write.
    mutating func take() -> (bytes: [UInt8], start: Int) {
        defer {
            bytes = []
            head = 0
        }
        return (bytes, head)
    }

    /// Brings back a taken buffer whose bytes before `start` were written.
    mutating func restore(_ rest: consuming [UInt8], from start: Int) {
        guard start < rest.count else { return }
        bytes = rest
        head = start
    }
}
