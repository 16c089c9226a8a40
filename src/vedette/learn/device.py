"""Where networks learn: on a GPU where torch sees one, in mixed precision; else on the processor.

The recipes are the same code on both. On the processor nothing is moved and nothing is rounded, so that a
training there is bit for bit what it would be without this file. Trained networks come back to the processor,
which judges and exports them.

A GPU may be there and of no use: too old for this torch, full of other programs' work, broken. Then the
processor learns, and a sentence says why.
"""

import gc
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor
from torch.nn import functional

log = logging.getLogger(__name__)
Result = TypeVar("Result")

# Of pictures in one call: 128 of 224 px. The widest map of the usual backbone then takes 0.6 GB; where that
# is too much, whoever asks halves the batch (net/extract.py).
AT_ONCE_PIXELS, MOST_AT_ONCE = 128 * 224 * 224, 256


@dataclass(frozen=True, slots=True)
class Device:
    """One device, by torch's name for it; `is_mixed` says whether convolutions may work in bfloat16.

    `is_batched` says that a network is asked for many pictures at once, by one thread, and that features stay
    where they were computed. A GPU wants that; on a processor batches of 16 took two to four times as long a
    picture. A processor can do it too, so that the same code is tested without a GPU.

    `note` says why it is the processor although there is a GPU.
    """

    name: str = "cpu"
    is_mixed: bool = False
    is_batched: bool = False
    note: str = ""

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
    """Return the GPU that torch sees and that works, or the processor.

    bfloat16 has the range of floats, so that no loss has to be scaled. GPUs that only imitate it work in
    floats; on a processor it was slower than floats (docs/experiments.md, 2026-11-20).
    """
    if not torch.cuda.is_available():
        return Device()
    try:
        _try_gpu()
        is_mixed = torch.cuda.is_bf16_supported(including_emulation=False)
    except (RuntimeError, AssertionError) as error:  # what torch raises of devices, and of builds without one
        return processor_instead("does not work", error)
    return Device("cuda", is_mixed=is_mixed, is_batched=True)


def fall_back(learn_on: Callable[[Device], Result], device: Device) -> Result:
    """Return what is learnt on the device; on the processor, from the beginning, where a GPU fails.

    It fails where its memory is full, and where its driver or torch's code for it does. Whatever torch raises
    there counts: a training that ends late is better than one that does not.
    """
    if not device.is_batched:
        return learn_on(device)
    try:
        return learn_on(device)
    except torch.OutOfMemoryError as error:
        instead = processor_instead("had no room beside what else runs there", error)
    except RuntimeError as error:
        instead = processor_instead("failed", error)
    # Outside of the handler, whose traceback holds what lies on the GPU.
    gc.collect()
    torch.cuda.empty_cache()  # nothing where torch has no GPU
    return learn_on(instead)


def processor_instead(reason: str, error: Exception) -> Device:
    """Return the processor, with a sentence of the GPU for the log and the package."""
    words = str(error).strip().splitlines() or [type(error).__name__]
    note = f"The GPU {reason}, so that the processor learns: {words[0][:200]}"
    log.warning("%s", note)
    return Device(note=note)


def _try_gpu() -> None:
    """Do on the GPU what networks do there: torch sees many a GPU that it has no code for."""
    pictures, kernel = torch.ones(1, 3, 8, 8, device="cuda"), torch.ones(3, 3, 3, 3, device="cuda")
    functional.conv2d(pictures, kernel).sum().item()
