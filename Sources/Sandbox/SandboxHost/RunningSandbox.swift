// SPDX-License-Identifier: Apache-2.0

import GRPC
public import Kernel
import Kubelet

/// A sandbox of this machine: up, down, and what is between.
public struct RunningSandbox: Sendable {
    /// Where it is.
    public let place: SandboxPlace
    private let processes: SandboxProcesses

    /// How long the parts together may take until pods can run.
    private static let patience = Duration.seconds(30)

    /// The sandbox of that place, whether it is up or not.
    public init(_ place: SandboxPlace) {
        self.place = place
        processes = SandboxProcesses(place: place)
    }

    // MARK: - Up

    /// Brings a sandbox up, and tells of each step.
    ///
    /// When a step fails or the task is cancelled, what was made until then is there for
    /// ``down()`` to remove.
    ///
    /// - Throws: ``SandboxError``, `KernelError`, `LinkError`, `CancellationError`.
    public static func up(
        _ plan: SandboxPlan,
        tell: (String) -> Void
    ) async throws -> RunningSandbox {
        guard Process.user == 0 else { throw SandboxError.notRoot }
        let sandbox = RunningSandbox(plan.place)
        try Files.makeDirectory(SandboxPlace.root, parents: true)
        do throws(KernelError) {
            try Files.makeDirectory(plan.place.folder)
        } catch {
            if error.errno == .exists { throw SandboxError.alreadyUp(plan.place.name) }
            throw error
        }
        try await sandbox.build(plan, tell)
        return sandbox
    }

    private func build(_ plan: SandboxPlan, _ tell: (String) -> Void) async throws {
        tell("network namespaces \(place.hostNamespace) and \(place.xpuNamespace)")
        try await SandboxLinks(plan: plan).make()
        tell("\(plan.functions.count) functions of a card, a configuration for every part")
        try SandboxFiles(plan: plan).write()
        try Files.write(plan.memo, to: place.path("plan.json"), mode: 0o644)
        for part in SandboxPart.allCases {
            try Task.checkCancellation()
            tell(part.rawValue)
            try await processes.start(part, of: plan)
        }
        try await awaitDevices(plan.functions.count)
    }

    /// Waits until the kubelet has been told of every function.
    private func awaitDevices(_ count: Int) async throws {
        let client = PodsClient(state: place.kubeletState)
        do {
            try await awaitDevices(count, of: client)
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }

    private func awaitDevices(_ count: Int, of client: PodsClient) async throws {
        let end = ContinuousClock.now + Self.patience
        var looks = 0
        while true {
            let healthy = await Self.healthy(client)
            if healthy >= count { return }
            looks += 1
            // The roles do not tell when they are ready, but one that has ended never will be.
            if looks.isMultiple(of: 25), let part = try processes.firstEnded() {
                throw SandboxError.partFailed(
                    part,
                    why: "has ended",
                    said: try processes.said(by: part)
                )
            }
            if .now > end {
                throw SandboxError.partFailed(
                    .devicePlugin,
                    why: "has told the kubelet of \(healthy) functions out of \(count)",
                    said: try processes.said(by: .devicePlugin)
                )
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func healthy(_ client: PodsClient) async -> Int {
        do throws(Status) {
            let resources = try await client.deviceState().resources
            return resources.flatMap(\.devices).count { $0.health == "Healthy" }
        } catch {
            return 0  // it is asked again
        }
    }

    /// What it was made from.
    ///
    /// - Throws: ``SandboxError/notUp(_:)``, `KernelError`.
    public func plan() throws -> SandboxPlan {
        guard try Files.exists(place.path("plan.json")) else {
            throw SandboxError.notUp(place.name)
        }
        return try SandboxPlan(
            place,
            memo: try Files.read(place.path("plan.json"), limit: 1 << 16)
        )
    }

    // MARK: - Down

    /// Removes everything, whatever state it is in, and returns what there was; fine when there is
    /// nothing.
    ///
    /// - Throws: `KernelError`, ``SandboxError/leftovers(_:)``.
    @discardableResult
    public func down() async throws -> SandboxRemains {
        var remains = SandboxRemains()
        remains.processes = try processes.all().count
        try await processes.endAll()
        for name in try processes.namespaces() {
            try await NetworkNamespace.remove(SandboxPlace.path(ofNamespace: name))
            remains.namespaces += 1
        }
        remains.hadFolder = try Files.exists(place.folder)
        try Files.removeTree(place.folder)
        return remains
    }

    // MARK: - Parts

    /// Starts a part that does not run.
    ///
    /// - Throws: ``SandboxError``, `KernelError`.
    public func start(_ part: SandboxPart) async throws {
        let plan = try plan()
        if try processes.running()[part] == nil { try await processes.start(part, of: plan) }
    }

    /// Ends a part, at once or in its own time.
    ///
    /// - Throws: ``SandboxError``, `KernelError`.
    public func end(_ part: SandboxPart, with signal: ChildProcess.Signal) async throws {
        try await processes.end(part, with: signal)
    }

    /// Puts functions back that went away with a pod's namespace.
    ///
    /// - Throws: ``SandboxError``, `KernelError`, `LinkError`.
    public func mend() throws {
        try SandboxLinks(plan: plan()).mend()
    }

    /// The number of each part's process, nil for one that does not run.
    ///
    /// - Throws: ``SandboxError/notUp(_:)``, `KernelError`.
    public func parts() throws -> [(part: SandboxPart, process: Int32?)] {
        guard try Files.exists(place.folder) else { throw SandboxError.notUp(place.name) }
        let running = try processes.running()
        return SandboxPart.allCases.map { ($0, running[$0]) }
    }
}

/// What was there when a sandbox was removed.
public struct SandboxRemains: Hashable, Sendable {
    /// Processes that were ended.
    public internal(set) var processes = 0
    /// Namespaces that were removed.
    public internal(set) var namespaces = 0
    /// Whether there was a folder.
    public internal(set) var hadFolder = false

    /// Whether there was anything at all.
    public var isEmpty: Bool { processes == 0 && namespaces == 0 && !hadFolder }
}
