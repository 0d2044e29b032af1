// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport
import Testing

/// That the tables of defences name tests that there are.
@Suite struct DefenceTableTests {
    private static let pages = [
        "Sources/Wire/HTTP2/HTTP2.docc/HTTP2.md",
        "Sources/Transport/Connections/Connections.docc/Connections.md",
    ]

    @Test(arguments: pages)
    func `every test that a table names is there`(page: String) throws {
        let text = try String(
            contentsOf: Peer.root.appendingPathComponent(page),
            encoding: .utf8
        )
        let suites = try Self.texts(ending: "Tests.swift")
        let cases = try Self.texts(ending: ".py").filter { $0.key.hasPrefix("h2_cases_") }
        let section = text.components(separatedBy: "## What a peer cannot do").dropFirst().first
        let lines = section?.components(separatedBy: "\n## ").first?.split(separator: "\n") ?? []
        let rows = lines.filter { $0.hasPrefix("| ") }.dropFirst()
        #expect(rows.count >= 8)
        for row in rows {
            let entries = row.split(separator: "|").last?.split(separator: ";") ?? []
            #expect(!entries.isEmpty)
            for entry in entries {
                if let test = entry.wholeMatch(of: #/ *`(\w+Tests)`: (.+?) */#) {
                    let found = suites["\(test.1).swift"]?.contains("func `\(test.2)`")
                    #expect(found == true, "\(page): \(entry)")
                    continue
                }
                let names = entry.matches(of: /`([a-z0-9-]+)`/).map { "\"\($0.1)\"" }
                #expect(!names.isEmpty, "\(page): \(entry)")
                for name in names {
                    #expect(cases.values.contains { $0.contains(name) }, "\(page): \(name)")
                }
            }
        }
    }

    /// The files below Tests with such names, by their names.
    private static func texts(ending: String) throws -> [String: String] {
        let tests = Peer.root.appendingPathComponent("Tests")
        var texts: [String: String] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: tests.path)
        where path.hasSuffix(ending) {
            let file = tests.appendingPathComponent(path)
            let name = file.lastPathComponent
            texts[name, default: ""] += try String(contentsOf: file, encoding: .utf8)
        }
        return texts
    }
}
