// SPDX-License-Identifier: Apache-2.0

package import JSON
import Kernel

/// The plugin that container runtimes execute.
public enum Plugin: Sendable {
    /// One command, from the environment and standard input to standard output.
    ///
    /// - Returns: the exit code, 0 or 1; after 1 the output holds the specification's error object.
    public static func run() -> Int32 {
        let outcome = answer(to: Process.environment(_:), input: input)
        guard let output = outcome.output else { return outcome.code }
        do throws(KernelError) {
            try Process.writeOutput(output.encoded() + [UInt8(ascii: "\n")])
        } catch {
            warn("the result could not be written: \(error)")
            return 1
        }
        return outcome.code
    }

    /// The same with environment and standard input handed in: a seam for tests.
    package static func answer(
        to environment: (String) -> String?,
        input: () throws(CNIError) -> [UInt8]
    ) -> (output: JSONValue?, code: Int32) {
        var version = CNIVersion.latest
        do throws(CNIError) {
            return (try execute(environment, input, &version), 0)
        } catch {
            return (error.json(version: version.rawValue), 1)
        }
    }

    private static func execute(
        _ environment: (String) -> String?,
        _ input: () throws(CNIError) -> [UInt8],
        _ version: inout CNIVersion
    ) throws(CNIError) -> JSONValue? {
        let invocation = try Invocation(environment: environment)
        if invocation.command == .version { return CNIVersion.answer }
        let configuration = try PluginConfiguration(parsing: input(), version: &version)
        try refuse(invocation.command, in: version)
        let parts = try Parts(configuration, warn: warn)
        switch invocation.command {
        case .add:
            let add = AddCommand(
                invocation: invocation,
                configuration: configuration,
                parts: parts
            )
            return try add.run().json(version: version)
        case .del:
            let del = DelCommand(
                invocation: invocation,
                configuration: configuration,
                parts: parts
            )
            try del.run()
        case .check: try CheckCommand(invocation: invocation, parts: parts).run()
        case .gc: try GarbageCollection(configuration: configuration, parts: parts).run()
        case .status: try parts.hostAgent.probe(deadline: parts.deadline)
        case .version: break
        }
        return nil
    }

    /// CHECK came with 0.4.0, GC and STATUS with 1.1.0.
    private static func refuse(
        _ command: Invocation.Command,
        in version: CNIVersion
    ) throws(CNIError) {
        let since: CNIVersion? =
            switch command {
            case .check: .v0_4_0
            case .gc, .status: .v1_1_0
            case .add, .del, .version: nil
            }
        if let since, version < since {
            let text = "\(command.rawValue) needs a configuration of version \(since.rawValue)"
            throw CNIError(.incompatibleVersion, text)
        }
    }

    /// A configuration list entry is a few KiB.
    private static let inputLimit = 1 << 20

    private static func input() throws(CNIError) -> [UInt8] {
        do throws(KernelError) {
            return try Process.readInput(limit: inputLimit)
        } catch {
            throw CNIError(.inputOutput, "standard input cannot be read: \(error)")
        }
    }

    @Sendable private static func warn(_ text: String) {
        do throws(KernelError) {
            try Process.writeError(Array("opi-xpu-cni: \(text)\n".utf8))
        } catch {
            return  // nobody reads what we would say about it
        }
    }
}
