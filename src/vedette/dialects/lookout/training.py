"""A training of Lookout for Vision: its datasets checked, and what is to be learnt from them.

What a dataset needs is in the guide's "Preparing images for a dataset" and "Creating a manifest file".
"""

from vedette.dialects.lookout.codes import flaw
from vedette.dialects.lookout.dataset_checks import DatasetCounts, count_verdicts, model_type, shortfalls
from vedette.dialects.lookout.line_rules import judge_line
from vedette.dialects.lookout.training_pictures import JudgedLines, check_pictures
from vedette.dialects.training_data import Prepared, TrainingFiles, TrainingTerms, name_unusable
from vedette.manifest.lines import BadLine, Line, Manifest
from vedette.manifest.marks import strip_marks
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict
from vedette.vision.annotations import Mask, Sample

DIFFERENT_SIZES = "Images in the dataset must have the same dimensions."


def prepare(files: TrainingFiles, terms: TrainingTerms) -> Prepared:
    """Check the frozen datasets and return what is to be learnt, without the pictures that cannot be used."""
    parts: dict[str, JudgedLines] = {}
    for part in ("train", "test") if terms.has_test else ("train",):
        lines = judge_lines(files.lines(part))
        if isinstance(lines, Flaw):
            return Prepared(refusal=lines.message)
        parts[part] = lines
    usable = check_pictures(files, parts, one_size=terms.one_size)
    if isinstance(usable, Flaw):
        of_sizes = usable.code == "LOOKOUT_IMAGE_DIFFERS"
        return Prepared(refusal=f"{DIFFERENT_SIZES} {usable.message}" if of_sizes else usable.message)
    counts = {part: count_verdicts(verdict for _, verdict in lines) for part, lines in usable.parts.items()}
    if lacks := shortfalls(counts["train"], counts.get("test")):
        sentences = [*(lack.message for lack in lacks), name_unusable(usable.flaws)]
        return Prepared(refusal=" ".join(sentences).strip())
    samples = _samples(files, usable.parts["train"], counts["train"])
    if terms.has_test:
        test_samples = _samples(files, usable.parts["test"], counts["train"])
    else:
        samples, test_samples = terms.split(samples)
    texts = {line.source: line.text for lines in usable.parts.values() for line, _ in lines}
    return Prepared(samples, test_samples, unusable=usable.flaws, lines=texts)


def judge_lines(manifest: Manifest) -> list[tuple[Line, Verdict]] | Flaw:
    """Return the labelled lines of a dataset; a line that is wrong refuses it, as at its import."""
    labelled: list[tuple[Line, Verdict]] = []
    for line in manifest():
        if isinstance(line, BadLine):
            return flaw("LOOKOUT_JSON").at_line(line.number)
        verdict = judge_line(strip_marks(line))
        if verdict.errors:
            return verdict.errors[0].at_line(line.number)
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
            mask=Mask(files.place_of(verdict.mask.ref), dict(verdict.mask.colors))
            if with_masks and verdict.mask
            else None,
            source=line.source,
        )
        for line, verdict in lines
    ]
