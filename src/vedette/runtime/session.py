"""One ONNX file, ready to run: a batch of pictures in, named arrays out.

The only place of the runtime that names ONNX Runtime.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from vedette.errors import Wrong
from vedette.vision.annotations import Task
from vedette.vision.images import Pixels

Outputs = Mapping[str, NDArray[np.float32]]

NEEDED: dict[Task, tuple[str, ...]] = {
    "classification": ("scores",),
    "multilabel": ("scores",),
    "detection": ("boxes", "scores"),
    "anomaly": ("score",),
    "segmentation": ("score", "masks"),
}
HEATMAP = "heatmap"
# For a program that imported ONNX Runtime before us; `vedette/__init__.py` says why.
if os.environ.get("ORT_DISABLE_TELEMETRY") == "1":
    onnxruntime.disable_telemetry_events()
_SILENT = 3


class Session:
    """A network on the processor; safe to use from several threads at once."""

    def __init__(
        self, model: Path | bytes, task: Task, *, threads: int | None = None, name: str = ""
    ) -> None:
        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT
        if threads is not None:
            options.intra_op_num_threads = threads
        # Waiting threads sleep instead of spinning: units and other programs share the cores.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        source = str(model) if isinstance(model, Path) else model
        try:  # ONNX Runtime's errors share no public class, so all are caught
            self._session: Any = onnxruntime.InferenceSession(
                source, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:
            raise Wrong(f"{name or model!s:.80}: the network cannot be loaded: {error}") from error
        self._input: str = self._session.get_inputs()[0].name
        self.outputs: tuple[str, ...] = tuple(output.name for output in self._session.get_outputs())
        missing = [output for output in NEEDED[task] if output not in self.outputs]
        if missing:
            raise Wrong(f"{name}: the network has no output named {', '.join(missing)}, as {task} needs.")
        self._task = task
        self.shapes: dict[str, tuple[int | None, ...]] = {
            value.name: tuple(side if isinstance(side, int) else None for side in value.shape)
            for value in (*self._session.get_outputs(), self._session.get_inputs()[0])
        }

    @property
    def input_size(self) -> tuple[int | None, int | None]:
        """Height and width of the input, where the network fixes them."""
        shape = self.shapes[self._input]
        return (shape[1], shape[2]) if len(shape) == 4 else (None, None)

    @property
    def explains(self) -> bool:
        """Whether the network can say where its evidence lies; masks say it too."""
        return HEATMAP in self.outputs or self._task == "segmentation"

    def run(self, batch: Pixels, *, heatmap: bool = False) -> Outputs:
        """Return what the task needs, and the heat maps if they are wanted and there."""
        wanted: Sequence[str] = NEEDED[self._task]
        if heatmap and HEATMAP in self.outputs:
            wanted = (*wanted, HEATMAP)
        values = self._session.run(list(wanted), {self._input: batch})
        found = dict(zip(wanted, values, strict=True))
        if heatmap and self.explains and HEATMAP not in found:
            found[HEATMAP] = 1 - found["masks"][:, 0]  # all that is not background
        return found
