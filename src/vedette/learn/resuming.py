"""What one training hands to the next one of nearly the same pictures: weights, calibration, its judgement.

Both ways in which places are learnt (dense.py, whole.py) are resumed so. Nothing here learns.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from torch import nn

from vedette.learn.memo import Arrays
from vedette.learn.net.dense import InputPlan
from vedette.learn.net.weights import load_into, unload
from vedette.learn.recipe import Judgement


class ResumableState(Protocol):
    """What a training has reached."""

    plan: InputPlan
    net: Any
    quality: float
    is_resumed: bool


State = TypeVar("State", bound=ResumableState)


class ResumableRecipe(ABC, Generic[State]):
    """A recipe that can go on from where an earlier training ended."""

    _measure: ClassVar[str]  # what quality is called in a package's facts

    def __init__(self) -> None:
        self._earlier: tuple[Mapping[str, Any], Arrays] | None = None
        self._last: State | None = None

    def pause(self) -> tuple[Mapping[str, Any], Arrays]:
        """Return calibration and weights for the next training of nearly the same pictures."""
        assert self._last is not None
        last = self._last
        state = {**self._remembered(last), "quality": last.quality, "size": list(last.plan.size)}
        return state, unload(last.net)

    def resume(self, state: Mapping[str, Any], arrays: Arrays) -> None:
        """Take up what an earlier training left, unless the input's size has to change."""
        self._earlier = (state, arrays)

    def _takes_up(self, net: nn.Module, plan: InputPlan) -> bool:
        """Load the weights of an earlier training, if there is one that showed pictures at this size."""
        if self._earlier is None or self._earlier[0]["size"] != list(plan.size):
            return False
        return load_into(net, self._earlier[1])

    def _earlier_state(self, state: State) -> Mapping[str, Any]:
        """Mark the state as resumed, with the earlier quality, and return what the earlier training left."""
        assert self._earlier is not None
        state.quality, state.is_resumed = self._earlier[0]["quality"], True
        return self._earlier[0]

    def _earlier_judgement(self, state: State) -> Judgement:
        """Return the earlier judgement: its held-out pictures have been learnt from since."""
        return Judgement(
            state.quality, facts={self._measure: round(state.quality, 4), "resumed": True}, carry=state
        )

    @abstractmethod
    def _remembered(self, state: State) -> Mapping[str, Any]:
        """Return what a later training takes over, as JSON writes it."""
