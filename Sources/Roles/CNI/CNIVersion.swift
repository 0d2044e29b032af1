// SPDX-License-Identifier: Apache-2.0

package import JSON

/// The versions of the specification that we speak, oldest first.
package enum CNIVersion: String, CaseIterable, Comparable, Sendable {
    case v0_3_0 = "0.3.0"
    case v0_3_1 = "0.3.1"
    case v0_4_0 = "0.4.0"
    case v1_0_0 = "1.0.0"
    case v1_1_0 = "1.1.0"

    /// The newest.
    package static let latest = CNIVersion.v1_1_0

    /// The version that a configuration asks for.
    ///
    /// - Throws: code 1 when we do not speak it; a configuration without one means 0.1.0.
    static func wanted(by root: JSONNode) throws -> CNIVersion {
        let text = try root.optional("cniVersion")?.text() ?? "0.1.0"
        guard let version = CNIVersion(rawValue: text) else {
            let ours = allCases.map(\.rawValue).joined(separator: ", ")
            let message = "CNI version \(text) is not supported; supported are \(ours)"
            throw CNIError(.incompatibleVersion, message)
        }
        return version
    }

    /// The answer to VERSION.
    package static var answer: JSONValue {
        [
            "cniVersion": .string(latest.rawValue),
            "supportedVersions": .array(allCases.map { .string($0.rawValue) }),
        ]
    }

    package static func < (left: CNIVersion, right: CNIVersion) -> Bool {
        let order = allCases
        return (order.firstIndex(of: left) ?? 0) < (order.firstIndex(of: right) ?? 0)
    }
}
