// SPDX-License-Identifier: Apache-2.0

/// What a client tells of its work; called from any thread, and at once.
public struct APIClientObserver: Sendable {
    /// A request was answered with a code, or ended without an answer, after so long.
    ///
    /// Of a watch the head counts. A request that is made again is told each time.
    public var onRequest: @Sendable (_ method: String, _ code: Int?, _ time: Duration) -> Void
    /// Files of certificates had changed: the sentence says what became of that.
    public var onReload: @Sendable (_ sentence: String, _ isTrouble: Bool) -> Void

    /// An observer that hears what it has ears for.
    public init(
        onRequest: @escaping @Sendable (String, Int?, Duration) -> Void = { _, _, _ in },
        onReload: @escaping @Sendable (String, Bool) -> Void = { _, _ in }
    ) {
        self.onRequest = onRequest
        self.onReload = onReload
    }
}
