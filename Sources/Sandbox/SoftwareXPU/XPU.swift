// SPDX-License-Identifier: Apache-2.0

public import Connections
import Kernel
import Links
public import Logging
import RPC

/// A card in software: an OPI server, and a data path in the network namespace of its process.
///
///     let xpu = try XPU(settings, log: log)
///     try await xpu.run { endpoint in … }
public struct XPU: Sendable {
    private let settings: XPUSettings
    private let parts: Session.Parts
    private let control: ControlService
    private let log: Logger

    /// How long callers may take to go away when the server stops.
    private static let grace = Duration.milliseconds(200)
    /// How long the kernel may take for one change of the data path.
    private static let patience = Duration.seconds(2)

    /// Opens what it needs; nothing happens until ``run(onListening:)``.
    ///
    /// - Throws: ``XPUError``.
    public init(_ settings: XPUSettings, log: Logger) throws(XPUError) {
        self.settings = settings
        self.log = log
        parts = Session.Parts(
            faults: Faults(file: settings.faults),
            gate: Gate(),
            journal: try Self.journal(settings.journal, log),
            dataPath: try Self.dataPath(settings.dataPath),
            log: log
        )
        control = ControlService(parts, traps: settings.traps)
    }

    /// What it has seen so far.
    public var summary: XPUSummary { parts.journal.summary }

    /// Serves until the task is cancelled; then its bridges are gone.
    ///
    /// Order of the start: the sockets, what an earlier process has left is removed, the first
    /// call; `onListening` hears of it once. Of the end: the servers, the data path. Whoever finds
    /// a socket taken leaves the data path alone, which is the other one's.
    ///
    /// - Throws: ``XPUError``, ``Connections/ConnectionFailure``, `CancellationError`.
    public func run(onListening: @escaping @Sendable (Endpoint) -> Void) async throws {
        let knobs = try await bindControl()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let knobs { group.addTask { await knobs.run() } }
            group.addTask { try await serve(onListening) }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    private func bindControl() async throws -> Server? {
        guard let path = settings.control else { return nil }
        var options = ServerOptions()
        options.methodsBlock = true
        options.listen.peerUser = 0
        options.grace = Self.grace
        var services = control.services
        try services.addTools(describing: [XPUDescriptor.bytes])
        return try await Server.bind(.unix(path: path), services, options: options)
    }

    /// One boot after another.
    private func serve(_ onListening: @Sendable (Endpoint) -> Void) async throws {
        var endpoint = settings.listen
        var isFirst = true
        while true {
            parts.gate.open()
            let session = Session(parts, traps: control.traps, delay: settings.delay)
            var options = ServerOptions()
            options.methodsBlock = true
            options.grace = Self.grace
            let services = GatewayService(session: session).services
            let server = try await Server.bind(endpoint, services, options: options)
            endpoint = server.endpoint
            let away: Duration
            do {
                try reset()
                control.runs(session)
                if isFirst { onListening(endpoint) }
                isFirst = false
                away = try await boot(server, session)
            } catch {
                server.shutDown()
                try reset()
                throw error
            }
            control.runs(nil)
            try reset()
            log.info("rebooting", metadata: ["away": "\(away)"])
            try await Task.sleep(for: away)
        }
    }

    /// From the first call to the reboot; how long to be away then.
    private func boot(_ server: Server, _ session: Session) async throws -> Duration {
        try await withThrowingTaskGroup(of: Duration?.self) { group in
            group.addTask {
                await server.run()
                return nil
            }
            group.addTask {
                try await session.work()
                return nil
            }
            group.addTask { await session.reboots.first { _ in true } }
            defer { group.cancelAll() }
            let away = try await group.next() ?? nil
            guard let away else { throw CancellationError() }
            group.cancelAll()
            while let result = await group.nextResult() {
                if case .failure(let error) = result, !(error is CancellationError) { throw error }
            }
            return away
        }
    }

    private func reset() throws(XPUError) {
        do {
            try parts.dataPath.reset()
        } catch {
            throw .dataPath("\(error)")
        }
    }

    private static func journal(_ path: String?, _ log: Logger) throws(XPUError) -> Journal {
        do {
            return try Journal(path: path, log: log)
        } catch {
            throw .start("\(error)")
        }
    }

    private static func dataPath(
        _ kind: XPUSettings.DataPathKind
    ) throws(XPUError) -> any DataPath {
        guard case .bridges(let representors) = kind else { return NoDataPath() }
        do {
            return LinuxBridges(
                Representors(path: representors),
                links: try RouteSocket(timeout: patience)
            )
        } catch {
            throw .start("\(error)")
        }
    }
}

/// Why a software xPU does not run.
public enum XPUError: Error, Hashable, Sendable, CustomStringConvertible {
    /// A file or socket that it needs was not to be had.
    case start(String)
    /// The data path could not be cleaned.
    case dataPath(String)

    /// One sentence for the operator.
    public var description: String {
        switch self {
        case .start(let why): "cannot start: \(why)"
        case .dataPath(let why): "the data path cannot be cleaned: \(why)"
        }
    }
}
