// SPDX-License-Identifier: Apache-2.0

public import Logging

extension APIClientObserver {
    /// An observer that says what became of certificates that had changed.
    public init(_ log: Logger) {
        self.init(onReload: { sentence, isTrouble in
            log.log(level: isTrouble ? .warning : .info, "\(sentence)")
        })
    }
}
