// SPDX-License-Identifier: Apache-2.0

import GRPC

// The server's checks, with its words. Only values are INVALID_ARGUMENT and only what is missing
// is NOT_FOUND; all else is UNKNOWN with a text.

extension Status {
    static func invalid(_ text: String) -> Status { Status(.invalidArgument, text) }
    static func unknown(_ text: String) -> Status { Status(.unknown, text) }
    static func notFound(_ text: String) -> Status { Status(.notFound, text) }
}

/// Source: aip-go, `resourceid.ValidateUserSettable`.
///
/// - Throws: `UNKNOWN`.
func checkID(_ id: String) throws(Status) {
    guard (4...63).contains(id.unicodeScalars.count) else {
        throw .unknown("user-settable ID must be between 4 and 63 characters")
    }
    guard let first = id.unicodeScalars.first, ("a"..."z").contains(first) else {
        throw .unknown("user-settable ID must begin with a letter")
    }
    guard id.last != "-" else { throw .unknown("user-settable ID must not end with a hyphen") }
    for (position, scalar) in id.unicodeScalars.enumerated() {
        switch scalar {
        case "a"..."z", "0"..."9", "-": continue
        default:
            throw .unknown(
                "user-settable ID must only contain lowercase, numbers and hyphens "
                    + "(got: '\(scalar)' in position \(position))"
            )
        }
    }
    if isUUID(id) { throw .unknown("user-settable ID must not be a valid UUIDv4") }
}

private func isUUID(_ id: String) -> Bool {
    let groups = id.split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
        && groups.allSatisfy { $0.allSatisfy(\.isHexDigit) }
}

/// Source: aip-go, `resourcename.Validate`: every segment is a DNS name.
///
/// - Throws: `UNKNOWN`.
func checkName(_ name: String) throws(Status) {
    if name.isEmpty { throw .unknown("missing required field: name") }
    let path = name.hasPrefix("//") ? name.dropFirst(2) : name[...]
    for segment in path.split(separator: "/", omittingEmptySubsequences: false) {
        let isName =
            segment.first?.isLetterOrDigit == true && segment.last?.isLetterOrDigit == true
            && segment.allSatisfy { $0.isLetterOrDigit || $0 == "-" || $0 == "." }
        if !isName { throw .unknown("segment '\(segment)': not a valid DNS name") }
    }
}

extension Character {
    fileprivate var isLetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}

/// - Throws: `INVALID_ARGUMENT`.
func checkVNI(_ vni: UInt32?) throws(Status) {
    guard let vni, !(1...16_777_215).contains(vni) else { return }
    throw .invalid("Vni value (\(vni)) have to be between 1 and 16777215")
}

/// The object and its spec, with the fields that must be set.
///
/// - Throws: `UNKNOWN`.
func checkRequired<Object: GatewayObject>(
    _ object: Object?
) throws(Status) -> (object: Object, spec: Object.Spec) {
    let field = Object.kind.field
    guard let object else { throw .unknown("missing required field: \(field)") }
    guard let spec = object.spec else { throw .unknown("missing required field: \(field).spec") }
    for required in Object.Spec.required {
        guard Object.Spec.fields.contains(where: { $0.name == required && $0.isSet(spec) }) else {
            throw .unknown("missing required field: \(field).spec.\(required)")
        }
    }
    return (object, spec)
}

extension GatewaySpec {
    /// This spec with the fields of `new` that the mask names; with no mask, those that are set.
    ///
    /// Masks go down to the fields of the spec, and what they say of name and status counts for
    /// nothing.
    ///
    /// - Throws: `UNKNOWN` for a path that is none.
    func masked(by paths: [String], _ new: Self) throws(Status) -> Self {
        if paths == ["*"] { return new }
        var result = self
        if paths.isEmpty {
            for field in Self.fields where field.isSet(new) { field.copy(new, &result) }
            return result
        }
        for path in paths {
            if path == "name" || path == "status" { continue }
            let chosen = Self.fields.filter { path == "spec" || path == "spec.\($0.name)" }
            guard !chosen.isEmpty else {
                throw .unknown("invalid field path: \(paths.joined(separator: ", "))")
            }
            for field in chosen { field.copy(new, &result) }
        }
        return result
    }
}
