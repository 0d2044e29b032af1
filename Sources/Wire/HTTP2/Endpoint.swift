// SPDX-License-Identifier: Apache-2.0

import HPACK

/// What a client and a server have in common: one end of one connection.
///
/// ```
///   server: .preface ──▶ .awaitsSettings ──▶ .open ──▶ .failed
///   client:              .awaitsSettings ──▶ .open ──▶ .failed
/// ```
///
/// The phase is about the connection alone; how it drains is in `goAwaySent` and `goAwayReceived`.
struct Endpoint: ~Copyable {
    enum Role { case client, server }

    enum Phase: Equatable {
        /// So many octets of the client's preface have come.
        case preface(matched: Int)
        /// The peer's first frame "MUST" be SETTINGS (RFC 9113 § 3.4).
        case awaitsSettings
        case open
        case failed(ConnectionError)
    }

    let role: Role
    let limits: ConnectionLimits
    /// What we demand, and whether the peer has said that it knows.
    let local: Settings
    var localIsAcknowledged = false
    /// What the peer demands.
    var remote = Settings.initial

    var phase: Phase
    var writer = FrameWriter()
    var events: [Event] = []
    /// The start of a frame whose end has not come yet.
    var carry: [UInt8] = []
    /// Frames that came whole, a header block with its CONTINUATIONs being one.
    var completed = 0
    /// A header block whose end has not come yet.
    var block: HeaderBlock?
    var encoder: HeaderEncoder
    var decoder: HeaderDecoder

    var streams = StreamTable()
    var closed: ClosedStreams
    var flood: FloodGuard
    /// The number of the next stream we open; only clients do.
    var nextLocal: UInt32
    /// The highest stream the peer has opened.
    var highestRemote = StreamID.connection
    /// Streams with bytes that their own window would let out, in the order of their turn.
    var queue: [StreamID] = []
    var sendWindow = FlowWindow()
    var receiveWindow: ReceiveWindow

    var goAwaySent: StreamID?
    var goAwayReceived: StreamID?
    var pingsInFlight = 0

    /// Octets of the encoder's table, whatever the peer would allow.
    private static let encoderTableSize = 4096
    /// The list limit when our settings name none.
    private static let listLimit = 1 << 16

    init(_ role: Role, _ settings: Settings, _ limits: ConnectionLimits) {
        precondition(Settings.frameSizes.contains(settings.maxFrameSize))
        precondition(settings.initialWindowSize <= FlowWindow.maximum)
        self.role = role
        self.limits = limits
        var local = settings
        // A server has nothing to say about push; a client never wants it.
        local.enablePush = role == .server
        self.local = local
        remote.enablePush = role == .server
        phase = role == .server ? .preface(matched: 0) : .awaitsSettings
        nextLocal = role == .server ? 2 : 1
        closed = ClosedStreams(capacity: limits.rememberedStreams)
        flood = FloodGuard(limits)
        encoder = HeaderEncoder(tableSize: Self.encoderTableSize)
        decoder = HeaderDecoder(
            tableSize: Int(max(settings.headerTableSize, Settings.initial.headerTableSize)),
            listLimit: settings.maxHeaderListSize.map { Int($0) } ?? Self.listLimit
        )
        let window = min(max(Int(limits.connectionWindow), FlowWindow.initial), FlowWindow.maximum)
        receiveWindow = ReceiveWindow(size: window, available: window)
        if role == .client { writer.preface() }
        writer.settings(local)
        if window > FlowWindow.initial {
            writer.windowUpdate(.connection, UInt32(window - FlowWindow.initial))
        }
    }

    /// Whether the connection failed, or drained after a GOAWAY.
    var isClosed: Bool {
        isFailed || (isGoingAway && streams.isEmpty)
    }

    /// Whether a connection error ended it.
    var isFailed: Bool {
        if case .failed = phase { true } else { false }
    }

    /// Whether no stream may be added.
    var isGoingAway: Bool {
        goAwaySent != nil || (role == .client && goAwayReceived != nil)
    }

    /// The number of the frame or header block that has begun and not ended, nil between two.
    var unfinished: Int? {
        carry.isEmpty && block == nil ? nil : completed
    }

    /// Whether the stream's number was not used yet.
    func isIdle(_ id: StreamID) -> Bool {
        let isLocal = id.isClientInitiated == (role == .client)
        return isLocal ? id.rawValue >= nextLocal : id > highestRemote
    }

    /// The octets to be written now.
    mutating func takeOutput() -> [UInt8] {
        if !queue.isEmpty { drainQueue() }
        return writer.take()
    }

    /// Adds a stream whose headers were sent or received.
    mutating func insert(_ id: StreamID, inbound: InboundMessage) {
        let size = Int(local.initialWindowSize)
        let granted = localIsAcknowledged ? size : max(size, FlowWindow.initial)
        streams[id] = Stream(
            id,
            inbound: inbound,
            sendWindow: Int(remote.initialWindowSize),
            receiveWindow: ReceiveWindow(size: size, available: granted)
        )
    }

    /// Takes a stream out of the table and gives its bytes back to the connection's window.
    mutating func close(_ id: StreamID, _ end: ClosedStreams.End) {
        guard let stream = streams.removeValue(forKey: id) else { return }
        if stream.outbound.isQueued { queue.removeAll { $0 == id } }
        closed.record(id, end)
        if end == .finished { flood.finished() }
        release(stream.receiveWindow.held)
    }

    /// Gives received octets back to the connection's window.
    mutating func release(_ count: Int) {
        if let increment = receiveWindow.release(count) {
            writer.windowUpdate(.connection, increment)
        }
    }
}
