"""A package tried on this machine: its network runs, and answers its golden pictures as it should.

As a device does before it takes a package over the air, in this process; so it is for packages that somebody
trusts enough to run.
"""

from dataclasses import dataclass

from vedette.runtime.components import Component
from vedette.runtime.facts import PackageFacts
from vedette.runtime.golden import (
    TOLERANCES,
    GoldenPicture,
    difference,
    farthest,
    golden_answer,
    golden_pictures,
)
from vedette.runtime.model import Model
from vedette.runtime.package import Package
from vedette.vision.annotations import ANOMALY


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
    model, apart = _opened(package), []
    for number, picture in enumerate(pictures, 1):
        problem, distance = _compared(model, package.facts, picture, precision)
        if problem:
            return Proof(
                f"golden picture {number} of {len(pictures)} is answered otherwise here: {problem}",
                is_alike=False,
            )
        apart.append(distance)
    return Proof(
        f"{len(pictures)} golden pictures answered alike here, at most {max(apart):.4f} apart "
        f"({TOLERANCES[precision]:g} are allowed)"
    )


def _compared(model: Model, facts: PackageFacts, picture: GoldenPicture, precision: str) -> tuple[str, float]:
    answer = golden_answer(model.detect(picture.place), facts.threshold(ANOMALY))
    return difference(picture.expected, answer, precision), farthest(picture.expected, answer)


def _opened(package: Package) -> Model:
    """Return the model as an agent opens it: on whatever the machine has beside its processor."""
    return Model(package.facts, package.model, name="the package's model", accelerated=True)
