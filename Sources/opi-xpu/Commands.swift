// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CNI
import Configuration
import DevicePlugin
import HostAgent
import Startup
import XPUAgent

/// The role `host-agent`.
struct HostAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "host-agent",
        abstract: "Knows which pod has which function, and has the card do its part."
    )

    @OptionGroup var node: NodeOptions
    @OptionGroup var options: RoleOptions

    func run() async throws {
        let configuration = try node.configuration()
        try await options.run(label: "host-agent") { log, metrics in
            try await HostAgent.Agent(configuration, metrics: metrics, log: log).run()
        }
    }
}

/// The role `xpu-agent`.
struct XPUAgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "xpu-agent",
        abstract: "Turns the Netdevs of a cluster into calls of a card's OPI server."
    )

    @Option(name: .long, help: "The card's configuration file.")
    var config = XPUConfiguration.defaultPath

    @OptionGroup var options: RoleOptions

    func run() async throws {
        let configuration = try XPUConfiguration(contentsOf: config)
        try await options.run(label: "xpu-agent") { log, metrics, stop in
            let agent = XPUAgent.Agent(configuration, metrics: metrics, log: log)
            try await agent.run(until: stop)
        }
    }
}

/// The role `device-plugin`.
struct DevicePluginCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "device-plugin",
        abstract: "Advertises the functions to the kubelet."
    )

    @OptionGroup var node: NodeOptions
    @OptionGroup var options: RoleOptions

    func run() async throws {
        let configuration = try node.configuration()
        try await options.run(label: "device-plugin") { log, _ in
            try await DevicePlugin.Plugin(configuration, log: log).run()
        }
    }
}

/// Where the configuration of a node's roles is.
struct NodeOptions: ParsableArguments {
    @Option(
        name: .long,
        help: """
            The node's configuration file, YAML or JSON. (default: /etc/opi-xpu/config.yaml, or \
            config.json there)
            """
    )
    var config: String?

    func configuration() throws -> NodeConfiguration {
        try NodeConfiguration(contentsOf: config ?? NodeConfiguration.defaultPath())
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
