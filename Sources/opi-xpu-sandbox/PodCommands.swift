// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GRPC
import JSON
import Kernel
import Kubelet
import SandboxHost

/// Which kubelet stand-in is asked, and how its answer is written.
struct KubeletOptions: ParsableArguments {
    @OptionGroup var which: NameOption

    @Option(help: "The state folder of a part `kubelet` that belongs to no sandbox.")
    var state: String?

    @Option(name: .shortAndLong, help: "text, or one line of json.")
    var output = AnswerForm.text

    /// Asks, and prints the answer.
    func ask(
        _ question: (PodsClient) async throws(Status) -> (json: JSONValue, text: String)
    ) async throws {
        let folder = try state ?? which.place.kubeletState
        if state == nil { _ = try RunningSandbox(which.place).plan() }
        let client = PodsClient(state: folder)
        let outcome: Result<(json: JSONValue, text: String), Status>
        do throws(Status) {
            outcome = .success(try await question(client))
        } catch {
            outcome = .failure(error)
        }
        await client.close()
        let answer = try outcome.get()
        let bytes = output == .json ? answer.json.encoded() : Array(answer.text.utf8)
        try Process.writeOutput(bytes + [UInt8(ascii: "\n")])
    }
}

/// How an answer is written.
enum AnswerForm: String, ExpressibleByArgument, CaseIterable {
    case text
    case json
}

/// Which pod, and how long it may take.
struct PodOptions: ParsableArguments {
    @Argument(help: "The pod's name.")
    var pod: String

    @Option(help: "Its Kubernetes namespace.")
    var namespace = "default"

    @Option(help: "How many seconds it may take.")
    var timeout = 60.0

    func validate() throws {
        guard timeout > 0, timeout <= 3600 else {
            throw ValidationError("--timeout is not a number from 0 to 3600")
        }
    }
}

/// The command `run-pod`.
struct RunPodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run-pod",
        abstract: "Runs a pod and returns when it runs."
    )

    @OptionGroup var pod: PodOptions

    @Option(
        name: .customLong("network"),
        help: "A network, blue or green; the first is eth0, then net1, net2. (default: blue)"
    )
    var networks: [String] = []

    @OptionGroup var kubelet: KubeletOptions

    func run() async throws {
        try await kubelet.ask { client async throws(Status) in
            let answer = try await client.run(
                pod.pod,
                in: pod.namespace,
                networks: networks.isEmpty ? ["blue"] : networks,
                timeout: .seconds(pod.timeout)
            )
            let made = answer.pod ?? Pod()
            let json: JSONValue = [
                "pod": made.json,
                "allocateSeconds": .seconds(answer.allocateSeconds),
                "seconds": .seconds(answer.seconds),
                "attempts": .number(JSONNumber(answer.attempts)),
            ]
            let again = answer.attempts > 1 ? ", ADD tried \(answer.attempts) times" : ""
            return (json, "\(made.text) in \(milliseconds(answer.seconds))\(again)")
        }
    }
}

/// The command `delete-pod`.
struct DeletePodCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete-pod",
        abstract: "Deletes a pod and returns when nothing is left of it."
    )

    @OptionGroup var pod: PodOptions
    @OptionGroup var kubelet: KubeletOptions

    func run() async throws {
        try await kubelet.ask { client async throws(Status) in
            let answer = try await client.delete(
                pod.pod,
                in: pod.namespace,
                timeout: .seconds(pod.timeout)
            )
            let json: JSONValue = [
                "interfaces": .array(
                    answer.interfaces.map { one in
                        [
                            "interface": .string(one.interface),
                            "delSeconds": .seconds(one.delSeconds),
                        ]
                    }
                ),
                "seconds": .seconds(answer.seconds),
            ]
            return (json, "\(pod.pod) is deleted in \(milliseconds(answer.seconds))")
        }
    }
}

/// The command `pods`.
struct PodsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pods",
        abstract: "Shows the pods."
    )

    @OptionGroup var kubelet: KubeletOptions

    func run() async throws {
        try await kubelet.ask { client async throws(Status) in
            let pods = try await client.list()
            let text = pods.isEmpty ? "no pods" : pods.map(\.text).joined(separator: "\n")
            return (["pods": .array(pods.map(\.json))], text)
        }
    }
}

private func milliseconds(_ seconds: Double) -> String {
    "\(Int((seconds * 1000).rounded())) ms"
}

extension Pod {
    /// The pod in one line.
    var text: String {
        let parts = interfaces.map { one in
            "\(one.interface) \(one.addresses.joined(separator: " ")) (\(one.network), "
                + "\(one.deviceID))"
        }
        let why = message.isEmpty ? "" : ": \(message)"
        return "\(name) \(phase)\(why) \(parts.joined(separator: ", "))"
    }

    /// The pod for scripts.
    var json: JSONValue {
        [
            "namespace": .string(namespace),
            "name": .string(name),
            "uid": .string(uid),
            "phase": .string(phase),
            "containerID": .string(containerID),
            "networkNamespace": .string(networkNamespace),
            "message": .string(message),
            "interfaces": .array(interfaces.map(\.json)),
        ]
    }
}

extension PodInterface {
    fileprivate var json: JSONValue {
        [
            "network": .string(network),
            "interface": .string(interface),
            "resourceName": .string(resourceName),
            "deviceID": .string(deviceID),
            "addresses": .array(addresses.map { .string($0) }),
            "macAddress": .string(macAddress),
            "addSeconds": .seconds(addSeconds),
        ]
    }
}

extension JSONValue {
    fileprivate static func seconds(_ value: Double) -> JSONValue {
        JSONNumber(value).map { .number($0) } ?? .null
    }
}
