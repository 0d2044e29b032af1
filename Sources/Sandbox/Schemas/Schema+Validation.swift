// SPDX-License-Identifier: Apache-2.0

public import JSON

extension Schema {
    /// Everything that does not fit, each with its place below `path`.
    public func findings(in value: JSONValue, at path: String = "") -> [SchemaFinding] {
        var findings: [SchemaFinding] = []
        check(value, at: path, &findings)
        return findings
    }

    private func check(_ value: JSONValue, at path: String, _ findings: inout [SchemaFinding]) {
        if value.isNull, isNullable { return }
        guard fitsKind(value) else {
            findings.append(wrongType(value, at: path))
            return
        }
        switch value {
        case .object(let object): check(object, at: path, &findings)
        case .array(let elements): check(elements, at: path, &findings)
        case .string(let text): check(text, at: path, &findings)
        case .number(let number): check(number, at: path, &findings)
        case .bool, .null: break
        }
        if !allowed.isEmpty, !allowed.contains(value) {
            let list = allowed.map(Self.quoted).joined(separator: ", ")
            findings.append(
                SchemaFinding(
                    field: path,
                    reason: .notSupported,
                    message: "Unsupported value: \(Self.quoted(value)): supported values: \(list)"
                )
            )
        }
    }

    private func fitsKind(_ value: JSONValue) -> Bool {
        if isIntOrString { return value.integer != nil || value.string != nil }
        switch kind {
        case nil: return true
        case .object: return value.members != nil
        case .array: return value.array != nil
        case .string: return value.string != nil
        case .boolean: return value.bool != nil
        case .number: return value.number != nil
        case .integer: return value.double.map { $0 == $0.rounded() } ?? false
        }
    }

    private func wrongType(_ value: JSONValue, at path: String) -> SchemaFinding {
        let wanted = isIntOrString ? "integer,string" : kind?.rawValue ?? "any"
        let found =
            switch value {
            case .null: "null"
            case .bool: "boolean"
            case .number: value.integer == nil ? "number" : "integer"
            case .string: "string"
            case .array: "array"
            case .object: "object"
            }
        let words = "\(path) in body must be of type \(wanted): \"\(found)\""
        return SchemaFinding(
            field: path,
            reason: .wrongType,
            message: "Invalid value: \"\(found)\": \(words)"
        )
    }

    private func check(
        _ object: JSONObject,
        at path: String,
        _ findings: inout [SchemaFinding]
    ) {
        for name in required where object[name] == nil {
            findings.append(
                SchemaFinding(
                    field: Self.join(path, name),
                    reason: .required,
                    message: "Required value"
                )
            )
        }
        for member in object.members {
            guard let schema = self.member(member.key) ?? additional.first else { continue }
            schema.check(member.value, at: Self.join(path, member.key), &findings)
        }
        if let most = members.most, object.members.count > most {
            findings.append(tooMany(object.members.count, most, at: path))
        }
        if let least = members.least, object.members.count < least {
            findings.append(
                invalid(.object(object), "should have at least \(least) properties", at: path)
            )
        }
    }

    private func check(
        _ elements: [JSONValue],
        at path: String,
        _ findings: inout [SchemaFinding]
    ) {
        if let most = count.most, elements.count > most {
            findings.append(tooMany(elements.count, most, at: path))
        }
        if let least = count.least, elements.count < least {
            findings.append(
                invalid(
                    .number(JSONNumber(elements.count)),
                    "should have at least \(least) items",
                    at: path
                )
            )
        }
        guard let schema = items.first else { return }
        var seen: Set<JSONValue> = []
        for (index, element) in elements.enumerated() {
            schema.check(element, at: "\(path)[\(index)]", &findings)
            let key: JSONValue
            switch listType {
            case .atomic: continue
            case .set: key = element
            case .map: key = .array(listKeys.map { element[$0] ?? .null })
            }
            if !seen.insert(key).inserted {
                let shown = listType == .set ? element : Self.keys(listKeys, of: element)
                findings.append(
                    SchemaFinding(
                        field: "\(path)[\(index)]",
                        reason: .duplicate,
                        message: "Duplicate value: \(Self.shown(shown))"
                    )
                )
            }
        }
    }

    private func check(_ text: String, at path: String, _ findings: inout [SchemaFinding]) {
        let characters = text.unicodeScalars.count
        if let most = length.most, characters > most {
            findings.append(
                SchemaFinding(
                    field: path,
                    reason: .tooLong,
                    message: "Too long: may not be more than \(most) bytes"
                )
            )
        }
        if let least = length.least, characters < least {
            let words = "should be at least \(least) chars long"
            findings.append(invalid(.string(text), words, at: path))
        }
        if let pattern, !Self.matches(text, pattern) {
            findings.append(invalid(.string(text), "should match '\(pattern)'", at: path))
        }
        if let format, !Self.fits(text, format: format) {
            let words = "must be of type \(format): \(Self.shown(.string(text)))"
            let message = invalid(.string(text), words, at: path).message
            findings.append(SchemaFinding(field: path, reason: .wrongType, message: message))
        }
    }

    private func check(
        _ number: JSONNumber,
        at path: String,
        _ findings: inout [SchemaFinding]
    ) {
        guard let value = number.double else { return }
        if let minimum, value < minimum.value || (minimum.isExclusive && value == minimum.value) {
            let words = "should be greater than \(minimum.isExclusive ? "" : "or equal to ")"
            findings.append(
                invalid(.number(number), words + Self.plain(minimum.value), at: path)
            )
        }
        if let maximum, value > maximum.value || (maximum.isExclusive && value == maximum.value) {
            let words = "should be less than \(maximum.isExclusive ? "" : "or equal to ")"
            findings.append(
                invalid(.number(number), words + Self.plain(maximum.value), at: path)
            )
        }
    }

    // MARK: - Words

    private func invalid(_ value: JSONValue, _ words: String, at path: String) -> SchemaFinding {
        SchemaFinding(
            field: path,
            reason: .invalid,
            message: "Invalid value: \(Self.shown(value)): \(path) in body \(words)"
        )
    }

    private func tooMany(_ count: Int, _ most: Int, at path: String) -> SchemaFinding {
        SchemaFinding(
            field: path,
            reason: .tooMany,
            message: "Too many: \(count): must have at most \(most) items"
        )
    }

    /// The place of a member.
    static func join(_ path: String, _ name: String) -> String {
        path.isEmpty ? name : "\(path).\(name)"
    }

    private static func shown(_ value: JSONValue) -> String {
        String(decoding: value.encoded(), as: UTF8.self)
    }

    private static func quoted(_ value: JSONValue) -> String {
        "\"\(value.string ?? shown(value))\""
    }

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map { "\($0)" } ?? "\(number)"
    }

    private static func keys(_ names: [String], of element: JSONValue) -> JSONValue {
        .object(
            JSONObject(
                names.map { JSONObject.Member(key: $0, value: element[$0] ?? .null) }
            )
        )
    }

    // MARK: - Texts

    private static func matches(_ text: String, _ pattern: String) -> Bool {
        // The pattern was compiled when the schema was read; a compiled one cannot be shared.
        guard let regex = try? Regex(pattern) else { return false }
        // As in RE2, `\d`, `\w` and `\s` are of ASCII only.
        let plain = regex.matchingSemantics(.unicodeScalar).asciiOnlyCharacterClasses()
        return text.firstMatch(of: plain) != nil
    }

    /// Whether month, day and time of day are in their ranges.
    private static func isMoment(_ text: String) -> Bool {
        let numbers = text.split { !"0123456789".contains($0) }.compactMap { Int($0) }
        let ranges = [0...9999, 1...12, 1...31, 0...23, 0...59, 0...60]
        return zip(numbers, ranges).allSatisfy { $1.contains($0) }
    }

    /// Formats that are checked; an API server ignores those it does not know.
    private static func fits(_ text: String, format: String) -> Bool {
        switch format {
        case "date-time":
            matches(text, #"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$"#)
                && isMoment(text)
        case "date": matches(text, #"^\d{4}-\d\d-\d\d$"#) && isMoment(text)
        case "uuid", "uuid4":
            matches(text, #"^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$"#)
        case "ipv4": matches(text, #"^\d{1,3}(\.\d{1,3}){3}$"#)
        case "mac": matches(text, #"^([0-9A-Fa-f]{2}[:-]){5}[0-9A-Fa-f]{2}$"#)
        default: true
        }
    }
}
