"""What the steps of feedback loops find, where it is still there: project, trial, rounds and versions."""

from dataclasses import dataclass

from vedette.api.house import House
from vedette.datasets.dataset import Dataset, Kind
from vedette.errors import Missing
from vedette.loops.port import LoopFailed
from vedette.loops.values import LoopState
from vedette.manifest.lines import read_line
from vedette.projects.aliases import VersionAlias
from vedette.projects.project import Project
from vedette.projects.version import Version
from vedette.rounds.round import Round
from vedette.trials.values import Trial


@dataclass(frozen=True, slots=True)
class LoopFinder:
    """Finds what a loop is about. A look: nobody's rights are asked."""

    house: House

    def alias(self, loop: LoopState) -> VersionAlias | None:
        """Return the name that is to move, where it is there."""
        try:
            return self.house.versions.aliases.find(self.project(loop), loop.wish.alias)
        except Missing:
            return None

    def trial(self, loop: LoopState) -> Trial | None:
        """Return the trial that the loop began."""
        try:
            return self.house.trials.find(self.project(loop), loop.facts.get("trial", ""))
        except Missing:
            return None

    def rounds(self, loop: LoopState) -> list[Round]:
        """Return the rounds that the loop made."""
        numbers = set(loop.facts.get("rounds", ()))
        return [item for item in self.house.rounds.leads.in_project(self.project(loop)) if item.id in numbers]

    def dataset(self, project: Project, kind: Kind) -> Dataset | None:
        """Return a dataset of the project, if it has it."""
        try:
            return self.house.datasets.find(project, kind)
        except Missing:
            return None

    def is_labelled(self, project: Project, line: str) -> bool:
        """Say whether an entry has labels."""
        return project.dialect.judge_line(read_line(line), strict=False).state == "valid"

    def project(self, loop: LoopState) -> Project:
        """Return the loop's project."""
        return self.house.projects.find_by_id(loop.project)

    def version(self, project: Project, name: str) -> Version | None:
        """Return the version of that name."""
        try:
            return self.house.versions.find(project, name)
        except Missing:
            return None

    def version_of(self, number: int) -> Version | None:
        """Return the version of that number."""
        try:
            return self.house.versions.find_by_id(number)
        except Missing:
            return None

    def new(self, loop: LoopState) -> Version | None:
        """Return the version that the loop had trained."""
        return self.version_of(int(loop.facts.get("new", 0)))

    def made(self, loop: LoopState, again: str) -> Version:
        """Return the version that the loop had trained; its deletion ends a loop."""
        version = self.new(loop)
        if version is None:
            name = loop.facts.get("new_name", "")
            raise LoopFailed(f"The version {name} was deleted.", again)
        return version

    def asked_elsewhere(self, loop: LoopState) -> set[str]:
        """Return the pictures that people are asked about by other loops of the project."""
        others = self.house.loops.of_project(self.project(loop))
        return {
            picture.source
            for other in others
            if other.id != loop.id and other.status == "running"
            for picture in other.chosen
        }

    def idle(self, loop: LoopState) -> Version | None:
        """Return the version before where it still runs and no name points to it."""
        old = self.version_of(loop.version)
        if old is None or old.state != "running":
            return None
        aliases = self.house.versions.aliases.of(old.project)
        return None if any(alias.version == old.id for alias in aliases) else old

    def old(self, loop: LoopState, again: str) -> Version:
        """Return the version that is to be improved; its deletion ends a loop."""
        version = self.version_of(loop.version)
        if version is None:
            name = loop.version_name
            raise LoopFailed(f"The version {name} was deleted.", again)
        return version
