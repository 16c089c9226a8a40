"""A batch in shards, whose gradients are worked out side by side and averaged: one data-parallel step.

The steps of small networks are many small operations, and two threads within each of them wait for one
another more than they work: a step of boxes took 300 ms with two threads and 355 ms with one, on two cores
(2026-11-21, decision 0134). Two threads with half a batch each hardly ever wait.

They work one after the other where there is one core, so that the number of cores does not change what is
learnt. On a GPU there is one shard.
"""

import copy
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from vedette.learn.cores import side_by_side
from vedette.learn.device import Device

# Of a network and some of the batch's rows: whatever a sampler draws.
Loss = Callable[[nn.Module, list[Any]], Tensor]


class ShardedBackward:
    """A network and its replicas: they share the weights, and nothing else."""

    def __init__(self, net: nn.Module, loss: Loss, device: Device, *, shards: int = 2) -> None:
        more = shards - 1 if device.name == "cpu" else 0
        self.nets = [net, *(_replica(net) for _ in range(more))]
        self.loss, self.device = loss, device
        self.threads = torch.get_num_threads()

    def backward(self, rows: Sequence[Any]) -> None:
        """Leave the gradient of the mean loss of all shards in the network."""
        count = min(len(self.nets), len(rows))
        shards = [(self.nets[index], list(rows[index::count])) for index in range(count)]
        is_alone = len(self.nets) == 1  # then a thread a step would cost more than it gives
        results = [self._gradients(shards[0])] if is_alone else self._side_by_side(shards)
        for weights, *parts in zip(_learning(self.nets[0]), *results, strict=True):
            gradients = [gradient for gradient in parts if gradient is not None]
            weights.grad = torch.stack(gradients).sum(0) / count if gradients else None

    def _side_by_side(self, shards: list[tuple[nn.Module, list[Any]]]) -> list[list[Tensor | None]]:
        try:
            return list(side_by_side(self._gradients, shards, threads=min(len(shards), self.threads)))
        finally:
            torch.set_num_threads(self.threads)

    def _gradients(self, shard: tuple[nn.Module, list[Any]]) -> list[Tensor | None]:
        net, rows = shard
        # Set in each thread anew: what runs below torch counts its threads by the thread that asks.
        torch.set_num_threads(max(1, self.threads // len(self.nets)))
        with self.device.precision():
            loss = self.loss(net, rows)
        return list(torch.autograd.grad(loss, _learning(net), allow_unused=True))


def _learning(net: nn.Module) -> list[nn.Parameter]:
    return [weights for weights in net.parameters() if weights.requires_grad]


def _replica(net: nn.Module) -> nn.Module:
    replica = copy.deepcopy(net)
    for weight, original in zip(replica.parameters(), net.parameters(), strict=True):
        weight.data = original.data
    return replica
