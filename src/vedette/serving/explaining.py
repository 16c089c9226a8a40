"""Where models looked: heat maps of versions in service, by their units, and of others, by units of our own.

A version that is not in service is loaded for its heat maps alone, and let go when nobody asked for a while,
or when another version needs the place. So many maps are made at once, and so many wait: what comes on top
is refused, and comes again. Everything here runs in the server's loop.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vedette.cores import count_cores
from vedette.engines.frames import Frame, Head
from vedette.engines.local_units import LocalUnits
from vedette.engines.port import Unit, UnitGone, UnitOrder, Units, UnitStuck
from vedette.errors import Refusal, TooFast, Wrong
from vedette.projects.version import Version
from vedette.serving.hosted import HostedModel
from vedette.serving.queue import RequestOrigin
from vedette.serving.starting import failure_sentence, keys_of

log = logging.getLogger("vedette.serving")

# As many models are loaded for heat maps: each holds 150 to 400 MB. As many maps are made at once, so that
# there is always one of them idle where another one needs its place.
MOST_MODELS = 2
# Behind those, by all callers: a page asks for a few, and each holds a picture in memory.
MOST_WAITING = 16
# Longer than this nobody looks at an empty picture; a cold start of a busy machine is within it.
PATIENCE_S = 20.0
# A person who goes through a gallery asks again within this.
IDLE_S = 60.0


@dataclass(frozen=True, slots=True)
class LabelHeat:
    """A label's map as a PNG of 8 bits, with its size; `scale` says what its brightest place means."""

    label: str
    confidence: float
    scale: str
    width: int
    height: int
    png: bytes


@dataclass(frozen=True, slots=True)
class PictureExplanation:
    """Where a model looked in an upright picture of that size."""

    width: int
    height: int
    maps: tuple[LabelHeat, ...]
    is_anomalous: bool | None = None


def read_explanation(reply: Head, body: bytes, name: str) -> PictureExplanation:
    """Return a unit's answer, cut into its maps."""
    if "refused" in reply:
        raise Wrong(reply["refused"], kind="picture")
    if "heat" not in reply:
        raise RuntimeError(f"a unit of {name} failed on a picture; see its log")
    facts, maps, start = reply["heat"], [], 0
    for fields in facts["maps"]:
        size = fields.pop("size")
        maps.append(LabelHeat(**fields, png=body[start : start + size]))
        start += size
    return PictureExplanation(facts["width"], facts["height"], tuple(maps), facts["is_anomalous"])


@dataclass(eq=False)
class _LoadedModel:
    """A unit that is being started, or runs, and how many use it."""

    starting: asyncio.Task[Unit]
    users: int = 0
    ending: asyncio.TimerHandle | None = None


@dataclass(eq=False)
class HeatMapUnits:
    """The units that make heat maps of versions that are not in service, and the turns of all heat maps."""

    package_of: Callable[[Version], Path]
    most_models: int = MOST_MODELS
    idle_s: float = IDLE_S
    patience_s: float = PATIENCE_S
    # On this machine whatever the installation's engine is: a page waits for them, and they are few.
    engine: Units = field(default_factory=LocalUnits)
    _models: OrderedDict[int, _LoadedModel] = field(default_factory=OrderedDict)
    _ending: set[asyncio.Task[None]] = field(default_factory=set)
    _waiting: int = 0
    _turns: asyncio.Semaphore = field(init=False)

    def __post_init__(self) -> None:
        self._turns = asyncio.Semaphore(self.most_models)

    @property
    def loaded(self) -> int:
        """How many models are loaded for heat maps."""
        return len(self._models)

    async def ask(
        self,
        version: Version,
        head: dict[str, Any],
        picture: bytes,
        *,
        hosted: HostedModel | None,
        origin: RequestOrigin | None = None,
    ) -> Frame:
        """Return a unit's answer, of the version's own units where it is in service."""
        if self._waiting >= MOST_WAITING + self.most_models:
            raise _busy()
        self._waiting += 1
        try:
            async with asyncio.timeout(self.patience_s), self._turns:
                if hosted is not None:
                    return await hosted.detect(head, picture, origin)
                return await self._ask_twice(version, head, picture)
        except TimeoutError:
            raise _busy() from None
        finally:
            self._waiting -= 1

    async def _ask_twice(self, version: Version, head: dict[str, Any], picture: bytes) -> Frame:
        """Ask a unit; another one once, where it died meanwhile, maybe over another's picture."""
        try:
            return await self._ask(version, head, picture)
        except UnitStuck:
            raise Wrong("The picture kept a unit busy for too long.", kind="picture") from None
        except UnitGone:
            pass
        try:
            return await self._ask(version, head, picture)
        except UnitGone:
            raise Wrong("The picture ended the unit that looked at it.", kind="picture") from None

    async def _ask(self, version: Version, head: dict[str, Any], picture: bytes) -> Frame:
        model = self._model(version)
        model.users += 1
        try:
            unit = await self._started(version, model)
            return await unit.ask(head, picture)
        except (Refusal, UnitGone):
            self._forget(version.id, model)
            raise
        finally:
            model.users -= 1
            self._keep_for_a_while(version.id, model)

    async def _started(self, version: Version, model: _LoadedModel) -> Unit:
        """Return a model's unit. Whoever gives up leaves the start to those that wait for it too."""
        try:
            return await asyncio.shield(model.starting)
        except (Wrong, OSError) as error:
            sentence = failure_sentence(error, self.package_of(version))
            raise Wrong(sentence, kind="version", name=version.path) from None

    async def _start(self, version: Version) -> Unit:
        package = self.package_of(version)
        order = UnitOrder(package, count_cores(), warms=False, keys=await keys_of(package))
        return await self.engine.start(order, on_death=lambda: self._bury(version.id))

    def _model(self, version: Version) -> _LoadedModel:
        model = self._models.get(version.id)
        if model is None:
            self._make_room()
            starting = asyncio.create_task(self._start(version))
            starting.add_done_callback(_read_failure)
            model = self._models[version.id] = _LoadedModel(starting)
        self._models.move_to_end(version.id)
        if model.ending is not None:
            model.ending.cancel()
        return model

    def _make_room(self) -> None:
        while len(self._models) >= self.most_models:
            idle = next((number for number, model in self._models.items() if not model.users), None)
            if idle is None:
                return
            self.drop(idle)

    def _keep_for_a_while(self, number: int, model: _LoadedModel) -> None:
        if self._models.get(number) is model and not model.users:
            loop = asyncio.get_running_loop()
            model.ending = loop.call_later(self.idle_s, self._forget, number, model)

    def _forget(self, number: int, model: _LoadedModel) -> None:
        if self._models.get(number) is model:
            self.drop(number)

    def _bury(self, number: int) -> None:
        """Forget a model whose unit died by itself."""
        model = self._models.get(number)
        if model is None or not model.starting.done() or model.starting.exception():
            return
        if not model.starting.result().alive:
            self.drop(number)

    def drop(self, number: int) -> None:
        """Let go of a version's model, if one is loaded; a map that is being made fails, and is made anew."""
        model = self._models.pop(number, None)
        if model is None:
            return
        if model.ending is not None:
            model.ending.cancel()
        task = asyncio.create_task(_end(model.starting))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the units."""
        for number in list(self._models):
            self.drop(number)
        await asyncio.gather(*self._ending)


async def _end(starting: asyncio.Task[Unit]) -> None:
    with contextlib.suppress(Wrong, UnitGone, OSError):
        await (await starting).close()


def _read_failure(starting: asyncio.Task[Unit]) -> None:
    """Note why a start failed, also where nobody waits for it any more."""
    if not starting.cancelled() and (error := starting.exception()) is not None:
        log.warning("a unit for heat maps did not start: %s", error)


def _busy() -> TooFast:
    return TooFast("More heat maps are asked for than can be made at once.", kind="version")
