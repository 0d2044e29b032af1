// SPDX-License-Identifier: Apache-2.0

import Bytes

/// The static Huffman code of RFC 7541, appendix B.
///
/// The code is canonical: symbols in the order of (length, symbol) get consecutive codes. So the
/// lengths alone say everything, and the codes and the decoder's table are made from them once.
enum Huffman {
    /// The end-of-string symbol, whose prefix is the padding.
    static let endOfString = 256

    /// Octets that `text` takes when encoded.
    static func length(of text: String.UTF8View) -> Int {
        var bits = 0
        for octet in text {
            bits += Int(lengths[Int(octet)])
        }
        return (bits + 7) / 8
    }

    /// Appends the encoded `text`, padded with ones.
    static func encode(_ text: String.UTF8View, to writer: inout ByteWriter) {
        var pending: UInt64 = 0
        var bits = 0
        for octet in text {
            pending = pending << UInt64(lengths[Int(octet)]) | UInt64(codes[Int(octet)])
            bits += Int(lengths[Int(octet)])
            while bits >= 8 {
                bits -= 8
                writer.byte(UInt8(truncatingIfNeeded: pending >> UInt64(bits)))
            }
        }
        if bits > 0 {
            let padding = UInt64(0xff >> bits)
            writer.byte(UInt8(truncatingIfNeeded: pending << UInt64(8 - bits) | padding))
        }
    }

    /// The octets that `encoded` stands for; nil if EOS occurs in it, or if the padding is longer
    /// than seven bits or has a zero.
    static func decode(_ encoded: Span<UInt8>) -> [UInt8]? {
        let steps = decoder.steps
        var decoded: [UInt8] = []
        // The shortest code has five bits.
        decoded.reserveCapacity(encoded.count * 8 / 5)
        var state = 0
        for half in 0..<(encoded.count * 2) {
            let octet = encoded[half / 2]
            let nibble = half.isMultiple(of: 2) ? octet >> 4 : octet & 15
            let step = steps[state << 4 | Int(nibble)]
            if step.fails { return nil }
            if let symbol = step.symbol { decoded.append(symbol) }
            state = Int(step.next)
        }
        return decoder.isPadding[state] ? decoded : nil
    }

    /// Each symbol's code in its low ``lengths`` bits.
    static let codes: [UInt32] = {
        var codes = [UInt32](repeating: 0, count: lengths.count)
        var next: UInt32 = 0
        for length in 1...(lengths.max() ?? 0) {
            next <<= 1
            for symbol in lengths.indices where lengths[symbol] == length {
                codes[symbol] = next
                next += 1
            }
        }
        return codes
    }()

    /// Bits of each symbol's code, from octet 0 to EOS.
    static let lengths: [UInt8] = [
        13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
        28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
        6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
        5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
        13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
        7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
        15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
        6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
        20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
        24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
        22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
        21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
        26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
        19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
        20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
        26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
        30,
    ]

    private static let decoder = HuffmanDecoder(lengths: lengths, codes: codes)
}
