// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import GRPC
import JSON
import Kernel
import Kubelet
import SandboxHost
import SoftwareXPU

/// The command `status`.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Shows which parts run, the card's ports and the pods."
    )

    @OptionGroup var which: NameOption

    @Option(name: .shortAndLong, help: "text, or one line of json.")
    var output = AnswerForm.text

    func run() async throws {
        let place = try which.place
        let parts = try RunningSandbox(place).parts()
        let card = Self.card(place)
        let pods = await Self.pods(place)
        if output == .json {
            try Process.writeOutput(Self.json(place, parts, card, pods).encoded() + [0x0a])
            return
        }
        for (part, process) in parts {
            let state = process.map { "runs as \($0)" } ?? "does not run"
            print("\(part.rawValue.padded(to: 14)) \(state), log \(place.log(of: part))")
        }
        print("card           \(card?.text ?? "cannot be asked")")
        for port in card?.ports ?? [] { print("  \(port.text)") }
        print("kubeconfig     \(place.kubeconfig)")
        switch pods {
        case nil: print("pods           cannot be asked for")
        case let pods?:
            print("pods           \(pods.isEmpty ? "none" : "\(pods.count)")")
            for pod in pods { print("  \(pod.text)") }
        }
    }

    /// What the card has, nil when it does not answer.
    private static func card(_ place: SandboxPlace) -> XPUStatus? {
        do throws(Status) {
            return try XPUControl(socket: place.xpuControl, timeout: .seconds(2)).status()
        } catch {
            return nil
        }
    }

    /// The pods, nil when the kubelet stand-in does not answer.
    private static func pods(_ place: SandboxPlace) async -> [Pod]? {
        let client = PodsClient(state: place.kubeletState)
        var pods: [Pod]?
        do throws(Status) {
            pods = try await client.list()
        } catch {
            pods = nil
        }
        await client.close()
        return pods
    }

    private static func json(
        _ place: SandboxPlace,
        _ parts: [(part: SandboxPart, process: Int32?)],
        _ card: XPUStatus?,
        _ pods: [Pod]?
    ) -> JSONValue {
        let list = parts.map { one in
            JSONObject.Member(
                key: one.part.rawValue,
                value: one.process.map { .number(JSONNumber($0)) } ?? .null
            )
        }
        return [
            "name": .string(place.name), "folder": .string(place.folder),
            "kubeconfig": .string(place.kubeconfig), "parts": .object(JSONObject(list)),
            "card": card?.json ?? .null, "pods": pods.map { .array($0.map(\.json)) } ?? .null,
        ]
    }
}

extension XPUStatus {
    fileprivate var text: String { "\(state), \(objects.count) objects, \(ports.count) ports" }
}

extension PortState {
    fileprivate var text: String {
        "\(representor) on \(bridge): sent \(sent?.packets ?? 0), received "
            + "\(received?.packets ?? 0) packets"
    }
}

extension String {
    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
