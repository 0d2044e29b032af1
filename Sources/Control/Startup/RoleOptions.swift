// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Logging
import Kernel
import ServiceLifecycle
import UnixSignals

/// What every long-running role takes, and how it is run.
public struct RoleOptions: ParsableArguments, Sendable {
    /// How much it says on standard error.
    @Option(help: "One of \(Logger.Level.names).", transform: Logger.Level.parse)
    public var logLevel = Logger.Level.info

    /// The defaults.
    public init() {}

    /// Runs a role until SIGTERM or SIGINT, which cancel it.
    ///
    /// - Throws: what the role throws.
    public func run(
        label: String,
        _ role: @escaping @Sendable (Logger) async throws -> Void
    ) async throws {
        try await run(label: label) { log, _ in
            do {
                try await cancelWhenGracefulShutdown { try await role(log) }
            } catch is CancellationError {
                return  // asked to end, and ended
            }
        }
    }

    /// Runs a role that has a last word to say: `stop` returns at SIGTERM or SIGINT.
    ///
    /// - Throws: what the role throws.
    public func run(
        label: String,
        _ role:
            @escaping @Sendable (
                Logger, _ stop: @escaping @Sendable () async -> Void
            ) async throws -> Void
    ) async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: label)
        log.logLevel = logLevel
        let service = Role { [log] in
            try await role(log) {
                do {
                    try await gracefulShutdown()
                } catch {
                    return  // cancelled: the end as well
                }
            }
        }
        try await ServiceGroup(
            services: [service],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log
        ).run()
    }
}

/// A role as the service lifecycle runs it.
private struct Role: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        async let _: Void = settle()
        try await body()
    }

    /// Gives back the memory of what only the start needed, once that is over.
    private func settle() async {
        do {
            try await Task.sleep(for: .seconds(10))
            try Process.releaseCode()
        } catch {
            return  // cancelled; or the kernel refuses, and then the pages stay
        }
    }
}

extension Logger.Level {
    package static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    package static func parse(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is not one of \(names)")
        }
        return level
    }
}
