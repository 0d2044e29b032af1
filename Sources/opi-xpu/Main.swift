// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CNI
import Configuration
import DevicePlugin
import HostAgent
import Kernel
import Logging
import ServiceLifecycle

/// Every role behind one argv: the basename of argv[0] (`opi-xpu-cni`), else the first argument.
@main enum Main {
    static func main() async {
        let arguments = Process.arguments
        let name = arguments.first.map { $0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...] }
        let isCNI = name == "opi-xpu-cni" || arguments.dropFirst().first == "cni"
        let isBare = arguments.count <= 1 && Process.environment("CNI_COMMAND") != nil
        if isCNI || (isBare && name == "opi-xpu") { Process.exit(CNI.Plugin.run()) }
        let prefix = "opi-xpu-"
        let role = name.flatMap { $0.hasPrefix(prefix) ? String($0.dropFirst(prefix.count)) : nil }
        await OPIXPU.main((role.map { [$0] } ?? []) + arguments.dropFirst())
    }
}

/// The command line of everything but the CNI.
struct OPIXPU: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opi-xpu",
        abstract: "Gives pods the functions of an xPU and programs the card through the OPI API.",
        subcommands: [HostAgentCommand.self, DevicePluginCommand.self, CNICommand.self]
    )
}
