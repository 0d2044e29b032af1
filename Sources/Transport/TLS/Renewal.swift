// SPDX-License-Identifier: Apache-2.0

import Kernel
import Synchronization

/// Something made of files, and made again when they have changed.
///
/// Whoever wants it has the files looked at: one `stat` each, and nothing is read as long as they
/// are the same. A file that has changed within the last second is read every time, because one
/// written again in the same tick of the clock looks the same.
///
/// ```
///              files changed, and can be used
/// made ─────────────────────────────────────────► made anew   (old ones live with their users)
///   ▲ │ files changed, but cannot be used
///   └─┘ reported once
/// ```
final class Renewal<Made: Sendable>: Sendable {
    /// Makes it of the files' contents.
    typealias Maker = @Sendable ([[UInt8]]) throws(TLSError) -> Made

    private struct State {
        var made: Made
        var contents: [[UInt8]]
        var versions: [FileVersion?]
        var isSettled: Bool
        var refused: Refusal?
    }

    /// What could not be used; nil contents could not even be read.
    private struct Refusal: Equatable {
        var contents: [[UInt8]]?
        var error: TLSError
    }

    /// The largest file of certificates.
    private static var limit: Int { 4 << 20 }

    /// How long ago a file must have changed to be told from the next change by its version.
    private static var settling: UInt64 { 1_000_000_000 }

    private let paths: [String]
    private let version: @Sendable (String) -> FileVersion?
    private let make: Maker
    private let report: @Sendable (TLSReload) -> Void
    private let state: Mutex<State>

    /// Reads the files at `paths` and makes the first.
    ///
    /// - Throws: ``TLSError/unusable(_:)``.
    init(
        _ paths: [String],
        version: @escaping @Sendable (String) -> FileVersion? = {
            Renewal.version(of: $0)
        },
        report: @escaping @Sendable (TLSReload) -> Void = { _ in },
        make: @escaping Maker
    ) throws(TLSError) {
        let (versions, isSettled) = Self.look(at: paths, version)
        let contents = try Self.read(paths)
        let first = try make(contents)
        self.paths = paths
        self.version = version
        self.make = make
        self.report = report
        state = Mutex(
            State(made: first, contents: contents, versions: versions, isSettled: isSettled)
        )
    }

    /// What the files say now, or said when they could last be used.
    func current() -> Made {
        guard !paths.isEmpty else { return state.withLock { $0.made } }
        let (news, made) = state.withLock { state in (renew(&state), state.made) }
        if let news { report(news) }
        return made
    }

    private func renew(_ state: inout State) -> TLSReload? {
        // The versions come first: a change while the files are read is seen the next time.
        let (versions, isSettled) = Self.look(at: paths, version)
        if state.isSettled, versions == state.versions { return nil }
        (state.versions, state.isSettled) = (versions, isSettled)
        var contents: [[UInt8]]?
        do throws(TLSError) {
            let read = try Self.read(paths)
            contents = read
            if read == state.contents {
                state.refused = nil
                return nil
            }
            if let refused = state.refused, refused.contents == read { return nil }
            state.made = try make(read)
            state.contents = read
            state.refused = nil
            return .renewed
        } catch {
            let refusal = Refusal(contents: contents, error: error)
            defer { state.refused = refusal }
            return state.refused == refusal ? nil : .kept(error)
        }
    }

    /// The files' versions, nil for those that cannot be found, and whether they tell a change.
    private static func look(
        at paths: [String],
        _ version: (String) -> FileVersion?
    ) -> ([FileVersion?], isSettled: Bool) {
        let before = Clocks.realtimeNanoseconds
        let versions = paths.map { version($0) }
        let isSettled = versions.allSatisfy { version in
            guard let version else { return true }
            return version.changed < before - min(before, settling)
        }
        return (versions, isSettled)
    }

    /// What `stat` says; a file that cannot be looked at is told when it is read.
    static func version(of path: String) -> FileVersion? {
        do throws(KernelError) { return try Files.version(of: path) } catch { return nil }
    }

    private static func read(_ paths: [String]) throws(TLSError) -> [[UInt8]] {
        var contents: [[UInt8]] = []
        for path in paths {
            do throws(KernelError) {
                contents.append(try Files.read(path, limit: limit))
            } catch {
                throw .unusable("\(error)")
            }
        }
        return contents
    }
}
