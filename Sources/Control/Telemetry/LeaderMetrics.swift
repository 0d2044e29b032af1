// SPDX-License-Identifier: Apache-2.0

/// What a candidate for a Lease tells of itself, under client-go's names.
///
/// Source: kubernetes/component-base `metrics/prometheus/clientgo/leaderelection`.
public struct LeaderMetrics: Sendable {
    /// 1 while it leads, else 0: `leader_election_master_status`.
    public let isLeading: Gauge
    /// Renewals that had to read the Lease first: `leader_election_slowpath_total`.
    public let slowRenewals: Counter

    /// The metrics of a candidate for the Lease `name`.
    public init(_ registry: MetricRegistry, name: String) {
        isLeading =
            registry.gauge(
                "leader_election_master_status",
                "1 while this process leads, 0 while it does not, by Lease.",
                labels: ["name"]
            )[name]
        slowRenewals =
            registry.counter(
                "leader_election_slowpath_total",
                "Renewals that had to read the Lease first, by Lease.",
                labels: ["name"]
            )[name]
    }
}
