// SPDX-License-Identifier: Apache-2.0

/// Why a document was refused, and where.
public enum YAMLError: Error, Equatable, Sendable {
    /// It is not YAML: the parser's own words.
    case syntax(problem: String, at: YAMLPosition)

    /// There is nothing but comments and white space.
    case noDocument

    /// A second document begins.
    case severalDocuments(at: YAMLPosition)

    /// It is YAML, but something we do not take: an anchor, an alias, a tag, a merge key.
    case unsupported(String, at: YAMLPosition)

    /// A mapping has the key twice.
    case duplicateKey(String, at: YAMLPosition)

    /// A key is a list, a mapping, or a scalar that reads as something else than text.
    case keyNotText(String, at: YAMLPosition)

    /// A plain scalar is one number to YAML 1.1 and another to YAML 1.2, as `0755` is.
    case ambiguous(String, at: YAMLPosition)

    /// A number that JSON cannot say, as `.inf` is, or that fits no 64 bits in hexadecimal.
    case unrepresentable(String, at: YAMLPosition)

    /// More containers are open at once than the limit allows.
    case tooDeep(limit: Int, at: YAMLPosition)

    /// The document is longer than the limit allows.
    case tooLong(count: Int, limit: Int)

    /// The parser got no memory.
    case outOfMemory
}

/// A place in a text as an editor counts it, both from 1.
public struct YAMLPosition: Hashable, Sendable {
    /// The line.
    public var line: Int

    /// The character in the line.
    public var column: Int

    /// A place.
    public init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }
}

extension YAMLPosition: CustomStringConvertible {
    /// `line:column`.
    public var description: String { "\(line):\(column)" }
}

extension YAMLError: CustomStringConvertible {
    /// One clause that begins with the place.
    public var description: String {
        switch self {
        case .syntax(let problem, let at): "\(at): \(problem)"
        case .noDocument: "there is no document"
        case .severalDocuments(let at): "\(at): a second document"
        case .unsupported(let what, let at): "\(at): \(what) is not supported"
        case .duplicateKey(let key, let at): "\(at): the key \"\(key)\" occurs twice"
        case .keyNotText(let what, let at): "\(at): a key must be text, not \(what)"
        case .ambiguous(let text, let at):
            "\(at): \(text) is not the same number to everybody; quote it or write it otherwise"
        case .unrepresentable(let text, let at): "\(at): \(text) is not a possible number"
        case .tooDeep(let limit, let at): "\(at): nested deeper than \(limit) levels"
        case .tooLong(let count, let limit): "\(count) bytes are longer than \(limit)"
        case .outOfMemory: "out of memory"
        }
    }
}
