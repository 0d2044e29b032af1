// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import GRPC
package import PCI

/// What a pass of the host agent looks at.
package enum PortKey: Hashable, Sendable, CustomStringConvertible {
    /// One function's port.
    case function(PCIAddress)
    /// All ports: those of our functions that nobody knows are removed.
    case inventory

    package var description: String {
        switch self {
        case .function(let address): "port of \(address)"
        case .inventory: "inventory"
        }
    }
}

/// How far the port behind a function is.
package enum PortState: Hashable, Sendable {
    /// It is as wanted; the addresses are given when somebody else chose them.
    case connected([IPPrefix]?)
    /// There is none, as wanted.
    case absent
    /// Somebody is at work; the text says on what.
    case waiting(String)
}

/// Who makes and removes ports for the host agent: the card itself, or the cluster.
package protocol PortKeeper: Sendable {
    /// Takes the steps towards what `netdev` wants that can be taken now.
    ///
    /// - Throws: what stopped the pass.
    func bring(_ netdev: NetdevRecord) async throws(Status) -> PortState

    /// The functions behind which there is a port, of those in our networks; nil while that is not
    /// known yet.
    ///
    /// - Throws: why they cannot be told.
    func existing() async throws(Status) -> [(function: PCIAddress, network: String)]?

    /// Whether a port can be made at all now.
    ///
    /// - Throws: `UNAVAILABLE` when nobody would make it.
    func checkAvailable() throws(Status)

    /// Whether somebody else is to know who holds a function, also when its port is up already.
    var tellsHolders: Bool { get }

    /// How soon to look again at a port that is so many seconds old.
    func pollInterval(sinceSeconds age: Int) -> Duration

    /// How soon to look again though nothing has changed.
    var resyncInterval: Duration { get }

    /// Whom a failure is to be blamed on, for error messages.
    var blame: String { get }
}
