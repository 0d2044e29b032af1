// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Resources

/// The parts of `metadata` that the server itself looks at.
extension JSONValue {
    var metadata: JSONValue {
        get { self["metadata"] ?? [:] }
        set { self["metadata"] = newValue }
    }

    var objectName: String { metadata["name"]?.string ?? "" }
    var objectNamespace: String { metadata["namespace"]?.string ?? "" }
    var objectUID: String { metadata["uid"]?.string ?? "" }
    var resourceVersion: String { metadata["resourceVersion"]?.string ?? "" }
    var generation: Int { metadata["generation"]?.integer ?? 0 }
    var isBeingDeleted: Bool { metadata["deletionTimestamp"]?.string != nil }

    var finalizers: [String] {
        get { metadata["finalizers"]?.array?.compactMap(\.string) ?? [] }
        set {
            let list = newValue.map { JSONValue.string($0) }
            metadata["finalizers"] = list.isEmpty ? nil : .array(list)
        }
    }

    var labels: [String: String] {
        let members = metadata["labels"]?.members?.members ?? []
        return Dictionary(members.map { ($0.key, $0.value.string ?? "") }) { _, last in last }
    }

    var owners: [JSONValue] { metadata["ownerReferences"]?.array ?? [] }

    /// The object without what does not count as a change of what is wanted.
    func wanted(hasStatus: Bool) -> JSONValue {
        var rest = self
        rest["metadata"] = nil
        if hasStatus { rest["status"] = nil }
        return rest
    }

    /// What a server sets to now, to the second.
    static var now: JSONValue {
        .string(Timestamp(unixNanoseconds: Clocks.realtimeNanoseconds).seconds)
    }
}

/// The end of a generated name.
enum NameSuffix {
    /// Five letters of Kubernetes' alphabet, which has no vowels.
    static func random() -> String {
        let alphabet = Array("bcdfghjklmnpqrstvwxz2456789")
        return String((0..<5).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
