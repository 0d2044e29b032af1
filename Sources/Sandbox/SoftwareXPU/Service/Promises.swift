// SPDX-License-Identifier: Apache-2.0

import OPI
import Protobuf

/// What a request of our own client must not be, stricter than any server: each a sentence.
enum Promises {
    static func broken(
        by request: any GatewayRequest,
        method: String,
        timeLeft: Duration?
    ) -> [String] {
        var found = request.parts.flatMap { part in
            FieldNumbers.inside(part.unknown).map { "unknown field \(part.path)\($0)" }
        }
        if timeLeft.map({ $0 > .seconds(3600) }) ?? true { found.append("no deadline") }
        switch request {
        case let create as CreateRequest<BridgePort>:
            found += created(create.id, create.object)
            found += port(create.object?.spec ?? BridgePortSpec())
        case let create as CreateRequest<LogicalBridge>:
            found += created(create.id, create.object)
            let vlan = create.object?.spec?.vlanID ?? 0
            if !(1...4094).contains(vlan) { found.append("vlan \(vlan) is not between 1 and 4094") }
        default: break
        }
        if request.isUpdate {
            found.append("updates leave references behind: delete, wait, create")
        }
        if let name = request.wantedName { found += named(name, method) }
        return found
    }

    private static func named(_ name: String, _ method: String) -> [String] {
        let kinds: [(suffix: String, kind: Kind)] = [
            ("Port", .ports), ("Vrf", .vrfs), ("Svi", .svis), ("Bridge", .bridges),
        ]
        let kind = kinds.first { method.hasSuffix($0.suffix) }?.kind ?? .bridges
        if isFull(name, kind) { return [] }
        return ["'\(name)' is not the full name of one of the \(kind.rawValue)"]
    }

    private static func created(_ id: String, _ object: (some GatewayObject)?) -> [String] {
        var found: [String] = []
        if !(4...15).contains(id.utf8.count) || !isID(id) || id.hasSuffix("-") {
            found.append("id '\(id)' is not an id of 4 to 15 characters")
        }
        if object?.hasStatus == true { found.append("status belongs to the server") }
        if object?.name.isEmpty == false {
            found.append("the name is made by the server from the id")
        }
        return found
    }

    private static func port(_ spec: BridgePortSpec) -> [String] {
        var found: [String] = []
        let mac = spec.macAddress
        if mac.count != 6 {
            found.append("MAC of \(mac.count) bytes")
        } else if mac[0] & 1 == 1 || mac.allSatisfy({ $0 == 0 }) {
            found.append("\(hexadecimal(mac)) is not a unicast MAC")
        }
        if spec.type != .access, spec.type != .trunk {
            found.append("port type \(spec.type.rawValue)")
        }
        if spec.type == .access, spec.logicalBridges.count != 1 {
            found.append("an access port on \(spec.logicalBridges.count) bridges")
        }
        return found
            + spec.logicalBridges.filter { !isFull($0, .bridges) }
            .map { "'\($0)' is not the full name of a bridge" }
    }

    private static func isFull(_ name: String, _ kind: Kind) -> Bool {
        name.hasPrefix(kind.prefix) && isID(String(name.dropFirst(kind.prefix.count)))
    }

    /// A letter first, then letters, digits and hyphens.
    private static func isID(_ text: String) -> Bool {
        guard let first = text.unicodeScalars.first, ("a"..."z").contains(first) else {
            return false
        }
        return text.unicodeScalars.allSatisfy {
            ("a"..."z").contains($0) || ("0"..."9").contains($0) || $0 == "-"
        }
    }
}

/// The numbers of fields that nobody knows.
private struct FieldNumbers: Message {
    var numbers: [Int] = []
    var unknownFields = UnknownFields()

    static func inside(_ fields: UnknownFields) -> [Int] {
        if fields.isEmpty { return [] }
        do {
            return try FieldNumbers(decoding: fields.bytes).numbers
        } catch {
            return []  // it was decoded once already
        }
    }

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        numbers.append(field.number)
        try field.keep(in: &unknownFields)
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(unknownFields)
    }
}
