// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Logging
import ServiceLifecycle
import UnixSignals

/// What every long-running role takes, and how it is run.
struct RoleOptions: ParsableArguments {
    @Option(help: "One of \(Logger.Level.names).", transform: Logger.Level.parse)
    var logLevel = Logger.Level.info

    /// Runs a role until SIGTERM or SIGINT, which cancel it.
    func run(
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
    func run(
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

    func run() async throws { try await body() }
}

extension Logger.Level {
    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

    fileprivate static func parse(_ text: String) throws -> Logger.Level {
        guard let level = Logger.Level(rawValue: text) else {
            throw ValidationError("'\(text)' is not one of \(names)")
        }
        return level
    }
}
