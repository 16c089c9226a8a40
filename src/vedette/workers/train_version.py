"""The job `train-version`: a version's frozen manifests become results and a package, in its folder.

The job `check-version` goes no further than to refuse what cannot be trained with.

order   a TrainOrder (training/worker_order.py)
says    progress, as `train` does, and DIVIDED once it is known which pictures test
result  refused (a sentence, or nothing), and where there is a model: task, metrics, seconds, and left_out
        (what could not be used, in a sentence)

Everything is in the folder when result.json is; a killed worker leaves none, and is simply run again.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from vedette.clock import system_clock
from vedette.dialects.dialect import Dialect
from vedette.dialects.picture_heads import read_head
from vedette.dialects.registry import dialect_of
from vedette.dialects.training_data import Prepared, Split, TrainedModel, TrainingTerms, name_unusable
from vedette.engines.port import EmitEvent, Event
from vedette.errors import NoSpace, Wrong
from vedette.learn.order import DEFAULT_BACKBONE, Order
from vedette.learn.outcome import TrainingOutcome
from vedette.learn.split import hold_out
from vedette.manifest.problems import Flaw
from vedette.training.folder import LOCK, NO_ROOM, Folder, is_full
from vedette.training.masks import MaskWriter
from vedette.training.slices import write_slices
from vedette.training.worker_order import TrainOrder
from vedette.vision.annotations import Sample
from vedette.vision.files import content_hash
from vedette.workers.stuck import leaving_when_stuck

CHECKING = {"stage": "checking the manifests", "done": 0, "of": 1}
DIVIDED = {"stage": "dividing the dataset", "done": 1, "of": 1}


def main(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Check, train, judge, and write the service's documents."""
    train_order = TrainOrder(**order)
    folder = Folder(Path(train_order.folder))
    try:
        with alone_in(folder):
            if folder.read_result() is not None:
                return {}  # a worker of a server that had lost its lease got to the end after all
            folder.clear()
            with scratch_in(folder.scratch):
                return _train(folder, train_order, emit, cancelled)
    except OSError as error:
        if is_full(error, folder.root):
            raise NoSpace(NO_ROOM) from error
        raise


@contextmanager
def alone_in(folder: Folder) -> Iterator[None]:
    """Wait until no other worker is in the folder.

    A server that was held up for longer than its lease has lost its training to another one, while its
    worker goes on until it is told so: two that wrote one package at once would spoil it.
    """
    try:
        import fcntl
    except ImportError:  # Windows, where servers share no folder
        yield
        return
    with (folder.root / LOCK).open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def scratch_in(place: Path) -> Iterator[None]:
    """Let temporary files lie in a folder of ours: what a killed worker leaves is found there again."""
    place.mkdir()
    _SCRATCH.enter(str(place))
    try:
        yield
    finally:
        _SCRATCH.leave(str(place))
        shutil.rmtree(place, ignore_errors=True)


class ScratchFolders:
    """Which folder this process's temporary files lie in, while trainings in its threads may overlap.

    The setting belongs to the whole process. A training that put back what it had met would put back the
    folder of another one that has ended since: every later temporary file of the process would be refused.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._open: list[str] = []
        self._before: str | None = None

    def enter(self, place: str) -> None:
        """Let new temporary files lie in this folder."""
        with self._lock:
            if not self._open:
                self._before = tempfile.tempdir
            self._open.append(place)
            tempfile.tempdir = place

    def leave(self, place: str) -> None:
        """Go back to the last folder that is still open, or to what stood before the first."""
        with self._lock:
            self._open.remove(place)
            tempfile.tempdir = self._open[-1] if self._open else self._before


_SCRATCH = ScratchFolders()


def check(order: Mapping[str, Any], emit: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Check alone, and leave a result where that ends the training; for one that waits for its turn."""
    del cancelled  # it takes seconds
    train_order = TrainOrder(**order)
    folder = Folder(Path(train_order.folder))
    with alone_in(folder):
        return _check(folder, train_order, emit)


def _check(folder: Folder, train_order: TrainOrder, emit: EmitEvent) -> dict[str, Any]:
    folder.clear()
    started = time.monotonic()
    emit(Event("progress", CHECKING))
    prepared = prepare_samples(folder, train_order, split=_undivided)
    if prepared.refusal:
        folder.finish({**_refusal_of(prepared), "seconds": time.monotonic() - started})
    else:
        folder.clear()
    return {"refused": prepared.refusal}


def _refusal_of(prepared: Prepared) -> dict[str, Any]:
    """Return what forbids a training, and what mends it; an empty refusal where nothing does."""
    if not prepared.refusal:
        return {"refused": ""}
    return {
        "refused": prepared.refusal,
        "needs": [asdict(need) for need in prepared.needs],
        "problems": [asdict(problem) for problem in prepared.problems.first],
        "problem_count": prepared.problems.count,
    }


def _undivided(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    return list(samples), []


def _train(
    folder: Folder, order: TrainOrder, emit: EmitEvent, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    started = time.monotonic()
    emit(Event("progress", CHECKING))
    prepared = prepare_samples(folder, order, split=split_of(order))
    result: dict[str, Any] = _refusal_of(prepared)
    if not prepared.refusal:
        if order.divides and prepared.test:
            folder.divide(sample.source for sample in prepared.test)
            emit(Event("progress", DIVIDED))
        try:
            result |= _learn(folder, order, prepared, emit, cancelled)
        except Wrong as refusal:
            # What the data lacks for learning, said by the learning core in a sentence.
            result["refused"] = _by_addresses(refusal.sentence, folder, prepared)
    result["seconds"] = time.monotonic() - started
    folder.finish(result)
    return result


def _by_addresses(sentence: str, folder: Folder, prepared: Prepared) -> str:
    """Return a sentence with the pictures' addresses, for people who know nothing of our folders."""
    for sample in (*prepared.train, *prepared.test):
        sentence = sentence.replace(str(sample.picture), sample.source)
    return sentence.replace(f"{folder.root}/", "")


def split_of(order: TrainOrder) -> Split:
    """Return what divides a dataset that is alone: the same pictures always give the same parts."""
    least = dialect_of(order.dialect).least_tested

    def split(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
        return hold_out(samples, digest=lambda s: content_hash(s.picture), seed=order.seed, least=least)

    return split


def prepare_samples(folder: Folder, order: TrainOrder, *, split: Split) -> Prepared:
    """Return the samples of a folder's frozen lines and linked pictures, or why there can be none."""
    terms = TrainingTerms(
        has_test=order.has_test,
        split=split,
        one_size=order.one_size,
        denied=frozenset(order.denied),
        foreign=frozenset(order.foreign),
        most_entries=order.most_entries,
    )
    return dialect_of(order.dialect).prepare(folder, terms)


def _learn(
    folder: Folder,
    order: TrainOrder,
    prepared: Prepared,
    emit: EmitEvent,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    dialect, masks = dialect_of(order.dialect), MaskWriter(folder)
    make = _bring_in if order.network else _fit
    outcome = make(folder, order, prepared, masks, emit, cancelled)
    write_slices(folder, (picture.picture for picture in outcome.evaluation.outcomes))
    broken = {picture.picture for picture in outcome.broken}
    used = Prepared(
        [sample for sample in prepared.train if sample.picture not in broken],
        prepared.test,
        unusable=[*prepared.unusable, *_name_broken(dialect, broken, prepared)],
        lines=prepared.lines,
    )
    model = TrainedModel(order.arn, order.project, order.version, mask_folder=order.masks)
    metrics = dialect.write_results(
        folder, used, outcome.evaluation, model=model, masks=masks.masks, now=system_clock()
    )
    backbone, has_one_size = outcome.facts.backbone, dialect.has_one_size and order.one_size
    return {
        "task": outcome.facts.task,
        "metrics": metrics,
        "left_out": name_unusable(used.unusable),
        "base_model": f"{backbone['name']} {backbone['revision']}".strip(),
        "pictures": {"train": len(used.train), "test": outcome.evaluation.pictures},
        "size": _size(used.train[0]) if has_one_size else None,
    }


def _fit(
    folder: Folder,
    order: TrainOrder,
    prepared: Prepared,
    masks: MaskWriter,
    emit: EmitEvent,
    cancelled: Callable[[], bool],
) -> TrainingOutcome:
    """Learn from the data."""
    # Torch takes seconds to load, and manifests that nothing can be learnt from do without.
    from vedette.learn import pipeline
    from vedette.learn.budget import read_budget

    watchers = Watchers(emit)
    return pipeline.run(
        Order(
            train=prepared.train,
            test=prepared.test,
            out=folder.package,
            budget=read_budget(order.budget),
            seed=order.seed,
            backbone=f"file:{folder.weights / order.backbone}" if order.backbone else DEFAULT_BACKBONE,
            cache=Path(order.cache),
        ),
        say=lambda progress: watchers.tell(asdict(progress)),
        show_race=lambda race: watchers.tell_race([asdict(candidate) for candidate in race]),
        cancelled=cancelled,
        show=masks.write,
    )


def _bring_in(
    folder: Folder,
    order: TrainOrder,
    prepared: Prepared,
    masks: MaskWriter,
    emit: EmitEvent,
    cancelled: Callable[[], bool],
) -> TrainingOutcome:
    """Take a network that was trained elsewhere, and judge it on the data."""
    from vedette.learn.foreign.bring import BringOrder, bring
    from vedette.learn.order import Cancelled

    def tell(stage: str, done: int, of: int) -> None:
        if cancelled():
            raise Cancelled(f"cancelled during {stage}")
        emit(Event("progress", {"stage": stage, "done": done, "of": of}))

    wish = BringOrder(
        folder.network,
        folder.network.with_suffix(".json"),
        folder.package,
        prepared.train,
        prepared.test,
        name=order.network,
    )
    with leaving_when_stuck(emit):
        return bring(wish, tell=tell, show=masks.write)


@dataclass(slots=True)
class Watchers:
    """Tells those who watch a training how far it is, and with everything how the candidates stand."""

    emit: EmitEvent
    candidates: list[dict[str, Any]] = field(default_factory=list)
    progress: dict[str, Any] = field(default_factory=lambda: dict(CHECKING))

    def tell(self, progress: dict[str, Any]) -> None:
        """Pass on how far it is."""
        self.progress = progress
        self.emit(Event("progress", {**progress, "candidates": self.candidates}))

    def tell_race(self, candidates: list[dict[str, Any]]) -> None:
        """Pass on how the candidates stand now."""
        self.candidates = candidates
        self.tell(self.progress)


def _name_broken(dialect: Dialect, broken: Container[Path], prepared: Prepared) -> list[Flaw]:
    """Return what was found to be damaged only when it was decoded."""
    samples = (*prepared.train, *prepared.test)
    return [dialect.name_broken(sample.source) for sample in samples if sample.picture in broken]


def _size(sample: Sample) -> list[int] | None:
    """Return the width and height that all pictures have where they must have the same."""
    head = read_head(sample.picture)
    return list(head.upright_size) if head else None
