"""What a Lookout training would learn if it began now, by the checks that it makes itself."""

from collections.abc import Sequence
from dataclasses import replace

from vedette.dialects.lookout.dataset_checks import (
    DatasetCounts,
    count_verdicts,
    find_shortfalls,
    model_type,
)
from vedette.dialects.lookout.training import WrongLine, judge_lines, need_of
from vedette.dialects.lookout.training_pictures import FAILING
from vedette.dialects.training_data import Need, PartPreview, PictureNote, PictureNotes, TrainingPreview
from vedette.manifest.lines import Line, Manifest
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import ANOMALY, NORMAL, Task

JudgedParts = dict[str, list[tuple[Line, Verdict]]]


def preview(
    train: Manifest, test: Manifest | None, note_of: PictureNotes, *, one_size: bool
) -> TrainingPreview:
    """Return what is to be learnt, and every reason why nothing can be."""
    valid: JudgedParts = {}
    parts: dict[str, PartPreview] = {}
    needs: list[Need] = []
    for name, manifest in (("train", train), ("test", test)):
        if manifest is None:
            continue
        lines = judge_lines(manifest)
        if isinstance(lines, WrongLine):
            need = Need(lines.flaw.message, lines.flaw.code, name, source=lines.source)
            return TrainingPreview(None, parts, [*needs, need])
        valid[name], parts[name], problem = _usable(lines, name, note_of, one_size=one_size)
        parts[name].unlabelled = sum(1 for _ in manifest()) - len(lines)
        needs += [problem] if problem else []
    counts = {name: count_verdicts(verdict for _, verdict in lines) for name, lines in valid.items()}
    needs += [need_of(short) for short in find_shortfalls(counts["train"], counts.get("test"))]
    return TrainingPreview(_task(counts["train"]), parts, needs)


def _usable(
    lines: Sequence[tuple[Line, Verdict]], part: str, note_of: PictureNotes, *, one_size: bool
) -> tuple[list[tuple[Line, Verdict]], PartPreview, Need | None]:
    """Return the lines that can be used, what they are, and the first picture that fails the training."""
    usable: list[tuple[Line, Verdict]] = []
    counts = PartPreview()
    failing: Need | None = None
    for line, verdict in lines:
        note = note_of(line.source)
        flaws = [flaw for flaw in note.flaws if _is_of_picture(flaw, one_size=one_size)]
        if flaws:
            counts.unusable += 1
            if failing is None:
                failing = _first_failure(flaws, part, line.source)
            continue
        verdict = _narrowed(verdict, note)
        usable.append((line, verdict))
        counts.pictures += 1
        counts.labels[ANOMALY if verdict.is_anomalous else NORMAL] += 1
        counts.labels.update(set(verdict.labels))
    return usable, counts, failing


def _first_failure(flaws: Sequence[Flaw], part: str, source: str) -> Need | None:
    """Return what fails the whole training, where one of a picture's flaws does."""
    fails = (Need(flaw.message, flaw.code, part, source=source) for flaw in flaws if flaw.code in FAILING)
    return next(fails, None)


def _is_of_picture(flaw: Flaw, *, one_size: bool) -> bool:
    if flaw.code == "LOOKOUT_IMAGE_DIFFERS":
        return one_size
    return flaw.code.startswith(("LOOKOUT_IMAGE", "LOOKOUT_MASK"))


def _narrowed(verdict: Verdict, note: PictureNote) -> Verdict:
    """Return the verdict by what the mask shows, where that was looked at; one that shows none is no mask."""
    if verdict.mask is None or note.labels is None:
        return verdict
    return replace(verdict, labels=tuple(note.labels), mask=verdict.mask if note.labels else None)


def _task(train: DatasetCounts) -> Task | None:
    if not train.normal and not train.anomaly:
        return None
    return "segmentation" if model_type(train) == "segmentation" else "anomaly"
