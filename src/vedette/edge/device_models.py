"""The models of a device: those that lie in its folder, and those that are in use."""

import logging
import threading
from collections.abc import Mapping

from vedette.edge.catalogue import Catalogue, ModelOnDisk
from vedette.edge.life import ModelReport, ModelState
from vedette.edge.process import ModelProcess, ProcessLimits
from vedette.edge.served import Observer, ServedModel
from vedette.errors import Missing, Refusal, Wrong
from vedette.runtime.components import NAME

log = logging.getLogger("vedette.edge")

IN_USE = frozenset({ModelState.STARTING, ModelState.RUNNING, ModelState.STOPPING})


class DeviceModels:
    """Every model, by name. Threads share it."""

    def __init__(
        self, catalogue: Catalogue, limits: ProcessLimits | None = None, observe: Observer = lambda _: None
    ) -> None:
        self._catalogue = catalogue
        self._limits = limits or ProcessLimits()
        self._observe = observe
        self._served: dict[str, ServedModel] = {}
        self._lock = threading.Lock()

    def reports(self) -> list[ModelReport]:
        """Return every model, by name; one whose package is gone, while it is in use."""
        on_disk = self._catalogue.models()
        with self._lock:
            served = dict(self._served)
        reports = [_report(served.get(name), model) for name, model in on_disk.items()]
        reports += [
            served[name].report for name in set(served) - set(on_disk) if served[name].state in IN_USE
        ]
        return sorted(reports, key=lambda report: report.name)

    def describe(self, name: str) -> ModelReport:
        """Return one model."""
        served, model = self._find(name)
        return served.report if model is None and served else _report(served, model)

    def start(self, name: str) -> None:
        """Begin to start a model; it is STARTING when this returns."""
        served, model = self._find(name)
        if model is None:
            assert served is not None
            model = served.model
        if served is None:
            with self._lock:
                served = self._served.setdefault(name, ServedModel(model, self._limits, self._observe))
        served.start(model)

    def switch(self, model: ModelOnDisk, process: ModelProcess) -> None:
        """Have another package of a model answer; one that was not RUNNING is started with it.

        One that a client stopped stays STOPPED. The process is this one's from now on.
        """
        served = self._served.get(model.name)
        if served is not None and served.switch(model, process):
            return
        process.close()
        if served is None or served.state is not ModelState.STOPPED:
            self._start_again(model)

    def _start_again(self, model: ModelOnDisk) -> None:
        try:
            self.start(model.name)
        except Refusal as refusal:
            log.warning("%s was not started: %s", model.name, refusal.sentence)

    def leave(self, name: str) -> None:
        """Stop a model that is not on the device any more, in whatever state it is."""
        with self._lock:
            served = self._served.pop(name, None)
        if served is not None:
            served.close()

    def state(self, name: str) -> ModelState:
        """Return the state that a model is in, without a look at the disk."""
        served = self._served.get(name)
        return ModelState.STOPPED if served is None else served.state

    def version(self, name: str) -> str:
        """Return the version of a model's component that is in use, else that lies there."""
        served = self._served.get(name)
        if served is not None and served.state in IN_USE:
            return served.model.version
        model = self._catalogue.models().get(name)
        return "" if model is None else model.version

    def stop(self, name: str) -> None:
        """Stop a model; it is STOPPED when this returns."""
        self.served(name).stop()

    def served(self, name: str) -> ServedModel:
        """Return a model to ask or stop, which refuses itself unless it is RUNNING."""
        served = self._served.get(name)
        if served is not None and served.state is ModelState.RUNNING:
            return served  # spares a look at the disk for each picture
        served, model = self._find(name)
        if served is None:
            assert model is not None
            served = ServedModel(model, self._limits)
        return served

    def is_known(self, name: str) -> bool:
        """Return whether a model of that name was started since the agent began."""
        return name in self._served

    def waiting(self) -> dict[str, int]:
        """Return how many calls each model has that was started."""
        with self._lock:
            return {name: served.waiting for name, served in self._served.items()}

    def close(self) -> None:
        """End every process."""
        with self._lock:
            served = list(self._served.values())
        for model in served:
            model.close()

    def _find(self, name: str) -> tuple[ServedModel | None, ModelOnDisk | None]:
        """Return a model as it is in use and as it lies on the disk, one of them at least."""
        on_disk: Mapping[str, ModelOnDisk] = self._catalogue.models()
        model, served = on_disk.get(name), self._served.get(name)
        if model is None and (served is None or served.state not in IN_USE):
            if not NAME.fullmatch(name):
                raise Wrong(
                    f"{name[:80]!r} is no name of a model: letters, digits, '.', '-' and '_', 128 at most.",
                    kind="model",
                    name=name,
                )
            raise Missing(f"There is no model {name} on this device.", kind="model", name=name)
        return served, model


def _report(served: ServedModel | None, model: ModelOnDisk | None) -> ModelReport:
    """Return a report; of a model that is not in use, what the disk says."""
    if served is not None and (model is None or served.state is not ModelState.STOPPED):
        return served.report
    assert model is not None
    return ModelReport(model.name, model.arn, ModelState.STOPPED, model.problem)
