"""Opens a data folder: locks it, migrates its database, and starts the rooms."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import vedette
from vedette.api.house import House
from vedette.clock import system_clock
from vedette.cores import count_cores
from vedette.datasets.datasets import Datasets
from vedette.dialects.registry import allow_entries
from vedette.engines.choose import open_engine, open_watch
from vedette.engines.pool import Pool
from vedette.engines.ray_plan import RayPlan, read_plan
from vedette.exports.exports import Exports
from vedette.exports.works import ExportTools
from vedette.feedback.feedback import Feedback
from vedette.feedback.opening import FeedbackPlaces, lines_of_training, open_feedback
from vedette.identity.company_people import ways_of
from vedette.identity.signing_keys import SigningKeys
from vedette.imports.import_tools import ImportTools
from vedette.imports.imports import Imports
from vedette.jobs.drains import NodeDrains
from vedette.jobs.members import ServerRoll, ServerSelf
from vedette.jobs.placing import Placing
from vedette.jobs.runner import JobRunner
from vedette.loops.loops import Loops
from vedette.loops.running import LoopTools
from vedette.metering.meter import open_meter
from vedette.migrations import numbers
from vedette.pictures.pictures import DatasetPictures, PictureStores
from vedette.projects.projects import Projects
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
from vedette.server.opening_models import (
    open_edge,
    open_hosting,
    open_suggestions,
    open_trainings,
    open_trials,
)
from vedette.server.retention import watch_retention
from vedette.serving.hosting import Hosting
from vedette.settings import Settings
from vedette.stacks.stacks import Stacks
from vedette.store.modes import private
from vedette.store.reserve import Reserve
from vedette.suggestions.lending import PictureLender
from vedette.training.start import Trainings
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
    placing, audit = _enter_roll(hold, installation, jobs, closing), open_audit(settings, closing)
    lender, meter = PictureLender(database, blobs, access), open_meter(database, closing)
    datasets, pictures = _open_datasets(hold, projects, lender, jobs, closing)
    imports, exports = _open_ways(hold, projects, datasets, lender, jobs)
    trainings = open_trainings(hold, versions, datasets, lender, jobs, placing, encryption)
    suggestions, drafts, steps = open_suggestions(hold, datasets, versions, trainings, lender, jobs)
    trials, stacks = open_trials(hold, steps, datasets, lender, jobs), Stacks(database, seal, jobs)
    feedback = _open_feedback(hold, trials, trainings, reserve, jobs, closing)
    packagings, devices = open_edge(hold, projects, trainings, lender, jobs, SigningKeys(database, seal))
    hosting = open_hosting(settings, versions, trainings, meter, feedback, placing.cluster)
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
        packagings=packagings,
        devices=devices,
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
        batches=open_batches(installation, trials, meter, jobs, closing),
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
    hold: FolderHold, installation: Installation, jobs: JobRunner, closing: contextlib.ExitStack
) -> Placing:
    """Return this server's place among the others, which know of it from now on, and where work runs.

    Sessions that began in a way by which no server signs anybody in any more end.
    """
    settings, database = installation.settings, installation.database
    ways = ways_of(settings.sso_issuer, is_local=settings.local_sign_in)
    own = ServerSelf(jobs.owner, hold.id, vedette.__version__, numbers()[-1], ways)
    roll = ServerRoll(database, own)
    with in_a_sentence(hold.data):
        roll.enter(is_alone=hold.is_alone)
    closing.callback(roll.close)
    if (offered := roll.sign_in()) is not None:
        installation.identity.company.end_sessions(offered)
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
    projects: Projects,
    datasets: Datasets,
    lender: PictureLender,
    jobs: JobRunner,
) -> tuple[Imports, Exports]:
    """Return the ways in and out of datasets, ready to go on with what a stop left."""
    tools = ImportTools(
        database=lender.database,
        projects=projects,
        datasets=datasets,
        blobs=lender.blobs,
        engine=open_engine(),
        folder=hold.scratch / "imports",
        clock=system_clock,
        may_read=lender.access.may_read,
        may_write=lender.access.may_write,
        missing_caller=lender.access.missing_caller,
    )
    imports = Imports(tools, jobs)
    imports.start()
    blobs, access, place = lender.blobs, lender.access, hold.scratch / "exports"
    exports = Exports(ExportTools(lender.database, datasets, blobs, access, place, system_clock), jobs)
    exports.start()
    projects.ask_before_deleting(exports.hold_project)
    return imports, exports


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
