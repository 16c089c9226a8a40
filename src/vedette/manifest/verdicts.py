"""What the checks of a line come to: its flaws, and what is left of it to learn from."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from vedette.manifest.problems import Flaw
from vedette.manifest.segmentation import MaskRef
from vedette.vision.annotations import Box

State = Literal["valid", "ignored", "invalid", "dropped"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line judged. `ignored` is right but says nothing; `dropped` never becomes an entry.

    The annotations are those that passed: a bad box is not among the boxes.
    """

    state: State
    flaws: tuple[Flaw, ...] = ()
    labels: tuple[str, ...] = ()
    boxes: tuple[tuple[str, Box], ...] | None = None
    is_anomalous: bool | None = None
    mask: MaskRef | None = None

    @property
    def errors(self) -> tuple[Flaw, ...]:
        """The flaws that are more than a warning."""
        return tuple(flaw for flaw in self.flaws if flaw.scope != "mark")

    @property
    def every_label(self) -> tuple[str, ...]:
        """The labels of the picture and of its boxes, each once."""
        return tuple(dict.fromkeys([*self.labels, *(name for name, _ in self.boxes or ())]))


def narrow(verdict: Verdict, visible: Collection[str]) -> Verdict:
    """Return the verdict by the colours that a mask shows; one that shows none is no mask.

    A line may declare every type of a whole labelling job; what is on the picture, its pixels say.
    """
    if verdict.mask is None:
        return verdict
    colors = {color: name for color, name in verdict.mask.colors.items() if color in visible}
    labels = tuple(dict.fromkeys(colors.values()))
    return replace(verdict, labels=labels, mask=replace(verdict.mask, colors=colors) if colors else None)
