"""What the agent tells its server: which machine it is, and how its models stand. No picture, no answer."""

import os
import platform
import secrets
import shutil
from contextlib import suppress
from typing import Any

import vedette
from vedette.cores import count_cores
from vedette.edge.device_models import DeviceModels
from vedette.edge.figures import AgentFigures
from vedette.edge.installed import InstalledModel, InstalledModels
from vedette.edge.life import ModelReport, ModelState
from vedette.edge.memory import available_bytes

# A server takes as many of each; a device with more models has them and reports these.
MOST_MODELS = 50
LONGEST_TEXT = 300


class DeviceReporter:
    """Makes reports. `doing` and `problem` are about the order that is followed."""

    def __init__(self, models: DeviceModels, figures: AgentFigures, installed: InstalledModels) -> None:
        self.doing = ""
        self.problem = ""
        self._models = models
        self._figures = figures
        self._installed = installed
        # Of this run of the agent, so that a server notices when two machines use one device's secret.
        self._instance = secrets.token_hex(8)

    def report(self) -> dict[str, Any]:
        """Return how everything stands now."""
        waiting = self._models.waiting()
        reports = self._models.reports()
        rows = [self._row(report, waiting.get(report.name, 0)) for report in reports]
        names = {report.name for report in reports}
        rows += [
            self._row(ModelReport(name, "", ModelState.STOPPED, ""), 0)
            for name in self._installed.record.models
            if name not in names
        ]
        return {
            "agent": vedette.__version__,
            "instance": self._instance,
            "order": self._installed.record.number,
            "machine": self._machine(),
            "models": rows[:MOST_MODELS],
            "doing": self.doing,
            "problem": self.problem[:LONGEST_TEXT],
        }

    def _row(self, report: ModelReport, waiting: int) -> dict[str, Any]:
        state = self._installed.record.models.get(report.name, InstalledModel())
        current = state.current
        return {
            "name": report.name,
            "version": self._models.version(report.name),
            "digest": current.digest if current else "",
            "state": report.state.value,
            "message": report.message[:LONGEST_TEXT],
            "answered": self._figures.total(report.name, "OK"),
            "waiting": waiting,
            "refused_digest": state.refused_digest,
            "problem": state.problem[:LONGEST_TEXT],
        }

    def _machine(self) -> dict[str, Any]:
        facts: dict[str, Any] = {
            "system": platform.system(),
            "arch": platform.machine(),
            "host": platform.node()[:LONGEST_TEXT],
            "cores": count_cores(),
            "free_memory": available_bytes() or 0,
            "free_disk": 0,
        }
        with suppress(OSError):
            facts["free_disk"] = shutil.disk_usage(self._installed.root).free
        with suppress(OSError, ValueError, AttributeError):
            facts["memory"] = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        return facts
