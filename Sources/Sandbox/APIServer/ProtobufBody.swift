// SPDX-License-Identifier: Apache-2.0

import Bytes
import JSON
import Protobuf

/// The few objects that kubectl sends as protobuf: what `kubectl create` makes, token requests,
/// reviews of oneself.
///
/// Layout: the four bytes `k8s\0`, then `runtime.Unknown` with 1 TypeMeta (1 apiVersion, 2 kind)
/// and 2 the object. Source: Kubernetes, "Alternate representations of resources"; field numbers
/// from `generated.proto` of `k8s.io/api` and `k8s.io/apimachinery`.
enum ProtobufBody {
    static let mediaType = "application/vnd.kubernetes.protobuf"

    private static let magic: [UInt8] = [0x6b, 0x38, 0x73, 0]

    /// The same object as JSON.
    ///
    /// - Throws: 400 for what is malformed, 415 for a type that is not among them.
    static func document(_ bytes: [UInt8]) throws(Refusal) -> JSONValue {
        guard bytes.starts(with: magic) else {
            throw .badRequest("the body does not start with k8s and a zero byte")
        }
        let found: (type: LooseMessage, object: JSONValue?)
        do throws(ProtobufError) {
            let unknown = try LooseMessage(decoding: Array(bytes.dropFirst(4)))
            let type = try unknown.message(1)
            found = (type, try read(type.text(2), try unknown.message(2)))
        } catch {
            throw .badRequest("the body cannot be read: \(error)")
        }
        guard var object = found.object else { throw .wrongMediaType(["application/json"]) }
        object["apiVersion"] = .string(found.type.text(1))
        object["kind"] = .string(found.type.text(2))
        return object
    }

    private static func read(
        _ kind: String,
        _ message: LooseMessage
    ) throws(ProtobufError) -> JSONValue? {
        switch kind {
        case "Namespace", "SelfSubjectReview":
            return ["metadata": try metadata(message.message(1))]
        case "ConfigMap":
            var made: JSONValue = ["metadata": try metadata(message.message(1))]
            for (number, name) in [(2, "data"), (3, "binaryData")]
            where message.fields[number] != nil {
                made[name] = try texts(message, number, isBinary: number == 3)
            }
            return made
        case "ServiceAccount":
            return ["metadata": try metadata(message.message(1))]
        case "TokenRequest":
            let spec = try message.message(2)
            var wanted: JSONValue = ["audiences": .array(spec.texts(1).map { .string($0) })]
            if let seconds = spec.numbers[4] {
                wanted["expirationSeconds"] = .number(JSONNumber(seconds))
            }
            return ["metadata": [:], "spec": wanted]
        case "SelfSubjectAccessReview":
            let spec = try message.message(2)
            var asked: JSONValue = [:]
            if spec.fields[1] != nil {
                let names = [
                    "namespace", "verb", "group", "version", "resource", "subresource", "name",
                ]
                asked["resourceAttributes"] = try members(spec.message(1), names)
            }
            if spec.fields[2] != nil {
                asked["nonResourceAttributes"] = try members(spec.message(2), ["path", "verb"])
            }
            return ["metadata": [:], "spec": asked]
        default: return nil
        }
    }

    private static func metadata(_ message: LooseMessage) throws(ProtobufError) -> JSONValue {
        var metadata: JSONValue = [:]
        for (number, name) in [(1, "name"), (2, "generateName"), (3, "namespace")] {
            let text = message.text(number)
            if !text.isEmpty { metadata[name] = .string(text) }
        }
        for (number, name) in [(11, "labels"), (12, "annotations")] {
            metadata[name] = try texts(message, number)
        }
        return metadata
    }

    /// A map of texts, or of bytes, which are Base64 in JSON.
    private static func texts(
        _ message: LooseMessage,
        _ number: Int,
        isBinary: Bool = false
    ) throws(ProtobufError) -> JSONValue {
        var map = JSONObject()
        for entry in message.fields[number] ?? [] {
            let pair = try LooseMessage(decoding: entry)
            let text = isBinary ? Base64.encode(pair.fields[2]?.last ?? []) : pair.text(2)
            map[pair.text(1)] = .string(text)
        }
        return .object(map)
    }

    /// Texts that are numbered from 1 on.
    private static func members(_ message: LooseMessage, _ names: [String]) -> JSONValue {
        var object = JSONObject()
        for (index, name) in names.enumerated() {
            let text = message.text(index + 1)
            if !text.isEmpty { object[name] = .string(text) }
        }
        return .object(object)
    }
}

/// Any message, its fields by number: what has a length as bytes, varints as numbers.
struct LooseMessage: Message {
    var fields: [Int: [[UInt8]]] = [:]
    var numbers: [Int: UInt64] = [:]
    var unknownFields = UnknownFields()

    mutating func decode(_ field: inout Field) throws(ProtobufError) {
        var bytes: [UInt8]?
        try field.read(&bytes)
        if let bytes {
            fields[field.number, default: []].append(bytes)
            return
        }
        var number: UInt64?
        try field.read(&number)
        if let number { numbers[field.number] = number }
    }

    func encode(to writer: inout FieldWriter) {
        writer.write(unknownFields)
    }

    func texts(_ number: Int) -> [String] {
        (fields[number] ?? []).map { String(decoding: $0, as: UTF8.self) }
    }

    func text(_ number: Int) -> String { texts(number).last ?? "" }

    func message(_ number: Int) throws(ProtobufError) -> LooseMessage {
        try LooseMessage(decoding: fields[number]?.last ?? [])
    }
}
