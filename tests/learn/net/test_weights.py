"""Weights of networks: what becomes one of several."""

import torch
from torch import nn

from vedette.learn.net.weights import mean_of


def a_net(value: float, seen: int) -> nn.Module:
    net = nn.Sequential(nn.Linear(2, 1, bias=False), nn.BatchNorm1d(1))
    with torch.no_grad():
        net[0].weight.fill_(value)
        net[1].running_mean.fill_(2 * value)
        net[1].num_batches_tracked.fill_(seen)
    return net


def test_the_mean_of_networks_has_the_mean_of_their_weights_and_leaves_them_alone():
    nets = [a_net(1.0, 5), a_net(4.0, 9)]
    mean = mean_of(nets)
    assert mean[0].weight.tolist() == [[2.5, 2.5]]
    assert mean[1].running_mean.tolist() == [5.0]
    assert int(mean[1].num_batches_tracked) == 5  # counts have no mean
    assert nets[0][0].weight.tolist() == [[1.0, 1.0]]
    assert nets[1][0].weight.tolist() == [[4.0, 4.0]]


def test_one_network_is_its_own_mean():
    assert mean_of([a_net(3.0, 1)])[0].weight.tolist() == [[3.0, 3.0]]
