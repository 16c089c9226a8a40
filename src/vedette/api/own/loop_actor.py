"""Does the steps of feedback loops by the operations of the services; the room of loops asks it.

What changes something is an operation, asked for whoever gave the word, with the rights of now, and on record
like any other. What only looks whether a loop still waits reads the rooms, so that no trail fills with it.
"""

from collections.abc import Mapping
from typing import Any

from vedette.api.house import House
from vedette.api.inner import ActingFor, InnerCalls, InnerFault
from vedette.api.own.loop_finder import LoopFinder
from vedette.api.own.loop_training import inherited_from
from vedette.api.own.loop_waits import LoopWaits
from vedette.datasets.dataset import Dataset, Kind
from vedette.datasets.editing import NONE
from vedette.identity.principal import Principal, load_principal
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.loops.port import LoopFailed, Notes
from vedette.loops.values import LoopState
from vedette.manifest.lines import SOURCE, write_line
from vedette.manifest.places import split_s3
from vedette.projects.project import Project
from vedette.projects.version import WITH_PACKAGE, WORDS, Version
from vedette.suggestions.outside import OutsideStudy
from vedette.trials.values import Trial, TrialView

VIA = "vedette"
# So many times the pictures that are wanted are looked at for what differs: the most doubtful ones.
WIDER = 4
KINDS: tuple[Kind, ...] = ("train", "test")
# Servers that share a database believe for 0.9 s where a name pointed: so long the old version answers.
STILL_BELIEVED_S = 2.0
LOOKOUT = "lookoutvision"


class LoopOperations:
    """Keeps the promise of `loops.port.LoopActor`."""

    def __init__(self, inner: InnerCalls) -> None:
        self._inner = inner
        self._house: House = inner.house
        self._finder = LoopFinder(inner.house)
        self._waits = LoopWaits(self._finder)

    def waits_for(self, loop: LoopState) -> str:
        """Say what the loop waits for, other than a person's word."""
        return self._waits.find(loop)

    # The steps

    def begin(self, loop: LoopState, context: JobContext) -> Notes:
        """Begin a trial of the pictures; one that was begun before a crash is gone on with."""
        project = self._finder.project(loop)
        # A trial's name may be long; a loop's mark in it tells it from others'.
        name = f"{loop.wish.name} ({loop.mark})"
        # A name that is there now and not when it is to move was taken away by somebody, and stays so.
        alias = loop.facts.get("had_alias", self._finder.alias(loop) is not None)
        for trial in self._house.trials.of_project(project):
            if trial.name == name and trial.status in ("running", "done"):
                return {"trial": trial.id, "had_alias": alias}
        source = {"Address": loop.wish.source} if loop.wish.source else {"DatasetType": loop.wish.dataset}
        members = {"ProjectArn": str(project.arn), "VersionName": loop.version_name, "TrialName": name}
        answer = self._ask(loop, "vedette", "StartTrialDetection", {**members, **source})
        return {"trial": answer["Trial"]["TrialId"], "had_alias": alias}

    def look(self, loop: LoopState, context: JobContext) -> Notes:
        """See that the trial came to its end."""
        trial = self._finder.trial(loop)
        if trial is None or trial.status != "done":
            reason = "was deleted" if trial is None else trial.message or f"is {trial.status}"
            raise LoopFailed(
                f"The look at the pictures did not come to its end: {reason}.".replace("..", "."), "begin"
            )
        return {"looked_at": trial.counts.answered, "unreadable": trial.counts.unreadable}

    def choose(self, loop: LoopState, context: JobContext) -> Notes:
        """Choose the most doubtful that differ; each side by the digest of the picture's bytes."""
        trial, project = self._finder.trial(loop), self._finder.project(loop)
        if trial is None:
            raise LoopFailed("The trial was deleted before pictures were chosen.", "begin")
        places = self._places(loop, project, trial)
        caller = self._caller(loop)
        study = OutsideStudy(
            self._house.suggestions.tools,
            context,
            lambda bucket, key: self._house.access.may_read(caller, bucket, key),
        )
        doubts = {source: doubt for source, (doubt, _) in places.items()}
        doubts = dict(list(doubts.items())[: WIDER * loop.wish.most])
        pictures = []
        for picture in study.order(loop.id, doubts)[: loop.wish.most]:
            doubt, side = places[picture.source]
            pictures.append((picture.source, side or self._side(project, loop, picture.digest), doubt))
        return {"chosen": pictures}

    def share(self, loop: LoopState, context: JobContext) -> Notes:
        """Put pictures in without labels, and make a round of each side's."""
        project = self._finder.project(loop)
        rounds = []
        for kind in KINDS:
            sources = [picture.source for picture in loop.chosen if picture.side == kind]
            if not sources:
                continue
            dataset = self._house.datasets.find(project, kind)
            self._put_in(loop, project, dataset, sources)
            rounds.append(self._make_round(loop, project, kind, sources))
        return {"rounds": rounds}

    def label(self, loop: LoopState, context: JobContext) -> Notes:
        """Count the chosen pictures that have labels now."""
        project, counts = self._finder.project(loop), dict.fromkeys(KINDS, 0)
        for kind in KINDS:
            dataset = self._finder.dataset(project, kind)
            sources = [picture.source for picture in loop.chosen if picture.side == kind]
            lines = self._house.datasets.contents.lines_at(dataset.id, sources) if dataset else {}
            counts[kind] = sum(self._finder.is_labelled(project, line) for line in lines.values())
        return {"labelled": sum(counts.values()), "labelled_by_side": counts}

    def train(self, loop: LoopState, context: JobContext) -> Notes:
        """Find a free name; services that number their models say theirs later."""
        attempt = int(loop.facts.get("attempt", 0)) + 1
        project = self._finder.project(loop)
        if project.scope.service == LOOKOUT:
            return {"attempt": attempt, "new_name": ""}
        # A version and an alias of one project have no name in common; the loop's may not be there yet.
        names = {loop.wish.alias, *(alias.name for alias in self._house.versions.aliases.of(project))}
        number, name = 1, loop.wish.name
        while name in names or self._finder.version(project, name) is not None:
            number += 1
            name = f"{loop.wish.name}-{number}"
        return {"attempt": attempt, "new_name": name}

    def order(self, loop: LoopState, context: JobContext) -> Notes:
        """Begin the training, whose results go where the old version's went."""
        project, old = self._finder.project(loop), self._finder.old(loop, "order")
        same = inherited_from(self._house, old)
        key = {"KmsKeyId": same.kms_key} if same.kms_key else {}
        # Of signs that both services take.
        description = f"feedback-loop-{loop.wish.name}-{loop.mark}"
        if project.scope.service == LOOKOUT:
            place = {"Bucket": old.bucket, "Prefix": old.prefix}
            token = f"loop-{loop.id}-{loop.facts['attempt']}"
            members = {
                "ProjectName": project.name,
                "Description": description,
                "OutputConfig": {"S3Location": place},
                "ClientToken": token,
                "Tags": [{"Key": name, "Value": value} for name, value in same.tags.items()],
                **key,
            }
            answer = self._ask(loop, LOOKOUT, "CreateModel", members, again="train")
            model = self._house.versions.find(project, answer["ModelMetadata"]["ModelVersion"])
            return {"new": model.id, "new_name": model.name}
        name = loop.facts["new_name"]
        version = self._finder.version(project, name)
        if version is None:
            output = {"S3Bucket": old.bucket, "S3KeyPrefix": old.prefix}
            members = {"ProjectArn": str(project.arn), "VersionName": name, "OutputConfig": output}
            members |= {"VersionDescription": description, "Tags": dict(same.tags), **key}
            self._ask(loop, "rekognition", "CreateProjectVersion", members, again="train")
            version = self._house.versions.find(project, name)
        if version.description != description:
            raise LoopFailed(f"Somebody trained a version called {name} meanwhile.", "train")
        return {"new": version.id}

    def learn(self, loop: LoopState, context: JobContext) -> Notes:
        """See that the training succeeded."""
        version = self._finder.new(loop)
        if version is None or version.state not in WITH_PACKAGE:
            name = loop.facts["new_name"]
            if version is None:
                raise LoopFailed(f"The version {name} was deleted.", "train")
            raise LoopFailed(f"The version {name} {WORDS[version.state]}: {version.message}", "train")
        return {}

    def compare(self, loop: LoopState, context: JobContext) -> Notes:
        """Compare both on the test pictures that both were tested with."""
        old, new = self._finder.old(loop, "compare"), self._finder.made(loop, "train")
        members = {"FirstModelArn": str(old.arn), "SecondModelArn": str(new.arn)}
        answer = self._ask(loop, "vedette", "CompareVersions", members)
        figures = {"first": answer["First"], "second": answer["Second"]}
        return {
            "verdict": answer["Verdict"],
            "p_value": answer["PValue"],
            "compared": answer["Images"],
            **{f"{name}_correct": side["Correct"] for name, side in figures.items()},
            **{f"{name}_f1": side["F1Score"] for name, side in figures.items()},
        }

    def move(self, loop: LoopState, context: JobContext) -> Notes:
        """Start the new version as large as the old one, where that runs."""
        old, new = self._finder.old(loop, "move"), self._finder.made(loop, "train")
        self._require_unmoved(loop, new)
        if old.state != "running" or new.state in ("starting", "running"):
            return {}
        units = {"MinInferenceUnits": old.least_units or 1}
        if old.most_units:
            units["MaxInferenceUnits"] = old.most_units
        if new.project.scope.service == LOOKOUT:
            names: dict[str, Any] = {"ProjectName": new.project.name, "ModelVersion": new.name}
            self._ask(loop, LOOKOUT, "StartModel", {**names, **units})
        else:
            self._ask(
                loop, "rekognition", "StartProjectVersion", {"ProjectVersionArn": str(new.arn), **units}
            )
        return {}

    def start(self, loop: LoopState, context: JobContext) -> Notes:
        """See that it runs, where the old one does."""
        old, new = self._finder.old(loop, "move"), self._finder.made(loop, "train")
        if old.state == "running" and new.state != "running":
            raise LoopFailed(f"The version {new.name} {WORDS[new.state]}: {new.message}", "move")
        return {}

    def switch(self, loop: LoopState, context: JobContext) -> Notes:
        """Move the name, from where it was and from nowhere else."""
        new = self._finder.made(loop, "train")
        if not self._require_unmoved(loop, new):
            return {}
        alias = self._finder.alias(loop)
        members = {
            "ModelArn": str(new.arn),
            "AliasName": loop.wish.alias,
            "Reason": f"Better than {loop.version_name} by the loop {loop.wish.name}.",
            "ExpectedVersion": "" if alias is None else alias.version_name,
        }
        self._ask(loop, "vedette", "SetAlias", members, again="move")
        return {}

    def retire(self, loop: LoopState, context: JobContext) -> Notes:
        """Stop the old version, unless another name points to it."""
        if not loop.wish.stops_old or self._finder.idle(loop) is None:
            return {}
        if context.pause(STILL_BELIEVED_S):
            raise JobInterrupted
        # Somebody may have led the name back while it was waited.
        old = self._finder.idle(loop)
        if old is None:
            return {}
        if old.project.scope.service == LOOKOUT:
            members = {"ProjectName": old.project.name, "ModelVersion": old.name}
            self._ask(loop, LOOKOUT, "StopModel", members)
        else:
            self._ask(loop, "rekognition", "StopProjectVersion", {"ProjectVersionArn": str(old.arn)})
        return {"stopped": old.name}

    # What there is

    def _places(
        self, loop: LoopState, project: Project, trial: Trial
    ) -> dict[str, tuple[float, Kind | None]]:
        """Return the pictures that people may label, the most doubtful first, with their doubts and sides."""
        view = TrialView(state="answered", order="doubt", most=trial.counts.total)
        pictures = self._house.trials.page(trial, view).pictures
        sources = [picture.address for picture in pictures]
        asked_elsewhere = self._finder.asked_elsewhere(loop)
        lines: dict[str, tuple[Kind, str]] = {}
        buckets = {""}
        for kind in KINDS:
            if (dataset := self._finder.dataset(project, kind)) is not None:
                buckets.add(dataset.bucket)
                entries = self._house.datasets.contents.lines_at(dataset.id, sources)
                lines |= {source: (kind, line) for source, line in entries.items()}
        places: dict[str, tuple[float, Kind | None]] = {}
        for picture in pictures:
            side, line = lines.get(picture.address, (None, ""))
            is_elsewhere = len(buckets) > 1 and split_s3(picture.address)[0] not in buckets
            is_elsewhere = is_elsewhere or picture.address in asked_elsewhere
            if not is_elsewhere and (side is None or not self._finder.is_labelled(project, line)):
                places[picture.address] = (picture.doubt, side)
        return places

    def _side(self, project: Project, loop: LoopState, digest: str) -> Kind:
        """Return the dataset of a picture by its bytes: in every loop, and under every name, the same."""
        has_test = self._finder.dataset(project, "test") is not None
        is_test = has_test and int(digest[:12], 16) < loop.wish.test_share * 16**12
        return "test" if is_test or self._finder.dataset(project, "train") is None else "train"

    def _put_in(self, loop: LoopState, project: Project, dataset: Dataset, sources: list[str]) -> None:
        present = self._house.datasets.contents.lines_at(dataset.id, sources)
        edits = [
            {"Line": write_line({SOURCE: source}).text, "Revision": NONE}
            for source in sources
            if source not in present
        ]
        if edits:
            members = {"ProjectArn": str(project.arn), "DatasetType": dataset.kind, "Edits": edits}
            self._ask(loop, "vedette", "UpdateEntries", members)

    def _make_round(self, loop: LoopState, project: Project, kind: Kind, sources: list[str]) -> str:
        name = f"{loop.wish.name}-{kind}-{loop.mark}"
        leads = self._house.rounds.leads
        current = next((item for item in leads.in_project(project, kind) if item.name == name), None)
        place = {"ProjectArn": str(project.arn)}
        if current is None:
            task = loop.wish.task or ("masks" if project.dialect.class_labels else "labels")
            members: dict[str, Any] = {**place, "DatasetType": kind, "Name": name, "Task": task}
            self._ask(loop, "vedette", "CreateRound", {**members, "Filter": {"SourceRefs": sources}})
            current = next(item for item in leads.in_project(project, kind) if item.name == name)
        if current.status == "draft" and (loop.wish.people or loop.wish.groups):
            people = {"UserNames": list(loop.wish.people), "GroupNames": list(loop.wish.groups)}
            members = {key: names for key, names in people.items() if names}
            self._ask(loop, "vedette", "AssignRound", {**place, "RoundId": current.id, **members})
        return current.id

    def _require_unmoved(self, loop: LoopState, new: Version) -> bool:
        """Refuse where somebody moved the name meanwhile; say whether it is still to be moved."""
        alias = self._finder.alias(loop)
        if alias is None and loop.facts.get("had_alias"):
            raise LoopFailed(f"Somebody deleted the alias {loop.wish.alias} meanwhile.", "move")
        if alias is not None and alias.version == new.id:
            return False
        if alias is not None and alias.version != loop.version:
            raise LoopFailed(
                f"Somebody moved {loop.wish.alias} to {alias.version_name} meanwhile; it stays there.",
                "move",
            )
        return True

    def _caller(self, loop: LoopState) -> Principal:
        return self._house.identity.current(load_principal({"caller": loop.caller}))

    def _ask(
        self, loop: LoopState, service: str, operation: str, members: Mapping[str, Any], *, again: str = ""
    ) -> dict[str, Any]:
        project = self._finder.project(loop)
        acting = ActingFor(self._caller(loop), project.scope.region, VIA)
        try:
            return self._inner.ask(acting, service, operation, members)
        except InnerFault as fault:
            raise LoopFailed(fault.message, again) from None
