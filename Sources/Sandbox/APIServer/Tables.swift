// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Resources

/// Tables as kubectl prints them, and objects of which only the metadata is wanted.
///
/// Source: Kubernetes API, "Receiving resources as Tables".
struct TableWriter: Sendable {
    /// How much of each object a row carries.
    enum Include: String, Sendable {
        case none = "None"
        case metadata = "Metadata"
        case object = "Object"
    }

    let kind: ResourceKind
    var include = Include.metadata

    private static let nameColumn: JSONValue = [
        "name": "Name", "type": "string", "format": "name",
        "description": .string(
            """
            Name must be unique within a namespace. Is required when creating resources, although \
            some resources may allow a client to request the generation of an appropriate name \
            automatically. Name is primarily intended for creation idempotence and configuration \
            definition. Cannot be updated. More info: \
            http://kubernetes.io/docs/user-guide/identifiers#names
            """
        ), "priority": 0,
    ]

    /// A table of these objects.
    func table(_ objects: [JSONValue], metadata: JSONValue, withColumns: Bool = true) -> JSONValue {
        var table: JSONValue = [
            "kind": "Table", "apiVersion": "meta.k8s.io/v1", "metadata": metadata,
        ]
        table["columnDefinitions"] = withColumns ? .array(columns) : .null
        table["rows"] = .array(objects.map(row))
        return table
    }

    private var columns: [JSONValue] {
        [Self.nameColumn]
            + kind.columns.map { column in
                [
                    "name": .string(column.name), "type": .string(column.type),
                    "format": .string(column.format), "description": .string(column.description),
                    "priority": .number(JSONNumber(column.priority)),
                ]
            }
    }

    private func row(_ object: JSONValue) -> JSONValue {
        let cells = [.string(object.objectName)] + kind.columns.map { cell($0, object) }
        var row: JSONValue = ["cells": .array(cells)]
        switch include {
        case .none: row["object"] = .null
        case .metadata: row["object"] = Self.partial(object)
        case .object: row["object"] = object
        }
        return row
    }

    private func cell(_ column: ResourceKind.Column, _ object: JSONValue) -> JSONValue {
        let found = column.path.values(in: object).first
        if column.counts {
            let count = found?.members?.members.count ?? found?.array?.count ?? 0
            return .number(JSONNumber(count))
        }
        if let prefix = column.prefix?.values(in: object).first?.string {
            return .string("\(prefix)/\(found?.string ?? "")")
        }
        guard let value = found else { return .null }
        switch column.type {
        case "string":
            switch value {
            case .string: return value
            case .number(let number): return .string(number.text)
            case .bool(let flag): return .string("\(flag)")
            case .null: return .null
            case .array, .object:
                return .string(String(decoding: value.encoded(), as: UTF8.self))
            }
        case "integer": return value.integer == nil ? .null : value
        case "number": return value.number == nil ? .null : value
        case "boolean": return value.bool == nil ? .null : value
        case "date":
            guard !column.path.isRaw, let text = value.string else { return value }
            return .string(Self.age(of: text))
        default: return .null
        }
    }

    /// An object of which only the metadata is shown.
    static func partial(_ object: JSONValue) -> JSONValue {
        [
            "kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1",
            "metadata": object.metadata,
        ]
    }

    /// The time since a moment as people read it: `5s`, `3m12s`, `2d`.
    static func age(of text: String) -> String {
        guard let then = Timestamp(text)?.unixNanoseconds else { return "<invalid>" }
        let (passed, isFar) = Int64(clamping: Clocks.realtimeNanoseconds)
            .subtractingReportingOverflow(then)
        return age(seconds: Int(isFar ? .max : passed) / 1_000_000_000)
    }

    static func age(seconds: Int) -> String {
        func pair(_ great: Int, _ a: String, _ small: Int, _ b: String) -> String {
            small == 0 ? "\(great)\(a)" : "\(great)\(a)\(small)\(b)"
        }
        let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400)
        switch seconds {
        case ..<(-1): return "<invalid>"
        case ..<0: return "0s"
        case ..<120: return "\(seconds)s"
        case ..<600: return pair(minutes, "m", seconds % 60, "s")
        case ..<10_800: return "\(minutes)m"
        case ..<28_800: return pair(hours, "h", minutes % 60, "m")
        case ..<172_800: return "\(hours)h"
        case ..<691_200: return pair(days, "d", hours % 24, "h")
        case ..<63_072_000: return "\(days)d"
        case ..<252_288_000: return pair(days / 365, "y", days % 365, "d")
        default: return "\(days / 365)y"
        }
    }
}
