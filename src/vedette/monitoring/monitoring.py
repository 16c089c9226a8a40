"""The room put together: metrics, dashboards, alarms, and whom these call."""

import contextlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Connection

from vedette.clock import Clock, system_clock
from vedette.metering.meter import Meter
from vedette.monitoring.actions import read_actions
from vedette.monitoring.alarm_messages import AlarmMove
from vedette.monitoring.alarms import Alarms
from vedette.monitoring.dashboards import Dashboards
from vedette.monitoring.metrics import KnownMetrics
from vedette.monitoring.watch import AlarmWatch
from vedette.settings import Settings
from vedette.store.db import Database


class Monitoring:
    """The figures of the installation as people watch them."""

    def __init__(
        self,
        database: Database,
        meter: Meter,
        clock: Clock = system_clock,
        *,
        account: str = "",
        actions: Path | None = None,
    ) -> None:
        self.metrics = KnownMetrics(database, meter, clock)
        self.alarms = Alarms(database, clock)
        self.dashboards = Dashboards(database, clock)
        # The file is read at each call: an operator changes it without a restart.
        self.watch = AlarmWatch(self.metrics, self.alarms, lambda: read_actions(actions), account)


def open_monitoring(
    database: Database,
    meter: Meter,
    settings: Settings,
    closing: contextlib.ExitStack,
    tell: Callable[[Connection, str, AlarmMove], bool],
) -> Monitoring:
    """Return the room, whose alarms are evaluated from now on; `tell` hands on what webhooks are to hear.

    Raises:
        Wrong: when the operator's file of actions cannot be read.
    """
    read_actions(settings.alarm_actions)
    monitoring = Monitoring(database, meter, account=settings.account, actions=settings.alarm_actions)
    monitoring.watch.tell = tell
    closing.callback(monitoring.watch.close)
    monitoring.watch.open()
    return monitoring
