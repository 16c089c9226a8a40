"""One study as a job: a sample is taken, what is new in it is looked at, and what is striking is kept.

At most `MOST` labelled and `MOST` unlabelled entries are looked at, and as many boxes: a first study of the
largest dataset then takes minutes, and a later one what is new. Every batch leaves its features, so that a
killed server goes on there.
"""

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from vedette.datasets.dataset import Dataset
from vedette.datasets.datasets import Datasets
from vedette.datasets.editing import revision_of
from vedette.datasets.sampling import EntrySample, SampledEntry
from vedette.engines.port import LAST, Engine, Event, Job
from vedette.errors import Wrong
from vedette.file_access import read_file
from vedette.jobs.context import JobContext
from vedette.jobs.kind import JobInterrupted
from vedette.manifest.lines import read_line
from vedette.manifest.verdicts import Verdict
from vedette.projects.project import Project
from vedette.store.working_copies import MemorySealedFolder
from vedette.suggestions.features import box_key, known_keys, picture_key
from vedette.suggestions.lending import PictureLender
from vedette.vision.annotations import ANOMALY, NORMAL

# Of each kind. Distances among as many fill 64 MB, and looking at one takes 12 ms of a core (2026-11-28).
MOST = 4000
# Pictures of one process: it starts in four seconds, and looks at so many in about six.
BATCH = 500

# A thousand pictures get their first look in this time (2026-11-28); who has more studies what there is.
FIRST_LOOK_S, AGAIN_S = 30.0, 0.25

Items = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class StudyTools:
    """What a study works with. `root` is a folder of scratch, `stores` where features lie.

    Those of sealed pictures lie in `sealed`, by a key that is in memory alone, and so do question and answer.
    """

    datasets: Datasets
    lender: PictureLender
    engine: Engine
    root: Path
    stores: Path
    most: int = MOST
    batch: int = BATCH
    sealed: MemorySealedFolder = field(init=False)

    def __post_init__(self) -> None:
        # Before anything can be written there.
        object.__setattr__(self, "sealed", MemorySealedFolder(self.root / "sealed"))

    def store(self, project: int) -> Path:
        """Return the file of a project's features of pictures that lie in clear."""
        return self.stores / f"{project}.clear.npz"

    def all_stores(self, project: int) -> tuple[Path, Path]:
        """Return the files of a project's features: of clear pictures, and of sealed ones."""
        return self.store(project), self.sealed.folder / f"{project}.npz"


@dataclass(frozen=True, slots=True)
class StudyAnswer:
    """What a study found, and of which state of the dataset."""

    revision: str
    looked_at: int
    of: int
    document: bytes


class Study:
    """One run of a study."""

    def __init__(
        self,
        tools: StudyTools,
        context: JobContext,
        project: Project,
        dataset: Dataset,
        doubts: Mapping[str, float],
    ) -> None:
        self._tools = tools
        self._context = context
        self._project = project
        self._dataset = dataset
        self._doubts = doubts
        self._stores = tools.all_stores(project.id)
        self._folder = tools.root / f"study-{dataset.id}"

    def run(self) -> StudyAnswer:
        """Look at what is new, and return what is striking."""
        sample = self._sample()
        verdicts = [self._judge(entry) for entry in sample.entries]
        boxes = self._boxes(sample, verdicts)
        self._look(sample, boxes)
        question = self._question(sample, verdicts, boxes)
        return StudyAnswer(
            sample.revision,
            len(sample.entries),
            sample.labelled + sample.unlabelled,
            zlib.compress(orjson.dumps(self._named(self._ask(question), sample))),
        )

    def _sample(self) -> EntrySample:
        """Return the sample; where most pictures came a moment ago, their first look is waited for."""
        for _ in range(int(FIRST_LOOK_S / AGAIN_S)):
            sample = self._tools.datasets.queries.sample(self._dataset, self._tools.most)
            if sample.pending <= len(sample.entries):
                return sample
            if self._context.should_leave():
                raise JobInterrupted
            self._context.pause(AGAIN_S)
        return self._tools.datasets.queries.sample(self._dataset, self._tools.most)

    def _judge(self, entry: SampledEntry) -> Verdict:
        return self._project.dialect.judge_line(read_line(entry.line), strict=False)

    def _boxes(self, sample: EntrySample, verdicts: Sequence[Verdict]) -> Items:
        """Return the boxes of the sample, so many at most; `place` is a box's number in its picture."""
        boxes: Items = []
        for number, (entry, verdict) in enumerate(zip(sample.entries, verdicts, strict=True)):
            for place, (label, box) in enumerate(verdict.boxes or ()):
                edges = (box.left, box.top, box.width, box.height)
                key = box_key(entry.exact, edges)
                boxes.append({"key": key, "picture": number, "label": label, "place": place, "box": edges})
        return boxes[: self._tools.most]

    def _look(self, sample: EntrySample, boxes: Items) -> None:
        """Have every picture and box looked at whose features are not known."""
        keys = known_keys(self._stores)
        of_entry: dict[int, Items] = {}
        for number, entry in enumerate(sample.entries):
            of_entry[number] = [{"key": picture_key(entry.exact), "box": None}]
        for box in boxes:
            of_entry[box["picture"]].append({"key": box["key"], "box": box["box"]})
        new = {
            number: missing
            for number, items in of_entry.items()
            if (missing := [item for item in items if item["key"] not in keys])
        }
        total = sum(len(items) for items in new.values())
        count = 0
        self._report(0, total)
        for numbers in _batches(new, self._tools.batch):
            entries = [sample.entries[number] for number in numbers]
            account = self._project.scope.account
            with self._tools.lender.lend(self._folder, account, self._dataset, entries) as loan:
                items = [
                    {**item, "file": str(loan.files[entry.seq])}
                    for number, entry in zip(numbers, entries, strict=True)
                    if entry.seq in loan.files
                    for item in new[number]
                ]
                # Of pictures that nobody may read, or that are gone, a process has nothing to do.
                if items:
                    # What is seen in a sealed picture is sealed too.
                    store = self._stores[bool(loan.keys)]
                    order = {"items": items, "stores": [str(store)]}
                    self._run(order, count, total, {**loan.keys, **self._tools.sealed.keys()})
            count += sum(len(new[number]) for number in numbers)
            self._report(count, total)

    def _question(self, sample: EntrySample, verdicts: Sequence[Verdict], boxes: Items) -> dict[str, Any]:
        pictures = [
            {
                "key": picture_key(entry.exact),
                "labels": _labels_of(verdict),
                "is_labelled": entry.is_labelled,
                "doubt": self._doubts.get(entry.id),
            }
            for entry, verdict in zip(sample.entries, verdicts, strict=True)
        ]
        # Where each labelled picture has one label, each has to have one.
        one_label = all(len(_labels_of(verdict)) <= 1 for verdict in verdicts)
        return {"pictures": pictures, "boxes": boxes, "one_label": one_label}

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        sealed = self._tools.sealed
        files = {name: sealed.folder / f"{self._dataset.id}-{name}.json" for name in ("question", "answer")}
        sealed.folder.mkdir(parents=True, exist_ok=True)
        sealed.write(files["question"], orjson.dumps(question))
        places = {name: str(file) for name, file in files.items()}
        stores = [str(store) for store in self._stores]
        try:
            self._run({"items": [], "stores": stores, **places}, 0, 0, sealed.keys())
            document: dict[str, Any] = json.loads(read_file(files["answer"]))
        finally:
            for file in files.values():
                file.unlink(missing_ok=True)
        return document

    def _named(self, answer: dict[str, Any], sample: EntrySample) -> dict[str, Any]:
        """Return the answer with entries for numbers of pictures, and the revision that each is in."""

        def named(item: dict[str, Any]) -> dict[str, Any]:
            entry = sample.entries[item["picture"]]
            like = [sample.entries[number].id for number in item.get("like", ())]
            facts = {key: value for key, value in item.items() if key != "picture"}
            return {**facts, "id": entry.id, "revision": revision_of(entry.line), "like": like}

        return {kind: [named(item) for item in items] for kind, items in answer.items()}

    def _run(self, order: dict[str, Any], before: int, total: int, keys: Mapping[str, str]) -> None:
        """Have a process do it, to its end."""
        if self._context.should_leave():
            raise JobInterrupted
        engine = self._tools.engine
        run = engine.submit(Job("study", order, keys=keys))
        with self._context.calling(partial(engine.cancel, run)):
            for event in engine.events(run):
                if event.kind == "progress":
                    self._report(before + event.facts["done"], total)
                elif event.kind in LAST:
                    end_of_run(self._context, event)

    def _report(self, count: int, total: int) -> None:
        self._context.report({"done": count, "of": total})


def _labels_of(verdict: Verdict) -> list[str]:
    if verdict.is_anomalous is not None:
        return [ANOMALY if verdict.is_anomalous else NORMAL]
    return list(verdict.labels)


def _batches(new: Mapping[int, Items], most: int) -> Iterator[list[int]]:
    """Yield numbers of entries with about so many items together."""
    batch: list[int] = []
    size = 0
    for number, items in new.items():
        batch.append(number)
        size += len(items)
        if size >= most:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def end_of_run(context: JobContext, event: Event) -> None:
    if event.kind == "done":
        return
    if context.should_leave():
        raise JobInterrupted
    if event.facts.get("refusal"):
        raise Wrong(event.facts["sentence"])
    raise RuntimeError(event.facts.get("traceback") or event.facts.get("sentence") or event.kind)
