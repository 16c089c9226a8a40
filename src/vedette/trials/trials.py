"""The room's front: trials begun, found, verified, added to datasets, cancelled and forgotten."""

import secrets
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vedette.datasets.datasets import Datasets
from vedette.errors import Busy, Missing, TooEarly, TooMuch, Wrong
from vedette.identity.principal import Principal, dump_principal
from vedette.jobs.kind import NewJob
from vedette.jobs.runner import JobRunner
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.trials import records
from vedette.trials.adding import AddedPictures, AddingOrder, TrialAdding
from vedette.trials.choosing import PictureChooser, choose
from vedette.trials.running import RUN, WAITS, RunTrial, TrialTools, trial_kind
from vedette.trials.values import NewTrial, PictureVerdict, Trial, TrialPicture, TrialView
from vedette.trials.verifying import VerdictResult, verify

LONGEST_NAME = 100
# Of a project at once, and at all: each may have 2,000 guesses with masks.
MOST_UNDER_WAY = 5
MOST_TRIALS = 100


@dataclass(frozen=True, slots=True)
class TrialPage:
    """A page of a trial's pictures, and how many pass."""

    pictures: Sequence[TrialPicture]
    total: int


class Trials:
    """The trials of the installation. Threads may share it."""

    def __init__(self, tools: TrialTools, datasets: Datasets, jobs: JobRunner) -> None:
        self._tools = tools
        self._database = tools.database
        self._datasets = datasets
        self._jobs = jobs
        jobs.register(trial_kind(tools))

    @property
    def tools(self) -> TrialTools:
        """What trials work with, for the room above that collects pictures too."""
        return self._tools

    @property
    def datasets(self) -> Datasets:
        """The datasets that verified pictures are added to."""
        return self._datasets

    def start(self) -> None:
        """Clear what a stop or a crash left on the disk. The server calls this first."""
        shutil.rmtree(self._tools.root, ignore_errors=True)
        self._tools.root.mkdir(parents=True)

    def begin(self, project: Project, wish: NewTrial, caller: Principal) -> Trial:
        """Choose the pictures, write them down and begin to look at them."""
        if not wish.name.strip() or len(wish.name) > LONGEST_NAME or not wish.name.isprintable():
            raise Wrong(f"A trial has a name of up to {LONGEST_NAME} visible characters.", kind="trial")
        version = self._version(project, wish.version)
        chooser = PictureChooser(self._tools.blobs, self._tools.access, project, caller)
        pictures = choose(chooser, self._datasets, wish)
        trial = self._new(project, version, wish, caller)
        with self._database.write() as connection:
            self._refuse_beyond_limits(records.of_projects(connection, [project.id]), wish)
            records.add(connection, trial)
            records.add_pictures(connection, trial.id, pictures)
            job = NewJob(RUN, trial.id, project.scope.account, RunTrial(trial.id))
            number = self._jobs.add(connection, job)
        self._jobs.begin(RUN, number)
        return self.find(project, trial.id)

    def find(self, project: Project, trial: str) -> Trial:
        """Return a trial of a project."""
        with self._database.read() as connection:
            current = records.find(connection, trial)
        if current is None or current.project != project.id:
            raise Missing(f"There is no trial {trial[:40]}.", kind="trial", name=trial[:40])
        return self._with_report(current)

    def of_project(self, project: Project) -> Sequence[Trial]:
        """Return a project's trials, the newest first."""
        return [trial for trial in self.of_projects([project.id]) if trial.kind == "trial"]

    def of_projects(self, projects: Sequence[int]) -> Sequence[Trial]:
        """Return the trials of these projects, the newest first."""
        with self._database.read() as connection:
            trials = records.of_projects(connection, projects)
        return [self._with_report(trial) for trial in trials]

    def _with_report(self, trial: Trial) -> Trial:
        """Return a trial with what its job says of itself: on a full disk that cannot be written down."""
        if trial.status != "running":
            return trial
        report = self._jobs.progress(RUN, trial.id) or {}
        return replace(trial, message=report.get(WAITS, ""))

    def page(self, trial: Trial, view: TrialView) -> TrialPage:
        """Return pictures of a trial."""
        with self._database.read() as connection:
            return TrialPage(*records.list_pictures(connection, trial.id, view))

    def mask(self, trial: Trial, number: int) -> bytes:
        """Return the mask that was guessed of a picture, as a PNG of the stored raster."""
        with self._database.read() as connection:
            mask = records.mask_of(connection, trial.id, number)
        if mask is None:
            raise Missing(f"Picture {number} of the trial has no mask.", kind="trial", name=trial.id)
        return mask

    def verify(
        self, project: Project, trial: Trial, verdicts: Sequence[PictureVerdict], caller: Principal
    ) -> VerdictResult:
        """Write down what somebody says of guesses."""
        with self._tools.lock:
            return verify(self._database, self._tools.clock, project, trial, verdicts, caller)

    def add(self, project: Project, trial: Trial, order: AddingOrder, caller: Principal) -> AddedPictures:
        """Put verified pictures into a dataset. None of them is removed meanwhile."""
        adding = TrialAdding(
            self._database,
            self._datasets,
            self._tools.blobs,
            self._tools.access,
            project,
            trial,
            self._datasets.find(project, order.kind),
            caller,
            order.may_move,
        )
        with self._tools.lock:
            return adding.add(order.numbers)

    def cancel(self, project: Project, trial: str) -> Trial:
        """Leave off; what was answered stays."""
        current = self.find(project, trial)
        number = self._jobs.number(RUN, trial) if current.status == "running" else None
        if number is not None and self._jobs.cancel(number):
            with self._database.write() as connection:
                records.change(connection, trial, status="cancelled", changed_ms=self._tools.now_ms())
        return self.find(project, trial)

    def delete(self, project: Project, trial: str) -> None:
        """Forget a trial that is over, with what was said of its pictures; datasets keep what was added."""
        with self._database.write() as connection:
            current = records.find(connection, trial)
            if current is None or current.project != project.id or current.kind != "trial":
                raise Missing(f"There is no trial {trial[:40]}.", kind="trial", name=trial[:40])
            if current.status == "running":
                raise Busy("The trial is under way; cancel it first.", kind="trial", name=trial)
            records.drop(connection, trial)

    def _version(self, project: Project, name: str) -> Version:
        version = self._tools.versions.find(project, name)
        if version.state not in WITH_PACKAGE:
            sentence = f"The version {version.name} of {project.name} {WORDS[version.state]}"
            if version.state in ("training", "copying"):
                raise TooEarly(f"{sentence}; try it when that is done.", kind="version", name=version.path)
            raise Busy(f"{sentence}: there is no model to try.", kind="version", name=version.path)
        return version

    def _new(self, project: Project, version: Version, wish: NewTrial, caller: Principal) -> Trial:
        now = self._tools.now_ms()
        return Trial(
            id=secrets.token_hex(16),
            project=project.id,
            kind="trial",
            name=wish.name.strip(),
            version=version.id,
            version_name=version.name,
            address=wish.address.strip(),
            status="running",
            message="",
            caller=dump_principal(caller),
            created_ms=now,
            changed_ms=now,
        )

    def _refuse_beyond_limits(self, present: Sequence[Trial], wish: NewTrial) -> None:
        trials = [trial for trial in present if trial.kind == "trial"]
        if sum(trial.status == "running" for trial in trials) >= MOST_UNDER_WAY:
            raise TooMuch(
                f"{MOST_UNDER_WAY} trials of this project are under way; wait for one.", kind="trial"
            )
        if len(trials) >= MOST_TRIALS:
            raise TooMuch(
                f"This project has {MOST_TRIALS} trials; delete one that is done.",
                kind="trial",
                name=wish.name,
            )
