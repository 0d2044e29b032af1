// SPDX-License-Identifier: Apache-2.0

public import Addressing
import Kernel
public import Netlink

extension RouteSocket {
    /// The link called `name`, nil when there is none.
    ///
    /// - Throws: ``LinkError``.
    public func link(named name: String) throws(LinkError) -> Link? {
        var question = LinkMessage()
        question.name = name
        return try link(question, "link \(name)")
    }

    /// The link numbered `index`, nil when there is none.
    ///
    /// - Throws: ``LinkError``.
    public func link(index: Int32) throws(LinkError) -> Link? {
        try link(LinkMessage(index: index), "link \(index)")
    }

    /// The link of a function, nil when it is in another namespace.
    ///
    /// - Throws: ``LinkError/ambiguous(_:names:)`` when several links claim to be it.
    public func link(matching identity: FunctionIdentity) throws(LinkError) -> Link? {
        let found = try links().filter { identity.matches($0) }
        if found.count > 1 { throw .ambiguous(identity, names: found.map(\.name)) }
        return found.first
    }

    /// All links of the namespace, by number.
    ///
    /// - Throws: ``LinkError/unstable(operation:)`` when no listing in a row was consistent.
    public func links() throws(LinkError) -> [Link] {
        var question = LinkMessage()
        question.extent = .withoutStatistics
        let message = question.message(.getLink, .dump)
        return try list(message, "list links", of: .newLink) { (payload) throws(NetlinkError) in
            Link(try LinkMessage(decoding: payload.span))
        }
    }

    /// The addresses of the link numbered `index`.
    ///
    /// - Throws: ``LinkError``.
    public func addresses(of index: Int32) throws(LinkError) -> [IPPrefix] {
        let number = UInt32(bitPattern: index)
        let message = AddressMessage.dump(link: number)
        return try list(message, "list addresses", of: .newAddress) {
            (payload) throws(NetlinkError) in
            let address = try AddressMessage(decoding: payload.span)
            return address.flatMap { $0.link == number ? $0.prefix : nil }
        }
    }

    /// The unicast routes of both families through the link numbered `index`.
    ///
    /// - Throws: ``LinkError``.
    public func routes(
        of index: Int32,
        table: UInt32 = Route.mainTable
    ) throws(LinkError) -> [Route] {
        var all: [Route] = []
        for family in [IPAddress.Family.v4, .v6] {
            let message = RouteMessage.dump(family, link: UInt32(bitPattern: index))
            let routes = try list(message, "list routes", of: .newRoute) {
                (payload) throws(NetlinkError) in
                try RouteMessage(decoding: payload.span).flatMap { Route($0) }
            }
            // A kernel without IPv6 or without filters answers with more than was asked for.
            all += routes.filter {
                $0.destination.address.family == family && $0.link == index && $0.table == table
            }
        }
        return all
    }

    /// Removes every address of the link numbered `index`.
    ///
    /// - Throws: ``LinkError``.
    public func flushAddresses(of index: Int32) throws(LinkError) {
        try apply(try addresses(of: index).map { .removeAddress($0, from: index) })
    }

    /// What the link numbered `index` has counted, nil when there is no such link.
    ///
    /// - Throws: ``LinkError``.
    public func counters(of index: Int32) throws(LinkError) -> LinkCounters? {
        try message(LinkMessage(index: index), "link \(index)")?.counters
    }

    private func link(_ question: LinkMessage, _ subject: String) throws(LinkError) -> Link? {
        var question = question
        question.extent = .withoutStatistics
        return try message(question, subject).map { Link($0) }
    }

    private func message(
        _ question: LinkMessage,
        _ subject: String
    ) throws(LinkError) -> LinkMessage? {
        let answer = try exchange([question.message(.getLink)], "find", subject)[0]
        if let refusal = answer.refusal {
            let error = LinkError(refusal, "find", subject)
            if error.errno == .noSuchDevice { return nil }
            throw error
        }
        for reply in answer.replies where reply.type == .newLink {
            do {
                // A span of a temporary crashes the optimiser of Swift 6.3.1.
                let payload = reply.payload
                return try LinkMessage(decoding: payload.span)
            } catch {
                throw .malformed(operation: "find \(subject)", cause: error)
            }
        }
        return nil
    }

    private func list<Item>(
        _ message: NetlinkMessage,
        _ operation: String,
        of type: MessageType,
        _ decode: ([UInt8]) throws(NetlinkError) -> Item?
    ) throws(LinkError) -> [Item] {
        var items: [Item] = []
        for payload in try dump(message, operation, of: type) {
            do throws(NetlinkError) {
                if let item = try decode(payload) { items.append(item) }
            } catch {
                throw .malformed(operation: operation, cause: error)
            }
        }
        return items
    }

    /// Dumps, again when the kernel says that something changed meanwhile.
    private func dump(
        _ message: NetlinkMessage,
        _ operation: String,
        of type: MessageType
    ) throws(LinkError) -> [[UInt8]] {
        for _ in 0..<16 {
            let answer = try exchange([message], operation, namespace.path)[0]
            // Bound first: optional chaining through the answer crashes Swift 6.3.1's optimiser.
            let refusal = answer.refusal
            if answer.isInterrupted || refusal?.errno == Errno.interrupted.rawValue { continue }
            if let refusal { throw LinkError(refusal, operation, "in \(namespace.path)") }
            return answer.replies.filter { $0.type == type }.map(\.payload)
        }
        throw .unstable(operation: operation)
    }
}
