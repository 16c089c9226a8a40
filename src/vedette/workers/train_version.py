"""The job `train-version`: a version's frozen manifests become results and a package, in its folder.

The job `check-version` goes no further than to refuse what cannot be trained with.

order   folder, dialect, arn, project, version, budget, seed, cache; denied, foreign (buckets);
        masks (Lookout: the address of the folder that masks of test pictures will lie in);
        has_test; divides (whether the pictures kept for testing become the project's test dataset);
        one_size (Lookout: whether all pictures must have the same)
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
from dataclasses import asdict
from pathlib import Path
from typing import Any

from vedette.clock import system_clock
from vedette.dialects.lookout import training as lookout
from vedette.dialects.lookout.training_pictures import say_left_out
from vedette.dialects.preparing import Prepared, Split, look_at
from vedette.dialects.rekognition import training as rekognition
from vedette.dialects.rekognition.manifest_checks import Pictures
from vedette.engines.port import EmitEvent, Event
from vedette.errors import NoSpace, Wrong
from vedette.evaluation.document import write_evaluation
from vedette.learn.split import hold_out
from vedette.manifest.problems import Flaw, flaw
from vedette.training.folder import NO_ROOM, Folder, is_full
from vedette.training.masks import Masks
from vedette.vision.annotations import Sample
from vedette.vision.images import content_hash

# Of a single Lookout dataset so many of each kind test the model, where it has twice as many.
LEAST_TESTED = 10
CHECKING = {"stage": "checking the manifests", "done": 0, "of": 1}
DIVIDED = {"stage": "dividing the dataset", "done": 1, "of": 1}


def main(order: Mapping[str, Any], say: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Check, train, judge, and write the service's documents."""
    folder = Folder(Path(order["folder"]))
    folder.clear()
    try:
        with scratch_in(folder.scratch):
            return _train(folder, order, say, cancelled)
    except OSError as error:
        if is_full(error, folder.root):
            raise NoSpace(NO_ROOM) from error
        raise


@contextmanager
def scratch_in(place: Path) -> Iterator[None]:
    """Let temporary files lie in a folder of ours: what a killed worker leaves is found there again."""
    before = tempfile.tempdir
    place.mkdir()
    tempfile.tempdir = str(place)
    try:
        yield
    finally:
        tempfile.tempdir = before
        shutil.rmtree(place, ignore_errors=True)


def check(order: Mapping[str, Any], say: EmitEvent, cancelled: Callable[[], bool]) -> dict[str, Any]:
    """Check alone, and leave a result where that ends the training; for one that waits for its turn."""
    del cancelled  # it takes seconds
    folder = Folder(Path(order["folder"]))
    folder.clear()
    started = time.monotonic()
    say(Event("progress", CHECKING))
    prepared = _prepare(folder, order, split=_undivided)
    if prepared.refused:
        folder.finish({"refused": prepared.refused, "seconds": time.monotonic() - started})
    else:
        folder.clear()
    return {"refused": prepared.refused}


def _undivided(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
    return list(samples), []


def _train(
    folder: Folder, order: Mapping[str, Any], say: EmitEvent, cancelled: Callable[[], bool]
) -> dict[str, Any]:
    started = time.monotonic()
    say(Event("progress", CHECKING))
    prepared = _prepare(folder, order, split=_split_of(order))
    result: dict[str, Any] = {"refused": prepared.refused}
    if not prepared.refused:
        if order["divides"] and prepared.test:
            folder.divide(sample.source for sample in prepared.test)
            say(Event("progress", DIVIDED))
        try:
            result |= _learn(folder, order, prepared, say, cancelled)
        except Wrong as why:
            # What the data lacks for learning, said by the learning core in a sentence.
            result["refused"] = _by_addresses(why.sentence, folder, prepared)
    result["seconds"] = time.monotonic() - started
    folder.finish(result)
    return result


def _by_addresses(sentence: str, folder: Folder, prepared: Prepared) -> str:
    """Return a sentence with the pictures' addresses, for people who know nothing of our folders."""
    for sample in (*prepared.train, *prepared.test):
        sentence = sentence.replace(str(sample.picture), sample.source)
    return sentence.replace(f"{folder.root}/", "")


def _split_of(order: Mapping[str, Any]) -> Split:
    least = LEAST_TESTED if order["dialect"] == "lookoutvision" else 1

    def split(samples: Sequence[Sample]) -> tuple[list[Sample], list[Sample]]:
        return hold_out(
            samples, digest=lambda s: content_hash(s.picture), seed=int(order["seed"]), least=least
        )

    return split


def _prepare(folder: Folder, order: Mapping[str, Any], *, split: Split) -> Prepared:
    has_test = bool(order["has_test"])
    if order["dialect"] == "lookoutvision":
        return lookout.prepare(folder, has_test=has_test, split=split, one_size=bool(order["one_size"]))
    buckets = Pictures(frozenset(order["denied"]), frozenset(order["foreign"]))
    return rekognition.prepare(folder, has_test=has_test, split=split, account_buckets=buckets)


def _learn(
    folder: Folder,
    order: Mapping[str, Any],
    prepared: Prepared,
    say: EmitEvent,
    cancelled: Callable[[], bool],
) -> dict[str, Any]:
    # Torch takes seconds to load, and manifests that nothing can be learnt from do without.
    from vedette.learn import pipeline
    from vedette.learn.budget import read_budget

    masks = Masks(folder, str(order["masks"]))
    outcome = pipeline.run(
        pipeline.Order(
            train=prepared.train,
            test=prepared.test,
            out=folder.package,
            budget=read_budget(str(order["budget"])),
            seed=int(order["seed"]),
            cache=Path(order["cache"]),
        ),
        say=lambda progress: say(Event("progress", asdict(progress))),
        cancelled=cancelled,
        show=masks.keep,
    )
    broken = {one.picture for one in outcome.broken}
    used = Prepared(
        [sample for sample in prepared.train if sample.picture not in broken],
        prepared.test,
        left_out=[*prepared.left_out, *_named(broken, prepared)],
        facts=prepared.facts,
    )
    now, backbone = system_clock(), outcome.facts.backbone
    evaluation = write_evaluation(outcome.evaluation)
    if order["dialect"] == "lookoutvision":
        model = {name: str(order[name]) for name in ("arn", "project", "version")}
        metrics = lookout.write_results(folder, used, evaluation, model=model, masks=masks, now=now)
    else:
        arn = str(order["arn"])
        f1 = rekognition.write_results(folder, used, evaluation, version_arn=arn, now=now)
        metrics = {"F1Score": f1}
    return {
        "task": outcome.facts.task,
        "metrics": metrics,
        "left_out": say_left_out(used.left_out),
        "base_model": f"{backbone['name']} {backbone['revision']}".strip(),
        "pictures": {"train": len(used.train), "test": outcome.evaluation.pictures},
        "size": _size(used.train[0]) if order["dialect"] == "lookoutvision" and order["one_size"] else None,
    }


def _named(broken: Container[Path], prepared: Prepared) -> list[Flaw]:
    """Return what was found to be damaged no sooner than it was decoded."""
    every = (*prepared.train, *prepared.test)
    return [flaw("LOOKOUT_IMAGE", sample.source) for sample in every if sample.picture in broken]


def _size(sample: Sample) -> list[int] | None:
    """Return the width and height that all pictures have where they must have the same."""
    looked = look_at(sample.picture)
    return [looked.width, looked.height] if looked else None
