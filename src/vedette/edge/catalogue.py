"""Which models lie in a device's folder. Read anew for every call: what was copied there is there.

A model package is a folder or a zip and named by it. A component is a folder, at whatever depth Greengrass
unpacked it, and named by its manifest; of several versions the highest is the model. Names that begin with a
dot are passed over, since what is being copied in should have one until it is whole. No file of a model is
opened here but the manifest: it is checked by the process that loads it.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from vedette.errors import Missing, Refusal
from vedette.runtime.components import MANIFEST, ComponentEntry, list_components
from vedette.runtime.package_files import FACTS

log = logging.getLogger("vedette.edge")


@dataclass(frozen=True, slots=True)
class ModelOnDisk:
    """A model that lies on the device. `problem` says why it cannot be started, where that is known.

    `keys` are those of which one has to have signed it; where there are none, nobody has to.
    """

    name: str
    package: Path
    arn: str = ""
    version: str = ""
    component: Path | None = None
    problem: str = ""
    keys: tuple[str, ...] = ()


def _none() -> Mapping[str, ModelOnDisk]:
    return {}


class Catalogue:
    """The models of one folder. `installed` came over the air; each wins over one of its name there."""

    def __init__(
        self,
        folder: Path,
        installed: Callable[[], Mapping[str, ModelOnDisk]] = _none,
        keys: tuple[str, ...] = (),
    ) -> None:
        self.folder = folder
        self._installed = installed
        self._keys = keys
        if not folder.is_dir():
            raise Missing(f"There is no folder {folder}.", kind="folder", name=str(folder))

    def models(self) -> dict[str, ModelOnDisk]:
        """Return the models by name."""
        models: dict[str, ModelOnDisk] = {}
        try:
            for model in (*self._packages(), *self._components()):
                other = models.get(model.name)
                models[model.name] = model if other is None else _chosen(other, model)
        except (OSError, Refusal) as error:  # a drive that was pulled; what runs goes on
            log.warning("the folder %s cannot be read: %s", self.folder, error)
        models.update(self._installed())
        return {name: replace(model, keys=self._keys) for name, model in models.items()}

    def _packages(self) -> Iterator[ModelOnDisk]:
        if (self.folder / MANIFEST).is_file():  # the folder is one component, and not of several models
            return
        for entry in sorted(self.folder.iterdir()):
            if entry.name.startswith("."):
                continue
            if entry.is_dir() and (entry / FACTS).is_file() and not (entry / MANIFEST).exists():
                yield ModelOnDisk(entry.name, entry)
            elif entry.suffix == ".zip" and entry.is_file():
                yield ModelOnDisk(entry.stem, entry)

    def _components(self) -> Iterator[ModelOnDisk]:
        # Manifests alone: every checksum of every model would be a second of work a call.
        for entry in list_components(self.folder, is_checked=False):
            yield _model_of(entry)


def model_at(path: Path) -> ModelOnDisk:
    """Return the model of one path: a package, as a folder or a zip, or a component.

    Raises:
        Missing: when there is none.
    """
    if (path / MANIFEST).is_file():
        for entry in list_components(path, is_checked=False):
            return _model_of(entry)
    if (path / FACTS).is_file():
        return ModelOnDisk(path.absolute().name, path.absolute())
    if path.suffix == ".zip" and path.is_file():
        return ModelOnDisk(path.stem, path.absolute())
    raise Missing(f"There is no model package at {path}.", kind="model", name=str(path))


def _model_of(entry: ComponentEntry) -> ModelOnDisk:
    component = entry.component
    if component is None:
        return ModelOnDisk(entry.folder.name, entry.folder, problem=entry.problem)
    facts = component.facts
    return ModelOnDisk(facts.name, component.model, facts.model_arn, facts.version, component.folder)


def _chosen(one: ModelOnDisk, other: ModelOnDisk) -> ModelOnDisk:
    """Return which of two models of a name is meant: the higher version of a component, else neither."""
    if one.version and other.version and one.version != other.version:
        return max(one, other, key=lambda model: [int(part) for part in model.version.split(".")])
    problem = f"Two models are named {one.name}: {one.package} and {other.package}."
    return replace(one, problem=one.problem or problem)
