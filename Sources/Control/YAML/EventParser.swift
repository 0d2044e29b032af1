// SPDX-License-Identifier: Apache-2.0

import CYAML

/// One step of libyaml's parser, without the pointers.
enum Event {
    case streamStart
    case streamEnd
    case documentStart
    case documentEnd
    case alias(String)
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
}

/// libyaml's event parser over a copy of a text; the one owner of both.
@safe struct EventParser: ~Copyable {
    /// At a fixed address, because the parser has pointers into itself.
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    /// The text, which the parser reads as it goes.
    private let text: UnsafeMutableBufferPointer<UInt8>

    /// Where the event that was returned last begins.
    private(set) var position = YAMLPosition(line: 1, column: 1)

    init(_ bytes: [UInt8]) throws(YAMLError) {
        unsafe parser = .allocate(capacity: 1)
        // Also sets every field, even when it fails.
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.deallocate()
            throw .outOfMemory
        }
        unsafe text = .allocate(capacity: bytes.count)
        _ = unsafe text.initialize(fromContentsOf: bytes)
        // Both live until deinit. UTF-8 is named, or a mark at the start could ask for UTF-16.
        unsafe yaml_parser_set_input_string(parser, text.baseAddress, bytes.count)
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe text.deallocate()
    }

    /// The next event; none may be asked for after an error or the end of the stream.
    mutating func next() throws(YAMLError) -> Event {
        var event = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        // Frees the strings of the event; they are copied before.
        defer { unsafe yaml_event_delete(&event) }
        position = unsafe Self.position(event.start_mark)
        return try unsafe read(event)
    }

    private func read(_ event: yaml_event_t) throws(YAMLError) -> Event {
        switch unsafe event.type {
        case YAML_STREAM_START_EVENT: return .streamStart
        case YAML_STREAM_END_EVENT: return .streamEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias(unsafe Self.text(event.data.alias.anchor))
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            try unsafe refuse(anchor: scalar.anchor, tag: scalar.tag)
            // `length` bytes of checked UTF-8, zero bytes among them.
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let isPlain = unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE
            return .scalar(unsafe String(decoding: bytes, as: UTF8.self), isPlain: isPlain)
        case YAML_SEQUENCE_START_EVENT:
            let start = unsafe event.data.sequence_start
            try unsafe refuse(anchor: start.anchor, tag: start.tag)
            return .sequenceStart
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            let start = unsafe event.data.mapping_start
            try unsafe refuse(anchor: start.anchor, tag: start.tag)
            return .mappingStart
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        default: throw .syntax(problem: "an unknown event", at: position)
        }
    }

    private func refuse(
        anchor: UnsafeMutablePointer<yaml_char_t>?,
        tag: UnsafeMutablePointer<yaml_char_t>?
    ) throws(YAMLError) {
        if let anchor = unsafe anchor {
            throw .unsupported("the anchor &\(unsafe Self.text(anchor))", at: position)
        }
        if let tag = unsafe tag {
            throw .unsupported("the tag \(unsafe Self.text(tag))", at: position)
        }
    }

    private func failure() -> YAMLError {
        let state = unsafe parser.pointee
        guard unsafe state.error != YAML_MEMORY_ERROR else { return .outOfMemory }
        // Both are string constants of the library.
        let problem = unsafe state.problem.map { unsafe String(cString: $0) } ?? "broken"
        let context = unsafe state.context.map { unsafe String(cString: $0) + ": " } ?? ""
        let at =
            unsafe state.error == YAML_READER_ERROR
            ? position(ofByte: unsafe state.problem_offset)
            : unsafe Self.position(state.problem_mark)
        return .syntax(problem: context + problem, at: at)
    }

    /// Where a byte is; the reader counts bytes only.
    private func position(ofByte offset: Int) -> YAMLPosition {
        var position = YAMLPosition(line: 1, column: 1)
        for byte in unsafe Array(text.prefix(offset)) {
            if byte == UInt8(ascii: "\n") {
                position = YAMLPosition(line: position.line + 1, column: 1)
            } else if byte & 0xc0 != 0x80 {
                position.column += 1
            }
        }
        return position
    }

    private static func position(_ mark: yaml_mark_t) -> YAMLPosition {
        YAMLPosition(line: mark.line + 1, column: mark.column + 1)
    }

    /// Text that ends with a zero byte.
    private static func text(_ start: UnsafeMutablePointer<yaml_char_t>?) -> String {
        unsafe start.map { unsafe String(cString: $0) } ?? ""
    }
}
