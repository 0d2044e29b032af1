// SPDX-License-Identifier: Apache-2.0

/// The code's tree, walked four bits at a time.
///
/// 257 leaves hang on 256 inner nodes, so a state fits a byte, and as no code is shorter than five
/// bits, four bits complete at most one symbol.
struct HuffmanDecoder: Sendable {
    /// What four bits do in a state.
    struct Step: Sendable {
        var next: UInt8 = 0
        var symbol: UInt8?
        /// EOS was completed: an error wherever it occurs.
        var fails = false
    }

    /// Steps by `state << 4 | bits`.
    private(set) var steps: [Step] = []

    /// Whether a string may end in the state: at most seven ones since the last symbol.
    private(set) var isPadding: [Bool]

    private enum Node {
        case inner(Int)
        case leaf(Int)
    }

    init(lengths: [UInt8], codes: [UInt32]) {
        // Two branches a node: zero, then one.
        var tree: [Node?] = [nil, nil]
        for symbol in lengths.indices {
            var node = 0
            for shift in stride(from: Int(lengths[symbol]) - 1, through: 0, by: -1) {
                let bit = Int(codes[symbol] >> UInt32(shift)) & 1
                let branch = 2 * node + bit
                if shift == 0 {
                    tree[branch] = .leaf(symbol)
                } else if case .inner(let child) = tree[branch] {
                    node = child
                } else {
                    node = tree.count / 2
                    tree[branch] = .inner(node)
                    tree += [nil, nil]
                }
            }
        }
        isPadding = Array(repeating: false, count: tree.count / 2)
        var node = 0
        for _ in 0...7 {
            isPadding[node] = true
            guard case .inner(let child) = tree[2 * node + 1] else { break }
            node = child
        }
        for state in isPadding.indices {
            for bits in 0..<16 {
                steps.append(Self.step(from: state, bits, in: tree))
            }
        }
    }

    private static func step(from state: Int, _ bits: Int, in tree: [Node?]) -> Step {
        var step = Step()
        var node = state
        for shift in [3, 2, 1, 0] {
            switch tree[2 * node + (bits >> shift & 1)] {
            case .inner(let child):
                node = child
            case .leaf(let symbol) where symbol != Huffman.endOfString:
                step.symbol = UInt8(symbol)
                node = 0
            default:
                step.fails = true
                return step
            }
        }
        step.next = UInt8(node)
        return step
    }
}
