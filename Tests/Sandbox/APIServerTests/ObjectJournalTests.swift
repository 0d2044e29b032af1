// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Kernel
import Logging
import TestSupport
import Testing

@testable import APIServer

@Suite struct ObjectJournalTests {
    private let scratch: Scratch
    private let maps = Resource(group: "", plural: "configmaps")

    init() throws {
        scratch = try Scratch()
    }

    private var path: String { scratch["objects.jsonl"] }

    private func journal() throws -> ObjectJournal {
        try ObjectJournal(path, log: Logger(label: "test"))
    }

    private func key(_ name: String) -> ObjectKey { ObjectKey(namespace: "n", name: name) }

    private func object(_ text: String) -> JSONValue {
        ["metadata": ["uid": .string(text)], "text": .string(text)]
    }

    /// A journal of two objects, one of which is gone again; the storage's version is 5.
    private func written() throws -> Storage {
        let journal = try journal()
        var storage = try journal.load()
        storage.put(object("a"), at: key("a"), of: maps)
        storage.put(object("b\n\"ä"), at: key("b"), of: maps)
        journal.append(storage.takeUntold())
        storage.put(object("c"), at: key("a"), of: maps)
        storage.remove(key("b"), of: maps)
        journal.append(storage.takeUntold())
        return storage
    }

    @Test func `what was written comes back, and versions go on`() throws {
        let before = try written()
        for _ in 0..<2 {
            var after = try journal().load()
            #expect(after.version == before.version)
            let objects = after.objects(of: maps)
            #expect(objects.map(\.0.name) == ["a"])
            #expect(objects.map(\.1) == before.objects(of: maps).map(\.1))
            #expect(Set(after.uids) == ["c"])
            #expect(after.put(object("d"), at: key("d"), of: maps).resourceVersion == "6")
        }
    }

    @Test func `nobody else can read it`() throws {
        _ = try written()
        let mode = try run("stat", "-c", "%a", path)
        #expect(mode == "600\n")
        _ = try journal().load()
        #expect(try run("stat", "-c", "%a", path) == "600\n")
    }

    @Test func `a last line that was cut never happened`() throws {
        _ = try written()
        let whole = try Files.read(path, limit: 1 << 20)
        let lines = whole.split(separator: UInt8(ascii: "\n"))
        let last = try #require(lines.last).count
        for cut in stride(from: 1, through: last, by: 7) {
            try Files.write(Array(whole.dropLast(cut + 1)), to: path)
            let storage = try journal().load()
            #expect(storage.version == 4, "cut \(cut)")
            #expect(storage.objects(of: maps).map(\.0.name) == ["a", "b"])
        }
    }

    @Test(arguments: [
        "nonsense", "{}", "[]", #"{"group":"","plural":"p","namespace":"","name":"n"}"#,
        #"{"group":"","plural":"p","namespace":"","name":"n","version":-1,"object":{}}"#,
        #"{"group":"","plural":"p","namespace":"","name":"n","version":1.5,"object":{}}"#,
        #"{"group":"","plural":"p","namespace":"","name":"n","version":1e99,"object":{}}"#,
        #"{"group":1,"plural":"p","namespace":"","name":"n","version":1,"object":{}}"#,
    ])
    func `a broken line before the end is an error that names it`(line: String) throws {
        _ = try written()
        let whole = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        var lines = whole.split(separator: "\n").map(String.init)
        lines.insert(line, at: 2)
        try Files.write(Array((lines.joined(separator: "\n") + "\n").utf8), to: path)
        let wanted = ServerError.unusable(file: path, why: "line 3 is no change")
        #expect(throws: wanted) { try journal().load() }
        #expect(try Files.read(path, limit: 1 << 20).count > whole.utf8.count, "it is left alone")
    }

    @Test func `an object as deep as a body may be comes back`() throws {
        let depth = JSONLimits().depth
        let text = String(repeating: #"{"a":"#, count: depth - 1) + "{}"
        let deep = try json(text + String(repeating: "}", count: depth - 1))
        let journal = try journal()
        var storage = try journal.load()
        storage.put(deep, at: key("deep"), of: maps)
        journal.append(storage.takeUntold())
        let after = try self.journal().load()
        #expect(after.objects(of: maps).first?.1["a"] == deep["a"])
    }

    private func run(_ words: String...) throws -> String {
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
