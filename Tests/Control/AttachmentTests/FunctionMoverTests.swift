// SPDX-License-Identifier: Apache-2.0

import Attachment
import Kernel
import Links
import PCI
import TestSupport
import Testing

@Suite struct FunctionMoverTests {
    private let function: VethFunction
    private let pod: Sandbox
    private let finder = FunctionFinder(sysfs: "/sys", usesAlias: true, knowsWholeMachine: true)
    private var mover: FunctionMover { FunctionMover(finder) }

    init() throws {
        (function, pod) = (try VethFunction(), try Sandbox())
    }

    private func record(namespace: String? = nil) throws -> AttachmentRecord {
        var record = try AttachmentRecord.sample(
            function.address,
            container: "c1",
            namespace: namespace ?? pod.path
        )
        record.mtu = 1450
        return record
    }

    private func moveIn(mtu: UInt32 = 1400) throws {
        let home = try function.home.socket()
        let link = try #require(try finder.linkAtHome(of: function.address, over: home))
        let moved = try mover.moveIn(link, record(), mtu: mtu, from: home, to: pod.socket())
        #expect(moved.name == "eth0")
    }

    private func bringHome(_ record: AttachmentRecord) throws -> Link? {
        try mover.bringHome(record, to: function.home.socket())
    }

    @Test func `moves in under the pod's name, down, with its MTU`() throws {
        try moveIn()
        let link = try #require(try pod.json("link show eth0").first)
        #expect(link["mtu"] as? Int == 1400)
        #expect(link["address"] as? String == "02:00:00:00:00:01")
        #expect((link["flags"] as? [String])?.contains("UP") == false)
        #expect(try function.link() == nil)
    }

    @Test func `and home again as it was`() throws {
        let before = try function.link()
        try moveIn()
        try pod.ip("address add 10.0.0.2/24 dev eth0")
        try pod.ip("link set eth0 mtu 1300 address 02:00:00:00:00:99")
        let link = try bringHome(record())
        #expect(link == before)
        #expect(try function.link() == before)
        #expect(try pod.names() == ["lo"])
        #expect(try function.home.socket().addresses(of: link?.index ?? 0).isEmpty)
    }

    @Test func `coming home may be repeated`() throws {
        let before = try function.link()
        try moveIn()
        #expect(try bringHome(record()) == before)
        #expect(try bringHome(record()) == before)
    }

    @Test func `comes home whatever it is called in the pod`() throws {
        try moveIn()
        try pod.ip("link set eth0 down name renamed")
        #expect(try bringHome(record())?.name == "ens1f0v0")
    }

    @Test(arguments: [true, false])
    func `what never left is not touched`(isUp: Bool) throws {
        if isUp {
            try function.home.ip("link set ens1f0v0 up")
            try function.home.ip("address add 192.0.2.1/24 dev ens1f0v0")
        }
        let before = try #require(try function.link())
        let home = try function.home.socket()
        let addresses = try home.addresses(of: before.index)
        #expect(try bringHome(record()) == before)
        #expect(try home.addresses(of: before.index) == addresses)
    }

    @Test func `what is at home in the pod's clothes gets its own back`() throws {
        let before = try function.link()
        try function.home.ip("link set ens1f0v0 name eth0 mtu 1300 address 02:00:00:00:00:99")
        try function.home.ip("address add 10.0.0.2/24 dev eth0")
        try function.home.ip("link set eth0 up")
        let link = try #require(try bringHome(record()))
        #expect(link == before)
        #expect(try function.home.socket().addresses(of: link.index).isEmpty)
    }

    @Test func `a name taken at home costs it its name, not its way`() throws {
        try moveIn()
        try function.home.ip("link add ens1f0v0 type bridge")
        let link = try #require(try bringHome(record()))
        #expect(link.name == AttachmentRecord.spareName(for: function.address))
        #expect(link.alias == "\(function.address)")
        #expect(try bringHome(record()) == link)
    }

    @Test func `a name taken in the pod leaves it at home as it was`() throws {
        try pod.ip("link add eth0 type bridge")
        let before = try function.link()
        #expect { try moveIn() } throws: { error in
            guard case .link(let cause)? = error as? AttachmentError else { return false }
            return cause.errno == .exists
        }
        #expect(try function.link() == before)
        #expect(try pod.names() == ["eth0", "lo"])
    }

    @Test func `a sandbox leaves functions of the same name in other namespaces alone`() throws {
        let sandbox = FunctionMover(FunctionFinder(sysfs: "/sys", usesAlias: true))
        let elsewhere = try Sandbox()
        let link = try #require(
            try sandbox.bringHome(record(), to: function.home.socket())
        )
        #expect(link.name == "ens1f0v0")
        #expect(try sandbox.bringHome(record(), to: elsewhere.socket()) == nil)
        #expect(try function.home.names().contains("ens1f0v0"))
    }

    @Test func `is found in another namespace than the record says`() throws {
        let elsewhere = try Sandbox()
        try function.home.ip("link set ens1f0v0 netns \(elsewhere.name)")
        #expect(try bringHome(record())?.name == "ens1f0v0")
        #expect(try elsewhere.names() == ["lo"])
    }

    @Test func `is found though the record's path is gone`() throws {
        try moveIn()
        #expect(try bringHome(record(namespace: "/run/netns/gone"))?.name == "ens1f0v0")
    }

    @Test func `or is an ordinary file again`() throws {
        let scratch = try Scratch()
        try Files.write([], to: scratch["netns"])
        try moveIn()
        #expect(try bringHome(record(namespace: scratch["netns"]))?.name == "ens1f0v0")
    }

    @Test(arguments: ["/proc/self/ns/uts", "/proc/self/status/ns"])
    func `or another thing`(path: String) throws {
        try moveIn()
        #expect(try bringHome(record(namespace: path))?.name == "ens1f0v0")
    }

    @Test func `one that went with its namespace is nowhere`() throws {
        let path = try {
            let pod = try Sandbox()
            try function.home.ip("link set ens1f0v0 netns \(pod.name)")
            return pod.path
        }()
        #expect(try bringHome(record(namespace: path)) == nil)
    }

    /// The kernel takes a namespace down in its own time; until then the record is all we have.
    @Test func `one on the bus with a driver is on its way home`() throws {
        let sysfs = try FakeSysfs()
        try sysfs.add("\(function.address)")
        try sysfs.link("\(function.address)", "driver", to: "../../../../bus/pci/drivers/iavf")
        let mover = FunctionMover(FunctionFinder(sysfs: sysfs.root, usesAlias: false))
        let home = try function.home.socket()
        #expect {
            _ = try mover.bringHome(record(namespace: "/run/netns/gone"), to: home)
        } throws: { error in
            guard case .notAtHome(function.address)? = error as? AttachmentError else {
                return false
            }
            return true
        }
    }

    @Test(arguments: [nil, "vfio-pci"] as [String?])
    func `one without a driver that makes interfaces has none`(driver: String?) throws {
        let sysfs = try FakeSysfs()
        try sysfs.add("\(function.address)")
        if let driver {
            let target = "../../../../bus/pci/drivers/\(driver)"
            try sysfs.link("\(function.address)", "driver", to: target)
        }
        let mover = FunctionMover(FunctionFinder(sysfs: sysfs.root, usesAlias: false))
        let home = try function.home.socket()
        #expect(try mover.bringHome(record(namespace: "/run/netns/gone"), to: home) == nil)
    }

    @Test func `no record is kept for a function that the bus does not have`() throws {
        let mover = FunctionMover(FunctionFinder(sysfs: try FakeSysfs().root, usesAlias: false))
        let home = try function.home.socket()
        #expect(try mover.bringHome(record(namespace: "/run/netns/gone"), to: home) == nil)
    }
}
