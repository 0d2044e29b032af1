// SPDX-License-Identifier: Apache-2.0

import Connections
import GRPC
import Kernel
import KubeletAPI
import Logging
import Protobuf
import RPC
import Synchronization

/// The kubelet's device manager: plugins register here, pods get their devices here.
final class DeviceManager: Sendable {
    struct State {
        var table: DeviceTable
        var links: [String: PluginLink] = [:]
        var registrations: [PluginRegistration] = []
    }

    let state: Mutex<State>
    private let folder: String
    private let log: Logger
    /// From the registration's call to the task that follows the plugin's stream.
    private let arrivals: AsyncStream<PluginLink>
    private let queue: AsyncStream<PluginLink>.Continuation

    /// Registrations that are remembered, and that wait for their stream to be opened.
    private static let registrationLimit = 256
    private static let checkpointLimit = 1 << 24
    private static let checkpointName = "kubelet_internal_checkpoint"

    /// A manager that knows what the checkpoint in `folder` has kept of the pods in `podUIDs`.
    ///
    /// Every socket in the folder is removed, which tells plugins to register again.
    ///
    /// - Throws: ``KernelError``, for a folder that cannot be used; a corrupt checkpoint is told in
    ///   the log, and nothing is known then.
    init(folder: String, podUIDs: Set<String>, log: Logger) throws(KernelError) {
        self.folder = folder
        self.log = log
        (arrivals, queue) = AsyncStream.makeStream(
            of: PluginLink.self,
            bufferingPolicy: .bufferingOldest(Self.registrationLimit)
        )
        try Files.makeDirectory(folder, mode: 0o750, parents: true)
        var table = try Self.load(Self.checkpointPath(folder), log)
        table.keep(podUIDs)
        state = Mutex(State(table: table))
        try Self.tidy(folder)
        try state.withLock { (state) throws(KernelError) in try save(state.table) }
    }

    private static func checkpointPath(_ folder: String) -> String {
        "\(folder)/\(checkpointName)"
    }

    /// Removes the sockets of former plugins, and checkpoints that were cut off by a kill.
    private static func tidy(_ folder: String) throws(KernelError) {
        for name in try Files.list(folder) {
            let path = "\(folder)/\(name)"
            let isHalf = name.hasPrefix(".\(checkpointName).") && name.hasSuffix(".tmp")
            let kind = try Files.kind(of: path)
            if isHalf || kind == .socket {
                try Files.remove(path, missingOK: true)
            }
        }
    }

    private static func load(_ path: String, _ log: Logger) throws(KernelError) -> DeviceTable {
        guard try Files.exists(path) else { return DeviceTable() }
        let bytes = try Files.read(path, limit: checkpointLimit)
        do throws(CheckpointError) {
            let checkpoint = try Checkpoint(parsing: bytes)
            return DeviceTable(checkpoint.entries, resources: Array(checkpoint.registered.keys))
        } catch {
            log.error(
                """
                Continue after failing to read checkpoint file. Device allocation info may NOT be \
                up-to-date
                """,
                metadata: ["path": "\(path)", "error": "\(error)"]
            )
            return DeviceTable()
        }
    }

    /// Replaces the checkpoint; called with the state locked, so that files come in order.
    private func save(_ table: DeviceTable) throws(KernelError) {
        try Files.write(Checkpoint(table).encoded, to: Self.checkpointPath(folder))
    }

    /// Serves registration and follows the plugins until the task is cancelled.
    ///
    /// - Throws: ``Connections/ConnectionFailure`` when it cannot listen.
    func run(onListening: @Sendable () -> Void) async throws(ConnectionFailure) {
        var services = Services()
        services.handle(KubeletMethods.register) { [self] request, _ async throws(Status) in
            try await register(request)
        }
        var options = ServerOptions()
        options.methodsBlock = true
        options.listen.peerUser = 0
        let endpoint = Endpoint.unix(path: "\(folder)/kubelet.sock")
        let server = try await Server.bind(endpoint, services, options: options)
        onListening()
        await withDiscardingTaskGroup { group in
            group.addTask {
                await server.run()
                self.queue.finish()
            }
            for await link in arrivals {
                group.addTask { await self.follow(link) }
            }
        }
    }

    // MARK: Plugins

    private func register(_ request: RegisterRequest) async throws(Status) -> Empty {
        do throws(Status) {
            if let refusal = request.refusal { throw Status(.unknown, refusal) }
            let link = try await PluginLink(dialling: request, in: folder)
            try await adopt(link)
        } catch {
            log.warning(
                "registration refused",
                metadata: ["resource": "\(request.resourceName)", "error": "\(error.message)"]
            )
            note(request, reason: error.message)
            throw error
        }
        note(request, reason: nil)
        return Empty()
    }

    /// Puts a plugin in the place of the one that had the resource.
    private func adopt(_ link: PluginLink) async throws(Status) {
        var link = link
        let old = state.withLock { state in
            link.generation = state.table.register(
                link.resource,
                endpoint: link.endpoint,
                options: link.options
            )
            return state.links.updateValue(link, forKey: link.resource)
        }
        await old?.channel.close()
        guard case .enqueued = queue.yield(link) else {
            _ = state.withLock { $0.table.lose(link.resource, generation: link.generation) }
            await link.channel.close()
            throw Status(.resourceExhausted, "too many plugins register at a time")
        }
        log.info("plugin registered", metadata: ["resource": "\(link.resource)"])
    }

    private func note(_ request: RegisterRequest, reason: String?) {
        var entry = PluginRegistration()
        entry.version = request.version
        entry.endpoint = request.endpoint
        entry.resourceName = request.resourceName
        entry.isAccepted = reason == nil
        entry.reason = reason ?? ""
        state.withLock { state in
            if state.registrations.count == Self.registrationLimit {
                state.registrations.removeFirst()
            }
            state.registrations.append(entry)
        }
    }

    /// Takes in what a plugin lists until its stream ends or another plugin takes its place.
    private func follow(_ link: PluginLink) async {
        var reason = "the plugin ended it"
        do throws(Status) {
            let answers = try await link.channel.serverStreaming(
                KubeletMethods.listAndWatch,
                Empty()
            )
            var iterator = answers.makeAsyncIterator()
            while let answer = try await iterator.next() {
                guard heard(answer, from: link) else { break }
            }
        } catch {
            reason = "\(error)"
        }
        let wasCurrent = state.withLock { state in
            guard state.table.lose(link.resource, generation: link.generation) else { return false }
            state.links[link.resource] = nil
            keepCheckpoint(of: state.table)
            return true
        }
        if wasCurrent, !Task.isCancelled {
            log.warning(
                "plugin lost",
                metadata: ["resource": "\(link.resource)", "reason": "\(reason)"]
            )
        }
        await link.channel.close()
    }

    private func heard(_ answer: ListAndWatchResponse, from link: PluginLink) -> Bool {
        let devices = answer.devices.map { device in
            let nodes = device.topology?.nodes.map(\.id) ?? []
            return (
                device.id,
                DeviceTable.Device(isHealthy: device.health == "Healthy", numaNodes: nodes)
            )
        }
        return state.withLock { state in
            let isCurrent = state.table.list(
                Dictionary(devices) { _, last in last },
                of: link.resource,
                generation: link.generation
            )
            if isCurrent { keepCheckpoint(of: state.table) }
            return isCurrent
        }
    }

    /// A checkpoint that cannot be written here is tried again with the next pod.
    private func keepCheckpoint(of table: DeviceTable) {
        do throws(KernelError) {
            try save(table)
        } catch {
            log.error("failed to write checkpoint file", metadata: ["error": "\(error)"])
        }
    }
}

// MARK: Pods

extension DeviceManager {
    /// Gives a pod so many devices of each resource; the checkpoint has them when this returns.
    ///
    /// - Throws: ``AdmissionError``, which fails the pod for good; it holds nothing then.
    func allocate(
        _ wanted: [String: Int],
        to podUID: String,
        container: String
    ) async throws(AdmissionError) -> [String: [String]] {
        var given: [String: [String]] = [:]
        do throws(AdmissionError) {
            for (resource, count) in wanted.sorted(by: { $0.key < $1.key }) {
                given[resource] = try await allocate(count, of: resource, to: podUID, container)
            }
            try state.withLock { (state) throws(AdmissionError) in
                do throws(KernelError) {
                    try save(state.table)
                } catch {
                    throw AdmissionError("failed to write checkpoint file: \(error)")
                }
            }
        } catch {
            free(podUID)
            throw error
        }
        return given
    }

    private func allocate(
        _ count: Int,
        of resource: String,
        to podUID: String,
        _ container: String
    ) async throws(AdmissionError) -> [String] {
        do throws(AllocationError) {
            let (available, link) = try state.withLock { (state) throws(AllocationError) in
                (try state.table.available(count, of: resource), state.links[resource])
            }
            guard let link else {
                throw AllocationError.noneHealthy(resource)
            }
            let preferred = try await asking { () throws(Status) in
                try await link.preference(of: count, from: available)
            }.get()
            let chosen = try state.withLock { (state) throws(AllocationError) in
                try state.table.reserve(count, of: resource, for: podUID, preferring: preferred)
            }
            let response = try await asking { () throws(Status) in
                try await link.allocate(chosen)
            }.get()
            state.withLock { state in
                state.table.assign(
                    chosen,
                    of: resource,
                    to: podUID,
                    container: container,
                    response: response.encoded()
                )
            }
            return chosen
        } catch {
            throw AdmissionError("\(error)")
        }
    }

    private func asking<Value: Sendable>(
        _ body: () async throws(Status) -> Value
    ) async -> Result<Value, AllocationError> {
        do throws(Status) {
            return .success(try await body())
        } catch {
            return .failure(.refusedByPlugin("\(error)"))
        }
    }

    /// Tells the plugins that want to know that the pod's container is about to start.
    ///
    /// - Throws: the plugin's refusal.
    func preStart(_ podUID: String) async throws(Status) {
        let calls = state.withLock { state in
            state.table.assignments.filter { $0.podUID == podUID }
                .map { (state.links[$0.resource], $0.deviceIDs) }
        }
        for (link, deviceIDs) in calls { try await link?.preStart(deviceIDs) }
    }

    /// Takes everything back that a pod has.
    func free(_ podUID: String) {
        state.withLock { state in
            state.table.free(podUID)
            keepCheckpoint(of: state.table)
        }
    }
}

/// Why a pod fails for good: the kubelet's UnexpectedAdmissionError.
struct AdmissionError: Error, Hashable, Sendable, CustomStringConvertible {
    let reason: String

    init(_ reason: String) { self.reason = reason }

    var description: String {
        "UnexpectedAdmissionError: Allocate failed due to \(reason), which is unexpected"
    }
}

extension RegisterRequest {
    /// The sentence with which a kubelet refuses it, nil when it does not.
    fileprivate var refusal: String? {
        if version != KubeletMethods.version {
            return "requested API version \"\(version)\" is not supported by kubelet. "
                + "Supported version is [\"\(KubeletMethods.version)\"]"
        }
        if ResourceName(resourceName) == nil {
            return "the ResourceName \"\(resourceName)\" is invalid"
        }
        return nil
    }
}
