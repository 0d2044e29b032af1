// SPDX-License-Identifier: Apache-2.0

/// Drives the Kubernetes runtime for tests in another language.
///
/// `opi-xpu-runtime COMMAND ARGUMENT…` says what it sees as JSON lines, is told what to do the same
/// way, and ends when its standard input does.
@main
struct Main {
    typealias Command = @Sendable (_ arguments: [String]) async throws -> Void

    /// A command is a line here and a file beside this one.
    static let commands: [String: Command] = [
        "elect": Elect.run, "fence": Fenced.run, "inform": Inform.run, "queue": Queue.run,
        "record": Recording.run, "write": Write.run,
    ]

    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count > 1, let command = commands[arguments[1]] else {
            Lines.fail("name a command: " + commands.keys.sorted().joined(separator: ", "))
        }
        try await command(Array(arguments.dropFirst(2)))
    }
}
