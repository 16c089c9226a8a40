"""Opens a data folder: locks it, migrates its database, and starts the rooms."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import vedette
from vedette.api.house import House
from vedette.api.s3.reach import Reach
from vedette.clock import system_clock
from vedette.cores import count_cores
from vedette.datasets.datasets import Datasets
from vedette.devices.devices import Devices, DeviceTools
from vedette.devices.packages import DevicePackages
from vedette.dialects.registry import allow_entries
from vedette.encryption.encryption import Encryption
from vedette.encryption.folder_keys import FolderKeys
from vedette.engines.choose import open_engine, open_units, open_watch
from vedette.engines.pool import Pool
from vedette.engines.ray_plan import RayPlan, read_plan
from vedette.engines.ray_watch import ClusterWatch
from vedette.exports.exports import Exports
from vedette.exports.works import ExportTools
from vedette.feedback.feedback import Feedback
from vedette.feedback.opening import FeedbackPlaces, lines_of_training, open_feedback
from vedette.identity.signing_keys import SigningKeys
from vedette.imports.imports import Imports
from vedette.imports.works import ImportTools
from vedette.jobs.drains import NodeDrains
from vedette.jobs.members import ServerRoll, ServerSelf
from vedette.jobs.placing import Placing
from vedette.jobs.runner import JobRunner
from vedette.loops.loops import Loops
from vedette.loops.running import LoopTools
from vedette.metering.meter import Meter, open_meter
from vedette.migrations import numbers
from vedette.packaging.packagings import Packagings
from vedette.packaging.works import PackagingTools
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.projects.projects import Projects
from vedette.projects.versions import Versions
from vedette.rounds.room import open_rounds
from vedette.server.holding import FolderHold, hold_folder
from vedette.server.installation import (
    Installation,
    check_folder,
    close_to_others,
    in_a_sentence,
    open_installation,
)
from vedette.server.nightly import SpaceWatch
from vedette.server.opening import (
    open_audit,
    open_batches,
    open_delivery,
    open_kept,
    open_outbox,
    open_watched,
)
from vedette.server.retention import watch_retention
from vedette.serving.hosting import Hosting, HostingBounds
from vedette.settings import Settings
from vedette.stacks.stacks import Stacks
from vedette.store.blobs.port import Blobs
from vedette.store.db import Database
from vedette.store.modes import private
from vedette.store.reserve import Reserve
from vedette.suggestions.drafts import Drafts, DraftTools
from vedette.suggestions.lending import PictureLender
from vedette.suggestions.next_steps import NextSteps
from vedette.suggestions.study import StudyTools
from vedette.suggestions.suggestions import Suggestions
from vedette.training.run import TrainingRules
from vedette.training.seals import VersionSeals
from vedette.training.start import Trainings
from vedette.trials.running import TrialTools
from vedette.trials.trials import Trials

log = logging.getLogger(__name__)


@contextlib.contextmanager
def open_house(settings: Settings) -> Iterator[House]:
    """Yield the house with its rooms started; everything is closed at the end."""
    with contextlib.ExitStack() as closing:
        yield _opened_house(settings, closing)


def _opened_house(settings: Settings, closing: contextlib.ExitStack) -> House:
    """Return the house with its rooms started."""
    hold, reserve, installation, jobs = _open_folder(settings, closing)
    settings, database, seal = installation.settings, installation.database, installation.seal
    encryption, blobs, access, projects, versions, functions = open_kept(installation, jobs, closing)
    placing, audit = _enter_roll(hold, database, jobs, closing), open_audit(settings, closing)
    lender, meter = PictureLender(database, blobs, access), open_meter(database, closing)
    datasets, pictures = _open_datasets(hold, projects, lender, jobs, closing)
    imports, exports = _open_ways(hold, database, datasets, blobs, access, jobs)
    trainings = _open_trainings(hold, versions, datasets, lender, jobs, placing, encryption)
    suggestions, drafts, steps = _open_suggestions(hold, datasets, versions, trainings, lender, jobs)
    trials, stacks = _open_trials(hold, steps, datasets, lender, jobs), Stacks(database, seal, jobs)
    batches = open_batches(installation, trials, meter, jobs, closing)
    feedback = _open_feedback(hold, trials, trainings, reserve, jobs, closing)
    hosting = _open_hosting(settings, versions, trainings, meter, feedback, placing.cluster)
    _join_others(hold, placing.roll, hosting, jobs, takes_up=(pictures.take_up, trainings.end_deletions))
    return House(
        settings=settings,
        identity=installation.identity,
        encryption=encryption,
        projects=projects,
        jobs=jobs,
        datasets=datasets,
        imports=imports,
        exports=exports,
        packagings=_open_packagings(hold, projects, trainings, lender, jobs, SigningKeys(database, seal)),
        devices=_open_devices(settings, projects, lender, SigningKeys(database, seal)),
        pictures=pictures,
        rounds=open_rounds(database, datasets, blobs, jobs),
        stacks=stacks,
        functions=functions,
        placing=placing,
        versions=versions,
        trainings=trainings,
        hosting=hosting,
        suggestions=suggestions,
        drafts=drafts,
        next_steps=steps,
        trials=trials,
        batches=batches,
        loops=Loops(LoopTools(database, jobs, system_clock)),
        feedback=feedback,
        monitoring=open_watched(installation, meter, settings, closing),
        page_key=seal.derive("page tokens"),
        blobs=blobs,
        access=access,
        audit=audit,
        delivery=open_delivery(settings, blobs, closing),
        reserve=reserve,
    )


def _open_folder(
    settings: Settings, closing: contextlib.ExitStack
) -> tuple[FolderHold, Reserve, Installation, JobRunner]:
    """Return the held folder, its reserve, the installation in it, and its jobs, which have not begun."""
    hold, reserve = _hold_folder(settings, closing)
    installation = closing.enter_context(_opened_installation(settings, reserve))
    return hold, reserve, installation, JobRunner(installation.database)


@contextlib.contextmanager
def _opened_installation(settings: Settings, reserve: Reserve) -> Iterator[Installation]:
    """Yield the installation; its files are closed to others meanwhile, and what they take is reported."""
    with open_installation(settings, makes=True) as installation:
        allow_entries(settings.dataset_entries)
        installation.database.is_short_of_room = lambda: reserve.is_spent
        threading.Thread(target=close_to_others, args=(settings.data,), name="modes", daemon=True).start()
        watch = SpaceWatch(installation.settings, installation.database)
        watch.start()
        installation.identity.uses.open()
        try:
            yield installation
        finally:
            installation.identity.uses.close()
            watch.close()


def _hold_folder(settings: Settings, closing: contextlib.ExitStack) -> tuple[FolderHold, Reserve]:
    """Make the data folder where it is missing, and keep others out of it, but for servers that share it."""
    closing.enter_context(private())
    with in_a_sentence(settings.data):
        check_folder(settings.data, makes=True)
        hold = closing.enter_context(hold_folder(settings))
    return hold, _open_reserve(settings.data, closing)


def _enter_roll(
    hold: FolderHold, database: Database, jobs: JobRunner, closing: contextlib.ExitStack
) -> Placing:
    """Return this server's place among the others, which know of it from now on, and where work runs."""
    own = ServerSelf(jobs.owner, hold.id, vedette.__version__, numbers()[-1])
    roll = ServerRoll(database, own)
    with in_a_sentence(hold.data):
        roll.enter(is_alone=hold.is_alone)
    closing.callback(roll.close)
    watch = open_watch(ray_plan(hold.settings))
    drains = NodeDrains(database)
    if watch is not None:
        closing.callback(watch.close)
        drains.on_change(watch.shun)
        watch.join()
    drains.refresh()
    jobs.on_beat(drains.refresh)
    return Placing(watch, roll, drains)


def _open_ways(
    hold: FolderHold,
    database: Database,
    datasets: Datasets,
    blobs: Blobs,
    access: Reach,
    jobs: JobRunner,
) -> tuple[Imports, Exports]:
    """Return the ways in and out of datasets, ready to go on with what a stop left."""
    tools = ImportTools(
        database=database,
        projects=Projects(database),
        datasets=datasets,
        blobs=blobs,
        engine=open_engine(),
        folder=hold.scratch / "imports",
        clock=system_clock,
        may_read=access.may_read,
        missing_caller=access.missing_caller,
    )
    imports = Imports(tools, jobs)
    imports.start()
    exporting = ExportTools(database, datasets, blobs, access, hold.scratch / "exports", system_clock)
    exports = Exports(exporting, jobs)
    exports.start()
    return imports, exports


def _open_trainings(  # noqa: PLR0913  (the rooms below it)
    hold: FolderHold,
    versions: Versions,
    datasets: Datasets,
    lender: PictureLender,
    jobs: JobRunner,
    placing: Placing,
    encryption: Encryption,
) -> Trainings:
    """Return the trainings, started, by the rules that the settings make."""
    settings = hold.settings
    rules = TrainingRules(
        settings.training_budget, settings.trainings, settings.one_size, settings.quota_of("trainings")
    )
    trainings = Trainings(
        versions,
        datasets,
        lender.blobs,
        open_engine(placing.cluster),
        hold.data,
        access=lender.access,
        jobs=jobs,
        rules=rules,
        gate=placing.gate,
        seals=VersionSeals(FolderKeys(encryption)),
    )
    trainings.start(is_alone=hold.is_alone)
    return trainings


def _open_suggestions(
    hold: FolderHold,
    datasets: Datasets,
    versions: Versions,
    trainings: Trainings,
    lender: PictureLender,
    jobs: JobRunner,
) -> tuple[Suggestions, Drafts, NextSteps]:
    """Return what studies datasets and what lets models guess, with their scratch cleared."""
    root, engine = hold.scratch / "cache" / "studying", open_engine()
    steps = NextSteps(datasets, versions, lambda version: trainings.folder(version).package)
    guessing = DraftTools(
        datasets,
        versions,
        lender,
        engine,
        root=root,
        package_of=steps.package_of,
    )
    drafts = Drafts(lender.database, jobs, guessing, system_clock)
    studying = StudyTools(datasets, lender, engine, root=root, stores=hold.data / "cache" / "studies")
    suggestions = Suggestions(lender.database, jobs, studying, system_clock, drafts.doubts)
    suggestions.start(is_alone=hold.is_alone)
    return suggestions, drafts, steps


def _open_trials(
    hold: FolderHold,
    steps: NextSteps,
    datasets: Datasets,
    lender: PictureLender,
    jobs: JobRunner,
) -> Trials:
    """Return the trials of versions, with their scratch cleared."""
    tools = TrialTools(
        database=lender.database,
        versions=steps.versions,
        blobs=lender.blobs,
        access=lender.access,
        engine=open_engine(),
        root=hold.scratch / "cache" / "trials",
        package_of=steps.package_of,
        clock=system_clock,
        one_size=hold.settings.one_size,
    )
    trials = Trials(tools, datasets, jobs)
    trials.start()
    return trials


def _open_packagings(
    hold: FolderHold,
    projects: Projects,
    trainings: Trainings,
    lender: PictureLender,
    jobs: JobRunner,
    keys: SigningKeys,
) -> Packagings:
    """Return the packaging of models for devices, with what a stop left cleared."""
    tools = PackagingTools(
        database=lender.database,
        versions=trainings.versions,
        blobs=lender.blobs,
        access=lender.access,
        folder=hold.settings.data / "packaging",
        folder_of=trainings.folder,
        engine=open_engine(),
        clock=system_clock,
        keys=keys,
    )
    packagings = Packagings(tools, jobs, most_under_way=hold.settings.packaging_jobs)
    packagings.start(is_alone=hold.is_alone)
    projects.ask_before_deleting(packagings.hold_project)
    return packagings


def _open_devices(
    settings: Settings, projects: Projects, lender: PictureLender, keys: SigningKeys
) -> Devices:
    """Return the devices, which take models over the air."""
    packages = DevicePackages(settings.data / "devices" / "packages")
    tools = DeviceTools(lender.database, projects.tags, keys, packages, system_clock)
    return Devices(tools)


def _open_feedback(
    hold: FolderHold,
    trials: Trials,
    trainings: Trainings,
    reserve: Reserve,
    jobs: JobRunner,
    closing: contextlib.ExitStack,
) -> Feedback:
    """Return the feedback from production, which takes what serving hands over.

    From now on all is there that grows by itself, and what is kept no longer can be deleted at night.
    """
    closing.callback(watch_retention(hold.settings, trials.tools.database, trainings, jobs.passed).close)
    places = FeedbackPlaces(
        trials.tools.root.parent / "feedback",
        lambda version, part: lines_of_training(trainings.folder(version), part),
    )
    measuring = Pool("measure", 1)
    closing.callback(measuring.close)
    outbox = open_outbox(trials.tools.database, hold.settings)
    feedback = open_feedback(trials, jobs, places, measuring.ask, reserve.is_tight, outbox.note_drift)
    closing.callback(feedback.close)
    feedback.start(is_alone=hold.is_alone)
    return feedback


def _open_hosting(
    settings: Settings,
    versions: Versions,
    trainings: Trainings,
    meter: Meter,
    feedback: Feedback,
    watch: ClusterWatch | None,
) -> Hosting:
    """Return the hosting of what was trained."""
    feedback.count_looks(meter.count)
    hosting = Hosting(
        versions,
        lambda version: trainings.folder(version).package,
        meter,
        bounds=HostingBounds(
            most_units=settings.most_units,
            asleep_after_s=settings.asleep_after,
            quota=settings.quota_of("units"),
        ),
        observe=feedback.taker.observe,
        engine=open_units(watch),
    )
    if watch is not None:
        hosting.leaves = watch.leaves
    return hosting


def _join_others(
    hold: FolderHold,
    roll: ServerRoll,
    hosting: Hosting,
    jobs: JobRunner,
    *,
    takes_up: Sequence[Callable[[], None]],
) -> None:
    """Let other servers in, and begin: what they serve is served here, and what they leave is done."""
    for take_up in takes_up:
        roll.on_gone(take_up)
    hosting.is_shared, roll.units = roll.is_shared, hosting.units
    hosting.serves_elsewhere = lambda version: roll.holds_elsewhere(version.id)
    hold.share()
    jobs.start(is_alone=hold.is_alone)
    roll.start()


def ray_plan(settings: Settings) -> RayPlan | None:
    """Return the plan of the Ray cluster that trainings and units run on; None where they run here."""
    if settings.engine != "ray":
        return None
    return read_plan(
        settings.ray_address,
        settings.ray_unit,
        settings.ray_training,
        settings.ray_cache,
        settings.ray_ports,
    )


def _open_reserve(data: Path, closing: contextlib.ExitStack) -> Reserve:
    """Return the reserve, given up already where the disk is so full that a start needs it."""
    with in_a_sentence(data):
        reserve = Reserve(data)
        if reserve.is_tight():
            reserve.give_up()
    closing.callback(reserve.close)
    reserve.open()
    return reserve


def _open_datasets(
    hold: FolderHold,
    projects: Projects,
    lender: PictureLender,
    jobs: JobRunner,
    closing: contextlib.ExitStack,
) -> tuple[Datasets, DatasetPictures]:
    """Return the datasets and the measuring of their pictures, both started."""
    access = lender.access
    datasets = Datasets(
        lender.database,
        projects,
        lender.blobs,
        open_engine(),
        hold.scratch / "datasets",
        jobs=jobs,
        may_read=access.may_read,
        absence=access.missing_caller,
    )
    pictures = DatasetPictures(
        PictureStores(lender.database, datasets, lender.blobs, access.may_read),
        Pool("look", count_cores()),
        hold.scratch / "pictures",
        one_size=hold.settings.one_size,
    )
    datasets.start(is_alone=hold.is_alone)
    pictures.start()
    # At the end the last of them first: jobs before what they use.
    closing.callback(pictures.close)
    closing.callback(jobs.close)
    return datasets, pictures
