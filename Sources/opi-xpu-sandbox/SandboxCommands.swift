// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import JSON
import Kernel
import SandboxHost
import Startup

/// Which sandbox.
struct NameOption: ParsableArguments {
    @Option(help: "The sandbox's name, which begins the names of all its namespaces.")
    var name = SandboxPlace.defaultName

    var place: SandboxPlace {
        get throws { try SandboxPlace(name: name) }
    }
}

/// The command `up`.
struct UpCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "up",
        abstract: "Brings the whole system up: a cluster, a card, a node, and the agents."
    )

    @OptionGroup var which: NameOption

    @Option(help: "Functions of the card; a quarter of them belongs to the network green.")
    var functions = 8

    @Option(help: "The program opi-xpu. (default: beside this program)")
    var product: String?

    @Option(help: "The folder of the shipped manifests. (default: found beside this program)")
    var manifests: String?

    @Flag(help: "Say nothing but what went wrong.")
    var quiet = false

    func run() async throws {
        let place = try which.place
        let plan = try Programs().plan(place, functions, product: product, manifests: manifests)
        do {
            _ = try await interruptible { [quiet] in
                try await RunningSandbox.up(plan) { step in
                    if !quiet { print("  \(step)") }
                }
            }
        } catch let error as SandboxError {
            if case .alreadyUp = error { throw error }
            try await RunningSandbox(place).down()
            throw error
        } catch {
            try await RunningSandbox(place).down()
            throw error is CancellationError ? SandboxError.interrupted(place.name) : error
        }
        guard !quiet else { return }
        print("The sandbox '\(place.name)' is up. Try:")
        for line in Hints(place).lines { print("  \(line)") }
    }
}

/// The command `down`.
struct DownCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "down",
        abstract: "Removes everything of a sandbox, whatever state it is in."
    )

    @OptionGroup var which: NameOption

    func run() async throws {
        let place = try which.place
        let remains = try await RunningSandbox(place).down()
        print(
            remains.isEmpty
                ? "There was nothing of a sandbox '\(place.name)'."
                : "Removed \(remains.processes) processes, \(remains.namespaces) namespaces, "
                    + "the folder \(place.folder)."
        )
    }
}

/// What can be typed next.
struct Hints {
    let lines: [String]

    init(_ place: SandboxPlace) {
        let isUsual = place.name == SandboxPlace.defaultName
        let name = isUsual ? "" : " --name \(place.name)"
        let program = "opi-xpu-sandbox"
        lines = [
            "\(program) run-pod\(name) web        a pod on the network blue; delete-pod web",
            "\(program) exec\(name) web -- ip address",
            "KUBECONFIG=\(place.kubeconfig) kubectl get netdevs,dpunetworks,xpus",
            "\(program) card pause\(name)         it answers no more; then resume, reboot, status",
            "\(program) kill\(name) host-agent    then: start host-agent",
            "\(program) status\(name)",
            "\(program) down\(name)",
        ]
    }
}

/// Where the programs and manifests are.
struct Programs {
    private let ourselves: String

    init() throws {
        ourselves = try Files.target(ofLink: "/proc/self/exe")
    }

    /// The folder of this program.
    private var folder: String {
        ourselves.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" }
    }

    func plan(
        _ place: SandboxPlace,
        _ functions: Int,
        product: String?,
        manifests: String?
    ) throws -> SandboxPlan {
        let product = try product.map(Self.absolute) ?? "\(folder)/opi-xpu"
        guard try Files.exists(product) else { throw SandboxError.missing(program: product) }
        return try SandboxPlan(
            place,
            functions: functions,
            product: product,
            parts: ourselves,
            manifests: try manifests.map(Self.absolute) ?? self.manifests()
        )
    }

    /// What parts can find from wherever they are.
    private static func absolute(_ path: String) throws -> String {
        path.hasPrefix("/") ? path : try Files.target(ofLink: "/proc/self/cwd") + "/" + path
    }

    /// Beside the program, or beside the folder of builds it is in.
    private func manifests() throws -> String {
        var above = folder[...]
        for _ in 0..<4 {
            if try Files.exists("\(above)/manifests/kustomization.yaml") {
                return "\(above)/manifests"
            }
            guard let slash = above.lastIndex(of: "/") else { break }
            above = above[..<slash]
        }
        throw ValidationError("there is no folder of manifests; say where with --manifests")
    }
}

/// The command `kill`.
struct KillCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill",
        abstract: "Ends a part in the middle of whatever it does."
    )

    @OptionGroup var which: NameOption

    @Argument(help: "The part: \(PartName.all).", transform: PartName.parse)
    var part: SandboxPart

    func run() async throws {
        let sandbox = RunningSandbox(try which.place)
        _ = try sandbox.plan()
        try await sandbox.end(part, with: .kill)
    }
}

/// The command `start`.
struct StartCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Starts a part that does not run."
    )

    @OptionGroup var which: NameOption

    @Argument(help: "The part: \(PartName.all).", transform: PartName.parse)
    var part: SandboxPart

    func run() async throws {
        try await RunningSandbox(try which.place).start(part)
    }
}

/// Parts by what people type.
enum PartName {
    static var all: String { SandboxPart.allCases.map(\.rawValue).joined(separator: ", ") }

    static func parse(_ text: String) throws -> SandboxPart {
        guard let part = SandboxPart(rawValue: text) else {
            throw ValidationError("'\(text)' is none of the parts: \(all)")
        }
        return part
    }
}

/// The command `hints`.
struct HintsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hints",
        abstract: "Says what can be tried."
    )

    @OptionGroup var which: NameOption

    func run() throws {
        for line in Hints(try which.place).lines { print(line) }
    }
}
