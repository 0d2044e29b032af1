// SPDX-License-Identifier: Apache-2.0

extension Lease {
    /// The name of the Lease by which the agent of an XPU shows that it lives.
    public static func name(ofXPU xpu: String) -> String { "xpu-\(xpu)" }
}
