// SPDX-License-Identifier: Apache-2.0

import GRPC
import Kernel
import Logging
import Reconcile

/// The life of pods: kubelet, container runtime and Multus in one.
///
///     RunPod: record ─▶ devices ─▶ sandbox (namespace, ADD of each network) ─▶ PreStart ─▶ running
///                                     ▲  └─ fails: DEL of all, no namespace, pause ─┐
///                                     └─────────────────────────────────────────────┘
///     DeletePod, a failure, a restart: terminating ─▶ DEL of all, backwards ─▶ no namespace
///                                                  ─▶ devices back ─▶ no record
struct Pods: Sendable {
    let table: PodTable
    let devices: DeviceManager
    let networks: Networks
    let plugins: CNIPlugins
    /// Where the namespaces are named, with the beginning of their names.
    let namespacePrefix: String
    let log: Logger

    /// Pods have one container.
    static let container = "main"
    /// How long a pod that has failed may take to go, on top of the caller's deadline.
    static let grace = Duration.seconds(30)
    /// How long a CNI plugin may outlive the process that started it.
    private static let patience = Duration.seconds(60)
    /// Networks of a pod.
    private static let networkLimit = 16
    private static let backoff = Backoff(base: .milliseconds(100), ceiling: .seconds(5))
    private static let reapInterval = Duration.seconds(1)

    /// Takes down whatever nobody takes down, until the task is cancelled.
    func run() async {
        let dying = table.records.filter { $0.phase == .terminating }
        if !dying.isEmpty {
            let containerIDs = Set(dying.map(\.containerID))
            let patience = Deadline.after(Self.patience)
            if await !Survivors.wait(for: containerIDs, deadline: patience) {
                log.error("a CNI plugin of the last process still runs")
            }
            for record in dying { table.release(record.key) }
        }
        while !Task.isCancelled {
            await reap()
            await pause(for: Self.reapInterval)
        }
    }

    private func reap() async {
        await withDiscardingTaskGroup { group in
            for record in table.records where record.phase == .terminating {
                guard table.claim(record.key) != nil else { continue }
                group.addTask { await remove(record.key) }
            }
        }
    }

    /// Takes down a pod that the caller works on, and lets go of it.
    private func remove(_ key: PodKey) async {
        do throws(PodError) {
            _ = try await takeDown(key, deadline: .after(Self.grace))
            try forget(key)
        } catch {
            log.warning("pod stays for now", metadata: ["pod": "\(key)", "error": "\(error)"])
            table.release(key)
        }
    }

    private func forget(_ key: PodKey) throws(PodError) {
        let uid = table.records.first { $0.key == key }?.uid
        // In this order: a record without devices is harmless, devices without a record are not.
        if let uid { devices.free(uid) }
        try table.forget(key)
    }

    // MARK: RunPod

    /// Runs a pod.
    ///
    /// - Throws: ``PodError``; the pod is gone then, or on its way out.
    func run(_ request: RunPodRequest) async throws(PodError) -> RunPodResponse {
        let watch = Stopwatch()
        let deadline = Deadline.after(try request.timeoutSeconds.timeout())
        let record = try record(for: request)
        let key = record.key
        try table.add(record)
        do throws(PodError) {
            var response = try await bringUp(record, deadline)
            table.release(key)
            response.seconds = watch.seconds
            return response
        } catch {
            log.warning("pod failed", metadata: ["pod": "\(key)", "error": "\(error)"])
            await give(up: key, because: error)
            throw error
        }
    }

    private func record(for request: RunPodRequest) throws(PodError) -> PodRecord {
        guard let key = PodKey(namespace: request.namespace, name: request.name) else {
            throw .invalid("namespace or name of the pod is no DNS label")
        }
        guard request.networks.count <= Self.networkLimit else {
            throw .invalid("a pod has at most \(Self.networkLimit) networks")
        }
        var interfaces: [PodRecord.Interface] = []
        for (number, name) in request.networks.enumerated() {
            interfaces.append(try networks.interface(name, number: number))
        }
        let suffix = key.namespace == "default" ? "" : ".\(key.namespace)"
        return PodRecord(
            key: key,
            uid: Machine.randomUUID(),
            networkNamespace: "\(namespacePrefix)-pod-\(key.name)\(suffix)",
            interfaces: interfaces
        )
    }

    private func bringUp(
        _ record: PodRecord,
        _ deadline: Deadline
    ) async throws(PodError) -> RunPodResponse {
        var response = RunPodResponse()
        let watch = Stopwatch()
        try await admit(record)
        response.allocateSeconds = watch.seconds
        response.attempts = try await makeSandbox(record.key, deadline)
        do throws(Status) {
            try await devices.preStart(record.uid)
        } catch {
            throw .preStart(error.message)
        }
        let running = try table.update(record.key) { (record) throws(PodError) in
            guard record.phase == .creating else { throw .unwanted }
            record.phase = .running
            record.message = ""
        }
        response.pod = Pod(running)
        return response
    }

    /// Has the devices assigned, one for each network, and notes which network got which.
    private func admit(_ record: PodRecord) async throws(PodError) {
        let wanted = Dictionary(record.interfaces.map { ($0.resourceName, 1) }, uniquingKeysWith: +)
        var given: [String: [String]]
        do throws(AdmissionError) {
            given = try await devices.allocate(
                wanted,
                to: record.uid,
                container: Self.container
            )
        } catch {
            throw .admission(error.description)
        }
        try table.update(record.key) { record in
            for index in record.interfaces.indices {
                let resource = record.interfaces[index].resourceName
                record.interfaces[index].deviceID = given[resource]?.removeFirst() ?? ""
            }
        }
    }

    /// Makes sandboxes until one works; how many it took.
    private func makeSandbox(
        _ key: PodKey,
        _ deadline: Deadline
    ) async throws(PodError) -> UInt32 {
        var attempts: UInt32 = 0
        var last: PodError?
        while true {
            attempts += 1
            do throws(PodError) {
                try await attempt(key, deadline)
                return attempts
            } catch {
                // A plugin that was cut off says less than one that has spoken.
                last = deadline.hasPassed ? last ?? error : error
                try table.update(key) { $0.message = "\(error)" }
                _ = try await takeDown(key, deadline: max(deadline, .after(Self.grace)))
            }
            if table.isCondemned(key) { throw .unwanted }
            let delay = Self.backoff.delay(
                failures: Int(attempts),
                fraction: Double.random(in: 0..<1)
            )
            if Task.isCancelled || deadline.remaining < delay {
                throw last ?? .outOfTime("no sandbox")
            }
            await pause(for: delay)
        }
    }

    /// The end of a pod that could not be made.
    private func give(up key: PodKey, because error: PodError) async {
        do throws(PodError) {
            try table.update(key) { record in
                record.phase = .terminating
                record.message = "\(error)"
            }
        } catch {
            log.error("pod cannot be condemned", metadata: ["pod": "\(key)", "error": "\(error)"])
        }
        await remove(key)
    }

    // MARK: DeletePod

    /// Deletes a pod, also one that is still being made.
    ///
    /// - Throws: ``PodError``; a pod that was found goes nevertheless, only later.
    func delete(_ request: DeletePodRequest) async throws(PodError) -> DeletePodResponse {
        let watch = Stopwatch()
        let deadline = Deadline.after(try request.timeoutSeconds.timeout())
        guard let key = PodKey(namespace: request.namespace, name: request.name) else {
            throw .invalid("namespace or name of the pod is no DNS label")
        }
        try table.condemn(key)
        var response = DeletePodResponse()
        if try await table.waitAndClaim(key, deadline: deadline) != nil {
            do throws(PodError) {
                response.interfaces = try await takeDown(key, deadline: deadline)
                try forget(key)
            } catch {
                table.release(key)
                throw error
            }
        }
        response.seconds = watch.seconds
        return response
    }
}

extension PodKey: CustomStringConvertible {
    /// `namespace/name`.
    package var description: String { "\(namespace)/\(name)" }
}

extension Double {
    /// A wish for a time-out in seconds, of which 0 means the usual one.
    fileprivate func timeout() throws(PodError) -> Duration {
        guard (0...3600).contains(self) else {
            throw .invalid("the time-out is not a number of seconds from 0 to 3600")
        }
        return self == 0 ? .seconds(60) : .seconds(self)
    }
}
