// SPDX-License-Identifier: Apache-2.0

import Bytes
import Protobuf

extension ProtobufPeer {
    /// What one side makes of bytes: the message written again, or a refusal.
    struct Verdict: Sendable {
        /// The message with its unknown fields; nil when it is refused.
        let encoded: [UInt8]?

        /// Why it is refused, if the side says so.
        let reason: (any Error)?

        /// Reads and writes again what stands in canonical form.
        private let rewrite: @Sendable ([UInt8]) throws -> [UInt8]

        /// Ours.
        init<M: Message>(_ bytes: [UInt8], by type: M.Type) {
            rewrite = { try M(decoding: $0).encoded() }
            do {
                encoded = try rewrite(bytes)
                reason = nil
            } catch {
                encoded = nil
                reason = error
            }
        }

        /// The peer's, as protobuf_batch.py writes it.
        ///
        /// - Throws: ``BytesError`` when the bytes end first.
        init(from reader: inout ByteReader) throws {
            let length = try reader.bigEndian(UInt32.self)
            encoded = length == .max ? nil : try reader.array(Int(length))
            reason = nil
            rewrite = { $0 }
        }

        /// What is different, nil when both sides agree.
        ///
        /// Where a map's key begins with another one, python-protobuf has an order of its own: then
        /// its bytes must be as many, and ours once they were decoded here.
        func difference(from theirs: Verdict) -> String? {
            switch (encoded, theirs.encoded) {
            case (nil, nil): return nil
            case (nil, _?):
                // In groups, and in messages without fields, python-protobuf takes a field 0.
                if reason as? ProtobufError == .invalidFieldNumber(0) { return nil }
                return "is refused here, not there: \(reason.map { "\($0)" } ?? "")"
            case (let ours?, nil): return "is refused there, not here: \(hex(ours))"
            case (let ours?, let theirs?):
                if ours == theirs { return nil }
                if ours.sorted() == theirs.sorted(), (try? rewrite(theirs)) == ours { return nil }
                return "is \(hex(ours)) here and \(hex(theirs)) there"
            }
        }
    }
}
