// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GRPC
import Kernel
import Kubelet
import SandboxHost

/// The command `exec`.
struct ExecCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exec",
        abstract: "Runs a program of the machine in the network namespace of a pod, or of a part.",
        usage: "opi-xpu-sandbox exec [--name NAME] POD -- PROGRAM [ARGUMENT ...]",
        discussion: """
            POD is a pod's name, or `host` or `xpu` for the namespaces of node and card. Ends with \
            the program's exit code.
            """
    )

    @OptionGroup var which: NameOption

    @Option(help: "The pod's Kubernetes namespace.")
    var namespace = "default"

    @Argument(help: "The pod.")
    var pod: String

    @Argument(parsing: .postTerminator, help: "The program and its arguments, after `--`.")
    var words: [String] = []

    func run() async throws {
        guard let program = words.first else {
            throw ValidationError("what is to be run comes after `--`")
        }
        let place = try which.place
        let path = try await self.path(place)
        let start = ChildProcess.Program(
            try Self.find(program),
            Array(words.dropFirst()),
            environment: Process.environment
        )
        let outcome = try NetworkNamespace(path: path).run { () throws(KernelError) in
            try ChildProcess(
                start,
                input: .descriptor(0),
                output: .descriptor(1),
                errors: .descriptor(2)
            )
        }
        switch try await outcome.get().wait(deadline: .after(.seconds(7 * 86_400))) {
        case .exited(let code): throw ExitCode(code)
        case .signalled(let number): throw ExitCode(128 + number)
        }
    }

    /// The network namespace that is meant.
    private func path(_ place: SandboxPlace) async throws -> String {
        _ = try RunningSandbox(place).plan()
        switch pod {
        case "host": return SandboxPlace.path(ofNamespace: place.hostNamespace)
        case "xpu": return SandboxPlace.path(ofNamespace: place.xpuNamespace)
        default: break
        }
        let client = PodsClient(state: place.kubeletState)
        let pods: Result<[Pod], Status>
        do throws(Status) {
            pods = .success(try await client.list())
        } catch {
            pods = .failure(error)
        }
        await client.close()
        let found = try pods.get().first { $0.name == pod && $0.namespace == namespace }
        guard let found else { throw ValidationError("there is no pod \(namespace)/\(pod)") }
        return found.networkNamespace
    }

    /// A program by its path, or by its name in `PATH`.
    private static func find(_ program: String) throws -> String {
        if program.contains("/") { return program }
        let folders = (Process.environment("PATH") ?? "/usr/bin:/bin").split(separator: ":")
        for folder in folders where try Files.exists("\(folder)/\(program)") {
            return "\(folder)/\(program)"
        }
        throw ValidationError("there is no program \(program) in PATH")
    }
}
