// SPDX-License-Identifier: Apache-2.0

public import Addressing
public import Links
public import PCI

/// A function that is one end of a veth pair: its alias is its PCI address, its other end the port.
public struct VethFunction: Sendable {
    /// An address that no other function of this machine has.
    public let address: PCIAddress
    /// The namespace where it is at home.
    public let home: Sandbox
    /// Its name there.
    public let name: String
    /// Its own MAC address.
    public let mac: MACAddress

    /// A function at home in a new namespace, up or down.
    public init(name: String = "ens1f0v0", isUp: Bool = false) throws {
        home = try Sandbox()
        self.name = name
        let text = "02:00:00:00:00:01"
        let number = UInt16.random(in: .min ... .max)
        let domain = String(String(UInt32(number) + 0x10000, radix: 16).dropFirst())
        let device = String(UInt8.random(in: 16...31), radix: 16)
        guard let address = PCIAddress("\(domain):3b:\(device).2"), let mac = MACAddress(text)
        else {
            throw CommandFailure(command: "a PCI address", output: domain)
        }
        (self.address, self.mac) = (address, mac)
        try home.ip("link add \(name) address \(text) mtu 1450 type veth peer name rep0")
        try home.ip("link set \(name) alias \(address)")
        if isUp { try home.ip("link set \(name) up") }
    }

    /// Its link at home, nil when it is away.
    public func link() throws -> Link? {
        try home.socket().link(matching: .alias("\(address)"))
    }
}
