// SPDX-License-Identifier: Apache-2.0

import Attachment
import Configuration
import Kernel
import Links
import PCI

/// What every command works with.
struct Parts: Sendable {
    let journal: Journal
    let finder: FunctionFinder
    let mover: FunctionMover
    let hostAgent: HostAgentClient
    let deadline: Deadline
    let warn: @Sendable (String) -> Void

    /// The parts that a configuration names.
    init(
        _ configuration: PluginConfiguration,
        warn: @escaping @Sendable (String) -> Void
    ) throws(CNIError) {
        let run = configuration.runDirectory
        deadline = .after(configuration.timeout)
        finder = FunctionFinder(
            sysfs: configuration.sysfs,
            usesAlias: configuration.functionIdentity == .alias
        )
        mover = FunctionMover(finder)
        self.warn = warn
        do throws(AttachmentError) {
            journal = try Journal(runDirectory: run)
            hostAgent = HostAgentClient(
                socketPath: run + "/host-agent.sock",
                releases: try ReleaseSpool(runDirectory: run),
                warn: warn
            )
        } catch {
            throw CNIError(error)
        }
    }

    /// Brings home the function of `record` and has the card forget the pod.
    ///
    /// The record goes last; one that changed while we waited for the lock is somebody else's.
    func bringHome(_ record: AttachmentRecord) throws {
        let function = record.function
        try journal.withLock(on: function, deadline: deadline) {
            guard let current = try journal.record(of: function),
                current.isOf(
                    containerID: record.containerID,
                    interfaceName: record.interfaceName
                )
            else { return }
            if try mover.bringHome(current, to: homeSocket()) == nil {
                warn("function \(function) is nowhere any more; its record is removed")
            }
            try hostAgent.release(Release(current))
            try journal.remove(function)
        }
    }

    /// The record of `function`; a damaged one says nothing, and must not be in the way for ever.
    func readableRecord(of function: PCIAddress) throws(AttachmentError) -> AttachmentRecord? {
        do {
            return try journal.record(of: function)
        } catch {
            guard case .damaged = error else { throw error }
            warn("\(error)")
            return nil
        }
    }

    /// A socket in the namespace where functions are at home: our own.
    func homeSocket() throws(CNIError) -> RouteSocket {
        do throws(LinkError) {
            return try RouteSocket()
        } catch {
            throw CNIError(.link(error))
        }
    }

    /// A socket in the pod's namespace.
    ///
    /// - Throws: code 8 when the path is no namespace, or is the host's.
    func podSocket(
        at path: String,
        besides home: borrowing RouteSocket
    ) throws(CNIError) -> RouteSocket {
        let namespace: NetworkNamespace
        do throws(KernelError) {
            namespace = try NetworkNamespace(path: path)
        } catch {
            throw CNIError(.invalidNamespace, "CNI_NETNS \(path) cannot be used: \(error)")
        }
        guard namespace.identity != home.namespace.identity else {
            let text = "CNI_NETNS \(path) is the host's network namespace"
            throw CNIError(.invalidNamespace, text)
        }
        do throws(LinkError) {
            return try RouteSocket(in: namespace)
        } catch {
            throw CNIError(.link(error))
        }
    }
}

extension CNIError {
    /// What the runtime is told of anything that stopped a command.
    init(wrapping error: any Error) {
        switch error {
        case let error as CNIError: self = error
        case let error as AttachmentError: self.init(error)
        case let error as LinkError: self.init(.link(error))
        case let error as KernelError: self.init(.kernel(error))
        default: self.init(.internal, "\(error)")
        }
    }

    /// What the runtime is told of a failure below.
    init(_ error: AttachmentError) {
        let code: Code =
            switch error {
            case .busy: .tryAgainLater
            case .notAtHome: .unknownFunction
            case .nameTaken: .interfaceExists
            case .kernel, .bus, .link, .damaged: .inputOutput
            }
        self.init(code, "\(error)")
    }
}
