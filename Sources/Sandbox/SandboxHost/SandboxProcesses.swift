// SPDX-License-Identifier: Apache-2.0

import Kernel

/// The processes of a sandbox: how they are started, found and ended.
///
/// They are found by the mark in their environment and by the namespaces they are in, not by notes
/// that somebody had to be alive to write.
struct SandboxProcesses: Sendable {
    let place: SandboxPlace

    /// How long a part may take to be ready.
    private static let patience = Duration.seconds(30)
    private static let pause = Duration.milliseconds(20)

    // MARK: - Start

    /// Starts a part, and waits until it says that it is ready if it is one that does.
    ///
    /// - Throws: ``SandboxError/partFailed(_:why:said:)``, `KernelError`, `CancellationError`.
    func start(_ part: SandboxPart, of plan: SandboxPlan) async throws {
        let command = part.command(plan)
        guard try Files.exists(command.program) else {
            throw SandboxError.missing(program: command.program)
        }
        let log = place.log(of: part)
        let mark = try size(of: log)
        var program = ChildProcess.Program(
            command.program,
            command.arguments,
            environment: Self.environment(place)
        )
        program.isSessionLeader = true
        let child = try Self.spawn(program, in: command.namespace, log: log)
        if command.tells { try await settle(part, child, log, from: mark) }
        _ = child.release()
    }

    /// What parts see of the caller's environment, and the mark.
    static func environment(_ place: SandboxPlace) -> [String: String] {
        var environment = [SandboxPlace.mark: place.folder]
        for name in ["PATH", "HOME", "LANG"] {
            environment[name] = Process.environment(name)
        }
        return environment
    }

    private static func spawn(
        _ program: ChildProcess.Program,
        in namespace: String?,
        log: String
    ) throws(KernelError) -> ChildProcess {
        func start() throws(KernelError) -> ChildProcess {
            try ChildProcess(program, output: .appending(to: log), errors: .appending(to: log))
        }
        guard let namespace else { return try start() }
        let path = SandboxPlace.path(ofNamespace: namespace)
        let outcome = try NetworkNamespace(path: path).run { () throws(KernelError) in
            try start()
        }
        return try outcome.get()
    }

    private func settle(
        _ part: SandboxPart,
        _ child: borrowing ChildProcess,
        _ log: String,
        from mark: Int
    ) async throws {
        let end = ContinuousClock.now + Self.patience
        while true {
            if try said(log, from: mark).contains("{\"ready\"") { return }
            if let status = try child.status() {
                let words = try said(log, from: mark)
                throw SandboxError.partFailed(part, why: "ended with \(status)", said: words)
            }
            if .now > end {
                let words = try said(log, from: mark)
                throw SandboxError.partFailed(part, why: "is not ready", said: words)
            }
            try await Task.sleep(for: Self.pause)
        }
    }

    private func size(of log: String) throws(KernelError) -> Int {
        try Files.exists(log) ? try Files.read(log, limit: 1 << 28).count : 0
    }

    /// The end of what a part has said since a mark.
    private func said(_ log: String, from mark: Int) throws(KernelError) -> String {
        guard try Files.exists(log) else { return "" }
        let bytes = try Files.read(log, limit: 1 << 28).dropFirst(mark)
        return String(decoding: bytes.suffix(4000), as: UTF8.self)
    }

    /// The end of all that a part has said.
    func said(by part: SandboxPart) throws(KernelError) -> String {
        try said(place.log(of: part), from: 0)
    }

    // MARK: - Find

    /// The number of each part that runs, by the mark and the first word after its program.
    ///
    /// A note of it would be missing when whoever started a part was killed before writing it.
    func running() throws(KernelError) -> [SandboxPart: Int32] {
        var found: [SandboxPart: Int32] = [:]
        for id in try RunningProcess.all() {
            guard let process = try RunningProcess(id: id),
                process.hasEnvironment(SandboxPlace.mark, place.folder), process.isAlive,
                let word = process.words.dropFirst().first, let part = SandboxPart(rawValue: word)
            else { continue }
            found[part] = id
        }
        return found
    }

    /// The first part, in the order of starting, that does not run.
    func firstEnded() throws(KernelError) -> SandboxPart? {
        let running = try running()
        return SandboxPart.allCases.first { running[$0] == nil }
    }

    /// All processes of the sandbox but ourselves.
    func all() throws(KernelError) -> [Int32] {
        var spaces: [FileIdentity] = []
        for name in try namespaces() {
            do throws(KernelError) {
                let path = SandboxPlace.path(ofNamespace: name)
                spaces.append(try NetworkNamespace(path: path).identity)
            } catch {
                continue  // a file that nothing was mounted on yet
            }
        }
        var found: [Int32] = []
        for id in try RunningProcess.all() {
            guard let process = try RunningProcess(id: id), process.isAlive else { continue }
            if process.hasEnvironment(SandboxPlace.mark, place.folder)
                || spaces.contains(where: { process.isInside($0) })
            {
                found.append(id)
            }
        }
        return found
    }

    /// The names of the sandbox's network namespaces.
    func namespaces() throws(KernelError) -> [String] {
        guard try Files.exists("/run/netns") else { return [] }
        return try Files.list("/run/netns").filter { name in
            [place.hostNamespace, place.xpuNamespace].contains(name)
                || name.hasPrefix("\(place.podPrefix)-")
        }.sorted()
    }

    // MARK: - End

    /// Ends a part at once, or asks it to end; returns when it has.
    ///
    /// - Throws: `KernelError`; ``SandboxError/leftovers(_:)``.
    func end(_ part: SandboxPart, with signal: ChildProcess.Signal) async throws {
        guard let id = try running()[part] else { return }
        try await end([id], with: signal)
    }

    /// Ends everything that belongs to the sandbox, what starts meanwhile too.
    ///
    /// - Throws: `KernelError`; ``SandboxError/leftovers(_:)``.
    func endAll() async throws {
        for _ in 0..<50 {
            let left = try all()
            if left.isEmpty { return }
            try await end(left, with: .kill)
        }
        throw SandboxError.leftovers(try all().map { "process \($0)" })
    }

    private func end(_ ids: [Int32], with signal: ChildProcess.Signal) async throws {
        for id in ids {
            guard let process = try RunningProcess(id: id) else { continue }
            try process.signal(signal)
            let end = ContinuousClock.now + .seconds(10)
            while process.isAlive {
                if .now > end { try process.signal(.kill) }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
    }
}
