"""Two shards of half a batch each teach what the whole batch would."""

import threading

import pytest
import torch
from torch import nn

from vedette.learn.device import Device
from vedette.learn.net.sharded import ShardedBackward

POINTS = torch.randn(9, 3, generator=torch.Generator().manual_seed(0))


def a_net() -> nn.Module:
    torch.manual_seed(1)
    net = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1), nn.Linear(1, 1))
    net[1].eval()
    net[4].requires_grad_(False)
    return net


def loss(net: nn.Module, rows: list[int]) -> torch.Tensor:
    return (net(POINTS[rows]) - 1).square().mean()


def gradients(net: nn.Module) -> list[torch.Tensor | None]:
    return [weights.grad for weights in net.parameters()]


@pytest.mark.parametrize("rows", [[0, 3, 4, 8], [5]], ids=["a batch", "a single view"])
def test_two_shards_find_the_gradient_of_the_whole_batch(rows):
    alone, net = a_net(), a_net()
    loss(alone, rows).backward()
    ShardedBackward(net, loss, Device()).backward(rows)
    for ours, theirs in zip(gradients(net), gradients(alone), strict=True):
        assert (ours is None) == (theirs is None)
        assert ours is None or torch.allclose(ours, theirs, atol=1e-6)


def test_both_replicas_see_what_a_step_changed():
    net = a_net()
    sharded = ShardedBackward(net, loss, Device())
    with torch.no_grad():
        net[0].weight.fill_(7.0)
    assert [float(copy[0].weight.detach()[0, 0]) for copy in sharded.nets] == [7.0, 7.0]


def test_one_core_finds_the_same_to_the_bit():
    results = []
    before = torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        net = a_net()
        ShardedBackward(net, loss, Device()).backward([0, 1, 2, 3, 4])
        assert torch.get_num_threads() == threads
        results.append(gradients(net))
    torch.set_num_threads(before)
    for one, two in zip(*results, strict=True):
        assert (one is None and two is None) or torch.equal(one, two)


def test_a_failing_shard_says_why_and_gives_the_threads_back():
    def broken(net: nn.Module, rows: list[int]) -> torch.Tensor:
        raise ValueError(f"no such rows: {rows}")

    before = torch.get_num_threads()
    with pytest.raises(ValueError, match=r"no such rows: \[1, 3\]"):
        ShardedBackward(a_net(), broken, Device()).backward([1, 2, 3])
    assert torch.get_num_threads() == before


def test_one_shard_is_worked_out_by_the_thread_that_asks():
    asking = []

    def noted(net: nn.Module, rows: list[int]) -> torch.Tensor:
        asking.append(threading.current_thread())
        return loss(net, rows)

    alone, net = a_net(), a_net()
    loss(alone, [0, 3, 4]).backward()
    ShardedBackward(net, noted, Device(), shards=1).backward([0, 3, 4])
    assert asking == [threading.current_thread()]
    for ours, theirs in zip(gradients(net), gradients(alone), strict=True):
        assert (ours is None and theirs is None) or torch.equal(ours, theirs)


def test_a_gpu_needs_one_shard_only():
    assert len(ShardedBackward(a_net(), loss, Device("cuda")).nets) == 1
