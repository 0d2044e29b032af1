// SPDX-License-Identifier: Apache-2.0

public import Addressing
import JSON

extension XPU {
    /// What the tenants of a card may use.
    ///
    /// A list that is absent permits anything, an empty one nothing; so the two stay apart.
    public struct Allowed: Hashable, Sendable {
        /// VLANs of logical bridges, 1 to 4094.
        public var vlans: [ClosedRange<UInt32>]?
        /// VXLAN network identifiers, 1 to 16777215.
        public var vnis: [ClosedRange<UInt32>]?
        /// Networks that addresses may come from.
        public var cidrs: [IPPrefix]?

        /// What may be used; anything unless it is said.
        public init(
            vlans: [ClosedRange<UInt32>]? = nil,
            vnis: [ClosedRange<UInt32>]? = nil,
            cidrs: [IPPrefix]? = nil
        ) {
            self.vlans = vlans
            self.vnis = vnis
            self.cidrs = cidrs
        }

        /// Whether a logical bridge may have this VLAN.
        public func permits(vlan: UInt32) -> Bool {
            vlans?.contains { $0.contains(vlan) } ?? true
        }

        /// Whether a logical bridge may have this VXLAN network identifier.
        public func permits(vni: UInt32) -> Bool {
            vnis?.contains { $0.contains(vni) } ?? true
        }

        /// Whether the whole of a network lies within one of the permitted ones.
        public func permits(cidr: IPPrefix) -> Bool {
            cidrs?.contains { $0.length <= cidr.length && $0.contains(cidr.address) } ?? true
        }
    }
}

extension XPU.Allowed {
    init(_ node: JSONNode) throws(JSONShapeError) {
        vlans = try Self.ranges(node, "vlans", within: 1...4094)
        vnis = try Self.ranges(node, "vnis", within: 1...16_777_215)
        cidrs = nil
        if try node.optional("cidrs") != nil {
            cidrs = try node.list("cidrs") { (item) throws(JSONShapeError) in try item.prefix() }
        }
    }

    /// Nil when anything is permitted.
    var json: JSONValue? {
        var object = JSONObject()
        object["vlans"] = vlans.map(Self.list)
        object["vnis"] = vnis.map(Self.list)
        object["cidrs"] = cidrs.map { .array($0.map(JSONValue.described)) }
        return object.members.isEmpty ? nil : .object(object)
    }

    private static func ranges(
        _ node: JSONNode,
        _ key: String,
        within limits: ClosedRange<UInt32>
    ) throws(JSONShapeError) -> [ClosedRange<UInt32>]? {
        guard try node.optional(key) != nil else { return nil }
        return try node.list(key) { (item) throws(JSONShapeError) in
            let first = try item.required("first").integer(in: limits)
            let last = try item.required("last").integer(in: first...limits.upperBound)
            return first...last
        }
    }

    private static func list(_ ranges: [ClosedRange<UInt32>]) -> JSONValue {
        .array(
            ranges.map {
                .object(["first": .integer($0.lowerBound), "last": .integer($0.upperBound)])
            }
        )
    }
}
