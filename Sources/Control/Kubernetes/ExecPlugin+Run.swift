// SPDX-License-Identifier: Apache-2.0

import JSON
import Kernel

extension ExecPlugin {
    /// Characters of the program's complaint that are shown, the last ones.
    private static let longestComplaint = 512

    /// Secrets shorter than this are not looked for in complaints: they would be found in any text.
    private static let shortestSecret = 4

    /// Runs the program once.
    func run() async throws(ExecFailure) -> ExecCredential {
        let outcome = try await outcome(of: try path())
        guard outcome.status == .exited(code: 0) else {
            throw .failed(
                command: command,
                status: "\(outcome.status)",
                complaint: complaint(outcome.errors)
            )
        }
        do throws(MalformedCredential) {
            return try ExecCredential(outcome.output, apiVersion: apiVersion)
        } catch {
            throw .malformed(command: command, error.text)
        }
    }

    private func outcome(of path: String) async throws(ExecFailure) -> ChildProcess.Outcome {
        var environment = Process.environment
        for (name, value) in self.environment {
            environment[name] = String(decoding: value.bytes, as: UTF8.self)
        }
        environment["KUBERNETES_EXEC_INFO"] = String(decoding: info.encoded(), as: UTF8.self)
        var program = ChildProcess.Program(path, arguments, environment: environment)
        program.isSessionLeader = true
        do throws(KernelError) {
            return try await ChildProcess.run(
                program,
                limit: ExecCredential.longest,
                deadline: .after(timeout)
            )
        } catch {
            if Task.isCancelled { throw .cancelled }
            switch error {
            case .deadlineExceeded: throw .timedOut(command: command, timeout)
            case .refused(_, _, .noSuchFile): throw .missing(command: command, hint: installHint)
            default: throw .unusable(command: command, reason: "\(error)")
            }
        }
    }

    /// Where the program is: one without a slash is looked for in `PATH`.
    private func path() throws(ExecFailure) -> String {
        if command.contains("/") { return command }
        for folder in (Process.environment("PATH") ?? "").split(separator: ":") {
            let path = "\(folder)/\(command)"
            do throws(KernelError) {
                if try Files.version(of: path) != nil { return path }
            } catch {
                continue  // a folder that we may not look into has nothing for us
            }
        }
        throw .missing(command: command, hint: installHint)
    }

    /// The end of what the program complained, on one line, without what it was given to keep.
    private func complaint(_ errors: [UInt8]) -> String {
        var text = String(decoding: errors, as: UTF8.self)
        for secret in environment.values where secret.bytes.count >= Self.shortestSecret {
            text = text.replacing(String(decoding: secret.bytes, as: UTF8.self), with: "(withheld)")
        }
        let words = text.split { $0.isWhitespace || $0.isNewline }.joined(separator: " ")
        let shown = String(words.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7f })
        return shown.count > Self.longestComplaint
            ? "…" + shown.suffix(Self.longestComplaint) : shown
    }
}
