"""Weights of networks: their running average, and their way into a memo and back."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy.typing as npt
import torch
from torch import nn

Net = TypeVar("Net", bound=nn.Module)


class WeightAverage(Generic[Net]):
    """The running mean of a network's weights, which is steadier than any of its steps."""

    def __init__(self, net: Net, *, horizon: float) -> None:
        self.net = copy.deepcopy(net).eval()
        self.horizon, self.steps = horizon, 0

    @torch.no_grad()
    def follow(self, net: nn.Module, steps: int = 1) -> None:
        """Take one step's weights in, for as many; early steps, which are far off, are forgotten quickly."""
        self.steps += steps
        share = min(1.0, steps * max(1 / self.horizon, 9 / (self.steps + 9)))
        pairs = list(zip(self.net.state_dict().values(), net.state_dict().values(), strict=True))
        weights = [pair for pair in pairs if pair[0].dtype.is_floating_point]
        # All in one call: on a GPU a call a layer takes longer than the step's own work.
        torch._foreach_lerp_([pair[0] for pair in weights], [pair[1] for pair in weights], share)
        for average, current in pairs:
            if not average.dtype.is_floating_point:
                average.copy_(current)


@torch.no_grad()
def mean_of(nets: Sequence[Net]) -> Net:
    """Return a network of the mean weights of some that began alike (Wortsman et al. 2022, model soups)."""
    mean = copy.deepcopy(nets[0])
    states = [net.state_dict() for net in nets]
    for name, weights in mean.state_dict().items():
        if weights.dtype.is_floating_point:
            weights.copy_(torch.stack([state[name] for state in states]).mean(0))
    return mean


def unload(net: nn.Module) -> dict[str, npt.NDArray[Any]]:
    """Return the weights as plain arrays, for a later training to go on from."""
    return {name: tensor.detach().cpu().numpy() for name, tensor in net.state_dict().items()}


def load_into(net: nn.Module, arrays: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Take up weights that `unload` returned; say whether they fit this network."""
    state = net.state_dict()
    fits = state.keys() == arrays.keys() and all(state[name].shape == arrays[name].shape for name in state)
    if fits:
        net.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in arrays.items()})
    return fits
