// SPDX-License-Identifier: Apache-2.0

package import Addressing
package import GRPC
import Kernel
package import PCI
import Synchronization

/// The table of Netdevs, its files, and the tasks that wait for a change.
///
/// A change is on disk before anybody sees it: an answer that was given survives a crash.
package final class NetdevStore: Sendable {
    /// How far the card is with a function's port.
    package enum Progress: Sendable {
        /// Nobody knows yet (an empty text), or the card is at work; the text says on what.
        case pending(String)
        /// The port is as wanted.
        case connected
        /// The last pass failed.
        case failed(Status)
    }

    fileprivate struct State {
        var table: NetdevTable
        var progress: [PCIAddress: Progress] = [:]
        /// Wishes for each function so far: a pass that began before the last one knows less.
        var wishes: [PCIAddress: UInt64] = [:]
        var version: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var nextWaiter: UInt64 = 0
    }

    private let state: Mutex<State>
    private let files: NetdevFiles

    /// The store over what the files say.
    package init(
        _ netdevs: [NetdevRecord],
        files: NetdevFiles,
        assignsAddresses: Bool = true
    ) {
        state = Mutex(
            State(table: NetdevTable(netdevs, assignsAddresses: assignsAddresses))
        )
        self.files = files
    }

    /// All Netdevs.
    package var netdevs: [NetdevRecord] { state.withLock { Array($0.table.netdevs.values) } }

    /// The function's Netdev and how far its port is.
    package func look(at function: PCIAddress) -> (netdev: NetdevRecord?, progress: Progress) {
        state.withLock { ($0.table.netdevs[function], $0.progress[function] ?? .pending("")) }
    }

    /// Changes the table, writes what changed, then lets everybody see it.
    ///
    /// - Parameter body: gives its result and the Netdevs that must be on disk.
    /// - Returns: the result.
    /// - Throws: what `body` throws, or `INTERNAL` when a file cannot be written; then nothing
    ///   changed.
    package func change<Value: Sendable>(
        _ body: (inout NetdevTable) throws(Status) -> (Value, dirty: [NetdevRecord])
    ) throws(Status) -> Value {
        let outcome: Result<(Value, [CheckedContinuation<Void, Never>]), Status> = state.withLock {
            state in
            do throws(Status) {
                var table = state.table
                let (value, dirty) = try body(&table)
                for netdev in dirty {
                    try write(netdev)
                }
                for netdev in dirty {
                    state.expectPass(over: netdev)
                }
                state.table = table
                return .success((value, state.wakeAll()))
            } catch {
                return .failure(error)
            }
        }
        let (value, waiters) = try outcome.get()
        for waiter in waiters { waiter.resume() }
        return value
    }

    /// Notes the addresses that were chosen for `netdev`, unless another port is wanted meanwhile.
    ///
    /// - Throws: `INTERNAL` when its file cannot be written.
    package func assign(_ addresses: [IPPrefix], to netdev: NetdevRecord) throws(Status) {
        try change { table throws(Status) in
            guard let current = table.netdevs[netdev.function], current.wantsSamePort(as: netdev),
                current.addresses != addresses
            else { return ((), []) }
            return ((), table.assign(addresses, to: netdev.function).map { [$0] } ?? [])
        }
    }

    /// The function's Netdev for a pass that begins now, and the number of the wish it is about.
    package func begin(_ function: PCIAddress) -> (netdev: NetdevRecord, wish: UInt64)? {
        state.withLock { state in
            state.table.netdevs[function].map { ($0, state.wishes[function] ?? 0) }
        }
    }

    /// Says that a pass has failed, unless there was a wish since it began.
    package func reportFailure(_ error: Status, of netdev: NetdevRecord, wish: UInt64) {
        let isCurrent = state.withLock { ($0.wishes[netdev.function] ?? 0) == wish }
        if isCurrent { report(.failed(error), for: netdev) }
    }

    /// Says how far the port of `netdev` is, unless another port is wanted meanwhile.
    package func report(_ progress: Progress, for netdev: NetdevRecord) {
        let waiters = state.withLock { state in
            let current = state.table.netdevs[netdev.function]
            guard current?.wantsSamePort(as: netdev) == true else {
                return [CheckedContinuation<Void, Never>]()
            }
            state.progress[netdev.function] = progress
            return state.wakeAll()
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Forgets a Netdev whose port is gone.
    ///
    /// - Throws: `INTERNAL` when its file cannot be removed; then it is remembered.
    package func forget(_ netdev: NetdevRecord) throws(Status) {
        let outcome: Result<[CheckedContinuation<Void, Never>], Status> = state.withLock { state in
            var table = state.table
            guard table.forget(netdev) else { return .success([]) }
            do throws(KernelError) {
                try files.remove(netdev.function)
            } catch {
                return .failure(Status(.internalError, "state cannot be written: \(error)"))
            }
            state.table = table
            state.progress[netdev.function] = nil
            state.wishes[netdev.function] = nil
            return .success(state.wakeAll())
        }
        for waiter in try outcome.get() { waiter.resume() }
    }

    /// The number of the last change, to be given to ``waitForChange(after:)``.
    package var version: UInt64 { state.withLock { $0.version } }

    /// Returns at the first change after `version`, at `end`, or when the task is cancelled.
    package func waitForChange(after version: UInt64, until end: ContinuousClock.Instant) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForChange(after: version) }
            group.addTask {
                do {
                    try await Task.sleep(until: end)
                } catch {
                    return  // cancelled: the change came first
                }
            }
            await group.next()
            group.cancelAll()
        }
    }

    /// Returns at the first change after `version`, or when the task is cancelled.
    package func waitForChange(after version: UInt64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let isOver = state.withLock { state in
                    let isOver = state.version > version || Task.isCancelled
                    if !isOver { state.waiters[id] = waiter }
                    return isOver
                }
                if isOver { waiter.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: id) }?.resume()
        }
    }

    private func write(_ netdev: NetdevRecord) throws(Status) {
        do throws(KernelError) {
            try files.write(netdev)
        } catch {
            throw Status(.internalError, "state cannot be written: \(error)")
        }
    }
}

extension NetdevStore.State {
    /// A failure from before a wish says nothing about it: only a pass after it counts.
    fileprivate mutating func expectPass(over netdev: NetdevRecord) {
        wishes[netdev.function, default: 0] += 1
        let before = table.netdevs[netdev.function]
        if case .connected = progress[netdev.function], before?.wantsSamePort(as: netdev) == true {
            return
        }
        progress[netdev.function] = .pending("")
    }

    fileprivate mutating func wakeAll() -> [CheckedContinuation<Void, Never>] {
        version += 1
        defer { waiters = [:] }
        return Array(waiters.values)
    }
}
