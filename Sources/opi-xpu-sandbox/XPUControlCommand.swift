// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import Kernel
import SandboxHost
import SoftwareXPU

/// The knobs of the card.
struct XPUControlCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "Pauses, resumes or reboots the card, or tells what it has.",
        subcommands: [Pause.self, Resume.self, Reboot.self, Status.self]
    )

    /// Which card.
    struct Socket: ParsableArguments {
        @OptionGroup var which: NameOption

        @Option(help: "The control socket of a part `xpu` that belongs to no sandbox.")
        var control: String?

        var client: XPUControl {
            get throws { XPUControl(socket: try control ?? which.place.xpuControl) }
        }
    }

    struct Pause: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Accept OPI calls and answer none; the data path keeps forwarding."
        )

        @OptionGroup var socket: Socket

        @Option(help: "How long; until a resume without it.")
        var seconds: Double?

        func run() throws {
            try socket.client.pause(for: seconds.map { .seconds($0) })
        }
    }

    struct Resume: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Answer OPI calls again.")

        @OptionGroup var socket: Socket

        func run() throws {
            try socket.client.resume()
        }
    }

    struct Reboot: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget every object and bridge, and be away for a while."
        )

        @OptionGroup var socket: Socket

        @Option(help: "How long.")
        var seconds = 0.0

        func run() throws {
            try socket.client.reboot(away: .seconds(seconds))
        }
    }

    struct Status: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "What the card is and has, as JSON."
        )

        @OptionGroup var socket: Socket

        func run() throws {
            var writer = JSONWriter(indent: 2)
            writer.value(try socket.client.status().json)
            try Process.writeOutput(writer.take() + [0x0a])
        }
    }
}
