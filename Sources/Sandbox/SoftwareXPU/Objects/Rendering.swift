// SPDX-License-Identifier: Apache-2.0

import JSON
import OPI

/// Octets as `02:00:…`.
func hexadecimal(_ octets: [UInt8]) -> String {
    octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
}

/// The members of a message as JSON: enums by name, octets as `02:00:…`, absent fields absent.
struct Members {
    private var object = JSONObject()

    var value: JSONValue { .object(object) }

    mutating func add(_ key: String, _ value: JSONValue?) {
        if let value { object[key] = value }
    }

    mutating func add(_ key: String, _ text: String) {
        if !text.isEmpty { object[key] = .string(text) }
    }

    mutating func add(_ key: String, _ octets: [UInt8]) {
        if !octets.isEmpty { object[key] = .string(hexadecimal(octets)) }
    }

    mutating func add(_ key: String, _ values: [JSONValue]) {
        if !values.isEmpty { object[key] = .array(values) }
    }

    mutating func add(_ key: String, _ flag: Bool) {
        if flag { object[key] = true }
    }

    mutating func add(_ key: String, _ number: some BinaryInteger) {
        if number != 0 { object[key] = .number(JSONNumber(number)) }
    }

    mutating func add(_ key: String, optional number: UInt32?) {
        if let number { object[key] = .number(JSONNumber(number)) }
    }

    /// An enum whose names beyond 0 are `names`, behind `prefix` and an underscore.
    mutating func add(_ key: String, _ value: Int32, of names: [String], _ prefix: String) {
        guard value != 0 else { return }
        let index = Int(value) - 1
        let isKnown = names.indices.contains(index)
        object[key] =
            isKnown ? .string("\(prefix)_\(names[index])") : .number(JSONNumber(value))
    }
}

extension GatewayObject {
    /// The object with the names of the `.proto` file.
    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        members.add("spec", spec?.json)
        if hasStatus { members.add("status", condition.json(of: Self.kind)) }
        return members.value
    }
}

extension Condition {
    static let states = ["UP", "DOWN", "TO_BE_DELETED"]

    /// The state's name without its prefix.
    var state: String {
        let index = Int(operStatus.rawValue) - 1
        return Self.states.indices.contains(index) ? Self.states[index] : "UNSPECIFIED"
    }

    func json(of kind: Kind) -> JSONValue {
        var members = Members()
        let prefix = "\(kind.statePrefix)_OPER_STATUS"
        members.add("oper_status", operStatus.rawValue, of: Self.states, prefix)
        members.add("components", components.map(\.json))
        return members.value
    }
}

extension Component {
    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        let states = ["PENDING", "SUCCESS", "ERROR"]
        members.add("status", status.rawValue, of: states, "COMP_STATUS")
        members.add("details", details)
        return members.value
    }
}

extension IPPrefixMessage {
    /// What the real server keeps of a prefix of the other family.
    static var nothing: IPPrefixMessage {
        var address = IPAddressMessage()
        address.family = .v4
        address.v4 = 0
        var prefix = IPPrefixMessage()
        prefix.address = address
        return prefix
    }

    var json: JSONValue {
        var members = Members()
        members.add("addr", address?.json)
        members.add("len", length)
        return members.value
    }
}

extension IPAddressMessage {
    var json: JSONValue {
        var members = Members()
        members.add("af", family.rawValue, of: ["INET", "INET6"], "IP_AF")
        members.add("v4_addr", optional: v4)
        members.add("v6_addr", v6.map { .string(hexadecimal($0)) })
        return members.value
    }
}

extension FieldMask {
    var json: JSONValue {
        var members = Members()
        members.add("paths", paths.map { .string($0) })
        return members.value
    }
}
