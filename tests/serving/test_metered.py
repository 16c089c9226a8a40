"""What a detection is counted as, and what becomes of a version's state: before units that a test plays."""

import asyncio
import contextlib
import io

import pytest
from PIL import Image

from vedette.dialects.limits import PictureLimits
from vedette.errors import Busy, TooEarly, TooFast, TooMuch, Wrong
from vedette.metering.meter import Meter
from vedette.projects.project import Scope
from vedette.projects.projects import NewProject, Projects
from vedette.projects.tokens import ClientToken
from vedette.projects.version import ChosenThreshold, VersionThresholds, dump_thresholds
from vedette.projects.version_states import NewVersion
from vedette.projects.versions import Versions
from vedette.serving import hosting as hosting_module
from vedette.serving.hosting import Hosting
from vedette.serving.pictures import open_picture
from vedette.serving.plan import HostingBounds
from vedette.serving.states import RUNNING, STARTING, STOPPED
from vedette.vision.annotations import Box, Finding

RULES = PictureLimits(most_bytes=1_000_000, least_side=64, most_side=4096)
SCOPE = Scope("rekognition", "111122223333", "eu-west-1")
COUNTED = (
    "answered", "findings", "anomalies", "invalid", "throttled", "errors", "in_service_units",
    "desired_units",
)  # fmt: skip
RUST = {"label": "rust", "confidence": 0.75, "box": [0.1, 0.2, 0.3, 0.4], "area": None}
DIRT = {"label": "dirt", "confidence": 0.5, "box": None, "area": 0.25}


class PlayedModel:
    """A model in service whose units answer as a test has it."""

    room = 5

    def __init__(self, plan, *, running, failed, watch, leaves):
        self.leaves = leaves
        self.plan, self.running, self.failed, self.watch = plan, running, failed, watch
        self.units, self.desired_units, self.colors = [object(), object()], 3, {"rust": "#aa5500"}
        self.thresholds = {"rust": 0.6, "dirt": 0.6}
        self.heads, self.answers, self.is_closed = [], [], False

    async def detect(self, head, picture, origin):
        self.heads.append(head)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self):
        self.is_closed = True


def answer(*findings, is_anomalous=None, confidence=None, mask=b""):
    return {"found": {"findings": [*findings], "is_anomalous": is_anomalous, "confidence": confidence}}, mask


class Service:
    """A hosting of one trained version."""

    def __init__(self, database, clock, folder, monkeypatch):
        self.models, self.observed = [], []
        projects = Projects(database, clock)
        project = projects.create(SCOPE, NewProject("boards"))
        self.versions = Versions(database, projects, clock)
        made, _ = self.versions.create(project, NewVersion())
        self.version = self.versions.move(made, "trained")
        self.meter = Meter(database, clock)
        monkeypatch.setattr(hosting_module, "HostedModel", self._model)
        self.hosting = self.another(folder)

    def another(self, folder, **bounds):
        return Hosting(
            self.versions,
            lambda version: folder / version.folder,
            self.meter,
            bounds=HostingBounds(**{"cores": 2, **bounds}),
            observe=lambda *seen: self.observed.append(seen),
        )

    def _model(self, plan, engine, **callbacks):
        self.models.append(PlayedModel(plan, **callbacks))
        return self.models[-1]

    @contextlib.asynccontextmanager
    async def opened(self, *, running=True):
        await self.hosting.open()
        try:
            self.hosting.start(self.version, least=1, most=None)
            await asyncio.sleep(0)
            if running:
                await self.models[-1].running()
            yield self.models[-1]
        finally:
            await self.hosting.close()

    def choose(self, *, on_wire):
        thresholds = VersionThresholds({"rust": ChosenThreshold(0.6)}, on_wire)
        self.versions.record(self.version, thresholds=dump_thresholds(thresholds))

    def now(self):
        return self.versions.find_by_id(self.version.id)

    def counted(self):
        arn = str(self.version.arn)
        self.meter.write()
        read = {name: self.meter.read(arn, name, since=0, until=10**9) for name in COUNTED}
        return {name: (rows[0][1].total, rows[0][1].samples) for name, rows in read.items() if rows}


@pytest.fixture
def service(database, clock, tmp_path, monkeypatch):
    return Service(database, clock, tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def picture():
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (96, 64)).save(stream, "PNG", exif=exif)
    return open_picture(stream.getvalue(), RULES)


async def detect(service, picture, reply, **options):
    service.models[-1].answers.append(reply)
    result = await service.hosting.detect(service.now(), picture, **options)
    await asyncio.sleep(0)
    return result


def test_an_answer_is_counted_with_its_findings_and_its_anomaly(service, picture):
    async def live():
        async with service.opened():
            await detect(service, picture, answer(RUST, DIRT, is_anomalous=True, confidence=0.75))
            await detect(service, picture, answer(is_anomalous=False, confidence=0.9))
            await detect(service, picture, answer(RUST))
        assert service.counted() == {"answered": (3, 3), "findings": (3, 3), "anomalies": (1, 1)}
        (_, figure), *_ = service.meter.read(str(service.version.arn), "ms", since=0, until=10**9)
        assert (figure.samples, 0 < figure.least <= figure.most < 5000) == (3, True)
        live_report = service.hosting.live(service.version)
        assert live_report.counts == {"answered": 3, "invalid": 0, "throttled": 0, "errors": 0}

    asyncio.run(live())


@pytest.mark.parametrize(
    ("reply", "error", "name"),
    [
        (({"refused": "The picture is truncated."}, b""), Wrong, "invalid"),
        (({"failed": "ValueError"}, b""), RuntimeError, "errors"),
        (TooFast("Too many.", kind="version"), TooFast, "throttled"),
        (TooEarly("It stops.", kind="version"), TooEarly, "errors"),
        (Wrong("It kept a unit busy.", kind="picture"), Wrong, "errors"),
    ],
)
def test_what_is_not_answered_is_counted_by_why(service, picture, reply, error, name):
    async def live():
        async with service.opened():
            with pytest.raises(error):
                await detect(service, picture, reply)
        assert (service.counted(), service.observed) == ({name: (1, 1)}, [])

    asyncio.run(live())


def test_a_version_that_does_not_run_yet_refuses_and_counts_an_error(service, picture):
    async def live():
        async with service.opened(running=False):
            with pytest.raises(TooEarly, match=r"^The version v?1? ?.* of boards is "):
                await service.hosting.detect(service.now(), picture)
        assert service.counted() == {"errors": (1, 1)}

    asyncio.run(live())


def test_a_picture_that_the_rules_or_a_check_refuse_is_counted_as_invalid(service, picture):
    def check(picture):
        raise Wrong("It is of another camera.", kind="picture")

    assert service.hosting.admit(service.version, picture.data, RULES) == picture
    with pytest.raises(Wrong, match="another camera"):
        service.hosting.admit(service.version, picture.data, RULES, check=check)
    with pytest.raises(Wrong, match="no JPEG"):
        service.hosting.admit(service.version, b"GIF", RULES)
    assert service.counted() == {"invalid": (2, 2)}


def test_a_result_has_findings_verdict_mask_and_colours_and_is_shown_to_who_observes(service, picture):
    async def live():
        async with service.opened():
            result = await detect(
                service, picture, answer(RUST, DIRT, is_anomalous=True, confidence=0.75, mask=b"png")
            )
        assert result.findings == (
            Finding("rust", 0.75, Box(0.1, 0.2, 0.3, 0.4), None),
            Finding("dirt", 0.5, None, 0.25),
        )
        assert (result.is_anomalous, result.confidence, result.mask) == (True, 0.75, b"png")
        assert result.colors == {"rust": "#aa5500"}
        assert [(version.id, seen, shown) for version, seen, shown in service.observed] == [
            (service.version.id, picture, result)
        ]

    asyncio.run(live())


def test_thresholds_are_those_of_the_call_then_those_of_a_person_and_else_the_trainings(service, picture):
    async def live():
        async with service.opened() as model:
            await detect(service, picture, answer())
            await detect(service, picture, answer(), least=0.3, thresholds={"rust": 0.9})
            service.choose(on_wire=True)
            await detect(service, picture, answer())
            await detect(service, picture, answer(), thresholds={})
            service.choose(on_wire=False)
            await detect(service, picture, answer())
        upright = {"least": None, "orientation": 6}
        assert model.heads == [
            upright,
            {"least": 0.3, "orientation": 6, "thresholds": {"rust": 0.9}},
            {**upright, "thresholds": {"rust": 0.6}},
            upright,
            upright,
        ]

    asyncio.run(live())


def test_a_version_starts_runs_stops_and_says_so_each_time(service):
    async def live():
        async with service.opened(running=False) as model:
            assert (service.now().state, service.now().message) == ("starting", STARTING)
            await model.running()
            assert (service.now().state, service.now().message) == ("running", RUNNING)
            service.hosting.stop(service.now())
            assert service.now().state == "stopping"
            await asyncio.sleep(0)
            await asyncio.gather(*service.hosting._stopping)
            assert (service.now().state, service.now().message) == ("stopped", STOPPED)
            assert (model.is_closed, service.hosting.hosted(service.version)) == (True, None)

    asyncio.run(live())


def test_a_start_and_a_stop_that_are_repeated_under_their_token_are_done_once(service):
    def repeated(operation):
        return ClientToken(SCOPE, operation, "t", {})

    def start():
        return service.hosting.start(service.now(), least=1, most=None, token=repeated("Start")).state

    def stop():
        return service.hosting.stop(service.now(), repeated("Stop")).state

    async def live():
        await service.hosting.open()
        assert [start(), start()] == ["starting", "starting"]
        await asyncio.sleep(0)
        await service.models[-1].running()
        assert start() == "running"
        assert [stop(), stop()] == ["stopping", "stopping"]
        await asyncio.sleep(0)
        await asyncio.gather(*service.hosting._stopping)
        assert stop() == "stopped"
        assert len(service.models) == 1
        await service.hosting.close()

    asyncio.run(live())


def test_a_unit_that_comes_too_late_does_not_start_what_is_being_stopped(service):
    async def live():
        async with service.opened() as model:
            service.hosting.stop(service.now())
            await asyncio.sleep(0)
            await asyncio.gather(*service.hosting._stopping)
            await model.running()
            assert service.now().state == "stopped"

    asyncio.run(live())


def test_a_model_that_never_starts_leaves_its_reason_and_its_place(service):
    async def live():
        async with service.opened(running=False) as model:
            await model.failed("The model cannot be loaded.")
            failed = service.now()
            assert (failed.state, failed.message) == ("start-failed", "The model cannot be loaded.")
            assert service.hosting.hosted(service.version) is None

    asyncio.run(live())


def test_units_are_counted_and_their_hours_begin_and_end(service, clock):
    async def live():
        spans = service.meter.spans
        ticks = [0.0]
        spans.ticks = lambda: ticks[0]
        async with service.opened() as model:
            model.watch(model)
            clock.move(seconds=10)
            ticks[0] += 10
            service.hosting.stop(service.now())
            await asyncio.sleep(0)
            await asyncio.gather(*service.hosting._stopping)
            clock.move(seconds=10)
            ticks[0] += 10
        assert service.counted() == {"in_service_units": (2, 1), "desired_units": (3, 1)}
        (span,) = spans.read(str(service.version.arn), since_ms=0, until_ms=10**14)
        assert (span.units, span.until_ms - span.began_ms) == (2, 10_000)

    asyncio.run(live())


@pytest.mark.parametrize(
    ("least", "most", "plan"), [(1, None, (1, 1)), (2, None, (2, 2)), (2, 4, (2, 4)), (4, 4, (4, 4))]
)
def test_a_version_has_the_units_that_it_was_started_with_also_after_a_restart(
    service, tmp_path, least, most, plan
):
    async def live():
        service.hosting = service.another(tmp_path, most_units=4, asleep_after_s=9.0)
        for _ in range(2):
            await service.hosting.open()
            if service.now().state == "trained":
                service.hosting.start(service.version, least=least, most=most)
                await asyncio.sleep(0)
            await service.hosting.close()
        plans = [model.plan for model in service.models]
        assert [(one.least, one.most) for one in plans] == [plan, plan]
        assert {(one.cores, one.asleep_after_s, one.package.name) for one in plans} == {
            (2, 9.0, service.version.folder.rpartition("/")[2])
        }
        assert service.now().state == "starting"

    asyncio.run(live())


@pytest.mark.parametrize(
    ("least", "most", "error", "says"),
    [
        (2, 1, Wrong, "At most 1 units are fewer than at least 2."),
        (5, None, TooMuch, "A model can have 4 units here, not 5."),
        (1, 5, TooMuch, "A model can have 4 units here, not 5."),
    ],
)
def test_units_beyond_the_bounds_are_refused(service, tmp_path, least, most, error, says):
    async def live():
        service.hosting = service.another(tmp_path, most_units=4)
        await service.hosting.open()
        with pytest.raises(error) as refused:
            service.hosting.start(service.version, least=least, most=most)
        await service.hosting.close()
        assert (refused.value.sentence, refused.value.kind) == (says, "units")
        assert (service.now().state, service.models) == ("trained", [])

    asyncio.run(live())


def test_a_second_start_is_refused_and_hosts_nothing_twice(service):
    async def live():
        async with service.opened():
            with pytest.raises(Busy):
                service.hosting.start(service.now(), least=1, most=None)
            await asyncio.sleep(0)
        assert len(service.models) == 1

    asyncio.run(live())


def test_a_server_that_is_not_open_starts_nothing(service):
    with pytest.raises(TooEarly, match="starting or stopping"):
        service.hosting.start(service.version, least=1, most=None)


def test_places_are_eight_at_the_door_and_those_of_the_models_and_four_for_newcomers(service):
    def take(client, places):
        count = 0
        with contextlib.suppress(TooFast):
            while True:
                places.enter_context(service.hosting.places.take(client))
                count += 1
        return count

    async def live():
        async with service.opened():
            for _ in range(2):
                with contextlib.ExitStack() as places:
                    # A client's first place is one of a newcomer's.
                    assert [take("many", places), take("a", places), take("many", places)] == [8 + 5, 1, 0]
                    assert [take(client, places) for client in "bcde"] == [1, 1, 1, 0]
            service.hosting.places.refuse_full("e")

    asyncio.run(live())


def test_facts_of_a_version_without_a_package_are_none(service, tmp_path):
    assert service.hosting.facts(service.version) is None
    package = tmp_path / service.version.folder
    package.mkdir(parents=True)
    for text in ("{", "{}"):
        (package / "package.json").write_text(text)
        assert service.hosting.facts(service.version) is None


def test_a_sample_of_production_holds_to_the_versions_own_thresholds_whatever_was_asked(service, picture):
    """The attack: the console asks with no least confidence, and one click taught the model its own noise."""

    async def live():
        async with service.opened():
            result = await detect(service, picture, answer(RUST, DIRT), least=0.0)
            assert [finding.label for finding in result.findings] == ["rust", "dirt"]
            # Somebody says that less is enough for dirt, and more is wanted for rust.
            chosen = VersionThresholds({"rust": ChosenThreshold(0.8), "dirt": ChosenThreshold(0.4)})
            service.versions.record(service.version, thresholds=dump_thresholds(chosen))
            await detect(service, picture, answer(RUST, DIRT), least=0.0)
            # Without a least confidence the unit has held to them already.
            await detect(service, picture, answer(RUST))

    asyncio.run(live())
    samples = [[finding.label for finding in sample.findings] for _, _, sample in service.observed]
    assert samples == [["rust"], ["dirt"], ["rust"]]
