// SPDX-License-Identifier: Apache-2.0

/// What became of files that had changed.
public enum TLSReload: Hashable, Sendable {
    /// New connections use what the files say now; sessions from before are not resumed.
    case renewed
    /// The files cannot be used, and what was read before stays in use; told once for each change.
    case kept(TLSError)
}
