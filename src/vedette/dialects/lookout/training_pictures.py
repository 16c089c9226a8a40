"""The pictures and masks of a Lookout training opened: what can be used, and what its masks show.

A picture that is missing, damaged or out of bounds is left out and named; so is one whose mask is missing or
cut off. What the guide says fails a training fails it: pictures of different sizes, a mask that is no PNG,
one of another size than its picture, a colour that its line does not name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vedette.dialects.lookout.dataset_checks import PictureFacts, check_labels, check_mask, check_picture
from vedette.dialects.picture_heads import read_head, read_mask_colors
from vedette.dialects.training_data import FrozenProblem, TrainingFiles
from vedette.file_access import open_file
from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict, narrow

JudgedLines = Sequence[tuple[Line, Verdict]]

FAILING = frozenset(
    {"LOOKOUT_IMAGE_DIFFERS", "LOOKOUT_MASK_DIFFERS", "LOOKOUT_MASK_COLOR", "LOOKOUT_LABELS_OF_MASK"}
)
PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class WrongPicture:
    """A line whose picture or mask cannot be used, and why."""

    part: str
    line: Line
    flaw: Flaw

    def problem(self) -> FrozenProblem:
        """Return it as a problem of its part."""
        return FrozenProblem(self.part, self.line.number, self.line.source, self.flaw.code, self.flaw.message)


@dataclass(frozen=True, slots=True)
class UsablePictures:
    """What can be learnt from, part by part, each verdict saying what its mask shows; and what cannot."""

    parts: Mapping[str, JudgedLines]
    wrong: Sequence[WrongPicture] = ()

    @property
    def flaws(self) -> Sequence[Flaw]:
        """What is wrong with those that cannot be used."""
        return [picture.flaw for picture in self.wrong]


def check_pictures(
    files: TrainingFiles, parts: Mapping[str, JudgedLines], *, one_size: bool
) -> UsablePictures | WrongPicture:
    """Return the lines whose pictures can be used, or what fails the training as a whole."""
    usable: dict[str, JudgedLines] = {}
    wrong: list[WrongPicture] = []
    first: tuple[int, int] | None = None
    for part, candidates in parts.items():
        lines: list[tuple[Line, Verdict]] = []
        for line, verdict in candidates:
            picture = _facts_of(files, line.source)
            problem = check_picture(picture, same_as=first if one_size else None)
            if not problem:
                first = first or picture.size
                verdict, problem = _check_mask(files, verdict, picture)
            if not problem:
                lines.append((line, verdict))
            elif problem.code in FAILING or _is_other_format(files, verdict, problem):
                return WrongPicture(part, line, problem)
            else:
                wrong.append(WrongPicture(part, line, problem))
        usable[part] = lines
    return UsablePictures(usable, wrong)


def _check_mask(files: TrainingFiles, verdict: Verdict, picture: PictureFacts) -> tuple[Verdict, Flaw | None]:
    """Return the verdict by what the mask shows, and what is wrong with the mask."""
    if verdict.mask is None:
        return verdict, None
    ref, labels = verdict.mask.ref, verdict.mask.colors
    mask = _facts_of(files, ref)
    # One of another size is refused for that; its pixels, of which there may be many, are not read.
    if mask.format == "PNG" and mask.size in (picture.size, picture.raster):
        colors = read_mask_colors(files.place_of(ref), labels)
        if colors is None:
            mask = PictureFacts(ref)
        else:
            mask = replace(mask, colors=frozenset({colors.strange} if colors.strange else ()))
            verdict = narrow(verdict, colors.shown)
    problem = check_mask(mask, picture=picture.size, raster=picture.raster, labels=labels)
    return verdict, problem or check_labels(ref, verdict)


def _is_other_format(files: TrainingFiles, verdict: Verdict, problem: Flaw) -> bool:
    """Say whether a mask exists and is no PNG, which no repair of an upload mends."""
    place = files.find(verdict.mask.ref) if verdict.mask and problem.code == "LOOKOUT_MASK" else None
    if place is None:
        return False
    with open_file(place) as file:
        return file.read(len(PNG)) != PNG


def _facts_of(files: TrainingFiles, address: str) -> PictureFacts:
    head = read_head(files.find(address))
    if head is None:
        return PictureFacts(address)
    return PictureFacts(address, head.format, head.upright_size, head.bytes, raster=(head.width, head.height))
