// SPDX-License-Identifier: Apache-2.0

import Addressing
import Attachment
import HostAPI
import Kernel
import Links
import PCI

/// ADD: from a function at home to an interface of the pod.
///
/// ```
/// lock -> nobody has it -> it is at home -> IFNAME is free -> journal -> Attach
/// -> move (name, MAC, MTU) -> announce from now on -> addresses, up, routes -> journal -> answer
/// ```
/// Whatever fails takes everything back; whatever kills it leaves a record with which the next DEL,
/// or ADD of the same container, takes it back.
struct AddCommand: Sendable {
    let invocation: Invocation
    let configuration: PluginConfiguration
    let parts: Parts

    /// Does it.
    ///
    /// - Throws: what the runtime is to be told; nothing is changed then.
    func run() throws(CNIError) -> AddResult {
        guard let function = configuration.function else {
            let text = "no deviceID, neither in runtimeConfig nor in the configuration"
            throw CNIError(.invalidConfiguration, text)
        }
        let home = try parts.homeSocket()
        let pod = try parts.podSocket(at: invocation.networkNamespace, besides: home)
        do {
            return try parts.journal.withLock(on: function, deadline: parts.deadline) {
                try takeOver(function, home)
                guard let link = try parts.finder.linkAtHome(of: function, over: home) else {
                    throw AttachmentError.notAtHome(function)
                }
                guard try pod.link(named: invocation.interfaceName) == nil else {
                    let name = invocation.interfaceName
                    throw AttachmentError.nameTaken(name: name, namespace: pod.namespace.path)
                }
                return try attach(link, function, home, pod)
            }
        } catch {
            throw CNIError(wrapping: error)
        }
    }

    /// Refuses a function that another container has; clears up after an ADD of this one that died.
    private func takeOver(_ function: PCIAddress, _ home: borrowing RouteSocket) throws {
        guard let record = try parts.readableRecord(of: function) else { return }
        let container = invocation.containerID
        guard record.isOf(containerID: container, interfaceName: invocation.interfaceName) else {
            let text = "function \(function) is attached to container \(record.containerID)"
            throw CNIError(.functionBusy, "\(text) as \(record.interfaceName)")
        }
        guard !record.isComplete else {
            let path = record.networkNamespace
            throw AttachmentError.nameTaken(name: record.interfaceName, namespace: path)
        }
        _ = try parts.mover.bringHome(record, to: home)
        try parts.journal.remove(function)
    }

    private func attach(
        _ link: Link,
        _ function: PCIAddress,
        _ home: borrowing RouteSocket,
        _ pod: borrowing RouteSocket
    ) throws -> AddResult {
        guard let mac = link.mac else {
            let text = "interface \(link.name) of function \(function) has no MAC address"
            throw CNIError(.unknownFunction, text)
        }
        var record = AttachmentRecord(
            function: function,
            containerID: invocation.containerID,
            interfaceName: invocation.interfaceName,
            networkNamespace: invocation.networkNamespace,
            homeName: link.name,
            mac: mac,
            mtu: link.mtu,
            wasUp: link.isUp
        )
        try parts.journal.write(record)
        do {
            let answer = try parts.hostAgent.attach(request(record), deadline: parts.deadline)
            return try configure(link, &record, answer, home, pod)
        } catch {
            try takeBack(record, home, after: error)
            throw error
        }
    }

    private func configure(
        _ link: Link,
        _ record: inout AttachmentRecord,
        _ answer: AttachResponse,
        _ home: borrowing RouteSocket,
        _ pod: borrowing RouteSocket
    ) throws -> AddResult {
        let (addresses, routes) = try AddResult.parse(answer)
        let mtu = answer.mtu == 0 ? link.mtu : answer.mtu
        let moved = try parts.mover.moveIn(link, record, mtu: mtu, from: home, to: pod)
        let ground: [LinkRequest] =
            addresses.map { .addAddress($0.prefix, to: moved.index) } + [.setUp(moved.index)]
        let ways = routes.map {
            LinkRequest.addRoute(Route(to: $0.destination, via: $0.gateway, link: moved.index))
        }
        let refusals = try pod.outcomes(of: ground + ways)
        for case let refusal? in refusals.prefix(ground.count) { throw refusal }
        let added = try self.added(routes, refusals.dropFirst(ground.count))
        record.addresses = addresses.map(\.prefix)
        record.isComplete = true
        try parts.journal.write(record)
        announce(moved, record.mac, pod)
        return AddResult(
            function: record.function,
            interfaceName: record.interfaceName,
            networkNamespace: record.networkNamespace,
            mac: record.mac,
            mtu: mtu,
            addresses: addresses,
            routes: added
        )
    }

    /// The routes that the kernel has added, by what it said of each.
    ///
    /// Where another of the pod's interfaces leads already, it still does: a second network with a
    /// default route must cost the pod neither its first one nor its ADD.
    private func added(
        _ routes: [AddResult.Route],
        _ refusals: ArraySlice<LinkError?>
    ) throws(LinkError) -> [AddResult.Route] {
        var added: [AddResult.Route] = []
        for (route, refusal) in zip(routes, refusals) {
            guard let refusal else {
                added.append(route)
                continue
            }
            guard refusal.errno == .exists else { throw refusal }
            parts.warn("the pod has a route to \(route.destination) already, which stays")
        }
        return added
    }

    /// Neighbours learn the new place at once, and again at every later change.
    ///
    /// A failure costs them a moment, not the pod its ADD.
    private func announce(_ link: Link, _ mac: MACAddress, _ pod: borrowing RouteSocket) {
        do throws(LinkError) {
            for failure in try pod.announce(on: link) {
                parts.warn("announcements of \(link.name): \(failure)")
            }
            try pod.apply([.setMAC(link.index, to: mac)])
        } catch {
            parts.warn("announcement of \(link.name): \(error)")
        }
    }

    /// Undoes a failed ADD; when even that fails, the record stays for DEL.
    private func takeBack(
        _ record: AttachmentRecord,
        _ home: borrowing RouteSocket,
        after cause: any Error
    ) throws {
        do {
            _ = try parts.mover.bringHome(record, to: home)
            try parts.hostAgent.release(Release(record))
            try parts.journal.remove(record.function)
        } catch {
            throw CNIError(.inputOutput, "\(cause); taking it back failed too: \(error)")
        }
    }

    private func request(_ record: AttachmentRecord) -> AttachRequest {
        var request = AttachRequest()
        request.deviceID = record.function.description
        request.containerID = record.containerID
        request.interfaceName = record.interfaceName
        request.networkNamespace = record.networkNamespace
        request.macAddress = record.mac.octets
        if let name = invocation.arguments["K8S_POD_NAME"] {
            var pod = PodReference()
            pod.name = name
            pod.namespace = invocation.arguments["K8S_POD_NAMESPACE"] ?? ""
            pod.uid = invocation.arguments["K8S_POD_UID"] ?? ""
            request.pod = pod
        }
        return request
    }
}

extension Release {
    /// The release of what a record says.
    init(_ record: AttachmentRecord) {
        self.init(
            deviceID: record.function.description,
            containerID: record.containerID,
            interfaceName: record.interfaceName
        )
    }
}
