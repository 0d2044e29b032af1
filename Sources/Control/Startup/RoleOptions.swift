// SPDX-License-Identifier: Apache-2.0

public import ArgumentParser
public import Connections
public import Logging
import Kernel
import ServiceLifecycle
public import Telemetry
import UnixSignals

/// What every long-running role takes, and how it is run.
public struct RoleOptions: ParsableArguments, Sendable {
    /// How much it says on standard error.
    @Option(help: "One of \(Logger.Level.names).", transform: Logger.Level.parse)
    public var logLevel = Logger.Level.info

    /// Where Prometheus finds the metrics.
    @Option(
        name: .customLong("metrics"),
        help: "Serve /metrics and /healthz over HTTP at host:port; nowhere by default.",
        transform: Endpoint.parseTCP
    )
    public var metricsEndpoint: Endpoint?

    /// The defaults.
    public init() {}

    /// Runs a role until SIGTERM or SIGINT, which cancel it.
    ///
    /// - Throws: what the role throws.
    public func run(
        label: String,
        _ role: @escaping @Sendable (Logger, MetricRegistry) async throws -> Void
    ) async throws {
        try await run(label: label) { log, metrics, _ in
            do {
                try await cancelWhenGracefulShutdown { try await role(log, metrics) }
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
                Logger, MetricRegistry, _ stop: @escaping @Sendable () async -> Void
            ) async throws -> Void
    ) async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: label)
        log.logLevel = logLevel
        let metrics = MetricRegistry()
        let service = Role { [log] in
            try await withThrowingTaskGroup(of: Void.self) { group in
                if case .tcp(let host, let port) = metricsEndpoint {
                    let page = MetricsPage(registry: metrics, log: log)
                    group.addTask { try await page.serve(host: host, port: port) }
                }
                group.addTask {
                    try await role(log, metrics) {
                        do {
                            try await gracefulShutdown()
                        } catch {
                            return  // cancelled: the end as well
                        }
                    }
                }
                defer { group.cancelAll() }
                try await group.next()
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

extension Endpoint {
    fileprivate static func parseTCP(_ text: String) throws -> Endpoint {
        let endpoint = try Endpoint(parsing: text)
        guard case .tcp = endpoint else { throw ValidationError("'\(text)' is not host:port") }
        return endpoint
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
