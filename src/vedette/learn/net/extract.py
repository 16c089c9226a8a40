"""Pictures to features of a frozen backbone: by ONNX Runtime on a processor, by torch on a GPU."""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch
from torch import Tensor, nn

from vedette.learn.net.backbone import Backbone, floats
from vedette.learn.net.onnx_file import to_onnx
from vedette.learn.net.quarters import quarters
from vedette.learn.net.statistics import statistics

Array = npt.NDArray[Any]


class LevelsGraph(nn.Module):
    """The backbone as a graph from uint8 pictures to the levels, pooled where the name says so."""

    def __init__(self, backbone: Backbone, levels: Sequence[str]) -> None:
        super().__init__()
        self.backbone = backbone
        self.levels = tuple(levels)

    def forward(self, pixels: Tensor) -> tuple[Tensor, ...]:
        outputs = tuple(dict.fromkeys(name.partition("/")[0] for name in self.levels))
        maps = self.backbone(floats(pixels), outputs)
        return tuple(_pooled(maps[level.partition("/")[0]], level) for level in self.levels)


def _pooled(features: Tensor, level: str) -> Tensor:
    if level.endswith("/mean"):
        return features.mean((2, 3))
    if level.endswith("/statistics"):
        return statistics(features)
    return quarters(features) if level.endswith("/quarters") else features


class FeatureExtractor:
    """Features of pictures by a frozen backbone.

    A level `top/mean` is averaged over the picture, `top/quarters` over each of its quarters; `s8/statistics`
    are means, deviations and maxima.
    """

    def __init__(self, backbone: Backbone, levels: Sequence[str], *, threads: int = 0) -> None:
        self.backbone = backbone
        self.levels = tuple(levels)
        self.threads = threads or torch.get_num_threads()
        self._graph = LevelsGraph(backbone, levels).eval()
        self._sessions: dict[tuple[int, int], onnxruntime.InferenceSession] = {}
        self._lock = threading.Lock()
        self._is_gpu = torch.cuda.is_available()
        if self._is_gpu:
            self._graph = self._graph.cuda()

    def __call__(self, pixels: npt.NDArray[np.uint8]) -> list[Array]:
        """Return the levels, in order, of a batch of uint8 RGB pictures [B, H, W, 3].

        On a CPU one picture at a time: batches of 16 took two to four times as long a picture.
        """
        if self._is_gpu:
            with torch.inference_mode(), torch.autocast("cuda"):
                maps = self._graph(torch.from_numpy(pixels).cuda())
            return [level.float().cpu().numpy() for level in maps]
        session = self._session((pixels.shape[1], pixels.shape[2]))
        pictures = [session.run(None, {"pictures": pixels[i : i + 1]}) for i in range(len(pixels))]
        return [np.concatenate(level) for level in zip(*pictures, strict=True)]

    def _session(self, size: tuple[int, int]) -> onnxruntime.InferenceSession:
        with self._lock:
            if size not in self._sessions:
                options = onnxruntime.SessionOptions()
                options.intra_op_num_threads = self.threads
                options.log_severity_level = 3
                self._sessions[size] = onnxruntime.InferenceSession(
                    self._file(size), options, providers=["CPUExecutionProvider"]
                )
            return self._sessions[size]

    def _file(self, size: tuple[int, int]) -> bytes:
        key = (self.backbone.name, self.backbone.revision, self.levels, size)
        return _FILES.get(key, lambda: _onnx(self._graph, len(self.levels), size))


class _LastFiles:
    """The graphs that were written last: what looks for a series and the probe after it read the same one.

    To write one takes a third of a second of a training of three. The name and revision of a backbone say
    which weights it has, as in the cache of features.
    """

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._files: dict[Hashable, bytes] = {}

    def get(self, key: Hashable, write: Callable[[], bytes]) -> bytes:
        """Return the file, written if it is not among the last."""
        with self._lock:
            file = self._files.pop(key, None) or write()
            self._files[key] = file
            while len(self._files) > self._most:
                self._files.pop(next(iter(self._files)))
            return file


# 13 MB each for the usual backbone. A training reads two or three: a side each, with and without quarters.
_FILES = _LastFiles(most=4)


def _onnx(graph: nn.Module, count: int, size: tuple[int, int]) -> bytes:
    """Return the graph for pictures of this size; a fixed size suits transformers, and is faster."""
    names = [f"level{index}" for index in range(count)]
    return to_onnx(graph, torch.zeros(1, *size, 3, dtype=torch.uint8), names)
