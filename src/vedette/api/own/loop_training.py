"""What a loop's training takes over from the version that it is to better: its weights, budget and key.

Two versions are compared, and the better one takes the other's place. One from other weights, or with less
time, would be judged by those too, and one without the key would lie in clear where its owner wanted it
sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from vedette.api.house import House
from vedette.loops.port import LoopFailed
from vedette.projects.version import Version
from vedette.training.order import BACKBONE, BACKBONE_TAG, BUDGET_TAG


@dataclass(frozen=True, slots=True)
class InheritedTraining:
    """What the operation that trains is asked for besides."""

    kms_key: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)


def inherited_from(house: House, old: Version) -> InheritedTraining:
    """Return what a version was trained with; refuse where its weights are not there any more."""
    tags = {}
    # Where nobody asked for a budget, the installation's own is that of both.
    if BUDGET_TAG in house.projects.tags.peek(str(old.arn)) and (budget := old.inputs.get("budget")):
        tags[BUDGET_TAG] = str(budget)
    if weights := old.inputs.get(BACKBONE):
        tags[BACKBONE_TAG] = _name_of(house, old, weights)
    return InheritedTraining(str(old.inputs.get("kms_key") or ""), tags)


def _name_of(house: House, old: Version, weights: Mapping[str, str]) -> str:
    """Return under which name a version's weights are there now: its own first, with another digest none."""
    cards = house.trainings.backbones.list(old.project.scope.account)
    names = [card.name for card in cards if card.sha256 == weights["sha256"]]
    if not names:
        raise LoopFailed(
            f"The weights {weights['name']} that {old.name} was trained from are not there any more. Add "
            "them again, and go on.",
            "train",
        )
    return weights["name"] if weights["name"] in names else names[0]
