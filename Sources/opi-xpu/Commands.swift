// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CNI
import Configuration
import DevicePlugin
import HostAgent
import Kernel
import Logging
import ServiceLifecycle

/// `opi-xpu host-agent`
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

/// `opi-xpu device-plugin`
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

/// `opi-xpu cni`, for `--help` only: the dispatch runs the plugin before any parser.
struct CNICommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cni",
        abstract: "The plugin that container runtimes execute; reads CNI_* and standard input.",
        discussion: "Install it as a link opi-xpu-cni to this program in the runtime's plugin folder."
    )
}

/// What every long-running role takes.
struct AgentOptions: ParsableArguments {
    @Option(name: .long, help: "The node's configuration file.")
    var config = NodeConfiguration.defaultPath

    @Option(name: .long, help: "trace, debug, info, notice, warning, error or critical.")
    var logLevel = Logger.Level.info

    /// Reads the configuration and runs a role until SIGTERM or SIGINT.
    func run(
        label: String,
        _ role: @escaping @Sendable (NodeConfiguration, Logger) async throws -> Void
    ) async throws {
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        var log = Logger(label: label)
        log.logLevel = logLevel
        let configuration = try NodeConfiguration(contentsOf: config)
        let service = Role { try await role(configuration, log) }
        let signals: [UnixSignal] = [.sigterm, .sigint]
        try await ServiceGroup(
            services: [service],
            gracefulShutdownSignals: signals,
            logger: log
        ).run()
    }
}

/// A role as the service lifecycle runs it: cancelled when a signal asks for its end.
private struct Role: Service {
    let body: @Sendable () async throws -> Void

    func run() async throws {
        try await cancelWhenGracefulShutdown { try await body() }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
