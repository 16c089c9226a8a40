"""The pictures and masks of a Lookout training looked at: what can be used, and what its masks show.

A picture that is missing, damaged or out of bounds is left out and named; so is one whose mask is missing or
cut off. What the guide says fails a training (lookout.md 5.5) fails it: pictures of different sizes, a mask
that is no PNG, one of another size than its picture, a colour that its line does not name.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from vedette.dialects.lookout.dataset_checks import Seen, check_labels, check_mask, check_picture
from vedette.dialects.preparing import TrainingFiles, look_at, read_mask_colors
from vedette.manifest.lines import Line
from vedette.manifest.problems import Flaw
from vedette.manifest.verdicts import Verdict, narrow

Judged = Sequence[tuple[Line, Verdict]]

# So many are named in a status message, and the rest counted: a message is for a person.
NAMED = 10
FAILING = frozenset(
    {"LOOKOUT_IMAGE_DIFFERS", "LOOKOUT_MASK_DIFFERS", "LOOKOUT_MASK_COLOR", "LOOKOUT_LABELS_OF_MASK"}
)
PNG = b"\x89PNG"


@dataclass(frozen=True, slots=True)
class Usable:
    """What can be learnt from, part by part; each verdict says what its mask shows."""

    parts: Mapping[str, Judged]
    left_out: Sequence[Flaw] = ()


def look_over(folder: TrainingFiles, parts: Mapping[str, Judged], *, one_size: bool) -> Usable | Flaw:
    """Return the lines whose pictures can be used, or what fails the training as a whole."""
    usable: dict[str, Judged] = {}
    left_out: list[Flaw] = []
    first: tuple[int, int] | None = None
    for part, judged in parts.items():
        lines: list[tuple[Line, Verdict]] = []
        for line, verdict in judged:
            picture = _seen(folder, line.source)
            wrong = check_picture(picture, same_as=first if one_size else None)
            if not wrong:
                first = first or picture.size
                verdict, wrong = _look_at_mask(folder, verdict, picture)
            if not wrong:
                lines.append((line, verdict))
            elif wrong.code in FAILING or _is_other_format(folder, verdict, wrong):
                return wrong
            else:
                left_out.append(wrong)
        usable[part] = lines
    return Usable(usable, left_out)


def say_left_out(left_out: Sequence[Flaw]) -> str:
    """Return the sentence that names what was left out; nothing for nothing."""
    if not left_out:
        return ""
    count = "1 image was" if len(left_out) == 1 else f"{len(left_out)} images were"
    named = " ".join(found.message for found in left_out[:NAMED])
    rest = f" And {len(left_out) - NAMED} more." if len(left_out) > NAMED else ""
    return f"{count} left out: {named}{rest}"


def _look_at_mask(folder: TrainingFiles, verdict: Verdict, picture: Seen) -> tuple[Verdict, Flaw | None]:
    """Return the verdict by what the mask shows, and what is wrong with the mask."""
    if verdict.mask is None:
        return verdict, None
    ref, named = verdict.mask.ref, verdict.mask.colors
    mask = _seen(folder, ref)
    # One of another size is refused for that; its pixels, of which there may be many, are not looked at.
    if mask.format == "PNG" and mask.size == picture.size:
        colors = read_mask_colors(folder.place_of(ref), named)
        if colors is None:
            mask = Seen(ref)
        else:
            mask = replace(mask, colors=frozenset({colors.strange} if colors.strange else ()))
            verdict = narrow(verdict, colors.shown)
    wrong = check_mask(mask, picture=picture.size, labels=named)
    return verdict, wrong or check_labels(ref, verdict)


def _is_other_format(folder: TrainingFiles, verdict: Verdict, wrong: Flaw) -> bool:
    """Say whether a mask is there and no PNG, which no repair of an upload mends."""
    place = folder.find(verdict.mask.ref) if verdict.mask and wrong.code == "LOOKOUT_MASK" else None
    if place is None:
        return False
    with place.open("rb") as file:
        return file.read(len(PNG)) != PNG


def _seen(folder: TrainingFiles, address: str) -> Seen:
    looked = look_at(folder.find(address))
    if looked is None:
        return Seen(address)
    return Seen(address, looked.format, (looked.width, looked.height), looked.bytes)
