// SPDX-License-Identifier: Apache-2.0

import Resources
import Testing

@Suite struct LifeSignsTests {
    private let start = ContinuousClock.now

    private func lease(_ version: String, holder: String? = "a", seconds: Int? = 10) -> Lease {
        var metadata = ObjectMeta(name: "xpu-card", namespace: "n")
        metadata.resourceVersion = version
        let spec = Lease.Spec(holderIdentity: holder, leaseDurationSeconds: seconds)
        return Lease(metadata: metadata, spec: spec)
    }

    private func at(_ seconds: Int) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func `nobody was seen without a Lease, or with one that nobody holds`() {
        var life = LifeSigns()
        #expect(life.verdict(at: start) == .neverSeen)
        for lease in [nil, lease("1", holder: nil), lease("2", holder: "")] {
            life.observe(lease, at: start)
            #expect(life.verdict(at: start) == .neverSeen)
        }
    }

    @Test func `a change is a sign of life for the Lease's duration, by our clock`() {
        var life = LifeSigns()
        life.observe(lease("1"), at: at(0))
        #expect(life.verdict(at: at(10)) == .alive)
        #expect(life.verdict(at: at(11)) == .silent(.seconds(11)))
        life.observe(lease("1"), at: at(11))
        #expect(life.verdict(at: at(11)) == .silent(.seconds(11)), "the same is nothing new")
        life.observe(lease("2"), at: at(12))
        #expect(life.verdict(at: at(22)) == .alive)
    }

    @Test func `a Lease that is given up ends it at once`() {
        var life = LifeSigns()
        life.observe(lease("1"), at: at(0))
        life.observe(lease("2", holder: ""), at: at(1))
        #expect(life.verdict(at: at(1)) == .neverSeen)
    }

    @Test func `a Lease without a duration is believed for no time`() {
        var life = LifeSigns()
        life.observe(lease("1", seconds: nil), at: at(0))
        #expect(life.verdict(at: at(1)) == .silent(.seconds(1)))
    }
}
