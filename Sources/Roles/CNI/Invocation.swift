// SPDX-License-Identifier: Apache-2.0

/// What the runtime says through the environment.
///
/// Source: CNI specification 1.1.0 § 2, "Parameters".
package struct Invocation: Hashable, Sendable {
    package var command: Command
    /// The runtime's id of the sandbox; empty when the command needs none.
    package var containerID: String
    /// Path of the pod's network namespace; empty when the pod is gone.
    package var networkNamespace: String
    /// The interface's name in the pod.
    package var interfaceName: String
    /// `CNI_ARGS`; empty when there are none.
    package var arguments: Arguments

    package enum Command: String, Sendable {
        case add = "ADD"
        case del = "DEL"
        case check = "CHECK"
        case status = "STATUS"
        case gc = "GC"
        case version = "VERSION"

        /// Variables without which the command means nothing.
        var required: [String] {
            switch self {
            case .add, .check: ["CNI_CONTAINERID", "CNI_NETNS", "CNI_IFNAME", "CNI_PATH"]
            case .del: ["CNI_CONTAINERID", "CNI_IFNAME", "CNI_PATH"]
            case .status, .gc: ["CNI_PATH"]
            case .version: []
            }
        }
    }

    /// Longest interface name, `IFNAMSIZ` without the final zero.
    private static let longestName = 15

    /// Reads and checks the variables.
    ///
    /// - Throws: code 4 naming every variable that is missing, or the one that is wrong.
    package init(environment: (String) -> String?) throws(CNIError) {
        guard let name = environment("CNI_COMMAND"), !name.isEmpty else {
            throw CNIError(.invalidEnvironment, "required env variables [CNI_COMMAND] missing")
        }
        guard let command = Command(rawValue: name) else {
            throw CNIError(.invalidEnvironment, "unknown CNI_COMMAND: \(name)")
        }
        let missing = command.required.filter { (environment($0) ?? "").isEmpty }
        guard missing.isEmpty else {
            let list = missing.joined(separator: ",")
            throw CNIError(.invalidEnvironment, "required env variables [\(list)] missing")
        }
        self.command = command
        containerID = environment("CNI_CONTAINERID") ?? ""
        networkNamespace = environment("CNI_NETNS") ?? ""
        interfaceName = environment("CNI_IFNAME") ?? ""
        arguments = Arguments(environment("CNI_ARGS") ?? "")
        if command.required.contains("CNI_CONTAINERID") { try checkContainerID() }
        if command.required.contains("CNI_IFNAME") { try checkInterfaceName() }
    }

    /// Letters, digits, `_`, `.` and `-`, a letter or digit first.
    private func checkContainerID() throws(CNIError) {
        let isFine = containerID.utf8.enumerated().allSatisfy { index, byte in
            let isAlphanumeric = (48...57).contains(byte) || (97...122).contains(byte | 0x20)
            return isAlphanumeric || (index > 0 && [0x2d, 0x2e, 0x5f].contains(byte))
        }
        guard isFine else {
            let text = "CNI_CONTAINERID \(containerID.debugDescription) has invalid characters"
            throw CNIError(.invalidEnvironment, text)
        }
    }

    /// What the kernel takes as a name: at most 15 bytes, not `.` or `..`, no `/`, `:` or blanks.
    ///
    /// A `%` it would take as a wish for a number, and 0xa0 it counts among the blanks.
    private func checkInterfaceName() throws(CNIError) {
        let bytes = interfaceName.utf8
        let refused: [UInt8] = [0x25, 0x2f, 0x3a, 0x7f, 0xa0]
        let isFine = bytes.allSatisfy { $0 > 0x20 && !refused.contains($0) }
        guard isFine, bytes.count <= Self.longestName, ![".", ".."].contains(interfaceName) else {
            let text = "CNI_IFNAME \(interfaceName.debugDescription) is not an interface name"
            throw CNIError(.invalidEnvironment, text)
        }
    }

    /// `CNI_ARGS`: `KEY=value` pairs separated by `;`.
    ///
    /// A list, since the first dictionary costs this short process more than every search in it.
    package struct Arguments: Hashable, Sendable {
        private var pairs: [Pair] = []

        private struct Pair: Hashable, Sendable {
            var key: String
            var value: String
        }

        /// Takes what has a `=`; the rest means nothing to us.
        package init(_ text: String) {
            for pair in text.split(separator: ";") {
                guard let cut = pair.firstIndex(of: "=") else { continue }
                let value = pair[pair.index(after: cut)...]
                pairs.append(Pair(key: String(pair[..<cut]), value: String(value)))
            }
        }

        /// The last value of `key`.
        package subscript(key: String) -> String? { pairs.last { $0.key == key }?.value }
    }
}
