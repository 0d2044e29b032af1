// SPDX-License-Identifier: Apache-2.0

import Attachment
import GRPC
import HostAPI
import Kernel
import RPC

/// The host agent as the CNI sees it: one call at a time over its socket, or a spool when it is
/// away.
struct HostAgentClient: Sendable {
    let socketPath: String
    let releases: ReleaseSpool
    let warn: @Sendable (String) -> Void

    /// DEL waits no longer than this for an answer before it leaves a note.
    private static let releaseTimeout = Duration.seconds(3)

    /// Asks for the function and waits until the card is ready.
    ///
    /// - Throws: code 11 when agent or card are not there, 100 when another container has the
    ///   function, 102 when it belongs to no network, 103 when the card refused.
    func attach(_ request: AttachRequest, deadline: Deadline) throws(CNIError) -> AttachResponse {
        do throws(Status) {
            let client = BlockingClient(unixPath: socketPath)
            return try client.unary(HostAgentMethods.attach, request, deadline: deadline)
        } catch {
            throw CNIError(Self.code(for: error.code), "host agent: \(error)")
        }
    }

    /// Gives the interface back; without an answer the wish is written down for later.
    ///
    /// - Throws: code 5 when it cannot even be written down.
    func release(_ release: Release) throws(CNIError) {
        var request = DetachRequest()
        request.deviceID = release.deviceID
        request.containerID = release.containerID
        request.interfaceName = release.interfaceName
        do throws(Status) {
            let client = BlockingClient(unixPath: socketPath)
            let deadline = Deadline.after(Self.releaseTimeout)
            _ = try client.unary(HostAgentMethods.detach, request, deadline: deadline)
        } catch {
            warn("the host agent will release the port when it is back: \(error)")
            do throws(AttachmentError) {
                try releases.add(release)
            } catch {
                throw CNIError(.inputOutput, "\(error)")
            }
        }
    }

    /// STATUS: whether the agent answers at all.
    func probe(deadline: Deadline) throws(CNIError) {
        do throws(KernelError) {
            _ = try UnixStream(connectingTo: socketPath, deadline: deadline)
        } catch {
            throw CNIError(.notAvailable, "the host agent does not answer: \(error)")
        }
    }

    private static func code(for status: StatusCode) -> CNIError.Code {
        switch status {
        case .unavailable, .deadlineExceeded, .cancelled, .aborted, .resourceExhausted:
            .tryAgainLater
        case .failedPrecondition: .functionBusy
        case .notFound: .unknownFunction
        case .invalidArgument: .invalidConfiguration
        case .internalError: .refusedByCard
        default: .internal
        }
    }
}
