// SPDX-License-Identifier: Apache-2.0

import GRPC
import Gzip
import Protobuf

/// When messages are worth compressing, with gzip.
public struct Compression: Hashable, Sendable {
    /// Messages of fewer bytes go out as they are.
    public var smallest: Int

    /// The defaults: what fits one packet gains nothing.
    public static let standard = Compression(smallest: 1024)

    /// Compresses from so many bytes on.
    public init(smallest: Int) {
        self.smallest = smallest
    }
}

extension Message {
    /// A message with its prefix, ready to be sent, compressed if that makes it smaller.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` when it is larger than `limit`, compressed or not.
    func framed(limit: Int, _ compression: Compression?) throws(Status) -> [UInt8] {
        guard let compression else { return try framed(limit: limit) }
        let bytes = try encoded(limit: limit)
        guard bytes.count >= compression.smallest, let small = Gzip.deflate(bytes),
            small.count < bytes.count
        else { return Framing.frame(bytes) }
        return Framing.frame(small, compressed: true)
    }

    /// Decodes what the peer sent, after it was inflated to `limit` bytes at most.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` above the limit, `INTERNAL` when these are no such bytes.
    init(received frame: Frame, limit: Int) throws(Status) {
        try self.init(received: try frame.inflated(limit: limit))
    }
}

extension Frame {
    /// The message's bytes as they were before they were compressed.
    ///
    /// - Throws: `RESOURCE_EXHAUSTED` above the limit, `INTERNAL` when it is no gzip.
    func inflated(limit: Int) throws(Status) -> [UInt8] {
        guard encoding == .gzip else { return bytes }
        do throws(GzipError) {
            return try Gzip.inflate(bytes, limit: limit)
        } catch {
            throw Status(error)
        }
    }
}

extension Status {
    /// A message that could not be inflated.
    init(_ error: GzipError) {
        let code: StatusCode =
            switch error {
            case .tooLarge, .outOfMemory: .resourceExhausted
            case .malformed, .truncated: .internalError
            }
        self.init(code, "a compressed message \(error)")
    }
}
