// SPDX-License-Identifier: Apache-2.0

import GRPC
import OPI
import Protobuf

/// What a client asks for; an answer is a snapshot.
extension Store {
    /// Makes an object, or answers the one that has the id; without an id it gets `fallbackID`.
    ///
    /// - Throws: what the server answers.
    mutating func create<Object: GatewayObject>(
        _ object: Object?,
        id: String,
        fallbackID: String,
        now: Duration
    ) throws(Status) -> Object {
        let (wanted, spec) = try checkRequired(object)
        if !id.isEmpty { try checkID(id) }
        try spec.check()
        return try insert(wanted, id: id.isEmpty ? fallbackID : id, now)
    }

    /// - Throws: `NOT_FOUND`.
    func get<Object: GatewayObject>(_ type: Object.Type, _ name: String) throws(Status) -> Object {
        try checkName(name)
        return try find(type, name).object
    }

    /// A page of the objects by name, and the token for the next one.
    ///
    /// - Throws: `INVALID_ARGUMENT` for a negative size, `NOT_FOUND` for an unknown token and for a
    ///   kind that was never there.
    mutating func list<Object: GatewayObject>(
        _ type: Object.Type,
        size: Int32,
        token: String
    ) throws(Status) -> (objects: [Object], next: String) {
        if size < 0 { throw .invalid("negative PageSize is not allowed") }
        let size = min(size == 0 ? 50 : Int(size), 250)
        let start = tokens.first { $0.token == token }?.start
        if !token.isEmpty, start == nil {
            throw .notFound("unable to find pagination token \(token)")
        }
        if traps.contains(.listNeverHeld), !held.contains(Object.kind) {
            throw .notFound("Error: key not found")
        }
        let all = objects(of: type)
        let page = all.dropFirst(start ?? 0).prefix(size)
        guard page.endIndex < all.endIndex else { return (Array(page), "") }
        return (Array(page), nextToken(page.endIndex))
    }

    /// Asks for the end of an object.
    ///
    /// - Throws: `NOT_FOUND`, or `UNKNOWN` when another object needs it.
    mutating func delete<Object: GatewayObject>(
        _ type: Object.Type,
        _ name: String,
        allowMissing: Bool,
        now: Duration
    ) throws(Status) {
        try checkName(name)
        let mayMiss = allowMissing || traps.contains(.deleteUnknownOK)
        if mayMiss, entries[name] == nil { return }
        _ = try find(type, name)
        guard referrers(to: name).isEmpty else {
            let noun = Object.kind == .vrfs ? "VRF" : "LogicalBridge"
            throw .unknown("the \(noun) is not empty")
        }
        entries[name]?.object.condition = Condition(.toBeDeleted, Object.kind, .pending)
        entries[name]?.retry = Self.firstRetry
        schedule(name, now + delay)
    }

    /// Changes an object; one that is not there is made when that is allowed.
    ///
    /// - Throws: what the server answers.
    mutating func update<Object: GatewayObject>(
        _ object: Object?,
        mask: [String],
        allowMissing: Bool,
        now: Duration
    ) throws(Status) -> Object {
        let (wanted, spec) = try checkRequired(object)
        try checkName(wanted.name)
        if entries[wanted.name] == nil, allowMissing {
            // The id rule does not hold for an id that comes this way.
            try spec.check()
            return try insert(wanted, id: wanted.name.lastSegment, now)
        }
        var (entry, old) = try find(Object.self, wanted.name)
        if old.condition.operStatus == .toBeDeleted {
            throw .unknown("\(wanted.name) in to be deleted status")
        }
        let changed = try (old.spec ?? Object.Spec()).masked(by: mask, spec)
        try changed.check()
        guard changed != old.spec else { return old }
        old.spec = changed
        old.adapt(to: traps)
        old.condition = Condition(.down, Object.kind, .pending)
        entry.object = old
        entry.isOrphaned = old.isBound(otherwiseThan: entry.references)
        entries[old.name] = entry
        schedule(old.name, now + delay)
        return old
    }

    private mutating func insert<Object: GatewayObject>(
        _ wanted: Object,
        id: String,
        _ now: Duration
    ) throws(Status) -> Object {
        let name = Object.kind.prefix + id
        if let existing = entries[name]?.object as? Object {
            guard traps.contains(.createReturnsExisting) else {
                throw Status(.alreadyExists, "\(name) exists")
            }
            return existing  // whatever its spec and state
        }
        guard entries.count < Self.objectLimit else {
            throw Status(.resourceExhausted, "there are \(Self.objectLimit) objects already")
        }
        var object = wanted
        object.name = name
        object.adapt(to: traps)
        object.condition = Condition(.down, Object.kind, .pending)
        let references = try object.references(in: self)
        serials += 1
        entries[name] = Entry(object: object, serial: serials, references: references)
        held.insert(Object.kind)
        schedule(name, now + delay)
        return object
    }

    private mutating func nextToken(_ start: Int) -> String {
        serials += 1
        let token = "\(tokenPrefix)\(serials)"
        tokens = tokens.suffix(Self.tokenLimit - 1) + [(token, start)]
        return token
    }
}

extension GatewayObject {
    /// Whether the bridges of a port are others than those it was entered at.
    fileprivate func isBound(otherwiseThan references: [String]) -> Bool {
        guard let port = self as? BridgePort, let spec = port.spec else { return false }
        return !spec.logicalBridges.isEmpty && spec.logicalBridges != references
    }
}

extension String {
    /// What follows the last slash.
    var lastSegment: String { split(separator: "/").last.map(String.init) ?? "" }
}
