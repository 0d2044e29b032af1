// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import Kernel
import Kubelet
import Logging
import Startup

/// The part `kubelet`: takes device plugins, and runs pods with their devices.
struct KubeletPart: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kubelet",
        abstract: "Stands in for a kubelet, a container runtime and Multus."
    )

    @Option(help: "The folder of its pods' records and its control socket.")
    var state: String

    @Option(help: "The folder where device plugins register.")
    var devicePlugins: String

    @Option(help: "The socket of the pod resources API.")
    var podResources: String

    @Option(help: "The folder of the networks, one file NAME.json each.")
    var networks: String

    @Option(help: "The folder of the CNI plugins.")
    var cniBin: String

    @Option(help: "How the names of the pods' network namespaces begin.")
    var namespacePrefix: String

    @Option(help: "The name of the node.")
    var node: String

    @OptionGroup var options: RoleOptions

    func run() async throws {
        let places = NodeAgentOptions(
            state: state,
            devicePlugins: devicePlugins,
            podResources: podResources,
            networks: networks,
            cniPlugins: cniBin,
            namespacePrefix: namespacePrefix,
            node: node
        )
        try await options.run(label: "kubelet") { log, _ in
            try await NodeAgent(places, log: log).run { socket in
                Self.announce(socket, log)
            }
        }
    }

    /// One line that whoever has started it waits for.
    private static func announce(_ socket: String, _ log: Logger) {
        let line: JSONValue = ["ready": .string(socket)]
        do throws(KernelError) {
            try Process.writeOutput(line.encoded() + [UInt8(ascii: "\n")])
        } catch {
            log.warning("nobody reads that we are ready: \(error)")
        }
    }
}
