"""Where networks learn: on a GPU where torch sees one, in mixed precision; else on the processor.

The recipes are the same code on both. On the processor nothing is moved and nothing is rounded, so that a
training there is bit for bit what it would be without this file. Trained networks come back to the processor,
which judges and exports them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Device:
    """One device, by torch's name for it; `is_mixed` says whether convolutions may work in bfloat16."""

    name: str = "cpu"
    is_mixed: bool = False

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
    return Device("cuda", is_mixed=torch.cuda.is_bf16_supported(including_emulation=False))
