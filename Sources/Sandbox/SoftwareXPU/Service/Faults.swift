// SPDX-License-Identifier: Apache-2.0

import Kernel
import Synchronization

/// The rules of misbehaviour, from a file that is read again for every request and from the
/// control socket, whose rules come first.
final class Faults: Sendable {
    private struct State {
        var commanded = FaultRules()
        var filed = FaultRules()
        var version: Version?
    }

    private struct Version: Equatable {
        let file: FileIdentity?
        let text: [UInt8]
    }

    private static let sizeLimit = 1 << 20

    private let path: String?
    private let state = Mutex(State())

    init(file path: String?) {
        self.path = path
    }

    func command(_ rules: FaultRules) {
        state.withLock { $0.commanded = rules }
    }

    /// The rule for a request, which counts as used.
    func take(for method: String) -> FaultRules.Rule? {
        state.withLock { state in
            reload(&state)
            return state.commanded.take(for: method) ?? state.filed.take(for: method)
        }
    }

    /// The error text that the data path shall report now, which counts as used.
    func takeComponentError() -> String? {
        state.withLock { state in
            reload(&state)
            return state.commanded.takeComponentError() ?? state.filed.takeComponentError()
        }
    }

    /// Reads the file if it has changed; a half-written one counts as its last whole version.
    private func reload(_ state: inout State) {
        guard let path else { return }
        do throws(KernelError) {
            let file = try Files.identity(of: path)
            let text = file == nil ? [] : try Files.read(path, limit: Self.sizeLimit)
            let version = Version(file: file, text: text)
            guard version != state.version else { return }
            do {
                state.filed = try FaultRules(parsing: text)
                state.version = version
            } catch {
                return  // half-written: the next request reads it again
            }
        } catch {
            return  // it went away between two looks
        }
    }
}
