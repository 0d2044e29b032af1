// SPDX-License-Identifier: Apache-2.0

import OPI

/// What the data path has to do, one thing after another.
extension Store {
    /// One turn of the data path.
    struct Work: Sendable {
        let object: any GatewayObject
        let isRemoval: Bool
        /// It cannot succeed: the references are lost.
        let isHopeless: Bool
        fileprivate let serial: Int
        fileprivate let version: Int
    }

    /// What became of an object in a turn.
    enum Event: Equatable, Sendable {
        case up(String)
        case gone(String)
        case failed(String, why: String)
    }

    /// When the data path has something to do again, nil when there is nothing.
    var nextDue: Duration? { entries.values.compactMap(\.due).min() }

    /// What has to be done now; its turn ends with ``finish(_:problem:now:)``.
    mutating func nextWork(now: Duration) -> Work? {
        let due = entries.values.filter { $0.due.map { $0 <= now } ?? false }
        let next = due.min { ($0.due ?? now, $0.serial) < ($1.due ?? now, $1.serial) }
        guard let next else { return nil }
        entries[next.object.name]?.due = nil
        let isRemoval = next.object.condition.operStatus == .toBeDeleted
        return Work(
            object: next.object,
            isRemoval: isRemoval,
            isHopeless: isRemoval && next.isOrphaned && traps.contains(.updateOrphans),
            serial: next.serial,
            version: next.version
        )
    }

    /// Takes note of how a turn has ended; nil when something else is wanted by now.
    mutating func finish(_ work: Work, problem: String?, now: Duration) -> Event? {
        let name = work.object.name
        guard var entry = entries[name], entry.serial == work.serial,
            entry.version == work.version
        else { return nil }
        let kind = type(of: work.object).kind
        if let problem {
            let status = entry.object.condition.operStatus
            entry.object.condition = Condition(status, kind, .error, problem)
            entry.due = now + entry.retry
            entry.retry = min(entry.retry * 2, Self.longestRetry)
            entries[name] = entry
            return .failed(name, why: problem)
        }
        if work.isRemoval {
            entries[name] = nil
            return .gone(name)
        }
        entry.object.condition = Condition(.up, kind, .success)
        entry.retry = Self.firstRetry
        entries[name] = entry
        return .up(name)
    }

    /// Has the data path look at an object, at the latest then.
    mutating func schedule(_ name: String, _ due: Duration) {
        guard var entry = entries[name] else { return }
        entry.version += 1
        entry.due = entry.due.map { min($0, due) } ?? due
        entries[name] = entry
    }
}
