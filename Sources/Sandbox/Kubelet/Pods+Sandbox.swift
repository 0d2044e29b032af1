// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel
import Links
import Reconcile

extension Pods {
    /// The pauses between calls of a DEL that fails.
    private static let delBackoff = Backoff(base: .milliseconds(100), ceiling: .seconds(2))

    /// Makes one sandbox with every network in it.
    ///
    /// Its id is on disk before anything is made, so that a restart can take it down.
    ///
    /// - Throws: ``PodError``, with part of it made.
    func attempt(_ key: PodKey, _ deadline: Deadline) async throws(PodError) {
        let record = try table.update(key) { (record) throws(PodError) in
            guard record.phase == .creating else { throw .unwanted }
            record.containerID = Machine.randomDigits(ofBytes: 32)
        }
        do throws(KernelError) {
            try await NetworkNamespace.make(at: record.networkNamespace)
        } catch {
            throw .kernel(error)
        }
        try Self.raiseLoopback(in: record.networkNamespace)
        for index in record.interfaces.indices {
            if table.isCondemned(key) { throw .unwanted }
            try await add(index, of: record, deadline)
        }
    }

    private static func raiseLoopback(in path: String) throws(PodError) {
        do {
            let socket = try RouteSocket(in: NetworkNamespace(path: path))
            guard let loopback = try socket.link(named: "lo") else { return }
            try socket.apply([.setUp(loopback.index)])
        } catch let error as KernelError {
            throw .kernel(error)
        } catch {
            throw .invalid("the loopback of \(path): \(error)")
        }
    }

    private func add(
        _ index: Int,
        of record: PodRecord,
        _ deadline: Deadline
    ) async throws(PodError) {
        let interface = record.interfaces[index]
        let watch = Stopwatch()
        let answer: JSONValue?
        do throws(CNIFailure) {
            answer = try await plugins.run(
                call(.add, record, interface),
                for: interface,
                deadline: deadline
            )
        } catch {
            throw .network(error)
        }
        let seconds = watch.seconds
        let result: CNIAnswer
        do throws(JSONShapeError) {
            result = try CNIAnswer(JSONNode(answer ?? .null), interface: interface.name)
        } catch {
            let text = "its result: \(error)"
            let network = interface.network
            throw .network(CNIFailure(.add, network: network, code: nil, message: text))
        }
        try table.update(record.key) { record in
            record.interfaces[index].addresses = result.addresses
            record.interfaces[index].macAddress = result.macAddress
            record.interfaces[index].addSeconds = seconds
        }
    }

    /// Takes the sandbox down if there is one: DEL in reverse order, each until it succeeds.
    ///
    /// - Throws: ``PodError/network(_:)`` with the last failure when the deadline passes.
    func takeDown(
        _ key: PodKey,
        deadline: Deadline
    ) async throws(PodError) -> [InterfaceDeletion] {
        let record = try table.update(key) { _ in }
        guard !record.containerID.isEmpty else { return [] }
        var deletions: [InterfaceDeletion] = []
        for interface in record.interfaces.reversed() {
            deletions.append(try await delete(interface, of: record, deadline))
        }
        do throws(KernelError) {
            try await NetworkNamespace.remove(record.networkNamespace)
        } catch {
            throw .kernel(error)
        }
        try table.update(key) { record in
            record.containerID = ""
            for index in record.interfaces.indices {
                record.interfaces[index].addresses = []
                record.interfaces[index].macAddress = ""
                record.interfaces[index].addSeconds = 0
            }
        }
        return deletions
    }

    private func delete(
        _ interface: PodRecord.Interface,
        of record: PodRecord,
        _ deadline: Deadline
    ) async throws(PodError) -> InterfaceDeletion {
        var failures = 0
        while true {
            let watch = Stopwatch()
            do throws(CNIFailure) {
                let call = call(.del, record, interface)
                _ = try await plugins.run(call, for: interface, deadline: deadline)
                var deletion = InterfaceDeletion()
                deletion.interface = interface.name
                deletion.delSeconds = watch.seconds
                return deletion
            } catch {
                failures += 1
                let text = "\(error)"
                try table.update(record.key) { $0.message = text }
                let delay = Self.delBackoff.delay(
                    failures: failures,
                    fraction: Double.random(in: 0..<1)
                )
                if Task.isCancelled || deadline.remaining < delay { throw .network(error) }
                await pause(for: delay)
            }
        }
    }

    private func call(
        _ command: CNICall.Command,
        _ record: PodRecord,
        _ interface: PodRecord.Interface
    ) -> CNICall {
        CNICall(
            command,
            containerID: record.containerID,
            networkNamespace: record.networkNamespace,
            interfaceName: interface.name,
            pod: record.key,
            podUID: record.uid,
            folder: plugins.folder
        )
    }
}
