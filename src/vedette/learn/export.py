"""A trained graph to ONNX, and the proof that both say the same of real pictures."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime
import torch

from vedette.file_access import is_sealed_place, read_file, write_file
from vedette.learn.net.onnx_file import to_onnx
from vedette.learn.pictures import Pixels
from vedette.learn.recipe import Trained
from vedette.runtime.graph import refuse_foreign

# Probabilities and shares agree to the third digit that anyone reads; measured differences are near 1e-5.
TOLERANCE = 1e-3


class ExportMismatch(Exception):
    """The exported file does not say what the network says."""


def export(trained: Trained, outputs: Sequence[str], to: Path) -> None:
    """Write the graph as ONNX: `pictures` uint8 [B, H, W, 3] in, the task's outputs out."""
    graph = trained.graph.eval().cpu()
    example = torch.zeros(2, *trained.input_size, 3, dtype=torch.uint8)
    axes = {name: {0: "batch"} for name in ("pictures", *outputs)}
    network = to_onnx(graph, example, outputs, axes)
    # Whoever opens the package would refuse it; better here than on a device.
    refuse_foreign(network, "The trained network")
    write_file(to, network)


def _network_of(path: Path) -> str | bytes:
    return read_file(path) if is_sealed_place(path) else str(path)


def refuse_if_far(trained: Trained, path: Path, pictures: Pixels, *, tolerance: float = TOLERANCE) -> float:
    """Return the largest difference between the file and the network on these pictures.

    Raises:
        ExportMismatch: when it is above the tolerance; such a file must never become a package.
    """
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(_network_of(path), options, providers=["CPUExecutionProvider"])
    worst = 0.0
    for row in range(len(pictures)):
        batch = pictures[row : row + 1]
        with torch.inference_mode():
            outputs = trained.graph(torch.from_numpy(batch))
        for expected, actual in zip(outputs, session.run(None, {"pictures": batch}), strict=True):
            worst = max(worst, float(np.abs(expected.numpy() - actual).max(initial=0.0)))
    if not worst <= tolerance:
        raise ExportMismatch(
            f"the exported model differs from the trained one by {worst:.2g} (allowed {tolerance:g})"
        )
    return worst
