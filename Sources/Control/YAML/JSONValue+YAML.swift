// SPDX-License-Identifier: Apache-2.0

public import JSON

extension JSONValue {
    /// The tree of the one document in `yaml`, which is UTF-8.
    ///
    /// - Throws: ``YAMLError`` for what is not YAML, and for YAML that has no JSON or more than one
    ///   meaning.
    public init(yaml: [UInt8], limits: YAMLLimits = .standard) throws(YAMLError) {
        guard yaml.count <= limits.bytes else {
            throw .tooLong(count: yaml.count, limit: limits.bytes)
        }
        var reader = try TreeReader(EventParser(yaml), limits: limits)
        self = try reader.document()
    }
}

/// Makes a tree of the parser's events.
private struct TreeReader: ~Copyable {
    private var events: EventParser
    private let limits: YAMLLimits
    private var depth = 0

    init(_ events: consuming EventParser, limits: YAMLLimits) {
        self.events = events
        self.limits = limits
    }

    mutating func document() throws(YAMLError) -> JSONValue {
        _ = try events.next()
        guard case .documentStart = try events.next() else { throw .noDocument }
        let value = try value(try events.next())
        _ = try events.next()
        guard case .streamEnd = try events.next() else {
            throw .severalDocuments(at: events.position)
        }
        return value
    }

    private mutating func value(_ event: Event) throws(YAMLError) -> JSONValue {
        switch event {
        case .scalar(let text, let isPlain):
            return isPlain ? try plain(text) : .string(text)
        case .sequenceStart:
            return try nested { (reader) throws(YAMLError) in try reader.sequence() }
        case .mappingStart: return try nested { (reader) throws(YAMLError) in try reader.mapping() }
        case .alias(let name): throw .unsupported("the alias *\(name)", at: events.position)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw .syntax(problem: "a value is missing", at: events.position)
        }
    }

    private mutating func nested(
        _ read: (inout Self) throws(YAMLError) -> JSONValue
    ) throws(YAMLError) -> JSONValue {
        guard depth < limits.depth else {
            throw .tooDeep(limit: limits.depth, at: events.position)
        }
        depth += 1
        let value = try read(&self)
        depth -= 1
        return value
    }

    private mutating func sequence() throws(YAMLError) -> JSONValue {
        var elements: [JSONValue] = []
        while true {
            let event = try events.next()
            if case .sequenceEnd = event { return .array(elements) }
            elements.append(try value(event))
        }
    }

    private mutating func mapping() throws(YAMLError) -> JSONValue {
        var members: [JSONObject.Member] = []
        var keys: Set<String> = []
        while true {
            let event = try events.next()
            if case .mappingEnd = event { return .object(JSONObject(members)) }
            let key = try key(event)
            guard keys.insert(key).inserted else {
                throw .duplicateKey(key, at: events.position)
            }
            members.append(JSONObject.Member(key: key, value: try value(events.next())))
        }
    }

    private mutating func key(_ event: Event) throws(YAMLError) -> String {
        let at = events.position
        switch event {
        case .scalar("<<", isPlain: true): throw .unsupported("the merge key <<", at: at)
        case .scalar(let text, isPlain: true):
            guard case .string = try plain(text) else {
                throw .keyNotText(text.isEmpty ? "nothing" : text, at: at)
            }
            return text
        case .scalar(let text, isPlain: false): return text
        case .sequenceStart: throw .keyNotText("a list", at: at)
        case .mappingStart: throw .keyNotText("a mapping", at: at)
        case .alias(let name): throw .unsupported("the alias *\(name)", at: at)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            throw .syntax(problem: "a key is missing", at: at)
        }
    }

    private func plain(_ text: String) throws(YAMLError) -> JSONValue {
        switch PlainScalar(text) {
        case .value(let value): return value
        case .ambiguous: throw .ambiguous(text, at: events.position)
        case .unrepresentable: throw .unrepresentable(text, at: events.position)
        }
    }
}
