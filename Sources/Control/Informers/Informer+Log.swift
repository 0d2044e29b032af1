// SPDX-License-Identifier: Apache-2.0

public import Logging
import Resources

extension Informer {
    /// What an informer of ours does with its troubles: says each once, and when it is over.
    public static func teller(_ log: Logger) -> @Sendable (_ trouble: String?) -> Void {
        let what = R.type.plural
        return { trouble in
            if let trouble {
                log.warning("cannot be read", metadata: ["what": "\(what)", "error": "\(trouble)"])
            } else {
                log.info("being watched", metadata: ["what": "\(what)"])
            }
        }
    }
}
