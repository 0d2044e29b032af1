// SPDX-License-Identifier: Apache-2.0

import JSON
import Schemas

extension Registry {
    /// Checks the name of a new object.
    ///
    /// - Throws: 422.
    func checkName(_ kind: ResourceKind, _ object: JSONValue) throws(Refusal) {
        let name = object.objectName
        if name.isEmpty {
            let finding = SchemaFinding(
                field: "metadata.name",
                reason: .required,
                message: "Required value: name or generateName is required"
            )
            throw .invalid(kind, name, [finding])
        }
        guard let words = Self.fault(of: name, kind.naming) else { return }
        let finding = SchemaFinding(
            field: "metadata.name",
            reason: .invalid,
            message: "Invalid value: \"\(name)\": \(words)"
        )
        throw .invalid(kind, name, [finding])
    }

    private static func fault(of name: String, _ naming: ResourceKind.Naming) -> String? {
        switch naming {
        case .pathSegment:
            if name == "." || name == ".." { return "may not be '\(name)'" }
            return name.contains("/") || name.contains("%") ? "may not contain '/' or '%'" : nil
        case .label:
            guard name.utf8.count <= 63 else { return "must be no more than 63 characters" }
            return isLabel(name) ? nil : label
        case .subdomain:
            guard name.utf8.count <= 253 else { return "must be no more than 253 characters" }
            let parts = name.split(separator: ".", omittingEmptySubsequences: false)
            return parts.allSatisfy { isLabel(String($0)) } ? nil : subdomain
        }
    }

    /// RFC 1123: lower case letters, digits and hyphens, which do not stand at the ends.
    private static func isLabel(_ text: String) -> Bool {
        let isGood = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isGood && !text.isEmpty && text.first != "-" && text.last != "-"
    }

    private static let label =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and "
        + "must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex "
        + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"

    private static let subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or "
        + "'.', and must start and end with an alphanumeric character (e.g. 'example.com', regex "
        + "used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?"
        + "(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
}
