// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

/// Executes CNI plugins as a runtime does.
struct CNIPlugins: Sendable {
    /// The folder with an executable for each type.
    let folder: String

    private static let outputLimit = 1 << 20
    private static let defaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    /// Runs the plugin of one interface; what it answered, nil when it said nothing.
    ///
    /// - Throws: ``CNIFailure``.
    func run(
        _ call: CNICall,
        for interface: PodRecord.Interface,
        deadline: Deadline
    ) async throws(CNIFailure) -> JSONValue? {
        func failure(_ code: Int?, _ message: String) -> CNIFailure {
            CNIFailure(call.command, network: interface.network, code: code, message: message)
        }
        guard let type = interface.configuration["type"]?.string else {
            throw failure(nil, "the configuration has no type")
        }
        let program = ChildProcess.Program(
            "\(folder)/\(type)",
            [],
            environment: call.environment(path: Process.environment("PATH") ?? Self.defaultPath)
        )
        let input = CNICall.configuration(interface.configuration, device: interface.deviceID)
        let outcome: ChildProcess.Outcome
        do throws(KernelError) {
            outcome = try await ChildProcess.run(
                program,
                input: input.encoded(),
                limit: Self.outputLimit,
                deadline: deadline
            )
        } catch {
            throw failure(nil, "\(error)")
        }
        let answer = outcome.answer
        guard outcome.status == .exited(code: 0) else {
            throw failure(answer?["code"]?.integer, answer?["msg"]?.string ?? outcome.complaint)
        }
        return answer
    }
}

extension ChildProcess.Outcome {
    /// What it wrote to its output, nil when that is no document.
    fileprivate var answer: JSONValue? {
        do throws(JSONError) {
            return output.isEmpty ? nil : try JSONValue(parsing: output)
        } catch {
            return nil
        }
    }

    /// How it ended, and the end of what it said.
    fileprivate var complaint: String {
        let text = String(decoding: errors.suffix(500), as: UTF8.self)
        return "\(status)" + (text.isEmpty ? "" : ": \(text)")
    }
}
