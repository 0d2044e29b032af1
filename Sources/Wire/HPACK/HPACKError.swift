// SPDX-License-Identifier: Apache-2.0

/// Why a header block cannot be decoded.
///
/// Each of them but the last leaves the table out of step with the peer's, so the connection is
/// lost: COMPRESSION_ERROR in HTTP/2. `offset` counts octets from the start of the block.
public enum HPACKError: Error, Equatable, Sendable {
    /// The block ends inside a representation.
    case truncated(offset: Int)

    /// An integer is longer than any length or index can be.
    case integerOverflow(offset: Int)

    /// The padding of a Huffman string is too long or not made of ones, or EOS occurs in it.
    case invalidHuffman(offset: Int)

    /// Neither table has an entry with this number.
    case unknownIndex(Int)

    /// A table size update asks for more than the setting allows.
    case tableTooLarge(size: Int, limit: Int)

    /// A table size update stands after the first field of the block.
    case lateTableUpdate(offset: Int)

    /// The setting was lowered, and the block does not start with the update this demands.
    case missingTableUpdate(limit: Int)

    /// The fields are larger than `limit`; the table has followed them all the same.
    case listTooLarge(limit: Int)
}

extension HPACKError: CustomStringConvertible {
    /// One clause for an error message.
    public var description: String {
        switch self {
        case .truncated(let offset):
            "header block ends inside a field, at octet \(offset)"
        case .integerOverflow(let offset):
            "header block has an integer that is too large, at octet \(offset)"
        case .invalidHuffman(let offset):
            "header block has an invalid Huffman string, at octet \(offset)"
        case .unknownIndex(let index):
            "header block names table entry \(index), which does not exist"
        case .tableTooLarge(let size, let limit):
            "header block asks for a table of \(size) octets, \(limit) are allowed"
        case .lateTableUpdate(let offset):
            "header block changes the table's size after its first field, at octet \(offset)"
        case .missingTableUpdate(let limit):
            "header block does not start with the change to a table of \(limit) octets"
        case .listTooLarge(let limit):
            "header list is larger than \(limit) octets"
        }
    }
}
