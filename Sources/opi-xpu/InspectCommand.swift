// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Inspect
import Kernel
import Kubernetes

/// The role `inspect`.
struct InspectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Shows what the parts know; changes nothing.",
        subcommands: [InspectNetdevs.self, InspectDevices.self]
    )
}

/// How an answer is written.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table
    case json

    func write(_ report: Report) {
        print(self == .table ? report.text : report.jsonText, terminator: "")
    }
}

/// The command `inspect netdevs`.
struct InspectNetdevs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "netdevs",
        abstract: "The Netdevs and cards of a cluster."
    )

    @Option(help: "A kubeconfig. (default: $KUBECONFIG, ~/.kube/config, or the pod's account)")
    var kubeconfig: String?

    @Option(help: "The namespace of the Netdevs.")
    var namespace = "opi-xpu"

    @Option(help: "Only those of this node.")
    var node: String?

    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputFormat.table

    func run() async throws {
        let access = try ClusterAccess(kubeconfig: try kubeconfig ?? Self.usualKubeconfig())
        let client = try APIClient(access, userAgent: "opi-xpu-inspect")
        let question = NetdevQuestion(client, namespace: namespace, node: node)
        output.write(try await question.answer())
        await client.close()
    }

    private static func usualKubeconfig() throws -> String? {
        if let named = Process.environment("KUBECONFIG"), !named.isEmpty { return named }
        guard let home = Process.environment("HOME") else { return nil }
        let usual = home + "/.kube/config"
        return try Files.exists(usual) ? usual : nil
    }
}

/// The command `inspect devices`.
struct InspectDevices: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "The functions of this node, from its files alone."
    )

    @OptionGroup var node: NodeOptions

    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputFormat.table

    func run() async throws {
        output.write(try DeviceQuestion(node.configuration()).answer())
    }
}
