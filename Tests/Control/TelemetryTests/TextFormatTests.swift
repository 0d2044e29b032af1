// SPDX-License-Identifier: Apache-2.0

import Telemetry
import Testing

@Suite struct TextFormatTests {
    @Test func `writes every kind as the specification shows it`() {
        let registry = MetricRegistry()
        let requests = registry.counter("http_requests_total", "All\nof \\ them.", labels: ["code"])
        requests["200"].increment(by: 1027)
        requests["400"].increment()
        registry.gauge("depth", "Now.")[].set(-2.5)
        let times = registry.histogram("seconds", "Times.", bounds: [0.5, 1], labels: ["verb"])
        for value in [0.5, 0.75, 3, .nan] { times["GET"].observe(value) }
        #expect(
            registry.text == """
                # HELP depth Now.
                # TYPE depth gauge
                depth -2.5
                # HELP http_requests_total All\\nof \\\\ them.
                # TYPE http_requests_total counter
                http_requests_total{code="200"} 1027
                http_requests_total{code="400"} 1
                # HELP seconds Times.
                # TYPE seconds histogram
                seconds_bucket{verb="GET",le="0.5"} 1
                seconds_bucket{verb="GET",le="1"} 2
                seconds_bucket{verb="GET",le="+Inf"} 3
                seconds_sum{verb="GET"} 4.25
                seconds_count{verb="GET"} 3

                """
        )
    }

    @Test func `escapes the values of labels`() {
        let registry = MetricRegistry()
        registry.counter("c_total", "C.", labels: ["path"])["C:\\DIR\r\n\"x\" é"].increment()
        #expect(registry.text.hasSuffix("c_total{path=\"C:\\\\DIR\r\\n\\\"x\\\" é\"} 1\n"))
    }

    @Test(arguments: [
        (0, "0"), (1e-8, "1e-08"), (12, "12"), (1e300, "1e+300"), (.infinity, "+Inf"),
        (-.infinity, "-Inf"), (.nan, "NaN"), (0.1, "0.1"),
    ])
    func `writes numbers as Go reads them`(value: Double, text: String) {
        let registry = MetricRegistry()
        registry.gauge("g", "G.")[].set(value)
        #expect(registry.text.hasSuffix("\ng \(text)\n"))
    }

    @Test func `a family without series is left out`() {
        let registry = MetricRegistry()
        _ = registry.counter("c_total", "C.", labels: ["code"])
        #expect(registry.text == "")
    }
}
