// SPDX-License-Identifier: Apache-2.0

/// How long ago something was, as kubectl shows it: two digits or so are enough.
enum Age {
    /// `12s`, `5m`, `3h`, `9d`; times to come are `0s`.
    static func text(seconds: Int64) -> String {
        switch seconds {
        case ..<0: "0s"
        case ..<120: "\(seconds)s"
        case ..<7200: "\(seconds / 60)m"
        case ..<172_800: "\(seconds / 3600)h"
        default: "\(seconds / 86_400)d"
        }
    }
}
