// SPDX-License-Identifier: Apache-2.0

import JSON
import OPI
import Protobuf

/// A request as the journal and the rules see it.
protocol GatewayRequest: Message {
    /// With the names of the `.proto` file; absent fields are absent.
    var json: JSONValue { get }
    /// Its parts that may carry fields nobody knows, each with its path.
    var parts: [(path: String, unknown: UnknownFields)] { get }
}

/// An answer as the journal sees it.
protocol GatewayAnswer: Message {
    var json: JSONValue { get }
}

protocol CreateRequest<Object>: GatewayRequest {
    associatedtype Object: GatewayObject
    var identifier: String { get }
    var object: Object? { get }
}

protocol PageRequest: GatewayRequest {
    var pageSize: Int32 { get }
    var pageToken: String { get }
}

protocol Page<Object>: GatewayAnswer {
    associatedtype Object: GatewayObject
    init(_ objects: [Object], next: String)
    var objects: [Object] { get }
    var nextPageToken: String { get }
}

protocol NameRequest: GatewayRequest {
    var name: String { get }
}

protocol DeleteRequest: NameRequest {
    var allowMissing: Bool { get }
}

protocol UpdateRequest<Object>: GatewayRequest {
    associatedtype Object: GatewayObject
    var object: Object? { get }
    var updateMask: FieldMask? { get }
    var allowMissing: Bool { get }
}

extension GatewayRequest {
    var parts: [(path: String, unknown: UnknownFields)] { [("", unknownFields)] }
}

extension GatewayObject {
    func parts(at path: String) -> [(path: String, unknown: UnknownFields)] {
        [
            (path + ".", unknownFields),
            (path + ".spec.", spec?.unknownFields ?? UnknownFields()),
            (path + ".status.", statusUnknownFields),
        ]
    }
}

extension CreateRequest {
    var json: JSONValue {
        var members = Members()
        members.add("\(Object.kind.field)_id", identifier)
        members.add(Object.kind.field, object?.json)
        return members.value
    }

    var parts: [(path: String, unknown: UnknownFields)] {
        [("", unknownFields)] + (object?.parts(at: Object.kind.field) ?? [])
    }
}

extension PageRequest {
    var json: JSONValue {
        var members = Members()
        members.add("page_size", pageSize)
        members.add("page_token", pageToken)
        return members.value
    }
}

extension Page {
    var json: JSONValue {
        var members = Members()
        members.add("\(Object.kind.field)s", objects.map(\.json))
        members.add("next_page_token", nextPageToken)
        return members.value
    }
}

extension NameRequest {
    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        return members.value
    }
}

extension DeleteRequest {
    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        members.add("allow_missing", allowMissing)
        return members.value
    }
}

extension UpdateRequest {
    var json: JSONValue {
        var members = Members()
        members.add(Object.kind.field, object?.json)
        members.add("update_mask", updateMask?.json)
        members.add("allow_missing", allowMissing)
        return members.value
    }

    var parts: [(path: String, unknown: UnknownFields)] {
        [("", unknownFields)] + (object?.parts(at: Object.kind.field) ?? [])
    }
}

extension Empty: GatewayAnswer {
    var json: JSONValue { [:] }
}

extension LogicalBridge: GatewayAnswer {}
extension BridgePort: GatewayAnswer {}
extension Vrf: GatewayAnswer {}
extension Svi: GatewayAnswer {}
