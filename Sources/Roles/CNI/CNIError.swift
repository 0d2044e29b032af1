// SPDX-License-Identifier: Apache-2.0

package import JSON

/// What the runtime is told when a command cannot be done.
///
/// Source: CNI specification 1.1.0, "Error".
package struct CNIError: Error, Hashable, Sendable {
    /// What kind of failure it is; the runtime may act on it.
    package var code: Code
    /// One sentence for a person.
    package var message: String
    /// More for a person, empty when there is nothing more.
    package var details: String

    /// The specification's codes below 100, our own from there.
    package enum Code: Int, Sendable {
        /// The configuration's version is not supported.
        case incompatibleVersion = 1
        /// A field of the configuration is not supported.
        case unsupportedField = 2
        /// A variable of the environment is missing or wrong.
        case invalidEnvironment = 4
        /// Standard input, a file or the kernel failed.
        case inputOutput = 5
        /// Standard input is not JSON.
        case undecodable = 6
        /// The configuration says something impossible.
        case invalidConfiguration = 7
        /// The pod's namespace cannot be used.
        case invalidNamespace = 8
        /// The card, the host agent or an address is not there yet; the runtime shall try again.
        case tryAgainLater = 11
        /// STATUS: the plugin cannot serve ADD.
        case notAvailable = 50
        /// Another container has the function.
        case functionBusy = 100
        /// The pod has an interface of that name.
        case interfaceExists = 101
        /// The function is not on this node, or belongs to no network.
        case unknownFunction = 102
        /// The card refused what was asked of it.
        case refusedByCard = 103
        /// CHECK: the interface is not what ADD made.
        case checkFailed = 104
        /// Our own fault.
        case `internal` = 999
    }

    /// A failure of kind `code`.
    package init(_ code: Code, _ message: String, details: String = "") {
        self.code = code
        self.message = message
        self.details = details
    }

    /// The error as the runtime reads it from standard output.
    package func json(version: String) -> JSONValue {
        var object = JSONObject()
        object["cniVersion"] = .string(version)
        object["code"] = JSONValue(integerLiteral: code.rawValue)
        object["msg"] = .string(message)
        if !details.isEmpty { object["details"] = .string(details) }
        return .object(object)
    }
}
