"""Where networks learn: on a GPU where torch sees one, in mixed precision; else on the processor.

The recipes are the same code on both. On the processor nothing is moved and nothing is rounded, so that a
training there is bit for bit what it would be without this file. Trained networks come back to the processor,
which judges and exports them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

# Of pictures in one call: 128 of 224 px. The widest map of the usual backbone then takes 0.6 GB; where that
# is too much, whoever asks halves the batch (net/extract.py).
AT_ONCE_PIXELS, MOST_AT_ONCE = 128 * 224 * 224, 256


@dataclass(frozen=True, slots=True)
class Device:
    """One device, by torch's name for it; `is_mixed` says whether convolutions may work in bfloat16.

    `is_batched` says that a network is asked for many pictures at once, by one thread, and that features stay
    where they were computed. A GPU wants that; on a processor batches of 16 took two to four times as long a
    picture. A processor can do it too, so that the same code is tested without a GPU.
    """

    name: str = "cpu"
    is_mixed: bool = False
    is_batched: bool = False

    def at_once(self, size: tuple[int, int], *, scale: int = 1) -> int:
        """Return how many pictures of a size a network is asked for in one call."""
        if not self.is_batched:
            return 1
        return max(1, min(MOST_AT_ONCE, AT_ONCE_PIXELS // (scale * size[0] * size[1])))

    def put(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Return the tensors on the device; those that are there already as they are."""
        return [tensor.to(self.name, non_blocking=True) for tensor in tensors]

    def precision(self) -> torch.autocast:
        """Return the context in which a network is asked while it learns."""
        return torch.autocast(self.name, torch.bfloat16, enabled=self.is_mixed)


def choose_device() -> Device:
    """Return the GPU that torch sees, or the processor.

    bfloat16 has the range of floats, so that no loss has to be scaled. GPUs that only imitate it work in
    floats; on a processor it was slower than floats (docs/experiments.md, 2026-11-20).
    """
    if not torch.cuda.is_available():
        return Device()
    return Device("cuda", is_mixed=torch.cuda.is_bf16_supported(including_emulation=False), is_batched=True)
