// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import CNI
import Kernel

/// Every role behind one argv: the basename of argv[0] (`opi-xpu-cni`), else the first argument.
@main enum Main {
    static func main() async {
        let arguments = Process.arguments
        let name = arguments.first?.split(separator: "/").last ?? ""
        let role = name.hasPrefix("opi-xpu-") ? String(name.dropFirst("opi-xpu-".count)) : nil
        let words = (role.map { [$0] } ?? []) + arguments.dropFirst()
        let isBare = words.isEmpty && Process.environment("CNI_COMMAND") != nil
        if isBare || words == ["cni"] { Process.exit(CNI.Plugin.run()) }
        await OPIXPU.main(words)
    }
}

/// The command line of everything but the CNI.
struct OPIXPU: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opi-xpu",
        abstract: "Gives pods the functions of an xPU and programs the card through the OPI API.",
        subcommands: [
            HostAgentCommand.self, XPUAgentCommand.self, DevicePluginCommand.self,
            CNICommand.self, InspectCommand.self,
        ]
    )
}
