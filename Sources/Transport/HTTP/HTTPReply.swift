// SPDX-License-Identifier: Apache-2.0

public import HPACK

/// The answer to one request: sent whole, or begun and written piece by piece.
///
/// When the client has gone, what is written is dropped and ``write(_:)`` says so.
public struct HTTPReply: Sendable {
    let stream: ReplyStream

    /// Answers with everything at once; ignored when an answer has begun.
    public func send(_ status: Int, _ headers: [HeaderField] = [], body: [UInt8] = []) {
        stream.send(status, headers, body: body)
    }

    /// Sends the head, which pieces follow; ignored when an answer has begun.
    public func begin(_ status: Int, _ headers: [HeaderField] = []) {
        stream.begin(status, headers)
    }

    /// Sends a piece, and waits while too much waits for the client; false when it has gone.
    public func write(_ bytes: [UInt8]) async -> Bool {
        await stream.write(bytes)
    }

    /// Ends the answer after what was written.
    public func end() {
        stream.end()
    }
}
