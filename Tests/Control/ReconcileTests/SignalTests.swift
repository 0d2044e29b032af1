// SPDX-License-Identifier: Apache-2.0

import Reconcile
import Testing

@Suite(.timeLimit(.minutes(1))) struct SignalTests {
    @Test func `wakes the task that waits`() async {
        let signal = Signal()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await signal.wait(timeout: nil) }
            for _ in 0..<100 { await Task.yield() }
            signal.fire()
        }
    }

    @Test func `a wait ends at its timeout`() async {
        let clock = ContinuousClock()
        let took = await clock.measure { await Signal().wait(timeout: .milliseconds(20)) }
        #expect(took >= .milliseconds(20))
    }

    @Test func `a task that is cancelled already does not wait`() async {
        await withTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { await Signal().wait(timeout: nil) }
        }
    }

    /// The moment between looking and lying down is a few instructions long, so it is tried often.
    @Test func `cancelling and firing at any moment wakes it once`() async {
        for round in 0..<20_000 {
            let signal = Signal()
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await signal.wait(timeout: nil) }
                if round % 3 == 0 { group.addTask { signal.fire() } }
                for _ in 0..<(round % 5) { await Task.yield() }
                group.cancelAll()
            }
        }
    }
}
