// SPDX-License-Identifier: Apache-2.0

import Kernel
public import Links

/// Takes a function into a pod and home again.
public struct FunctionMover: Sendable {
    private let finder: FunctionFinder

    /// A mover that recognises functions by `finder`.
    public init(_ finder: FunctionFinder) {
        self.finder = finder
    }

    /// Moves a function from home into the pod, under its new name, which the caller has just seen
    /// to be free; it is still switched off.
    ///
    /// - Throws: ``AttachmentError/link(_:)`` with the function back home unless the error says
    ///   otherwise.
    public func moveIn(
        _ link: Link,
        _ record: AttachmentRecord,
        mtu: UInt32,
        from home: borrowing RouteSocket,
        to pod: borrowing RouteSocket
    ) throws(AttachmentError) -> Link {
        let placement = LinkPlacement(
            name: record.interfaceName,
            mac: record.mac,
            mtu: mtu,
            isUp: false
        )
        let identity = finder.identity(of: record.function)
        do throws(LinkError) {
            return try home.move(
                link,
                known: identity,
                to: pod,
                as: placement,
                checkingName: false
            )
        } catch {
            throw .link(error)
        }
    }

    /// Brings the function of `record` home, with the name, MAC address and MTU it had there.
    ///
    /// May be repeated, and does what is left to do after an interrupted ADD or DEL. A name that
    /// somebody else took meanwhile costs the function its name, not its way home.
    ///
    /// - Returns: the link at home, nil when the function is nowhere any more: it went with its
    ///   namespace (veth), or was taken from the bus.
    /// - Throws: ``AttachmentError/notAtHome(_:)`` when it is on the bus with a driver, so that the
    ///   kernel still takes its namespace down; ``AttachmentError/link(_:)``,
    ///   ``AttachmentError/kernel(_:)``.
    public func bringHome(
        _ record: AttachmentRecord,
        to home: borrowing RouteSocket
    ) throws(AttachmentError) -> Link? {
        // The usual case first: it is in the pod under the name that ADD gave it.
        if let link = try fetch(record, to: home, isNamed: true) { return link }
        if let link = try finder.linkAtHome(of: record.function, over: home) {
            return try restore(link, record, in: home)
        }
        if let link = try fetch(record, to: home, isNamed: false) { return link }
        if try podSocket(of: record) == nil, let link = try awaitReturn(of: record, to: home) {
            return try restore(link, record, in: home)
        }
        if finder.knowsWholeMachine,
            let pod = try finder.search(for: record.function, besides: home),
            let link = try away(record, in: pod)
        {
            return try move(link, record, from: pod, to: home)
        }
        guard try !finder.shouldExist(record.function) else { throw .notAtHome(record.function) }
        return nil
    }

    /// Fetches the function out of the record's namespace, nil when it is not there.
    ///
    /// By the name ADD gave it, one message, or whatever it is called, which lists all links.
    private func fetch(
        _ record: AttachmentRecord,
        to home: borrowing RouteSocket,
        isNamed: Bool
    ) throws(AttachmentError) -> Link? {
        guard let pod = try podSocket(of: record) else { return nil }
        let link =
            isNamed
            ? try finder.link(record.interfaceName, of: record.function, over: pod)
            : try away(record, in: pod)
        guard let link else { return nil }
        return try move(link, record, from: pod, to: home)
    }

    /// What is at home but not as it was: an interrupted move, or the kernel returned it.
    private func restore(
        _ link: Link,
        _ record: AttachmentRecord,
        in home: borrowing RouteSocket
    ) throws(AttachmentError) -> Link {
        var requests: [LinkRequest] = []
        if link.mac != record.mac { requests.append(.setMAC(link.index, to: record.mac)) }
        if link.mtu != record.mtu { requests.append(.setMTU(link.index, to: record.mtu)) }
        do throws(LinkError) {
            if link.name != record.homeName {
                if try home.link(named: record.homeName) == nil {
                    requests.append(.rename(link.index, to: record.homeName))
                }
            }
            // What has all its own never left; up or down, it is as its owner wants it.
            guard !requests.isEmpty || (record.wasUp && !link.isUp) else { return link }
            if link.isUp { requests.insert(.setDown(link.index), at: 0) }
            if record.wasUp { requests.append(.setUp(link.index)) }
            try home.flushAddresses(of: link.index)
            try home.apply(requests)
            return try home.link(index: link.index) ?? link
        } catch {
            throw .link(error)
        }
    }

    private func move(
        _ link: Link,
        _ record: AttachmentRecord,
        from pod: borrowing RouteSocket,
        to home: borrowing RouteSocket
    ) throws(AttachmentError) -> Link {
        let identity = finder.identity(of: record.function)
        do throws(LinkError) {
            do throws(LinkError) {
                let place = Self.placement(record.homeName, record)
                return try pod.move(link, known: identity, to: home, as: place)
            } catch .nameTaken {
                let place = Self.placement(AttachmentRecord.spareName(for: record.function), record)
                return try pod.move(link, known: identity, to: home, as: place)
            }
        } catch {
            throw .link(error)
        }
    }

    private static func placement(_ name: String, _ record: AttachmentRecord) -> LinkPlacement {
        LinkPlacement(name: name, mac: record.mac, mtu: record.mtu, isUp: record.wasUp)
    }

    private func away(
        _ record: AttachmentRecord,
        in pod: borrowing RouteSocket
    ) throws(AttachmentError) -> Link? {
        do throws(LinkError) {
            return try pod.link(matching: finder.identity(of: record.function))
        } catch {
            throw .link(error)
        }
    }

    /// A socket in the pod's namespace, nil when that is gone.
    private func podSocket(of record: AttachmentRecord) throws(AttachmentError) -> RouteSocket? {
        let namespace: NetworkNamespace
        do throws(KernelError) {
            namespace = try NetworkNamespace(path: record.networkNamespace)
        } catch {
            // Gone with its directory or process, or (unmounted, not yet removed) an ordinary file,
            // which knows no such ioctl.
            let gone: [Errno] = [.noSuchFile, .notDirectory, .notTerminal, .invalid]
            guard let errno = error.errno, gone.contains(errno) else { throw .kernel(error) }
            return nil
        }
        do throws(LinkError) {
            return try RouteSocket(in: namespace)
        } catch {
            throw .link(error)
        }
    }

    /// The kernel takes namespaces down behind the scenes; a card's function then falls home.
    private func awaitReturn(
        of record: AttachmentRecord,
        to home: borrowing RouteSocket
    ) throws(AttachmentError) -> Link? {
        let deadline = Deadline.after(.seconds(1))
        repeat {
            Clocks.sleep(for: .milliseconds(20))
            if let link = try finder.linkAtHome(of: record.function, over: home) { return link }
        } while !deadline.hasPassed
        return nil
    }
}
