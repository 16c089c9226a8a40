"""The loop in which every network learns: boxes, masks, and the labels of fine-tuning.

AdamW with one cycle of the rate (Smith and Topin 2018), whatever a recipe's sampler draws, gradients of
shards side by side (sharded.py), and where a schedule asks for it the running average of the weights, which
is what ships.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

import numpy as np
import torch
from torch import nn

from vedette.learn.net.layers import channels_last
from vedette.learn.net.sharded import Loss, ShardedBackward
from vedette.learn.net.weights import WeightAverage
from vedette.learn.recipe import RunContext

Net = TypeVar("Net", bound=nn.Module)


class Sampler(Protocol):
    """Who decides what a step learns from."""

    def draw(self, count: int) -> list[Any]:
        """Return so many rows for the next step; what a row is, its loss knows."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a network learns: under which name, for how many steps of how many rows, how fast.

    With two shards the loss is asked of half a batch by two threads at once, so that it may draw nothing at
    random. Where a budget sets a time the loop takes `time_share` of what is left. Weights whose names
    begin as in `slower` learn so many times more slowly: they know something already.
    """

    stage: str
    steps: int
    batch: int
    rate: float
    shards: int = 1
    time_share: float = 0.5
    slower: Mapping[str, float] = field(default_factory=lambda: {"tail.": 10.0})
    decay: float = 0.05
    warm_up: float = 0.15  # of the steps
    most_gradient: float = 10.0
    learns_norms: bool = True  # else batch norms stay as they were learnt, which few pictures would spoil
    averages: bool = True


class RowSampler:
    """Rows in random rounds, sorted within a step: neighbours in a file are read together."""

    def __init__(self, rows: Sequence[int], seed: int) -> None:
        self.rows = rows
        self._rng = np.random.default_rng(seed)
        self._waiting: list[int] = []

    def draw(self, count: int) -> list[int]:
        """Return the rows of the next step."""
        while len(self._waiting) < count:
            self._waiting += [self.rows[i] for i in self._rng.permutation(len(self.rows))]
        batch, self._waiting = sorted(self._waiting[:count]), self._waiting[count:]
        return batch


def learn(net: Net, loss: Loss, sampler: Sampler, schedule: Schedule, work: RunContext) -> Net:
    """Return the network after its schedule, on the processor; `loss` puts rows on the work's device."""
    net = channels_last(net.requires_grad_(True)).to(work.device.name).train(schedule.learns_norms)
    average: WeightAverage[Net] | None = None
    if schedule.averages:
        average = WeightAverage(net, horizon=max(20.0, schedule.steps / 8))
    optimizer, rates = _optimizer(net, schedule)
    backward = ShardedBackward(net, loss, work.device, shards=schedule.shards).backward
    pace = work.pace(schedule.steps, schedule.time_share)
    while not pace.is_over:
        optimizer.zero_grad(set_to_none=True)
        backward(sampler.draw(schedule.batch))
        nn.utils.clip_grad_norm_(net.parameters(), schedule.most_gradient)
        optimizer.step()
        steps = pace.step()
        for _ in range(steps):
            rates.step()
        if average is not None:
            average.follow(net, steps)
        work.tell(schedule.stage, pace.done, schedule.steps)
    return (net if average is None else average.net).requires_grad_(False).cpu()


def _optimizer(
    net: nn.Module, schedule: Schedule
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Return AdamW and the cycle of its rates, weights grouped by how fast they learn."""
    groups: dict[float, list[nn.Parameter]] = {}
    for name, weights in net.named_parameters():
        times = next((times for start, times in schedule.slower.items() if name.startswith(start)), 1.0)
        groups.setdefault(schedule.rate / times, []).append(weights)
    optimizer = torch.optim.AdamW(
        [{"params": group, "lr": rate} for rate, group in groups.items()], weight_decay=schedule.decay
    )
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, list(groups), total_steps=schedule.steps, pct_start=schedule.warm_up
    )
    return optimizer, cycle
