"""A batch dealt to two hands, which learn side by side and add up what they learnt.

The steps of small networks are many small operations, and two threads within each of them wait for one
another more than they work: a step of boxes took 300 ms with two threads and 355 ms with one, on two cores
(2026-11-21). Two threads with half a batch each hardly ever wait.

They work one after the other where there is one core, so that the number of cores does not change what is
learnt. On a GPU there is one hand.
"""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from vedette.learn.cores import side_by_side
from vedette.learn.device import Device

Loss = Callable[[nn.Module, list[int]], Tensor]


class Hands:
    """A network and its doubles: they share the weights, and nothing else."""

    def __init__(self, net: nn.Module, loss: Loss, device: Device, *, count: int = 2) -> None:
        more = count - 1 if device.name == "cpu" else 0
        self.nets = [net, *(_double(net) for _ in range(more))]
        self.loss, self.device = loss, device
        self.threads = torch.get_num_threads()

    def backward(self, rows: Sequence[int]) -> None:
        """Leave the gradient of the mean loss of all parts in the network."""
        count = min(len(self.nets), len(rows))
        tasks = [(self.nets[hand], list(rows[hand::count])) for hand in range(count)]
        try:
            found = list(side_by_side(self._gradients, tasks, threads=min(count, self.threads)))
        finally:
            torch.set_num_threads(self.threads)
        for weights, *gradients in zip(_learning(self.nets[0]), *found, strict=True):
            given = [gradient for gradient in gradients if gradient is not None]
            weights.grad = torch.stack(given).sum(0) / count if given else None

    def _gradients(self, task: tuple[nn.Module, list[int]]) -> list[Tensor | None]:
        net, rows = task
        # Said in each thread anew: what runs below torch counts its threads by the thread that asks.
        torch.set_num_threads(max(1, self.threads // len(self.nets)))
        with self.device.precision():
            missed = self.loss(net, rows)
        return list(torch.autograd.grad(missed, _learning(net), allow_unused=True))


def _learning(net: nn.Module) -> list[nn.Parameter]:
    return [weights for weights in net.parameters() if weights.requires_grad]


def _double(net: nn.Module) -> nn.Module:
    double = copy.deepcopy(net)
    for ours, theirs in zip(double.parameters(), net.parameters(), strict=True):
        ours.data = theirs.data
    return double
