"""A training of Lookout for Vision: its datasets checked, and what is to be learnt from them.

What a dataset needs is in the guide's "Preparing images for a dataset" and "Creating a manifest file".
"""

from dataclasses import dataclass

from vedette.dialects.lookout.codes import flaw
from vedette.dialects.lookout.dataset_checks import (
    DatasetCounts,
    Shortfall,
    count_verdicts,
    find_shortfalls,
    flaw_of,
    model_type,
)
from vedette.dialects.lookout.line_rules import judge_line
from vedette.dialects.lookout.training_pictures import JudgedLines, WrongPicture, check_pictures
from vedette.dialects.training_data import (
    FrozenProblem,
    FrozenProblems,
    Need,
    Prepared,
    TrainingFiles,
    TrainingTerms,
    name_unusable,
)
from vedette.manifest.lines import BadLine, Line, Manifest
from vedette.manifest.marks import strip_marks
from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.manifest.turned import picture_orientation
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import Mask, Sample

DIFFERENT_SIZES = "Images in the dataset must have the same dimensions."


def prepare(files: TrainingFiles, terms: TrainingTerms) -> Prepared:
    """Check the frozen datasets and return what is to be learnt, without the pictures that cannot be used."""
    parts: dict[str, JudgedLines] = {}
    for part in ("train", "test") if terms.has_test else ("train",):
        lines = judge_lines(files.lines(part))
        if isinstance(lines, WrongLine):
            return _refused(lines.flaw.message, lines.problem(part))
        parts[part] = lines
    usable = check_pictures(files, parts, one_size=terms.one_size)
    if isinstance(usable, WrongPicture):
        of_sizes = usable.flaw.code == "LOOKOUT_IMAGE_DIFFERS"
        sentence = usable.flaw.message
        return _refused(f"{DIFFERENT_SIZES} {sentence}" if of_sizes else sentence, usable.problem())
    counts = {part: count_verdicts(verdict for _, verdict in lines) for part, lines in usable.parts.items()}
    if lacks := find_shortfalls(counts["train"], counts.get("test")):
        needs = [need_of(lack) for lack in lacks]
        sentences = [*(need.message for need in needs), name_unusable(usable.flaws)]
        problems = FrozenProblems.collect(picture.problem() for picture in usable.wrong)
        return Prepared(refusal=" ".join(sentences).strip(), needs=needs, problems=problems)
    samples = _samples(files, usable.parts["train"], counts["train"])
    if terms.has_test:
        test_samples = _samples(files, usable.parts["test"], counts["train"])
    else:
        samples, test_samples = terms.split(samples)
    texts = {line.source: line.text for lines in usable.parts.values() for line, _ in lines}
    return Prepared(samples, test_samples, unusable=usable.flaws, lines=texts)


def need_of(short: Shortfall) -> Need:
    """Return what a dataset lacks as a need, in the service's sentence."""
    flaw_of_it = flaw_of(short)
    labels = (short.label or short.kind,)
    return Need(flaw_of_it.message, flaw_of_it.code, short.dataset, labels, missing=short.least - short.count)


def _refused(sentence: str, problem: FrozenProblem) -> Prepared:
    """Return the refusal of a training for one line or picture."""
    need = Need(problem.message, problem.code, problem.part, source=problem.source)
    return Prepared(refusal=sentence, needs=[need], problems=FrozenProblems.collect([problem]))


@dataclass(frozen=True, slots=True)
class WrongLine:
    """The line that refuses a training."""

    flaw: Flaw
    number: int
    source: str = ""

    def problem(self, part: str) -> FrozenProblem:
        """Return it as a problem of a part."""
        return FrozenProblem(part, self.number, self.source, self.flaw.code, self.flaw.message)


def judge_lines(manifest: Manifest) -> list[tuple[Line, Verdict]] | WrongLine:
    """Return the labelled lines of a dataset; a line that is wrong refuses it, as at its import."""
    labelled: list[tuple[Line, Verdict]] = []
    for line in manifest():
        if isinstance(line, BadLine):
            return WrongLine(flaw("LOOKOUT_JSON").at_line(line.number), line.number)
        verdict = judge_line(strip_marks(line))
        if verdict.errors:
            return WrongLine(verdict.errors[0].at_line(line.number), line.number, line.source)
        if verdict.state == "valid":
            labelled.append((line, verdict))
    return labelled


def _samples(files: TrainingFiles, lines: JudgedLines, train: DatasetCounts) -> list[Sample]:
    """Return the samples; masks count only where the training dataset makes it a segmentation."""
    with_masks = model_type(train) == "segmentation"
    return [
        Sample(
            files.place_of(line.source),
            verdict.labels if with_masks else (),
            is_anomalous=verdict.is_anomalous,
            mask=_mask(files, line, verdict.mask) if with_masks and verdict.mask else None,
            source=line.source,
        )
        for line, verdict in lines
    ]


def _mask(files: TrainingFiles, line: Line, mask: MaskRef) -> Mask:
    orientation = picture_orientation(files.place_of(line.source))
    return Mask(files.place_of(mask.ref), dict(mask.colors), orientation)
