"""A clock that a test moves, databases that are quick to make, and a house without a server."""

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from doubles.engine import InAThread
from vedette.api.house import Caller, House
from vedette.api.s3.reach import Reach
from vedette.api.s3.sealing import ObjectSealing
from vedette.arn import parse_arn
from vedette.audit.delivery import DeliveryTools, TrailDelivery
from vedette.audit.trails import Trails
from vedette.batches.batches import Batches
from vedette.batches.tools import BatchTools
from vedette.datasets.datasets import Datasets
from vedette.devices.devices import Devices, DeviceTools
from vedette.devices.packages import DevicePackages
from vedette.dialects.cloudtrail_files import CloudTrailFiles
from vedette.encryption.encryption import Encryption
from vedette.encryption.folder_keys import FolderKeys
from vedette.encryption.keys import NewEncryptionKey
from vedette.encryption.masters import InstallationMaster
from vedette.encryption.values import KeyPlace
from vedette.engines.port import Event
from vedette.exports.exports import Exports
from vedette.exports.works import ExportTools
from vedette.feedback.opening import FeedbackPlaces, lines_of_training, open_feedback
from vedette.file_access import use_seals
from vedette.functions.confine import Confinement
from vedette.functions.functions import Functions, FunctionTools
from vedette.identity.identity import Identity
from vedette.identity.principal import ADMINISTRATOR, Principal
from vedette.identity.seal import Seal
from vedette.identity.signing_keys import SigningKeys
from vedette.imports.import_tools import ImportTools
from vedette.imports.imports import Imports
from vedette.jobs.runner import JobRunner
from vedette.loops.loops import Loops
from vedette.loops.running import LoopTools
from vedette.metering.meter import Meter
from vedette.migrations import upgrade
from vedette.monitoring.monitoring import Monitoring
from vedette.packaging.packagings import Packagings
from vedette.packaging.works import PackagingTools
from vedette.projects.projects import Projects
from vedette.projects.versions import Versions
from vedette.rounds.room import open_rounds
from vedette.server.doors import connect
from vedette.serving.hosting import Hosting
from vedette.settings import Settings
from vedette.stacks.stacks import Stacks
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.sealed_copies import SealedCopies
from vedette.store.db import Database, open_database
from vedette.store.sealed_folders import FOLDERS
from vedette.suggestions.drafts import Drafts, DraftTools
from vedette.suggestions.lending import PictureLender
from vedette.suggestions.next_steps import NextSteps
from vedette.suggestions.study import StudyTools
from vedette.suggestions.suggestions import Suggestions
from vedette.training.seals import VersionSeals
from vedette.training.start import Trainings
from vedette.trials.running import TrialTools
from vedette.trials.trials import Trials
from vedette.workers import batch, measure

HERE = "111122223333"
ELSEWHERE = "999999999999"
NOON = datetime(2026, 5, 4, 12, 0, 0, tzinfo=UTC)


@dataclass
class MovedClock:
    """A clock that stands until a test moves it, and beside it the clock that nobody can set."""

    now: datetime = NOON
    passed: timedelta = timedelta()

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)
        self.passed += max(timedelta(**by), timedelta())

    def leap(self, **by: float) -> None:
        """Set the clock to another time, without any passing."""
        self.now += timedelta(**by)

    def ticks(self) -> float:
        """Return the seconds that have passed."""
        return self.passed.total_seconds()


class SqliteMaker:
    """Makes migrated SQLite databases: the first by its changes, the others by copying it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model = folder / "model.db"
        self._count = 0

    def new(self, folder: Path | None = None) -> tuple[str, Path]:
        """Return the address of a fresh database and its data folder, which a test may name."""
        self._count += 1
        folder = folder or self._folder / str(self._count)
        folder.mkdir(exist_ok=True)
        if not self._model.exists():
            database = open_database("", folder)
            upgrade(database, folder)
            database.close()
            shutil.copy(folder / "vedette.db", self._model)
        else:
            shutil.copy(self._model, folder / "vedette.db")
        return "", folder

    def drop(self, address: str) -> None:
        """Nothing: the folder goes with the run."""


class PostgresMaker:
    """The same on a PostgreSQL server, which copies a model database itself."""

    def __init__(self, address: str, folder: Path) -> None:
        self._address = address
        self._folder = folder
        self._count = 0
        self._has_model = False
        self._server = open_database(f"{address}&dbname=postgres", folder)

    def new(self) -> tuple[str, Path]:
        """Return the address of a fresh database, and its data folder."""
        self._count += 1
        model = f"{self._address}&dbname=model"
        if not self._has_model:
            self._has_model = True
            self._run("create database model")
            database = open_database(model, self._folder)
            upgrade(database, self._folder)
            database.close()
        name = f"test_{self._count}"
        self._run(f"create database {name} template model")
        folder = self._folder / str(self._count)
        folder.mkdir()
        return f"{self._address}&dbname={name}", folder

    def empty(self) -> str:
        """Return the address of a database without a table."""
        self._count += 1
        self._run(f"create database empty_{self._count} template template0")
        return f"{self._address}&dbname=empty_{self._count}"

    def drop(self, address: str) -> None:
        """Remove a database that was made here; a hundred of them would fill the disk."""
        self._run(f"drop database {address.rpartition('dbname=')[2]} with (force)")

    def close(self) -> None:
        """Leave the server."""
        self._server.close()

    def _run(self, statement: str) -> None:
        with self._server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))


# What shuts functions in where none is begun.
FREE = Confinement(has_own_user=False, landlock=0)


def a_house(database: Database, clock: MovedClock, folder: Path) -> House:
    """Return a house over the database, with an account here and one elsewhere."""
    identity = Identity(database, Seal(bytes(32)), clock)
    keys = SigningKeys(database, Seal(bytes(32)), clock)
    encryption = Encryption(database, InstallationMaster(Seal(bytes(32))), bytes(32), clock, clock.ticks)
    known = {account.id for account in identity.directory.accounts()}
    for account in sorted({HERE, ELSEWHERE} - known):
        identity.directory.create_account(account)
    projects = Projects(database, clock)
    blobs = FolderBlobs(folder / "buckets", clock=clock)
    blobs.keys = ObjectSealing(encryption)
    folder_keys = FolderKeys(encryption, clock.ticks)
    FOLDERS.serve(folder, folder_keys.open)
    use_seals(FOLDERS)
    jobs = JobRunner(database, clock, ticks=clock.ticks)
    datasets = Datasets(database, projects, blobs, InAThread(), folder / "datasets", jobs=jobs, clock=clock)
    imports = Imports(
        ImportTools(
            database=database,
            projects=projects,
            datasets=datasets,
            blobs=blobs,
            engine=InAThread(),
            folder=folder / "imports",
            clock=clock,
            may_read=Reach(blobs, as_administrator).may_read,
            may_write=Reach(blobs, as_administrator).may_write,
            missing_caller=lambda caller: "",
        ),
        jobs,
    )
    imports.start()
    exporting = ExportTools(
        database, datasets, blobs, Reach(blobs, as_administrator), folder / "exports", clock
    )
    exports = Exports(exporting, jobs)
    exports.start()
    rounds = open_rounds(database, datasets, blobs, jobs, clock)
    versions = Versions(database, projects, clock)
    meter = Meter(database, clock)
    trainings = Trainings(
        versions,
        datasets,
        blobs,
        InAThread(),
        folder,
        access=Reach(blobs, as_administrator),
        jobs=jobs,
        clock=clock,
        seals=VersionSeals(folder_keys),
    )
    tools = StudyTools(
        datasets,
        PictureLender(database, blobs, Reach(blobs, as_administrator)),
        InAThread(),
        root=folder / "studying",
        stores=folder / "studies",
    )
    guessing = DraftTools(
        datasets,
        versions,
        tools.lender,
        InAThread(),
        folder / "studying",
        lambda version: trainings.folder(version).package,
    )
    drafts = Drafts(database, jobs, guessing, clock)
    trying = TrialTools(
        database,
        versions,
        blobs,
        Reach(blobs, as_administrator),
        InAThread(),
        folder / "trials",
        guessing.package_of,
        clock,
    )
    trials = Trials(trying, datasets, jobs)
    asking = BatchTools(
        database,
        versions,
        projects.tags,
        blobs,
        trying.access,
        as_administrator,
        meter,
        batched_here,
        lambda: False,
        folder / "batches",
        guessing.package_of,
        clock,
    )
    batches = Batches(asking, jobs)
    batches.start()
    places = FeedbackPlaces(
        folder / "feedback", lambda version, part: lines_of_training(trainings.folder(version), part)
    )
    packaging = PackagingTools(
        database,
        versions,
        blobs,
        Reach(blobs, as_administrator),
        folder / "packaging",
        trainings.folder,
        InAThread(),
        clock,
        keys,
    )
    packagings = Packagings(packaging, jobs, most_under_way=20)
    packagings.start()
    projects.ask_before_deleting(packagings.hold_project)
    projects.ask_before_deleting(exports.hold_project)
    packages = DevicePackages(folder / "devices" / "packages", SealedCopies(lambda: blobs.keys))
    house = House(
        packagings=packagings,
        devices=Devices(DeviceTools(database, projects.tags, keys, packages, clock)),
        trials=trials,
        batches=batches,
        loops=Loops(LoopTools(database, jobs, clock, clock.ticks)),
        feedback=open_feedback(trials, jobs, places, measured_here, lambda: False),
        suggestions=Suggestions(database, jobs, tools, clock, drafts.doubts),
        drafts=drafts,
        next_steps=NextSteps(datasets, versions, guessing.package_of),
        settings=Settings(data=folder, account=HERE),
        identity=identity,
        encryption=encryption,
        projects=projects,
        datasets=datasets,
        imports=imports,
        exports=exports,
        rounds=rounds,
        stacks=Stacks(database, Seal(bytes(32)), jobs, clock),
        functions=Functions(FunctionTools(database, Seal(bytes(32)), jobs, FREE, clock=clock)),
        jobs=jobs,
        versions=versions,
        trainings=trainings,
        hosting=Hosting(versions, lambda version: trainings.folder(version).package, meter),
        monitoring=Monitoring(database, meter, clock),
        blobs=blobs,
        access=Reach(blobs, as_administrator),
        delivery=TrailDelivery(DeliveryTools(folder, Trails(folder), blobs, CloudTrailFiles(), clock)),
        page_key=bytes(32),
        clock=clock,
    )
    connect(house)
    return house


def measured_here(order: Mapping[str, Any]) -> Event:
    """Measure pictures in this process, as a warm process of a server does."""
    return Event("done", measure.main(order, lambda event: None, lambda: False))


def batched_here(order: Mapping[str, Any]) -> Event:
    """Look at pictures of a batch in this process."""
    return Event("done", batch.main(order, lambda event: None, lambda: False))


def a_caller(service: str, *, account: str = HERE, region: str = "eu-west-1", name: str = "alice") -> Caller:
    """Return a user of the account."""
    arn = f"arn:aws:iam::{account}:user/{name}"
    user = Principal(account, arn, f"AIDA{name.upper()}", name, f"AKIA{name.upper()}")
    return Caller(as_administrator(user), region, service)


def as_administrator(caller: Principal) -> Principal:
    """Return the caller with every right in its account, whether it is somewhere written down or not."""
    return replace(caller, policies=(ADMINISTRATOR,))


def name_key(house, alias, arn):
    """Make an encryption key of that alias in the account and region of an ARN."""
    parts = parse_arn(arn)
    place = KeyPlace(parts.account, parts.region)
    house.encryption.aliases.create(place, alias, house.encryption.keys.create(place, NewEncryptionKey()))
