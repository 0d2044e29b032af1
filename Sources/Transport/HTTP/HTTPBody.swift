// SPDX-License-Identifier: Apache-2.0

import Gzip
import Synchronization

/// A response whose body is read piece by piece; dropping it ends the request.
public final class HTTPBody: Sendable {
    /// Status and fields.
    public let head: HTTPHead

    private let exchange: HTTPExchange

    /// Kept, because its connection goes with it.
    private let client: HTTPClient

    /// Nil for a body that is not compressed.
    private let reader: Mutex<GzipReader?>

    /// What one piece may become: a frame holds 16 KiB, and gzip makes up to 1032 times that of it.
    private static let longestPiece = 32 << 20

    init(
        head: HTTPHead,
        _ exchange: HTTPExchange,
        of client: HTTPClient
    ) throws(HTTPFailure) {
        self.head = head
        self.exchange = exchange
        self.client = client
        guard head.first("content-encoding")?.lowercased() == "gzip" else {
            reader = Mutex(nil)
            return
        }
        do throws(GzipError) {
            reader = Mutex(try GzipReader())
        } catch {
            throw .compression(error)
        }
    }

    deinit {
        exchange.fail(.cancelled)
    }

    /// The next piece, nil at the end; one task reads, and its cancellation ends the request.
    ///
    /// - Throws: ``HTTPFailure``.
    public func next() async throws(HTTPFailure) -> [UInt8]? {
        while let piece = try await exchange.piece() {
            let bytes = try inflated(piece)
            if !bytes.isEmpty { return bytes }
        }
        try finish()
        return nil
    }

    /// Ends the request; whoever reads gets ``HTTPFailure/timedOut(_:)``.
    public func expire(after silence: Duration) {
        exchange.fail(.timedOut(silence))
    }

    private func inflated(_ piece: [UInt8]) throws(HTTPFailure) -> [UInt8] {
        do throws(GzipError) {
            return try reader.withLock { reader throws(GzipError) in
                try reader?.add(piece, limit: Self.longestPiece) ?? piece
            }
        } catch {
            throw .compression(error)
        }
    }

    private func finish() throws(HTTPFailure) {
        do throws(GzipError) {
            try reader.withLock { reader throws(GzipError) in try reader?.end() }
        } catch {
            throw .compression(error)
        }
    }
}
