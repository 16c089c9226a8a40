"""A thread that, once a night, reports what takes space: one line in the log, and a file."""

import logging
import threading
from datetime import UTC, datetime

from vedette.clock import Clock, system_clock
from vedette.server.space import SpaceReport, SpaceReports, measure_space
from vedette.settings import Settings
from vedette.store.db import Database

log = logging.getLogger("vedette.space")

# By UTC; a server that runs by day alone reports at its first look.
HOUR = 2
LOOK_S = 600.0
NAMED = 4


class SpaceWatch:
    """Looks every ten minutes whether the day's report is due."""

    def __init__(self, settings: Settings, database: Database, clock: Clock = system_clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._reports = SpaceReports(settings.data)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="space", daemon=True)

    def start(self) -> None:
        """Begin; the first look comes after the first pause, so that a start stays quick."""
        self._thread.start()

    def close(self) -> None:
        """End the thread."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def look(self) -> SpaceReport | None:
        """Report where it is due."""
        now = self._clock().astimezone(UTC)
        if now.hour < HOUR:
            return None
        report = self._reports.take(now, lambda: measure_space(self._settings, self._database, self._clock))
        if report is not None:
            log.info("%s", summary(report, self._reports.newest(before=now)))
        return report

    def _run(self) -> None:
        while not self._stop.wait(LOOK_S):
            try:
                self.look()
            except Exception:
                log.exception("what takes space could not be reported; the next look tries again")


def summary(report: SpaceReport, before: SpaceReport | None = None, *, named: int = NAMED) -> str:
    """Return a report in one line, with so many of its largest lines."""
    largest = ", ".join(f"{line.name} {amount(line.size)}" for line in report.lines[:named])
    beside = f" ({largest})" if largest else ""
    text = f"The installation takes {amount(report.size)}{beside}; {amount(report.free_bytes)} are free."
    if before is not None:
        grown = report.size - before.size
        since = datetime.fromisoformat(before.moment)
        text += f" That is {amount(abs(grown))} {'more' if grown >= 0 else 'less'} than on {since:%Y-%m-%d}."
    return text


def amount(size: int) -> str:
    """Return a number of bytes for a person."""
    value, unit = float(size), "B"
    for unit in ("B", "KiB", "MiB", "GiB", "TiB"):
        if value < 1024 or unit == "TiB":
            break
        value /= 1024
    return f"{value:.0f} {unit}" if unit in ("B", "KiB") else f"{value:.1f} {unit}"
