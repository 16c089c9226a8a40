"""A core set is chosen as if every round looked at all patches, and is whole where patches are alike."""

import torch

from vedette.learn.anomaly.bank import AT_ONCE, core_set


def plainly(patches, size):
    """Choose as the definition says: each round looks at every patch."""
    half = (patches**2).sum(1) / 2
    chosen = [(half - patches @ patches.mean(0)).argmin()[None]]
    nearest = torch.full((len(patches),), float("inf"))
    while sum(map(len, chosen)) < size:
        nearest = torch.minimum(nearest, (torch.cdist(patches, patches[chosen[-1]]) ** 2).amin(1))
        chosen.append(nearest.topk(min(AT_ONCE, size - sum(map(len, chosen)))).indices)
    return patches[torch.cat(chosen)]


def test_looking_at_the_farthest_chooses_the_same():
    generator = torch.Generator().manual_seed(0)
    for spread in (0.1, 1.0, 3.0):
        lumps = torch.randn(40, 12, generator=generator) * spread
        patches = lumps.repeat(30, 1) + torch.randn(1200, 12, generator=generator)
        assert torch.equal(core_set(patches, 203), plainly(patches, 203)), f"lumps {spread} apart"


def test_patches_that_are_all_alike_make_a_whole_core_set():
    assert torch.equal(core_set(torch.ones(50, 4), 20), torch.ones(20, 4))


def test_few_patches_are_all_kept():
    patches = torch.arange(12.0).reshape(6, 2)
    assert torch.equal(core_set(patches, 6), patches)
