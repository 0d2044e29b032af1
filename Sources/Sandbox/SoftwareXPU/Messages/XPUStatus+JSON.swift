// SPDX-License-Identifier: Apache-2.0

public import JSON

extension XPUStatus {
    /// With the names of `xpu.proto`, every field there.
    public var json: JSONValue {
        [
            "state": .string(state),
            "uptime_seconds": JSONNumber(uptimeSeconds).map { .number($0) } ?? 0,
            "objects": .array(objects.map(\.json)),
            "ports": .array(ports.map(\.json)),
            "traps": .array(traps.map { .string($0) }),
        ]
    }
}

extension ObjectState {
    var json: JSONValue {
        ["name": .string(name), "state": .string(state), "details": .string(details)]
    }
}

extension PortState {
    var json: JSONValue {
        [
            "name": .string(name),
            "mac_address": .string(macAddress),
            "representor": .string(representor),
            "bridge": .string(bridge),
            "received": received?.json ?? .null,
            "sent": sent?.json ?? .null,
        ]
    }
}

extension PortCounters {
    var json: JSONValue {
        [
            "packets": .number(JSONNumber(packets)),
            "bytes": .number(JSONNumber(bytes)),
            "drops": .number(JSONNumber(drops)),
        ]
    }
}
