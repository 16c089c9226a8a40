"""Pictures brought to a warm process and looked at; what one of them does to it is that picture's own."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vedette.batches.models import chosen_thresholds
from vedette.batches.tools import BatchTools
from vedette.batches.values import BatchState
from vedette.dialects.detections import DetectionResult
from vedette.engines.pool import WorkerLost
from vedette.engines.port import Event
from vedette.errors import Missing, NoSpace, Refusal, Wrong
from vedette.identity.principal import Principal
from vedette.jobs.kind import JobInterrupted
from vedette.projects.version import Version
from vedette.runtime.package_files import FACTS
from vedette.store.sealed_folders import keys_for
from vedette.store.working_copies import WorkingCopies, working_copies
from vedette.vision.annotations import Box, Finding

ENDED = "The picture ended the process that looked at it: "


@dataclass(frozen=True, slots=True)
class PictureOutcome:
    """What came of a picture: what was detected in so many milliseconds, or why nothing was."""

    key: str
    result: DetectionResult | None
    problem: str = ""
    ms: float = 0.0


@dataclass(frozen=True, slots=True)
class BatchLook:
    """Looks at pictures of one bucket with one version, as one caller may."""

    tools: BatchTools
    state: BatchState
    version: Version
    caller: Principal
    bucket: str
    folder: Path

    def look(self, keys: Sequence[str]) -> list[PictureOutcome]:
        """Return what came of each picture, in their order."""
        problems: dict[str, str] = {}
        items = []
        with working_copies(self.folder) as copies:
            for number, key in enumerate(keys):
                try:
                    file = self._bring(copies, key, str(number))
                except NoSpace:
                    raise
                except Refusal as refusal:
                    problems[key] = refusal.sentence
                else:
                    items.append({"id": key, "file": str(file)})
            outcomes = {outcome.key: outcome for outcome in self._ask(items, copies.keys())}
        return [outcomes.get(key) or PictureOutcome(key, None, problems[key]) for key in keys]

    def _bring(self, copies: WorkingCopies, key: str, name: str) -> Path:
        # One answer for both: who may not read a picture does not learn whether there is one.
        refusal = Missing("The picture is not there, or may not be read by who began the batch.")
        if not self.tools.access.may_read(self.caller, self.bucket, key):
            raise refusal
        item = self.tools.blobs.find(self.bucket, key)
        most = self.version.project.dialect.pictures.most_bytes
        if item.size > most:
            raise Wrong(f"The picture has {item.size:,} bytes; {most:,} are the most.")
        file = copies.bring(self.tools.blobs, self.bucket, key, name)
        if file is None:
            raise refusal
        return file

    def _ask(self, items: Sequence[dict[str, Any]], copy_keys: Mapping[str, str]) -> list[PictureOutcome]:
        """Ask about all at once, and where a process ends over them about each alone."""
        if not items:
            return []
        try:
            return self._ask_once(items, copy_keys)
        except WorkerLost as end:
            if self.tools.is_closing():
                raise JobInterrupted from None
            if len(items) == 1:
                return [PictureOutcome(items[0]["id"], None, f"{ENDED}{end}.")]
        return [outcome for item in items for outcome in self._ask([item], copy_keys)]

    def _ask_once(
        self, items: Sequence[dict[str, Any]], copy_keys: Mapping[str, str]
    ) -> list[PictureOutcome]:
        package = self.tools.package_of(self.version)
        order = {
            "package": str(package),
            "keys": {**keys_for(package / FACTS), **copy_keys},
            "dialect": self.version.project.dialect.name,
            "items": items,
            "least": self.state.wish.least,
            "thresholds": self._thresholds(),
            "size": self._size(),
        }
        event = self.tools.ask(order)
        if event.kind != "done":
            self._refuse(event)
        colors = event.facts["colors"]
        return [_outcome(answer, colors) for answer in event.facts["answers"]]

    def _thresholds(self) -> Mapping[str, float] | None:
        """Return those of the batch's beginning: people may choose others while it runs."""
        model = self.state.model
        return chosen_thresholds(self.version) if model is None else model.thresholds

    def _size(self) -> Any:
        is_asked = self.tools.one_size and self.version.project.dialect.has_one_size
        return self.version.results.get("size") if is_asked else None

    def _refuse(self, event: Event) -> None:
        # Its package may have gone with the version.
        self.tools.version(self.state)
        if event.facts.get("refusal"):
            raise Wrong(event.facts["sentence"])
        raise RuntimeError(event.facts.get("traceback") or event.facts.get("sentence") or event.kind)


def _outcome(answer: dict[str, Any], colors: dict[str, str]) -> PictureOutcome:
    if "refused" in answer:
        return PictureOutcome(answer["id"], None, answer["refused"])
    facts = answer["found"]
    findings = tuple(
        Finding(item["label"], item["confidence"], item["box"] and Box(*item["box"]), item["area"])
        for item in facts["findings"]
    )
    mask = base64.b64decode(answer["mask"])
    result = DetectionResult(findings, facts["is_anomalous"], facts["confidence"], mask, colors)
    return PictureOutcome(answer["id"], result, "", facts["ms"])
