"""Opens the rooms that learn from datasets, try what was learnt, serve it, and send it to devices."""

from vedette.clock import system_clock
from vedette.datasets.datasets import Datasets
from vedette.devices.devices import Devices, DeviceTools
from vedette.devices.packages import DevicePackages
from vedette.encryption.encryption import Encryption
from vedette.encryption.folder_keys import FolderKeys
from vedette.engines.choose import open_engine, open_units
from vedette.engines.ray_watch import ClusterWatch
from vedette.feedback.feedback import Feedback
from vedette.identity.signing_keys import SigningKeys
from vedette.jobs.placing import Placing
from vedette.jobs.runner import JobRunner
from vedette.metering.meter import Meter
from vedette.packaging.packagings import Packagings
from vedette.packaging.works import PackagingTools
from vedette.projects.projects import Projects
from vedette.projects.versions import Versions
from vedette.server.device_origins import PackageOrigins
from vedette.server.holding import FolderHold
from vedette.serving.hosting import Hosting
from vedette.serving.plan import HostingBounds
from vedette.settings import Settings
from vedette.store.blobs.folder import FolderBlobs
from vedette.store.blobs.sealed_copies import SealedCopies
from vedette.suggestions.drafts import Drafts, DraftTools
from vedette.suggestions.lending import PictureLender
from vedette.suggestions.next_steps import NextSteps
from vedette.suggestions.study import StudyTools
from vedette.suggestions.suggestions import Suggestions
from vedette.training.rooms import TrainingRules
from vedette.training.seals import VersionSeals
from vedette.training.start import Trainings
from vedette.trials.running import TrialTools
from vedette.trials.trials import Trials


def open_trainings(  # noqa: PLR0913  (the rooms below it)
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


def open_suggestions(
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


def open_trials(
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


def open_hosting(
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


def open_edge(
    hold: FolderHold,
    projects: Projects,
    trainings: Trainings,
    lender: PictureLender,
    jobs: JobRunner,
    keys: SigningKeys,
) -> tuple[Packagings, Devices]:
    """Return the packaging of models for devices, and those devices, with what a stop left cleared."""
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
    return packagings, _open_devices(hold, projects, packagings, lender, keys)


def _open_devices(
    hold: FolderHold, projects: Projects, packagings: Packagings, lender: PictureLender, keys: SigningKeys
) -> Devices:
    """Return the devices, which take models over the air."""
    blobs = lender.blobs
    copies = SealedCopies(lambda: blobs.keys if isinstance(blobs, FolderBlobs) else None)
    packages = DevicePackages(hold.settings.data / "devices" / "packages", copies)
    devices = Devices(DeviceTools(lender.database, projects.tags, keys, packages, system_clock))
    devices.start(PackageOrigins(packagings, blobs).find)
    return devices
