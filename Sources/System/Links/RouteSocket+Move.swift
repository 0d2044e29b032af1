// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Kernel

/// What a link shall be in the namespace it is moved to.
public struct LinkPlacement: Sendable, Hashable {
    /// The name it gets there.
    public var name: String
    /// The hardware address it gets, nil to keep its own.
    public var mac: MACAddress?
    /// The largest packet in bytes, nil to keep its own.
    public var mtu: UInt32?
    /// Whether it is switched on there.
    public var isUp: Bool

    /// A placement under `name`.
    public init(
        name: String,
        mac: MACAddress? = nil,
        mtu: UInt32? = nil,
        isUp: Bool = false
    ) {
        self.name = name
        self.mac = mac
        self.mtu = mtu
        self.isUp = isUp
    }
}

extension RouteSocket {
    /// Moves `link` from this namespace to that of `target` in one request, and finds it there.
    ///
    /// The kernel moves a link first and then changes address, MTU and name, so a refusal can leave
    /// it in the target under its old name. It is then looked for by `identity` in both namespaces
    /// and brought back as it was. Three messages when all goes well: is the name free, move,
    /// what number has it there; two when the caller has just seen that the name is free.
    ///
    /// - Throws: ``LinkError/nameTaken(_:)`` before anything was touched; the kernel's refusal when
    ///   the link is back as it was; ``LinkError/stranded(_:cause:attempt:)`` when it is not.
    public func move(
        _ link: Link,
        known identity: FunctionIdentity,
        to target: borrowing RouteSocket,
        as placement: LinkPlacement,
        checkingName: Bool = true
    ) throws(LinkError) -> Link {
        if checkingName, try target.link(named: placement.name) != nil {
            throw .nameTaken(placement.name)
        }
        do throws(LinkError) {
            try apply([.move(link.index, to: target.namespace, as: placement)])
            if let moved = try target.link(named: placement.name) { return moved }
            throw LinkError.notFound("link \(placement.name)")
        } catch {
            try restore(link, known: identity, from: target, after: error)
            throw error
        }
    }

    /// Brings `link` back from wherever a failed move has left it, exactly as it was.
    private func restore(
        _ link: Link,
        known identity: FunctionIdentity,
        from target: borrowing RouteSocket,
        after cause: LinkError
    ) throws(LinkError) {
        let original = LinkPlacement(link)
        var attempt: LinkError?
        do throws(LinkError) {
            if let strayed = try target.link(matching: identity) {
                try target.apply([.move(strayed.index, to: namespace, as: original)])
            } else if let home = try self.link(matching: identity), LinkPlacement(home) != original
            {
                // A move within one namespace changes only the rest; older kernels rename no link
                // that is up.
                try apply([.setDown(home.index), .move(home.index, to: namespace, as: original)])
            }
        } catch {
            attempt = error
        }
        let whereabouts = try whereabouts(of: identity, target, cause, attempt)
        if case .source(let home) = whereabouts, LinkPlacement(home) == original { return }
        throw .stranded(whereabouts, cause: cause, attempt: attempt)
    }

    private func whereabouts(
        of identity: FunctionIdentity,
        _ target: borrowing RouteSocket,
        _ cause: LinkError,
        _ attempt: LinkError?
    ) throws(LinkError) -> LinkError.Whereabouts {
        do {
            if let home = try link(matching: identity) { return .source(home) }
            if let strayed = try target.link(matching: identity) { return .target(strayed) }
            return .unknown
        } catch {
            throw .stranded(.unknown, cause: cause, attempt: attempt ?? error)
        }
    }
}

extension LinkPlacement {
    /// What `link` is now.
    fileprivate init(_ link: Link) {
        self.init(name: link.name, mac: link.mac, mtu: link.mtu, isUp: link.isUp)
    }
}
