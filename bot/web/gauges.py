"""What /metrics shows; one registry per program, no names or texts in it."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest


class Gauges:
    """The figures of this process."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.inbound = Counter(
            "huitouke_inbound_total",
            "Events taken, by account and whether known before",
            ["account", "repeat"],
            registry=self.registry,
        )
        self.refused = Counter(
            "huitouke_callbacks_refused_total",
            "Callbacks refused, by account and HTTP status",
            ["account", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "huitouke_answer_seconds",
            "From a callback's arrival to its answer",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
            registry=self.registry,
        )
        self.outbox = Gauge("huitouke_outbox_rows", "Messages by state", ["status"], registry=self.registry)
        self.clock_offset = Gauge(
            "huitouke_clock_offset_seconds", "How far the sandbox clock is ahead", registry=self.registry
        )

    def render(self) -> bytes:
        """The Prometheus text."""
        return generate_latest(self.registry)
