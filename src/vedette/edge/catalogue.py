"""Which models lie in a device's folder. Read anew for every call: what was copied there is there.

A model package is a folder or a zip and named by it; a component (runtime/components.py), also where
Greengrass unpacks it, has its name in its manifest, and of several versions the newest counts. Names that
begin with a dot are passed over, since what is being copied in should have one until it is whole. Nothing is
opened here: a package is checked by the process that loads it.
"""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from vedette.errors import Missing
from vedette.runtime.components import list_components
from vedette.runtime.package import FACTS

log = logging.getLogger("vedette.edge")


@dataclass(frozen=True, slots=True)
class ModelOnDisk:
    """A model that lies on the device. `problem` says why it cannot be started, where that is known."""

    name: str
    package: Path
    arn: str = ""
    version: str = ""
    problem: str = ""


class Catalogue:
    """The models of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        if not folder.is_dir():
            raise Missing(f"There is no folder {folder}.", kind="folder", name=str(folder))

    def models(self) -> dict[str, ModelOnDisk]:
        """Return the models by name."""
        models: dict[str, ModelOnDisk] = {}
        for model in (*self._entries(), *self._components()):
            other = models.get(model.name)
            if other is not None and other.version and model.version:
                model = max(other, model, key=lambda version: _numbers(version.version))
            elif other is not None:
                problem = f"Two models are named {model.name}: {other.package} and {model.package}."
                model = ModelOnDisk(model.name, other.package, problem=problem)
            models[model.name] = model
        return models

    def _entries(self) -> Iterator[ModelOnDisk]:
        try:
            entries = sorted(self.folder.iterdir())
        except OSError as error:  # a drive that was pulled; what runs goes on
            log.warning("the folder %s cannot be read: %s", self.folder, error.strerror)
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir() and (entry / FACTS).is_file():
                yield ModelOnDisk(entry.name, entry)
            elif entry.suffix == ".zip" and entry.is_file():
                yield ModelOnDisk(entry.stem, entry)

    def _components(self) -> Iterator[ModelOnDisk]:
        """Yield the components by their manifests alone."""
        try:
            entries = list_components(self.folder, is_checked=False)
        except (OSError, Missing):
            return  # said above
        for entry in entries:
            if entry.component is None:
                yield ModelOnDisk(entry.folder.name, entry.folder, problem=entry.problem)
                continue
            facts = entry.component.facts
            yield ModelOnDisk(facts.name, entry.component.model, facts.model_arn, facts.version)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
