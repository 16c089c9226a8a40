"""Which versions are in service: started, stopped, called, and hosted again after a restart.

`start` and `stop` are called in threads, since they write the database (states.py); all else runs in the
loop. A version's row holds its present state, or the state that is being established.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from vedette.dialects.detections import DetectionResult
from vedette.dialects.limits import PictureLimits
from vedette.engines.local_units import LocalUnits
from vedette.engines.port import Unit, Units
from vedette.errors import Refusal, TooEarly, TooFast, Wrong
from vedette.file_access import read_file
from vedette.metering.meter import Meter
from vedette.projects.tokens import ClientToken
from vedette.projects.version import WORDS, Version
from vedette.projects.versions import Versions
from vedette.runtime.facts import PackageFacts, read_facts
from vedette.runtime.package_files import FACTS
from vedette.serving.detecting import answer_figures, detection_head, read_result, without_unlikely
from vedette.serving.explaining import HeatMapUnits, PictureExplanation, read_explanation
from vedette.serving.following import AGAIN_S, IN_SERVICE, ServiceFollower, changes
from vedette.serving.hosted import HostedModel
from vedette.serving.live import LiveFigures, LiveReport
from vedette.serving.pictures import CheckedPicture, open_picture
from vedette.serving.places import RequestPlaces
from vedette.serving.plan import HostingBounds, plan_hosting
from vedette.serving.queue import RequestOrigin
from vedette.serving.states import RUNNING, STOPPED, ServiceStates

log = logging.getLogger("vedette.serving")

# Hears of each answer, in the loop; it must neither wait nor fail.
Observer = Callable[[Version, CheckedPicture, DetectionResult], None]


class Hosting:
    """The versions in service of one server."""

    def __init__(
        self,
        versions: Versions,
        package_of: Callable[[Version], Path],
        meter: Meter,
        *,
        bounds: HostingBounds | None = None,
        observe: Observer | None = None,
        engine: Units | None = None,
    ) -> None:
        self._package_of = package_of
        self._meter = meter
        self._bounds = bounds or HostingBounds()
        self._states = ServiceStates(versions, package_of, self._bounds)
        self._observe = observe
        self._engine = engine or LocalUnits()
        self._hosted: dict[int, HostedModel] = {}
        self.heat_maps = HeatMapUnits(package_of)
        self._stopping: set[asyncio.Task[None]] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self.places = RequestPlaces(self._room)
        self._live = LiveFigures()
        # Whether other servers share the versions: then theirs are served here too (following.py).
        self.is_shared = False
        self.serves_elsewhere: Callable[[Version], bool] = _nowhere
        # Says of a unit whether its machine is being emptied.
        self.leaves: Callable[[Unit], bool] = _stays
        self._follower: ServiceFollower | None = None
        self._retry_after: dict[int, float] = {}
        # What is being stopped here, and drains.
        self._ending: set[int] = set()

    def most_of(self, account: str) -> int:
        """Return how many units an account may have; 0 is no quota."""
        return self._bounds.quota.of(account)

    def waiting(self) -> dict[int, tuple[int, str]]:
        """Return of versions that lack units here how many, and why no machine takes them; from a thread."""
        return {
            number: (hosted.desired_units - len(hosted.units), hosted.waits_for)
            for number, hosted in list(self._hosted.items())
            if hosted.waits_for
        }

    @property
    def most_units(self) -> int:
        """How many units a version may have."""
        return self._bounds.most_units

    def live(self, version: Version) -> LiveReport:
        """Return what a version did in the last minute, whether it is still in service or not."""
        return self._live.report(str(version.arn))

    def facts(self, version: Version) -> PackageFacts | None:
        """Return what a version's package says of itself, unchecked; None where there is none to read."""
        try:
            return read_facts(json.loads(read_file(self._package_of(version) / FACTS)), version.path)
        except (Refusal, OSError, ValueError):
            return None

    # In the loop, when the server begins and ends

    async def open(self) -> None:
        """Host again the versions that were in service, and finish stopping those that were stopping."""
        self._loop = asyncio.get_running_loop()
        await self._look()
        if self.is_shared:
            self._follower = ServiceFollower(self._look)

    async def _look(self) -> None:
        """Host what the rows say is in service, and end the rest."""
        before = list(self._hosted)
        rows = await asyncio.to_thread(self._states.hosted)
        if self._loop is None:
            return
        difference = changes(rows, before)
        for version in difference.host:
            self._host(version)
        for version in difference.stop:
            if version.id not in self._ending:
                self._begin(self._stop(version))
        for number in difference.let_go:
            if (hosted := self._hosted.pop(number, None)) is not None:
                self._begin(hosted.close())

    def units(self) -> Mapping[str, int]:
        """Return how many units of which versions are here; also from another thread."""
        return {str(number): hosted.load.units for number, hosted in list(self._hosted.items())}

    async def close(self) -> None:
        """End all units. The versions keep their state, and are hosted again by the next server."""
        if self._follower is not None:
            await self._follower.close()
        await asyncio.gather(*self._stopping, *(hosted.close() for hosted in self._hosted.values()))
        await self.heat_maps.close()
        await self._engine.close()
        self._hosted.clear()
        self._loop = None

    # In threads

    def start(
        self, version: Version, *, least: int, most: int | None, token: ClientToken | None = None
    ) -> Version:
        """Put a version into service with at least and at most so many units."""
        version_now = self._states.start(version, least=least, most=most, token=token)
        self._call(self._host, version_now)
        return version_now

    def stop(self, version: Version, token: ClientToken | None = None) -> Version:
        """Take a version out of service; requests in progress are answered."""
        version_now = self._states.stop(version, token)
        if version_now.state == "stopping":
            self._call(lambda: self._begin(self._stop(version_now)))
        return version_now

    def _room(self) -> int:
        return sum(hosted.room for hosted in self._hosted.values())

    def require_running(self, version: Version) -> None:
        """Refuse a version that is not running, before its picture is read."""
        if version.state != "running" or (version.id not in self._hosted and not self.is_shared):
            raise self._not_running(version)

    def _not_running(self, version: Version) -> TooEarly:
        self._count(str(version.arn), {"errors": 1})
        return TooEarly(
            f"The version {version.name} of {version.project.name} {WORDS[version.state]}.",
            kind="version",
            name=version.path,
        )

    def _serving(self, version: Version) -> HostedModel:
        """Return the units of a running version; one that runs on other servers only is hosted for it."""
        self.require_running(version)
        if self.is_shared:
            self._host(version)
        hosted = self._hosted.get(version.id)
        if hosted is None:
            # Its units could not be started here; a load balancer sends the next try elsewhere.
            raise TooFast("The units are being replaced.", kind="version", name=version.path)
        return hosted

    def admit(
        self,
        version: Version,
        data: bytes,
        limits: PictureLimits,
        *,
        check: Callable[[CheckedPicture], None] | None = None,
    ) -> CheckedPicture:
        """Return the picture if the rules and `check` allow it; a refusal is metered."""
        try:
            picture = open_picture(data, limits)
            if check is not None:
                check(picture)
        except Wrong:
            self._count(str(version.arn), {"invalid": 1})
            raise
        return picture

    def _call(self, function: Callable[..., Any], *arguments: Any) -> None:
        if self._loop is None:
            raise TooEarly("The server is starting or stopping.", kind="version")
        self._loop.call_soon_threadsafe(function, *arguments)

    # In the loop

    def hosted(self, version: Version) -> HostedModel | None:
        """Return a version's units, if it is in service."""
        return self._hosted.get(version.id)

    async def detect(
        self,
        version: Version,
        picture: CheckedPicture,
        *,
        least: float | None = None,
        thresholds: Mapping[str, float] | None = None,
        origin: RequestOrigin | None = None,
    ) -> DetectionResult:
        """Return what a running version detects; without `least` every label's own threshold applies.

        Its own is what `thresholds` name, else what a person chose where the version is told to answer so,
        else what its training found.

        Queued requests are served round robin by caller.
        """
        hosted = self._serving(version)
        began, arn = time.perf_counter(), str(version.arn)
        head = detection_head(version, picture, least, thresholds)
        try:
            reply, mask = await hosted.detect(head, picture.data, origin)
        except Refusal as refusal:
            self._count(arn, {"throttled" if isinstance(refusal, TooFast) else "errors": 1})
            raise
        answer = self._answer_of(reply, arn)
        # In the loop's next round, since the answer leaves at the end of this one.
        call_soon = asyncio.get_running_loop().call_soon
        call_soon(self._count, arn, answer_figures(answer, time.perf_counter() - began))
        result = read_result(answer, mask, hosted.colors)
        if self._observe is not None:
            # After the answer too: it costs a look-up, and at most puts the picture into a queue.
            own = {**hosted.thresholds, **version.thresholds.values}
            sample = result if least is None else without_unlikely(result, own)
            call_soon(self._observe, version, picture, sample)
        return result

    def _answer_of(self, reply: Mapping[str, Any], arn: str) -> dict[str, Any]:
        """Return what a unit found; a picture that it refuses, or fails on, is metered and raised."""
        if "refused" in reply:
            self._count(arn, {"invalid": 1})
            raise Wrong(reply["refused"], kind="picture")
        if "found" not in reply:
            self._count(arn, {"errors": 1})
            raise RuntimeError(f"a unit of {arn} failed on a picture; see its log")
        answer: dict[str, Any] = reply["found"]
        return answer

    async def explain(
        self,
        version: Version,
        picture: CheckedPicture,
        labels: Sequence[str],
        *,
        origin: RequestOrigin | None = None,
    ) -> PictureExplanation:
        """Return where a version's evidence for labels lies; one that is not running is loaded for it.

        It is not metered: a look at a model is no use of it.
        """
        head = {"heat": {"labels": list(labels)}, "least": None, "thresholds": version.thresholds.values}
        hosted = self._hosted.get(version.id) if version.state == "running" else None
        reply, body = await self.heat_maps.ask(version, head, picture.data, hosted=hosted, origin=origin)
        return read_explanation(reply, body, str(version.arn))

    def _host(self, version: Version) -> None:
        if version.id in self._hosted or version.state not in IN_SERVICE:
            return
        if time.monotonic() < self._retry_after.get(version.id, 0.0):
            return
        self.heat_maps.drop(version.id)

        async def running() -> None:
            if version.state == "starting":
                await asyncio.to_thread(self._states.reach, version, "running", RUNNING)

        async def failed(sentence: str) -> None:
            self._hosted.pop(version.id, None)
            self._meter.spans.note(str(version.arn), 0)
            if self.is_shared and await asyncio.to_thread(self.serves_elsewhere, version):
                self._retry_after[version.id] = time.monotonic() + AGAIN_S
                log.warning("%s runs on other servers, and not on this one: %s", version.arn, sentence)
                return
            await asyncio.to_thread(self._states.reach, version, "start-failed", sentence)

        plan = plan_hosting(version, self._package_of(version), self._bounds)
        self._hosted[version.id] = HostedModel(
            plan,
            self._engine,
            running=running,
            failed=failed,
            watch=lambda hosted: self._watch(version, hosted),
            leaves=lambda unit: self.leaves(unit),
        )

    async def _stop(self, version: Version) -> None:
        self._ending.add(version.id)
        try:
            hosted = self._hosted.pop(version.id, None)
            if hosted is not None:
                await hosted.close()
            self._meter.spans.note(str(version.arn), 0)
            await asyncio.to_thread(self._states.reach, version, "stopped", STOPPED)
        finally:
            self._ending.discard(version.id)

    def _begin(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    def _count(self, arn: str, figures: Mapping[str, float]) -> None:
        self._live.count(arn, figures)
        self._meter.count(arn, figures)

    def _watch(self, version: Version, hosted: HostedModel) -> None:
        arn = str(version.arn)
        units = {"desired_units": hosted.desired_units, "in_service_units": len(hosted.units)}
        bounds = {"least_units": hosted.plan.least, "most_units": hosted.plan.most}
        self._count(arn, {**units, **bounds})
        self._meter.spans.note(arn, len(hosted.units))


def _stays(unit: Unit) -> bool:
    del unit
    return False


def _nowhere(version: Version) -> bool:
    del version
    return False
