// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Configuration
import Kernel

/// The whole system on one machine: what a person types, and the parts that `up` starts.
@main struct OPIXPUSandbox: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "opi-xpu-sandbox",
        abstract: "The whole system on one machine, with no cluster and no card.",
        version: Release.version,
        subcommands: [
            UpCommand.self, DownCommand.self, RunPodCommand.self, DeletePodCommand.self,
            PodsCommand.self, ExecCommand.self, StatusCommand.self, HintsCommand.self,
            KillCommand.self,
            StartCommand.self, XPUControlCommand.self,
        ],
        groupedSubcommands: [
            CommandGroup(
                name: "Parts (started by up)",
                subcommands: [APIServerPart.self, XPUPart.self, KubeletPart.self]
            )
        ]
    )
}
