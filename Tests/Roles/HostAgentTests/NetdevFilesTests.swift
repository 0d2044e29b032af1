// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import Configuration
import HostAPI
import HostAgent
import JSON
import Kernel
import TestSupport
import Testing

@Suite struct NetdevFilesTests {
    private let fixture: Fixture
    private let files: NetdevFiles

    init() throws {
        fixture = try Fixture(subnets: #"{"cidr": "10.0.0.0/29"}, {"cidr": "fd00::/64"}"#)
        files = try NetdevFiles(directory: fixture.scratch["netdevs"])
    }

    private func netdev(_ index: Int, holder: String?) throws -> NetdevRecord {
        var table = NetdevTable()
        let (function, mac) = (try fixture.function(index), try fixture.mac(index))
        guard let holder else {
            let netdev = try table.allocate(function, mac: mac, in: fixture.blue, now: 7)
            return try #require(netdev)
        }
        var request = try fixture.request(index, holder)
        request.pod = .init()
        request.pod?.name = "web-0"
        request.pod?.namespace = "default"
        request.pod?.uid = "a-b-c"
        let holding = NetdevRecord.Holder(request)
        _ = try table.bind(function, to: holding, mac: mac, in: fixture.blue, now: 7)
        return try #require(table.netdevs[function])
    }

    @Test func `a Netdev is read back as it was written`() throws {
        var dying = try netdev(2, holder: "c2")
        dying.isWanted = false
        let netdevs = [try netdev(0, holder: nil), try netdev(1, holder: "c1"), dying]
        for netdev in netdevs { try files.write(netdev) }
        let again = try NetdevFiles(directory: fixture.scratch["netdevs"])
        let (loaded, damaged) = try again.load()
        #expect(loaded == netdevs)
        #expect(damaged.isEmpty)
        try files.remove(netdevs[0].function)
        try files.remove(netdevs[0].function)
        #expect(try files.load().netdevs == Array(netdevs[1...]))
    }

    @Test func `the text has a version, and keys of a newer one are ignored`() throws {
        let netdev = try netdev(1, holder: "c1")
        let text = String(decoding: netdev.json.encoded(), as: UTF8.self)
        #expect(
            text == """
                {"version":1,"function":"0000:3b:00.1","network":"blue",\
                "macAddress":"02:00:00:00:00:01","addresses":["10.0.0.1/29","fd00::1/64"],\
                "isWanted":true,"since":7,"holder":{"containerID":"c1","interfaceName":"eth0",\
                "pod":"default/web-0","podUID":"a-b-c"}}
                """
        )
        let newer = #"{"new":[{}],"# + text.dropFirst()
        let value = try JSONValue(parsing: Array(newer.utf8))
        #expect(try NetdevRecord(JSONNode(value)) == netdev)
    }

    @Test(arguments: [
        ("", "empty"), ("{", "cut short"), ("{}", "version is missing"),
        (#"{"version":2}"#, "version"), (#"{"version":1,"function":"x"}"#, "function"),
        (String(repeating: " ", count: 1 << 17), "larger than"),
    ])
    func `a damaged file is named, left alone, and no obstacle`(_ text: String, _: String) throws {
        let netdev = try netdev(1, holder: "c1")
        try files.write(netdev)
        try fixture.scratch.write(text, to: "netdevs/0000:3b:00.0.json")
        let (netdevs, damaged) = try files.load()
        #expect(netdevs == [netdev])
        #expect(damaged.count == 1)
        #expect(damaged.first?.contains("0000:3b:00.0.json") == true)
        #expect(try Files.list(fixture.scratch["netdevs"]).count == 2)
    }

    private func record(
        _ index: Int,
        _ container: String,
        isComplete: Bool
    ) throws
        -> AttachmentRecord
    {
        var record = AttachmentRecord(
            function: try fixture.function(index),
            containerID: container,
            interfaceName: "eth0",
            networkNamespace: "/run/netns/x",
            homeName: "vf\(index)",
            mac: try fixture.mac(index),
            mtu: 1500
        )
        record.isComplete = isComplete
        record.addresses = ["10.0.0.1/29", "fd00::1/64"].compactMap { IPPrefix($0) }
        return record
    }

    @Test(arguments: [true, false])
    func `an attachment restores a file that is damaged or lost`(isLost: Bool) throws {
        if !isLost { try fixture.scratch.write("{", to: "netdevs/0000:3b:00.0.json") }
        let record = try record(0, "c1", isComplete: true)
        let networks = fixture.configuration.networks
        let (netdevs, sentences) = try files.load(restoring: [record], in: networks, now: 9)
        let netdev = try #require(netdevs.first)
        #expect(netdevs.count == 1)
        #expect(sentences.count == (isLost ? 1 : 2))
        #expect(netdev.function == record.function)
        #expect(netdev.network == "blue")
        #expect(netdev.mac == record.mac)
        #expect(netdev.addresses == record.addresses)
        #expect(netdev.isWanted && netdev.since == 9)
        #expect(try files.load().netdevs == [netdev])
        // The pod's container may come back, another may not, and its address is not given away.
        var table = NetdevTable(netdevs)
        let blue = fixture.blue
        let mac = record.mac
        let same = try fixture.holder("c1")
        let binding = try table.bind(record.function, to: same, mac: mac, in: blue, now: 9)
        #expect(binding == .bound(netdev))
        let other = try table.allocate(fixture.function(1), mac: mac, in: blue, now: 9)
        #expect(other?.addresses.map(\.description) == ["10.0.0.2/29", "fd00::2/64"])
    }

    @Test func `an attachment changes no Netdev that can be read`() throws {
        var dying = try netdev(0, holder: "c1")
        dying.isWanted = false
        try files.write(dying)
        let records = [
            try record(0, "c1", isComplete: true), try record(1, "c1", isComplete: false),
        ]
        let networks = fixture.configuration.networks
        let (netdevs, sentences) = try files.load(restoring: records, in: networks, now: 9)
        #expect(netdevs == [dying])
        #expect(sentences.isEmpty)
    }

    @Test func `an attachment of a function that no network has restores nothing`() throws {
        let record = try record(0, "c1", isComplete: true)
        #expect(try files.load(restoring: [record], in: [], now: 9).netdevs.isEmpty)
    }
}
