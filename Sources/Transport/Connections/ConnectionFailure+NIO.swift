// SPDX-License-Identifier: Apache-2.0

import Kernel
import NIOCore
import NIOPosix
import TLS

extension ConnectionFailure {
    /// What an error of the event loop means for a connection.
    package init(_ endpoint: Endpoint, _ error: any Error, during call: String) {
        self.init(endpoint, Reason(error, call))
    }
}

extension ConnectionFailure.Reason {
    fileprivate init(_ error: any Error, _ call: String) {
        switch error {
        case let error as ConnectionFailure:
            self = error.reason
        case let error as TLSError:
            self = .insecure(error)
        case let error as IOError:
            self = .refused(call: call, Errno(rawValue: error.errnoCode))
        case ChannelError.connectTimeout(let time):
            self = .connectTimedOut(.nanoseconds(time.nanoseconds))
        case let error as NIOConnectionError:
            self = Self.first(of: error, call)
        case ChannelError.eof, ChannelError.inputClosed, ChannelError.outputClosed,
            ChannelError.ioOnClosedChannel, ChannelError.alreadyClosed:
            self = .closedByPeer
        case is SocketAddressError:
            self = .unresolved
        default:
            self = .other("\(error)")
        }
    }

    /// The error of the first address that was tried; without one the name was not found.
    private static func first(
        of error: NIOConnectionError,
        _ call: String
    ) -> ConnectionFailure.Reason {
        guard let first = error.connectionErrors.first else { return .unresolved }
        return ConnectionFailure.Reason(first.error, call)
    }
}
