// SPDX-License-Identifier: Apache-2.0

public import Logging
public import Telemetry

extension APIClientObserver {
    /// An observer that counts the requests to `server`, and says what became of certificates that
    /// had changed.
    public init(_ log: Logger, _ metrics: MetricRegistry, _ server: ServerURL) {
        let requests = RequestMetrics(metrics, host: "\(server.endpoint)")
        self.init(
            onRequest: { method, code, time in
                requests.finished(method, code: code, after: time)
            },
            onReload: { sentence, isTrouble in
                log.log(level: isTrouble ? .warning : .info, "\(sentence)")
            }
        )
    }
}
