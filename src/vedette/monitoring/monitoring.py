"""The room put together: metrics, and what people make of them."""

from vedette.clock import Clock, system_clock
from vedette.metering.meter import Meter
from vedette.monitoring.metrics import KnownMetrics
from vedette.store.db import Database


class Monitoring:
    """The figures of the installation as people watch them."""

    def __init__(self, database: Database, meter: Meter, clock: Clock = system_clock) -> None:
        self.metrics = KnownMetrics(database, meter, clock)
