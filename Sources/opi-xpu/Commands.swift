// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CNI
import Configuration
import DevicePlugin
import HostAgent
import Kernel
import Logging
import ServiceLifecycle
import UnixSignals

/// The role `host-agent`.
struct HostAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host-agent",
        abstract: "Knows which pod has which function, and has the card do its part."
    )

    @OptionGroup var options: AgentOptions

    func run() async throws {
        try await options.run(label: "host-agent") { configuration, log in
            try await HostAgent.Agent(configuration, log: log).run()
        }
    }
}

/// The role `device-plugin`.
struct DevicePluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device-plugin",
        abstract: "Advertises the functions to the kubelet."
    )

    @OptionGroup var options: AgentOptions

    func run() async throws {
        try await options.run(label: "device-plugin") { configuration, log in
            try await DevicePlugin.Plugin(configuration, log: log).run()
        }
    }
}

/// The role `cni`, for its help only: the dispatch runs the plugin before any parser.
struct CNICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cni",
        abstract: "The plugin that container runtimes execute; reads CNI_* and standard input.",
        discussion: "Install it as a link opi-xpu-cni to this program, in /opt/cni/bin."
    )
}

/// What every long-running role takes.
struct AgentOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            The node's configuration file, YAML or JSON. (default: /etc/opi-xpu/config.yaml, or \
            config.json there)
            """
    )
    var config: String?

    @Option(help: "One of \(Logger.Level.names).", transform: Logger.Level.parse)
    var logLevel = Logger.Level.info

    /// Reads the configuration and runs a role until SIGTERM or SIGINT.
    func run(
        label: String,
        _ role: @escaping @Sendable (NodeConfiguration, Logger) async throws -> Void
    ) async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: label)
        log.logLevel = logLevel
        let path = try config ?? NodeConfiguration.defaultPath()
        let configuration = try NodeConfiguration(contentsOf: path)
        let service = Role { [log] in try await role(configuration, log) }
        try await ServiceGroup(
            services: [service],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: log
        ).run()
    }
}

/// A role as the service lifecycle runs it: cancelled when a signal asks for its end.
private struct Role: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        do {
            try await cancelWhenGracefulShutdown { try await body() }
        } catch is CancellationError {
            return  // asked to end, and ended
        }
    }
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
