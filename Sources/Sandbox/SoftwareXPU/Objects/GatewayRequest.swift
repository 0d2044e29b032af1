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
    /// The name of the object that is to be read or removed, nil for other requests.
    var wantedName: String? { get }
    /// Whether it changes an object.
    var isUpdate: Bool { get }
}

/// An answer as the journal sees it.
protocol GatewayAnswer: Message {
    var json: JSONValue { get }
}

extension GatewayRequest {
    var parts: [(path: String, unknown: UnknownFields)] { [("", unknownFields)] }
    var wantedName: String? { nil }
    var isUpdate: Bool { false }
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

extension CreateRequest: GatewayRequest where Object: GatewayObject {
    var json: JSONValue {
        var members = Members()
        members.add("\(Object.kind.field)_id", id)
        members.add(Object.kind.field, object?.json)
        return members.value
    }

    var parts: [(path: String, unknown: UnknownFields)] {
        [("", unknownFields)] + (object?.parts(at: Object.kind.field) ?? [])
    }
}

extension ListRequest: GatewayRequest where Object: GatewayObject {
    var json: JSONValue {
        var members = Members()
        members.add("page_size", pageSize)
        members.add("page_token", pageToken)
        return members.value
    }
}

extension ListResponse: GatewayAnswer where Object: GatewayObject {
    var json: JSONValue {
        var members = Members()
        members.add("\(Object.kind.field)s", objects.map(\.json))
        members.add("next_page_token", nextPageToken)
        return members.value
    }
}

extension GetRequest: GatewayRequest where Object: GatewayObject {
    var wantedName: String? { name }

    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        return members.value
    }
}

extension DeleteRequest: GatewayRequest where Object: GatewayObject {
    var wantedName: String? { name }

    var json: JSONValue {
        var members = Members()
        members.add("name", name)
        members.add("allow_missing", allowMissing)
        return members.value
    }
}

extension UpdateRequest: GatewayRequest where Object: GatewayObject {
    var isUpdate: Bool { true }

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
