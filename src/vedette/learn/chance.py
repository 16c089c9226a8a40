"""torch's one generator of the process, from which layers draw their first weights: one training at a time.

Of two trainings in threads of one process each would otherwise draw numbers that the other was to have. What
draws while a network learns has a generator of its own.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor, nn

_TURN = threading.RLock()


@contextmanager
def seeded(seed: int) -> Iterator[None]:
    """Have torch draw what follows from this seed, and go on after it as if nothing had been drawn."""
    with _TURN, torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        yield


def seed_process(seed: int) -> None:
    """Have torch and numpy go on from this seed: a library may have no generator of its own."""
    with _TURN:
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)


class DroppedChannels(nn.Module):
    """Leaves out channels at random while a network learns, as `nn.Dropout2d`: from numbers of its own.

    Where they begin is drawn when it is made.
    """

    def __init__(self, share: float) -> None:
        super().__init__()
        self.share = share
        self.seed = int(torch.randint(2**31, (1,)))
        self.draws = 0

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps [B, C, h, w], scaled so that their mean stays."""
        if not self.training:
            return maps
        self.draws += 1
        numbers = torch.Generator().manual_seed(self.seed + self.draws)
        stay = torch.rand(*maps.shape[:2], 1, 1, generator=numbers) >= self.share
        return maps * stay.to(maps.device, maps.dtype) / (1 - self.share)
