// SPDX-License-Identifier: Apache-2.0

/// Which release of the product this is.
public enum Release: Sendable {
    /// Semantic version.
    public static let version = "0.2.0"
}
