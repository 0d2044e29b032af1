// SPDX-License-Identifier: Apache-2.0

import Attachment
import Kernel
import Links
import PCI
import TestSupport
import Testing

@Suite struct FunctionFinderTests {
    private let function: VethFunction
    private let finder = FunctionFinder(sysfs: "/sys", usesAlias: true)

    init() throws {
        function = try VethFunction()
    }

    @Test func `finds a function at home under whatever name`() throws {
        let home = try function.home.socket()
        #expect(try finder.linkAtHome(of: function.address, over: home)?.name == "ens1f0v0")
        try function.home.ip("link set ens1f0v0 name other")
        #expect(try finder.linkAtHome(of: function.address, over: home)?.name == "other")
        let stranger = try #require(PCIAddress("0000:00:00.0"))
        #expect(try finder.linkAtHome(of: stranger, over: home) == nil)
    }

    @Test func `believes no name that sysfs tells`() throws {
        let sysfs = try FakeSysfs()
        try sysfs.add("\(function.address)")
        try sysfs.makeDirectory("\(function.address)", "net/rep0")
        try sysfs.makeDirectory("\(function.address)", "net/gone0")
        let finder = FunctionFinder(sysfs: sysfs.root, usesAlias: true)
        let home = try function.home.socket()
        #expect(try finder.linkAtHome(of: function.address, over: home)?.name == "ens1f0v0")
    }

    @Test func `asks one question when the name that sysfs tells is right`() throws {
        let sysfs = try FakeSysfs()
        try sysfs.add("\(function.address)")
        try sysfs.makeDirectory("\(function.address)", "net/ens1f0v0")
        let finder = FunctionFinder(sysfs: sysfs.root, usesAlias: true)
        let home = try function.home.socket()
        #expect(try finder.linkAtHome(of: function.address, over: home)?.name == "ens1f0v0")
        #expect(home.messagesSent == 1)
    }

    @Test func `an alias is no identity unless the configuration says so`() throws {
        let finder = FunctionFinder(sysfs: "/sys", usesAlias: false)
        let home = try function.home.socket()
        #expect(try finder.linkAtHome(of: function.address, over: home) == nil)
        #expect(
            finder.identity(of: function.address) == .parentDevice("\(function.address)")
        )
    }

    @Test func `two links that claim to be it are an error`() throws {
        try function.home.ip("link set rep0 alias \(function.address)")
        let home = try function.home.socket()
        #expect {
            _ = try finder.linkAtHome(of: function.address, over: home)
        } throws: { error in
            guard case .link(.ambiguous(_, let names))? = error as? AttachmentError else {
                return false
            }
            return names.sorted() == ["ens1f0v0", "rep0"]
        }
    }

    @Test func `finds a function in a namespace that has a name`() throws {
        let pod = try Sandbox()
        try function.home.ip("link set ens1f0v0 netns \(pod.name)")
        let home = try function.home.socket()
        let found = try finder.search(for: function.address, besides: home)
        guard let found else {
            Issue.record("it is in \(pod.name)")
            return
        }
        #expect(try found.namespace.identity == NetworkNamespace(path: pod.path).identity)
    }

    @Test func `does not look at home, and tells when a function is nowhere`() throws {
        let home = try function.home.socket()
        let found = try finder.search(for: function.address, besides: home)
        let isFound = found != nil
        #expect(!isFound)
    }
}
