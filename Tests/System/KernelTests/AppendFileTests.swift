// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import TestSupport
import Testing

@Suite struct AppendFileTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func mode(_ path: String) throws -> Int? {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return attributes[.posixPermissions] as? Int
    }

    @Test func `two writers add whole pieces to one end`() throws {
        let path = scratch["log"]
        let one = try AppendFile(path)
        let two = try AppendFile(path)
        for number in 0..<100 {
            try one.append(Array("one \(number)\n".utf8))
            try two.append(Array("two \(number)\n".utf8))
        }
        let text = String(decoding: try Files.read(path, limit: 1 << 20), as: UTF8.self)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 200 && lines[1] == "two 0" && lines[198] == "one 99")
        #expect(try mode(path) == 0o600)
    }

    @Test func `what is there stays, with its mode`() throws {
        let path = scratch["log"]
        try Files.write([1], to: path, mode: 0o644)
        let file = try AppendFile(path)
        try file.append([])
        try file.append([2, 3])
        #expect(try Files.read(path, limit: 9) == [1, 2, 3])
        #expect(try mode(path) == 0o644)
    }

    @Test func `a full disk and a directory are errors`() throws {
        let full = try AppendFile("/dev/full")
        let error = #expect(throws: KernelError.self) { try full.append([1]) }
        #expect(error?.description.contains("ENOSPC") == true)
        #expect(throws: KernelError.self) { _ = try AppendFile(scratch.path) }
        #expect(throws: KernelError.self) { _ = try AppendFile(scratch["none/log"]) }
    }
}

@Suite struct RemoveTreeTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `links go, and what they point to stays`() throws {
        try Files.makeDirectory(scratch["outside"])
        try Files.write([1], to: scratch["outside/kept"])
        try Files.makeDirectory(scratch["tree/a/b"], parents: true)
        try Files.write([1], to: scratch["tree/a/b/file"])
        try Files.link(scratch["tree/a/folder"], to: scratch["outside"])
        try Files.link(scratch["tree/file"], to: "../outside/kept")
        try Files.link(scratch["tree/broken"], to: "nowhere")
        try Files.link(scratch["tree/a/round"], to: "..")
        try Files.removeTree(scratch["tree"])
        #expect(try Files.list(scratch.path) == ["outside"])
        #expect(try Files.list(scratch["outside"]) == ["kept"])
    }

    @Test func `a link, a file and nothing are trees too`() throws {
        try Files.makeDirectory(scratch["outside"])
        try Files.link(scratch["link"], to: "outside")
        try Files.write([1], to: scratch["file"])
        for name in ["link", "file", "nothing"] { try Files.removeTree(scratch[name]) }
        #expect(try Files.list(scratch.path) == ["outside"])
    }

    @Test func `sockets, empty and read-only folders, strange names`() throws {
        try Files.makeDirectory(scratch["tree/empty"], parents: true)
        try Files.makeDirectory(scratch["tree/locked"], mode: 0o500)
        for name in [" ", "-rf", "a\nb", "ä", ".hidden", "*"] {
            try Files.write([1], to: scratch["tree/\(name)"])
        }
        let socket = try UnixListener(listeningAt: scratch["tree/socket"])
        try Files.removeTree(scratch["tree"])
        _ = consume socket
        #expect(try Files.list(scratch.path).isEmpty)
    }
}
