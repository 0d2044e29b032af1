// SPDX-License-Identifier: Apache-2.0

import Foundation
import Kernel
import TestSupport
import Testing

@Suite struct FilesTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    @Test func `writes atomically, reads and replaces`() throws {
        let path = scratch["a"]
        try Files.write([1, 2, 3], to: path, mode: 0o640)
        #expect(try Files.read(path, limit: 3) == [1, 2, 3])
        let first = try Files.identity(of: path)
        try Files.write([4], to: path)
        #expect(try Files.read(path, limit: 3) == [4])
        #expect(try Files.identity(of: path) != first)
        #expect(try Files.list(scratch.path) == ["a"])
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test func `a version tells one content from the next, links followed`() throws {
        let path = try scratch.write("one", to: "a")
        let first = try #require(try Files.version(of: path))
        let identity = try Files.identity(of: path)
        #expect(first.size == 3 && first.identity == identity)
        #expect(try Files.version(of: path) == first)
        try Files.write([1, 2, 3], to: path)
        #expect(try Files.version(of: path) != first, "another file of the same size")
        try Files.link(scratch["link"], to: path)
        let (seen, direct) = (try Files.version(of: scratch["link"]), try Files.version(of: path))
        #expect(seen == direct)
        let old = try #require(try Files.version(of: path))
        let past = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 10)]
        try FileManager.default.setAttributes(past, ofItemAtPath: path)
        let new = try #require(try Files.version(of: path))
        #expect(new.modified == 10_000_000_000 && new.changed >= old.changed)
        #expect(try Files.version(of: scratch["none"]) == nil)
    }

    @Test func `a failed write leaves nothing behind`() throws {
        let path = scratch["directory"]
        try Files.makeDirectory(path)
        let error = #expect(throws: KernelError.self) { try Files.write([1], to: path) }
        #expect(error?.errno == .isDirectory)
        #expect(try Files.list(scratch.path) == ["directory"])
    }

    @Test func `creates only what is not there`() throws {
        let path = scratch["once"]
        try Files.create(path, containing: [1])
        let taken = KernelError.refused(call: "renameat2", subject: path, errno: .exists)
        #expect(throws: taken) { try Files.create(path, containing: [2]) }
        #expect(try Files.read(path, limit: 9) == [1])
        #expect(try Files.list(scratch.path) == ["once"])
    }

    @Test(arguments: [0, 1, 65535, 65536, 65537, 200_000])
    func `reads exactly up to the limit`(count: Int) throws {
        let path = scratch["sized"]
        let bytes = [UInt8](repeating: 7, count: count)
        try Files.write(bytes, to: path)
        #expect(try Files.read(path, limit: count) == bytes)
        #expect(throws: KernelError.tooLarge(subject: path, limit: count - 1)) {
            if count == 0 { throw KernelError.tooLarge(subject: path, limit: -1) }
            _ = try Files.read(path, limit: count - 1)
        }
    }

    @Test func `reads files whose size the kernel does not tell`() throws {
        #expect(try !Files.read("/proc/self/status", limit: 1 << 20).isEmpty)
    }

    @Test func `names call, path and reason`() {
        let path = scratch["missing"]
        let error = #expect(throws: KernelError.self) { try Files.read(path, limit: 1) }
        #expect(error?.description == "open \(path): ENOENT: No such file or directory")
    }

    @Test func `a zero byte in a path is refused, not a cut`() throws {
        try Files.write([1], to: scratch["a"])
        let path = scratch["a\0b"]
        let refused = KernelError.zeroByte(path: path)
        #expect(throws: refused) { try Files.read(path, limit: 1) }
        #expect(throws: refused) { try Files.remove(path) }
        #expect(throws: refused) { try Files.write([2], to: path) }
        #expect(throws: refused) { try Files.list(path) }
        #expect(throws: refused) { try Files.rename(scratch["a"], to: path) }
        #expect(throws: refused) { try Files.target(ofLink: path) }
        #expect(throws: refused) { _ = try UnixStream(connectingTo: path, deadline: .now) }
        #expect(try Files.list(scratch.path) == ["a"])
    }

    @Test func `removes, also what is not there if asked to`() throws {
        let path = scratch["a"]
        try Files.write([], to: path)
        try Files.remove(path)
        try Files.remove(path, missingOK: true)
        #expect(throws: KernelError.refused(call: "unlink", subject: path, errno: .noSuchFile)) {
            try Files.remove(path)
        }
    }

    @Test func `makes directories with their parents`() throws {
        let deep = scratch["x/y/z"]
        #expect(throws: KernelError.self) { try Files.makeDirectory(deep) }
        try Files.makeDirectory(deep, parents: true)
        try Files.makeDirectory(deep, parents: true)
        #expect(try Files.kind(of: deep) == .directory)
        try Files.write([], to: scratch["file"])
        #expect(throws: KernelError.self) {
            try Files.makeDirectory(scratch["file"], parents: true)
        }
        try Files.removeDirectory(deep)
        try Files.removeDirectory(deep, missingOK: true)
        #expect(try !Files.exists(deep))
    }

    @Test func `links are told from what they point to`() throws {
        try Files.write([1], to: scratch["a"])
        try Files.link(scratch["l"], to: "a")
        try Files.link(scratch["broken"], to: "nowhere")
        #expect(try Files.kind(of: scratch["l"]) == .symbolicLink)
        #expect(try Files.kind(of: scratch["a"]) == .regular)
        #expect(try Files.kind(of: scratch["none"]) == nil)
        #expect(try Files.target(ofLink: scratch["l"]) == "a")
        #expect(try Files.identity(of: scratch["l"]) == Files.identity(of: scratch["a"]))
        #expect(try !Files.exists(scratch["broken"]))
        #expect(try Files.list(scratch.path) == ["a", "broken", "l"])
        #expect(
            throws: KernelError.refused(call: "readlink", subject: scratch["a"], errno: .invalid)
        ) {
            _ = try Files.target(ofLink: scratch["a"])
        }
    }

    @Test func `overwrites in place and creates nothing`() throws {
        try Files.write([1, 2, 3], to: scratch["a"])
        let before = try Files.identity(of: scratch["a"])
        try Files.overwrite(scratch["a"], with: [9])
        #expect(try Files.read(scratch["a"], limit: 9) == [9])
        #expect(try Files.identity(of: scratch["a"]) == before)
        #expect(throws: KernelError.self) { try Files.overwrite(scratch["b"], with: [9]) }
    }
}
