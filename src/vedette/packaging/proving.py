"""A package tried on this machine: its network runs, and answers its golden pictures as it should.

As a device does before it takes a package over the air, in this process; so it is for packages that somebody
trusts enough to run.
"""

from dataclasses import dataclass

from vedette.runtime.components import Component
from vedette.runtime.facts import PackageFacts
from vedette.runtime.golden import (
    TOLERANCES,
    GoldenAnswer,
    difference,
    farthest,
    golden_answer,
    golden_pictures,
    swapped,
)
from vedette.runtime.model import Decoded, Model
from vedette.runtime.package import Package
from vedette.vision.annotations import ANOMALY

COLORS_SHOWN = "they show it where a device takes red for blue"
COLORS_HIDDEN = "none of them shows it where a device takes red for blue"


@dataclass(frozen=True, slots=True)
class Proof:
    """What came of a try: a sentence, and whether the package answers as it should here."""

    sentence: str
    is_alike: bool = True


def try_model(package: Package) -> Proof:
    """Have a network run once here; there is nothing to hold its answer to."""
    _opened(package).warm()
    return Proof("its network was loaded and run here; it has no golden pictures to answer")


def try_component(component: Component) -> Proof:
    """Show a component's golden pictures to its model."""
    package, precision = component.open_model(), component.facts.precision
    pictures = golden_pictures(component.folder, list(component.files))
    if not pictures:
        return try_model(package)
    model, apart, shows_colors = _opened(package), [0.0], False
    for number, picture in enumerate(pictures, 1):
        decoded = model.decode(picture.place)
        answer, other = (_answer(model, way, package.facts) for way in (decoded, swapped(decoded)))
        if problem := difference(picture.expected, answer, precision):
            return Proof(
                f"golden picture {number} of {len(pictures)} is answered otherwise here: {problem}",
                is_alike=False,
            )
        apart.append(farthest(picture.expected, answer))
        shows_colors |= bool(difference(picture.expected, other, precision))
    return Proof(
        f"{len(pictures)} golden pictures answered alike here, at most {max(apart):.4f} apart "
        f"({TOLERANCES[precision]:g} are allowed); {COLORS_SHOWN if shows_colors else COLORS_HIDDEN}"
    )


def _answer(model: Model, decoded: Decoded, facts: PackageFacts) -> GoldenAnswer:
    return golden_answer(model.look(decoded), facts.threshold(ANOMALY))


def _opened(package: Package) -> Model:
    """Return the model as an agent opens it: on whatever the machine has beside its processor."""
    return Model(package.facts, package.model, name="the package's model", accelerated=True)
