// SPDX-License-Identifier: Apache-2.0

import Bytes

/// One or several requests sent in one datagram, until the kernel has answered each.
///
/// ```
///   waiting --reply*--> waiting --outcome or done--> answered
/// ```
///
/// The kernel carries the requests out in order and goes on after one it refuses. Answers to
/// other requests, such as those of a wait that was given up, are passed over.
public struct Exchange: Sendable {
    /// One reply of the kernel to a get request.
    public struct Reply: Sendable, Hashable {
        /// What it is about.
        public let type: MessageType
        /// Its fixed header and attributes.
        public let payload: [UInt8]
    }

    /// What is known about one request.
    public struct Answer: Sendable, Hashable {
        /// What was told, in order.
        public fileprivate(set) var replies: [Reply] = []
        /// Why it was not carried out.
        public fileprivate(set) var refusal: Refusal?
        /// Whether a dump was disturbed and should be made again.
        public fileprivate(set) var isInterrupted = false
        /// Whether the kernel has said its last word on it.
        public fileprivate(set) var isComplete = false
    }

    /// The datagram to send.
    public let datagram: [UInt8]
    /// The answers so far, one for each request, in order.
    public private(set) var answers: [Answer]
    private let firstSequence: UInt32
    private var missing: Int

    /// Encodes `requests`, numbered from `firstSequence` on; all but dumps ask for an outcome.
    ///
    /// - Throws: ``NetlinkError/attributeTooLong(attribute:bytes:)``.
    public init(_ requests: [NetlinkMessage], firstSequence: UInt32) throws(NetlinkError) {
        var writer = ByteWriter(capacity: 128 * requests.count)
        var sequence = firstSequence
        for var request in requests {
            if request.flags != .dump {
                request.flags.insert(.acknowledge)
            }
            try request.encode(sequence: sequence, into: &writer)
            sequence &+= 1
        }
        datagram = writer.bytes
        answers = Array(repeating: Answer(), count: requests.count)
        self.firstSequence = firstSequence
        missing = requests.count
    }

    /// Whether nothing more is to be received.
    public var isComplete: Bool { missing == 0 }

    /// Takes in one datagram of the kernel.
    ///
    /// - Throws: ``NetlinkError`` when it cannot be read; what came before it in the datagram
    ///   counts.
    public mutating func receive(_ datagram: Span<UInt8>) throws(NetlinkError) {
        var messages = MessageReader(datagram)
        while let message = try messages.next() {
            let index = Int(message.sequence &- firstSequence)
            guard index < answers.count, !answers[index].isComplete else { continue }
            if message.flags.contains(.interrupted) { answers[index].isInterrupted = true }
            switch message.type {
            case .outcome: complete(index, try message.refusal())
            case .done: complete(index, try message.dumpRefusal())
            default:
                let payload = [UInt8](copying: message.payload)
                answers[index].replies.append(Reply(type: message.type, payload: payload))
            }
        }
    }

    private mutating func complete(_ index: Int, _ refusal: Refusal?) {
        answers[index].refusal = refusal
        answers[index].isComplete = true
        missing -= 1
    }
}
