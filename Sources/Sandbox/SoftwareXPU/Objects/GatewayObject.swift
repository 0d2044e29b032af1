// SPDX-License-Identifier: Apache-2.0

import GRPC
import JSON
import OPI
import Protobuf

/// What the store has to know of a kind of object.
protocol GatewayObject: Message {
    associatedtype Spec: GatewaySpec

    static var kind: Kind { get }

    var name: String { get set }
    var spec: Spec? { get set }
    /// What the server says of it.
    var condition: Condition { get set }
    /// The status as it came or went, with fields that nobody knows.
    var statusUnknownFields: UnknownFields { get }
    var hasStatus: Bool { get }

    /// The full names of the objects that it needs, which are bound to be there.
    ///
    /// - Throws: what the server answers when one is not, or when it clashes with another.
    func references(in store: Store) throws(Status) -> [String]

    /// What becomes of it on its way into the store.
    mutating func adapt(to traps: Set<Trap>)
}

extension GatewayObject {
    mutating func adapt(to traps: Set<Trap>) {}
}

/// What an object should be, field by field.
protocol GatewaySpec: Message {
    /// Its fields by the names of the `.proto` file.
    static var fields: [SpecField<Self>] { get }
    /// The fields that must be set.
    static var required: [String] { get }

    /// - Throws: `INVALID_ARGUMENT` for a value that cannot be.
    func check() throws(Status)

    var json: JSONValue { get }
}

/// One field of a spec, as update masks name it.
struct SpecField<Spec: GatewaySpec>: Sendable {
    let name: String
    /// Whether a spec has a value there.
    let isSet: @Sendable (Spec) -> Bool
    /// Copies the value from the first spec to the second.
    let copy: @Sendable (Spec, inout Spec) -> Void

    init<Value: Equatable & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<Spec, Value> & Sendable
    ) {
        self.name = name
        isSet = { $0[keyPath: path] != Spec()[keyPath: path] }
        copy = { $1[keyPath: path] = $0[keyPath: path] }
    }
}

/// The operational state of an object and of the parts of the server.
struct Condition: Hashable, Sendable {
    var operStatus = OperStatus.unspecified
    var components: [Component] = []

    init(_ operStatus: OperStatus, _ components: [Component]) {
        self.operStatus = operStatus
        self.components = components
    }

    /// Every part of the server says the same.
    init(
        _ operStatus: OperStatus,
        _ kind: Kind,
        _ status: ComponentStatus,
        _ details: String = ""
    ) {
        self.operStatus = operStatus
        components = kind.components.map { name in
            var component = Component()
            component.name = name
            component.status = status
            component.details = details
            return component
        }
    }

    /// Why it is not as it should be, for people.
    var details: String { components.first { !$0.details.isEmpty }?.details ?? "" }
}
