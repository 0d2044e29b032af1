// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Resources
import Testing

@testable import APIServer

@Suite struct TablesTests {
    /// Source: k8s.io/apimachinery/pkg/util/duration, `TestHumanDuration` and its boundaries.
    @Test(
        arguments: [
            (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (1, "1s"), (70, "70s"), (119, "119s"),
            (120, "2m"), (121, "2m1s"), (190, "3m10s"), (599, "9m59s"), (600, "10m"), (601, "10m"),
            (4200, "70m"), (10799, "179m"), (10800, "3h"),
            (10860, "3h1m"), (28799, "7h59m"), (28800, "8h"),
            (32340, "8h"), (169200, "47h"), (172799, "47h"), (172800, "2d"),
            (176400, "2d1h"), (691199, "7d23h"), (691200, "8d"),
            (774000, "8d"), (31708800, "367d"), (63071999, "729d"),
            (63072000, "2y"), (63158399, "2y"), (63158400, "2y1d"),
            (63162000, "2y1d"), (94608000, "3y"), (252287999, "7y364d"),
            (252288000, "8y"), (283824000, "9y"), (Int.min, "<invalid>"),
        ] as [(Int, String)]
    )
    func `an age as people read it`(seconds: Int, text: String) {
        #expect(TableWriter.age(seconds: seconds) == text)
    }

    @Test(arguments: [
        "", "yesterday", "2026-01-01", "2026-13-01T00:00:00Z", "2026-01-01T00:00:00",
        "9223372036854775807-01-01T00:00:00Z", "2026-9223372036854775807-01T00:00:00Z",
        "2026-01-9223372036854775807T00:00:00Z", "2026-01-01T9223372036854775807:00:00Z",
        "0001-01-01T00:00:00Z", "-1-1-1-1-1-1Z", "9999-12-31T23:59:59Z",
    ])
    func `what is no moment of the past has no age`(text: String) {
        #expect(TableWriter.age(of: text) == "<invalid>")
    }

    @Test(arguments: [(0, "0s"), (10_800, "3h"), (1_576_800_000, "50y")] as [(UInt64, String)])
    func `a moment has its age`(seconds: UInt64, age: String) {
        let then = Clocks.realtimeNanoseconds - seconds * 1_000_000_000
        let text = Timestamp(unixNanoseconds: then).seconds
        let told = TableWriter.age(of: text)
        // The clock goes on, and the text is cut to the second.
        #expect([age, "1s", "2s"].contains(told))
    }

    @Test(arguments: [
        ("string", #""a""#, #""a""#), ("string", "1.50", #""1.50""#),
        ("string", "true", #""true""#),
        ("string", "null", "null"), ("string", "[1]", #""[1]""#), ("integer", "7", "7"),
        ("integer", #""7""#, "null"), ("integer", "7.5", "null"), ("number", "7.5", "7.5"),
        ("boolean", "false", "false"), ("boolean", "0", "null"), ("date", #""x""#, #""<invalid>""#),
        ("date", "{}", "{}"), ("unheard-of", "1", "null"),
        ("date", #""9223372036854775807-01-01T00:00:00Z""#, #""<invalid>""#),
    ])
    func `a cell is of its column's type`(type: String, value: String, cell: String) throws {
        var kind = try #require(Builtins.kinds.first)
        let path = JSONPath(checked: ".spec.x")
        kind.columns = [ResourceKind.Column(name: "X", type: type, path: path)]
        let object: JSONValue = ["metadata": ["name": "n"], "spec": ["x": try json(value)]]
        let table = TableWriter(kind: kind).table([object, [:]], metadata: [:])
        let rows = try #require(table["rows"]?.array)
        #expect(rows.first?["cells"] == ["n", try json(cell)])
        #expect(rows.last?["cells"] == ["", .null])
        #expect(rows.first?["object"]?["kind"] == "PartialObjectMetadata")
        #expect(table["columnDefinitions"]?.array?.count == 2)
    }

    @Test(
        arguments: [
            (nil, false, "object"), ("application/json", false, "object"), ("*/*", true, "object"),
            ("application/json;as=Table;v=v1;g=meta.k8s.io,application/json", true, "table"),
            ("application/json; as=Table; v=v1; g=meta.k8s.io", true, "table"),
            ("application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", true, "object"),
            ("application/vnd.kubernetes.protobuf,application/json", true, "object"),
            ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", false, "partial"),
            (
                "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io", true,
                "partialList"
            ),
            ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", true, nil),
            ("text/html", false, nil), ("", false, nil), (";;,,;", false, nil),
        ] as [(String?, Bool, String?)]
    )
    func `the form is the first that is known`(accept: String?, isList: Bool, form: String?) {
        do throws(Refusal) {
            let made = try ReplyForm(accept: accept, include: nil, isList: isList)
            let name =
                switch made {
                case .object: "object"
                case .table: "table"
                case .partial: "partial"
                case .partialList: "partialList"
                }
            #expect(name == form)
        } catch {
            #expect(form == nil && error.code == 406)
        }
    }
}
