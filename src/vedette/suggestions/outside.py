"""Which pictures of buckets teach most, before any dataset has them: in doubt, and unlike one another.

The same look and the same choice as a study's (decisions/0425), with a model's doubts, over files that are
brought for it alone. Nothing of it is kept.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from hashlib import file_digest
from pathlib import Path

import orjson

from vedette.engines.port import LAST, Job
from vedette.file_access import open_file, read_file
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.places import split_s3
from vedette.store.working_copies import WorkingCopies, sealed_scratch, working_copies
from vedette.suggestions.study import StudyTools, end_of_run

KEY_BYTES = 16


@dataclass(frozen=True, slots=True)
class OutsidePicture:
    """A picture, and the SHA-256 of its bytes."""

    source: str
    digest: str


@dataclass(frozen=True, slots=True)
class OutsideStudy:
    """One look at pictures that no dataset need have."""

    tools: StudyTools
    context: JobContext
    # Says whether whoever asks may read an object.
    may_read: Callable[[str, str], bool]

    def order(self, name: str, doubts: Mapping[str, float]) -> list[OutsidePicture]:
        """Return the pictures that teach most, the first most; of exact copies one, none that is broken."""
        with working_copies(self.tools.root / f"outside-{name}") as copies:
            files = self._bring(copies, doubts)
            pictures = list(files)
            return [pictures[number] for number in self._ask(copies, files, doubts)] if files else []

    def _bring(self, copies: WorkingCopies, doubts: Mapping[str, float]) -> dict[OutsidePicture, Path]:
        """Bring the pictures into files; of those with the same bytes the first, the most doubtful."""
        pictures: dict[str, tuple[OutsidePicture, Path]] = {}
        for number, source in enumerate(doubts):
            if self.context.should_leave():
                raise JobInterrupted
            bucket, key = split_s3(source)
            if not self.may_read(bucket, key):
                continue
            file = copies.bring(self.tools.lender.blobs, bucket, key, str(number))
            if file is None:
                continue
            with open_file(file) as stream:
                digest = file_digest(stream, "sha256").hexdigest()
            pictures.setdefault(digest, (OutsidePicture(source, digest), file))
        return dict(pictures.values())

    def _ask(
        self, copies: WorkingCopies, files: Mapping[OutsidePicture, Path], doubts: Mapping[str, float]
    ) -> list[int]:
        items, rows = [], []
        for picture, file in files.items():
            key = picture.digest[: 2 * KEY_BYTES]
            items.append({"key": key, "box": None, "file": str(file)})
            rows.append({"key": key, "labels": [], "is_labelled": False, "doubt": doubts[picture.source]})
        # What is seen in a sealed picture is sealed too; all of it goes with the copies.
        with sealed_scratch(copies.folder / "seen") as seen:
            question, answer = seen.folder / "question.json", seen.folder / "answer.json"
            seen.write(question, orjson.dumps({"pictures": rows, "boxes": [], "one_label": True}))
            places = {"question": str(question), "answer": str(answer)}
            order = {"items": items, "stores": [str(seen.folder / "features.npz")], **places}
            self._run(order, {**copies.keys(), **seen.keys()})
            return [lesson["picture"] for lesson in json.loads(read_file(answer))["teach"]]

    def _run(self, order: Mapping[str, object], keys: Mapping[str, str]) -> None:
        engine = self.tools.engine
        run = engine.submit(Job("study", order, keys=keys))
        with self.context.calling(partial(engine.cancel, run)):
            for event in engine.events(run):
                if event.kind in LAST:
                    end_of_run(self.context, event)
