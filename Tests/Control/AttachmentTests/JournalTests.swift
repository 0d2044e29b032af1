// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Kernel
import PCI
import TestSupport
import Testing

@Suite struct JournalTests {
    private let scratch: Scratch
    private let journal: Journal
    private let function: PCIAddress
    private let record: AttachmentRecord

    init() throws {
        scratch = try Scratch()
        journal = try Journal(runDirectory: scratch["run"])
        function = try #require(PCIAddress("0000:3b:00.2"))
        record = try .sample(function, container: "c1")
    }

    private var path: String { scratch["run/attachments/\(function).json"] }

    private func put(_ text: String, at path: String? = nil) throws {
        try Files.write(Array(text.utf8), to: path ?? self.path)
    }

    @Test func `a function at home has no record`() throws {
        #expect(try journal.record(of: function) == nil)
        #expect(try journal.record(containerID: "c1", interfaceName: "eth0") == nil)
        #expect(try journal.records().records.isEmpty)
    }

    @Test func `a record is read back as it was written`() throws {
        var record = record
        try journal.write(record)
        #expect(try journal.record(of: function) == record)
        record.isComplete = true
        record.addresses = ["10.0.0.2/24", "fd00::2/64"].compactMap { IPPrefix($0) }
        try journal.write(record)
        #expect(try journal.record(of: function) == record)
        #expect(try journal.record(containerID: "c1", interfaceName: "eth0") == record)
        #expect(try journal.record(containerID: "c1", interfaceName: "net1") == nil)
        #expect(try journal.record(containerID: "c2", interfaceName: "eth0") == nil)
        #expect(try Files.list(scratch["run/attachments"]) == ["0000:3b:00.2.json"])
    }

    @Test func `removing may be repeated`() throws {
        try journal.write(record)
        try journal.remove(function)
        try journal.remove(function)
        #expect(try journal.record(of: function) == nil)
    }

    @Test func `the text has a version, and keys of a newer one are ignored`() throws {
        try journal.write(record)
        let text = String(decoding: try Files.read(path, limit: 4096), as: UTF8.self)
        #expect(
            text == """
                {"version":1,"function":"0000:3b:00.2","containerID":"c1","interfaceName":"eth0",\
                "networkNamespace":"/run/netns/x","homeName":"ens1f0v0",\
                "macAddress":"02:00:00:00:00:01","mtu":1500,"wasUp":false,"isComplete":false,\
                "addresses":[]}
                """
        )
        try put(#"{"new":{"a":[1]},"# + text.dropFirst())
        #expect(try journal.record(of: function) == record)
    }

    @Test(arguments: [
        ("", "empty"), ("{", "cut short"), ("[]", "no object"), ("{}", "version is missing"),
        (#"{"version":2}"#, "version"),
        (#"{"version":1,"function":"3b:00.2"}"#, "function"),
    ])
    func `a damaged record is named with what is wrong`(_ text: String, _: String) throws {
        try put(text)
        #expect { _ = try journal.record(of: function) } throws: { error in
            guard case .damaged(path, _)? = error as? AttachmentError else { return false }
            return "\(error)".contains("record \(path) is damaged: ")
        }
        let (records, damaged) = try journal.records()
        #expect(records.isEmpty)
        #expect(damaged.count == 1)
    }

    @Test(arguments: [
        ("mtu", #""mtu":1500"#, #""mtu":-1"#), ("macAddress", "02:00:00:00:00:01", "02:00"),
        ("addresses[0]", #""addresses":[]"#, #""addresses":["10.0.0.2/33"]"#),
        ("containerID", "c1", ""), ("isComplete", #""isComplete":false"#, #""isComplete":"no""#),
        ("homeName", #""homeName":"ens1f0v0","#, ""),
    ])
    func `so is one with a bad value`(_ key: String, _ old: String, _ new: String) throws {
        try journal.write(record)
        let text = String(decoding: try Files.read(path, limit: 4096), as: UTF8.self)
        let parts = text.split(separator: old, maxSplits: 1, omittingEmptySubsequences: false)
        try put(parts.joined(separator: new))
        #expect { _ = try journal.record(of: function) } throws: { error in
            guard case .damaged(path, let reason)? = error as? AttachmentError else { return false }
            return reason.hasPrefix(key)
        }
    }

    @Test func `a file too large for a record is a damaged one`() throws {
        try put(String(repeating: " ", count: 1 << 17))
        #expect { _ = try journal.record(of: function) } throws: { error in
            guard case .damaged? = error as? AttachmentError else { return false }
            return true
        }
        #expect(try journal.records().damaged.count == 1)
    }

    @Test func `a record under another function's name is a damaged one`() throws {
        try journal.write(record)
        let other = try #require(PCIAddress("0000:3b:00.3"))
        let text = try Files.read(path, limit: 4096)
        try Files.write(text, to: scratch["run/attachments/\(other).json"])
        #expect(throws: AttachmentError.self) { _ = try journal.record(of: other) }
        let (records, damaged) = try journal.records()
        #expect(records == [record])
        #expect(damaged.count == 1)
    }

    @Test func `a damaged record of another function is no obstacle`() throws {
        try journal.write(record)
        try put("{", at: scratch["run/attachments/0000:00:00.0.json"])
        try put("{", at: scratch["run/attachments/.0000:3b:00.2.json.1.tmp"])
        try put("{", at: scratch["run/attachments/note"])
        #expect(try journal.record(containerID: "c1", interfaceName: "eth0") == record)
        let (records, damaged) = try journal.records()
        #expect(records == [record])
        #expect(damaged.count == 1)
    }

    @Test func `a lock keeps others off its function only`() throws {
        let other = try #require(PCIAddress("0000:3b:00.3"))
        try journal.withLock(on: function, deadline: .now) {
            #expect { try journal.withLock(on: function, deadline: .now) {} } throws: { error in
                guard case .busy(function)? = error as? AttachmentError else { return false }
                return true
            }
            try journal.withLock(on: other, deadline: .now) {}
        }
        try journal.withLock(on: function, deadline: .now) {}
    }

    @Test func `a lock goes with the error of its body`() throws {
        struct Failure: Error {}
        #expect(throws: Failure.self) {
            try journal.withLock(on: function, deadline: .now) { throw Failure() }
        }
        try journal.withLock(on: function, deadline: .now) {}
    }

    @Test func `a directory that cannot be made is an error that names it`() throws {
        try Files.write([], to: scratch["file"])
        #expect { _ = try Journal(runDirectory: scratch["file"]) } throws: { error in
            "\(error)".contains(scratch["file"])
        }
    }

    @Test func `a spare name fits into an interface name`() throws {
        #expect(AttachmentRecord.spareName(for: function) == "vf00003b002")
        let last = try #require(PCIAddress("ffff:ff:1f.7"))
        #expect(AttachmentRecord.spareName(for: last).utf8.count <= 15)
    }
}

extension AttachmentRecord {
    /// A record of an ADD that has changed nothing yet.
    static func sample(
        _ function: PCIAddress,
        container: String,
        namespace: String = "/run/netns/x",
        home: String = "ens1f0v0"
    ) throws -> AttachmentRecord {
        AttachmentRecord(
            function: function,
            containerID: container,
            interfaceName: "eth0",
            networkNamespace: namespace,
            homeName: home,
            mac: try #require(MACAddress("02:00:00:00:00:01")),
            mtu: 1500
        )
    }
}
