// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Synchronization

/// The connections of a server.
final class Guests: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    /// Takes a connection in until it ends; false when there are too many.
    func admit(_ channel: any Channel) -> Bool {
        let id = ObjectIdentifier(channel)
        let isWelcome = state.withLock { state in
            guard !state.isClosed, state.channels.count < PageServer.connectionLimit else {
                return false
            }
            state.channels[id] = channel
            return true
        }
        if isWelcome {
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { _ = $0.channels.removeValue(forKey: id) }
            }
        }
        return isWelcome
    }

    /// Closes all, and lets nobody in.
    func close() async {
        let channels = state.withLock { state in
            state.isClosed = true
            return Array(state.channels.values)
        }
        for channel in channels {
            channel.close(promise: nil)
            do {
                try await channel.closeFuture.get()
            } catch {
                continue  // never: what a channel's end is told by does not fail
            }
        }
    }
}
